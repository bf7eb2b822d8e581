"""Opening hours: what overlaps, what leaves a gap, what can never be."""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise
from typing import Final, NamedTuple

from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.hours import public_holidays
from routing.model import HoursShape
from routing.problems import Path, Problem
from routing.rules import OpenSpan
from routing.world_fields import DAYS, date_range, weekday_numbers

LONGEST_SLIP_MINUTES: Final = 5
"""A gap up to this long between two ranges is hardly a break: somebody wrote 11:59 for 12:00."""

LONGEST_NIGHT_MINUTES: Final = 16 * 60
"""Of a range over midnight: the ends of a longer one have been swapped, as a rule."""

_ROUND_MINUTES: Final = 5
"""Of the two ends of a gap, the one that is not a multiple of this is mistyped."""

SHORTEST_OPENING_MINUTES: Final = 10
"""Nobody opens for less: one of the ends is mistyped."""

_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES


class Stretch(NamedTuple):
    """A range of hours in minutes since Monday midnight; `end` is excluded."""

    start: int
    end: int
    day: int
    span: OpenSpan


def stretches(week: tuple[tuple[OpenSpan, ...], ...]) -> list[Stretch]:
    """The ranges of a week, in the order of time; the last may end in the week after."""
    return sorted(_stretch(day, span) for day, spans in enumerate(week) for span in spans)


def clock(minute: int) -> str:
    """A minute of the week as a person says it.

    >>> clock(6 * 24 * 60 + 450)
    'sun 07:30'
    """
    day, within = divmod(minute % _WEEK_MINUTES, _DAY_MINUTES)
    return f"{DAYS[day]} {within // 60:02}:{within % 60:02}"


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about hours."""
    for id_, shape in scene.hours.items():
        if shape is not None:
            yield from _week(scene, id_, shape)
            yield from _closings(scene, id_, shape)
            yield from _holidays(scene, id_, shape)


def _stretch(day: int, span: OpenSpan) -> Stretch:
    start = day * _DAY_MINUTES + span.start.hour * 60 + span.start.minute
    end = day * _DAY_MINUTES + span.end.hour * 60 + span.end.minute
    return Stretch(start, end if end > start else end + _DAY_MINUTES, day, span)


def _week(scene: Scene, id_: str, shape: HoursShape) -> Iterator[Problem]:
    """Findings about ranges; each is told once, however many days it is written for."""
    written = list(_written(scene, id_, shape))
    odd = {each.path for each in written if each.minutes > LONGEST_NIGHT_MINUTES and each.overnight}
    found: dict[Path, list[tuple[_Written, _Written]]] = {}
    week = sorted(written, key=lambda each: each.stretch)
    for before, after in pairwise((*week, *(each.a_week_later() for each in week[:1]))):
        if after.stretch.start < before.stretch.end and not odd & {before.path, after.path}:
            found.setdefault(after.path, []).append((before, after))
        elif 0 < after.stretch.start - before.stretch.end <= LONGEST_SLIP_MINUTES:
            found.setdefault(before.path, []).append((before, after))
    for path, pairs in found.items():
        overlap = pairs[0][1].path == path and pairs[0][1].stretch.start < pairs[0][0].stretch.end
        yield (_overlap if overlap else _slip)(scene, path, pairs)
    for path, each in {each.path: each for each in written}.items():
        if path in odd:
            yield _swapped(scene, each)
        elif each.minutes < SHORTEST_OPENING_MINUTES:
            message = f'"{_spelt(each.stretch.span)}" opens for {each.minutes} minutes'
            hint = "look at the hour at which it ends"
            yield scene.at(path, "short-opening", message, hint)


class _Written(NamedTuple):
    """A range as it is written, on one of its days. `path` is its place."""

    path: Path
    stretch: Stretch

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.stretch.end - self.stretch.start

    @property
    def overnight(self) -> bool:
        """Whether it ends on the day after, and not at midnight."""
        return self.stretch.span.start > self.stretch.span.end > time.min

    def a_week_later(self) -> "_Written":
        """The same range in the week after."""
        later = self.stretch.start + _WEEK_MINUTES
        return self._replace(stretch=self.stretch._replace(start=later))


def _written(scene: Scene, id_: str, shape: HoursShape) -> Iterator[_Written]:
    """Each range on each of its days."""
    opened = mapping(mapping(mapping(scene.data.get("hours")).get(id_)).get("open"))
    for days, spans in shape.open.items():
        path: Path = ("hours", id_, "open", days)
        for index, span in enumerate(spans):
            place = (*path, index) if isinstance(opened.get(days), list) else path
            yield from (_Written(place, _stretch(day, span)) for day in weekday_numbers(days))


def _overlap(scene: Scene, path: Path, pairs: list[tuple[_Written, _Written]]) -> Problem:
    before, after = (each.stretch for each in pairs[0])
    ahead = f"{DAYS[before.day]} {_spelt(before.span)}"
    message = f"on {DAYS[after.day]} {_spelt(after.span)} begins before {ahead} has ended"
    hint = "let each minute belong to one range only"
    return scene.at(path, "overlapping-hours", message, hint)


def _slip(scene: Scene, path: Path, pairs: list[tuple[_Written, _Written]]) -> Problem:
    first, after = (each.stretch for each in pairs[0])
    closed = f"{_spelt(first.span)} is followed by minutes in which it is closed"
    often = f", {len(pairs)} times a week" if len(pairs) > 1 else ""
    message = f"on {DAYS[first.day]} {closed}{often}"
    whole = _spelt(OpenSpan(first.span.start, after.span.start))
    hint = f'a range lasts until just before its end: write "{whole}"'
    if first.span.end.minute % _ROUND_MINUTES == 0:
        later = _spelt(OpenSpan(first.span.end, after.span.end))
        hint = f'the next range can begin at the end of this one: write "{later}"'
    return scene.at(path, "hours-gap", message, hint)


def _swapped(scene: Scene, written: _Written) -> Problem:
    span = written.stretch.span
    message = f'"{_spelt(span)}" lasts over midnight, {written.minutes / 60:g} hours'
    hint = f'did you mean "{_spelt(OpenSpan(span.end, span.start))}"?'
    return scene.at(written.path, "swapped-hours", message, hint)


def _spelt(span: OpenSpan) -> str:
    end = f"{span.end:%H:%M}"
    return f"{span.start:%H:%M}-{'24:00' if end == '00:00' else end}"


def _holidays(scene: Scene, id_: str, shape: HoursShape) -> Iterator[Problem]:
    """A country whose holidays would be kept, and none is known of this year."""
    if shape.holidays is None or scene.year is None:
        return
    if not public_holidays(shape.holidays, scene.year):
        message = f'no public holidays of "{shape.holidays}" are known for {scene.year}'
        hint = "write the days under `closed`, or drop `holidays` if there are none"
        yield scene.at(("hours", id_, "holidays"), "no-holidays", message, hint)


def _closings(scene: Scene, id_: str, shape: HoursShape) -> Iterator[Problem]:
    """Own closing days that are named twice."""
    ranges = sorted((*date_range(written), written) for written in shape.closed)
    for (_, last, before), (first, _, written) in pairwise(ranges):
        if first <= last:
            message = f'"{written}" and "{before}" have days in common'
            hint = "let each day stand in one range, so that its reason is the one that is told"
            yield scene.at(
                ("hours", id_, "closed", written), "overlapping-closings", message, hint, key=True
            )
