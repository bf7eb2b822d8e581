"""Opening hours: what overlaps, what leaves a gap, what can never be."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from routing.checks.scene import Scene
from routing.compiling import compile_hours
from routing.hours import public_holidays
from routing.model import HoursShape
from routing.problems import Path, Problem
from routing.rules import OpenSpan
from routing.world_fields import DAYS, date_range

LONGEST_SLIP_MINUTES: Final = 5
"""A gap up to this long between two ranges is hardly a break: somebody wrote 11:59 for 12:00."""

_DAY_MINUTES: Final = 24 * 60
_WEEK_MINUTES: Final = 7 * _DAY_MINUTES
_UTC: Final = ZoneInfo("UTC")
"""Which zone the hours are meant in does not matter to how they follow each other."""


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
    path: Path = ("hours", id_, "open")
    week = stretches(compile_hours(id_, shape, _UTC).week)
    if not week:
        return
    round_ = week[0]._replace(start=week[0].start + _WEEK_MINUTES)
    slips = []
    for before, after in pairwise((*week, round_)):
        if after.start < before.end:
            written = f"{DAYS[after.day]} {_spelt(after.span)}"
            message = f"on {written} begins before the span ahead of it has ended"
            hint = "let each minute belong to one span only"
            yield scene.at(path, "overlapping-hours", message, hint, key=True)
        elif 0 < after.start - before.end <= LONGEST_SLIP_MINUTES:
            slips.append(before)
    if slips:
        yield _slip(scene, path, slips)


def _slip(scene: Scene, path: Path, slips: list[Stretch]) -> Problem:
    """Told once: such a gap is there every day, as a rule."""
    first = slips[0]
    closed = f"{_spelt(first.span)} is followed by minutes in which it is closed"
    often = f", {len(slips)} times a week" if len(slips) > 1 else ""
    message = f"on {DAYS[first.day]} {closed}{often}"
    hint = 'a range lasts until just before its end: write "08:00-12:00", not "08:00-11:59"'
    return scene.at(path, "hours-gap", message, hint, key=True)


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
