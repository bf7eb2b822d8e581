"""Times of the week at which people are at work, and none of them can serve a queue.

Agents without a `shift` are taken to be always there for the queues that they serve; they do not
make it a time at which the business is at work. Holidays are left out: they hit everybody alike.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.checks.hours import clock, stretches
from routing.checks.ladders import callers_of, queues_of, roster_of
from routing.checks.scene import Scene, listed
from routing.compiling import compile_hours
from routing.problems import Path, Problem
from routing.rules import Agent, Queue
from routing.skills import first_step

Minutes: TypeAlias = int
"""A set of minutes of the week, as a number whose bit `n` stands for minute `n` since Monday."""

_WEEK: Final = 7 * 24 * 60
_WHOLE_WEEK: Final[Minutes] = (1 << _WEEK) - 1
_SOME_WINTER_DAY: Final = datetime(2026, 1, 5)  # noqa: DTZ001  a moment on the wall of each zone
"""By which zones are compared: how far two are apart hardly changes over a year."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Each queue, and each language in it, that is left alone at some hour."""
    roster = roster_of(scene)
    if roster is None or None in scene.hours.values() or scene.whole is None:
        return
    zone = scene.whole.business.timezone
    shifts = {id_: _minutes(scene, id_, zone) for id_ in _worked(roster)}
    at_work = _union(shifts.values())
    for queue in queues_of(scene):
        alone: dict[Minutes, list[str]] = {}
        for language in callers_of(scene, queue):
            able = [agent for agent in roster if first_step(queue, agent, language) is not None]
            there = _union(
                _WHOLE_WEEK if agent.shift is None else shifts[agent.shift] for agent in able
            )
            if able and at_work & ~there:
                alone.setdefault(at_work & ~there, []).append(language)
        for minutes, languages in alone.items():
            everybody = len(languages) == len(callers_of(scene, queue))
            yield _alone(scene, queue, [] if everybody else languages, minutes)


def _worked(roster: Iterable[Agent]) -> frozenset[str]:
    return frozenset(agent.shift for agent in roster if agent.shift is not None)


def _union(sets: Iterable[Minutes]) -> Minutes:
    united = 0
    for each in sets:
        united |= each
    return united


def _minutes(scene: Scene, id_: str, zone: ZoneInfo) -> Minutes:
    """The minutes of a week at which some hours are open, by the clock of the business."""
    shape = scene.hours[id_]
    if shape is None:
        return 0
    hours = compile_hours(id_, shape, zone)
    ahead = _offset(zone) - _offset(hours.timezone)
    opened = 0
    for stretch in stretches(hours.week):
        opened |= ((1 << (stretch.end - stretch.start)) - 1) << ((stretch.start + ahead) % _WEEK)
    return (opened | opened >> _WEEK) & _WHOLE_WEEK


def _offset(zone: ZoneInfo) -> int:
    ahead = _SOME_WINTER_DAY.replace(tzinfo=zone).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds() / 60)


def _alone(scene: Scene, queue: Queue, languages: list[str], alone: Minutes) -> Problem:
    start, end = _first_span(alone)
    whom = f"a call in {listed(languages)}" if languages else "this queue"
    every = _in_hours(alone.bit_count())
    message = (
        f"nobody who can serve {whom} is at work from {clock(start)} to {clock(end)}, and others"
        f" are: {every} a week"
    )
    hint = "give somebody of that shift the skill, or send these calls elsewhere by a rule on hours"
    path: Path = ("queues", queue.id, "need")
    return scene.at(path, "nobody-on-shift", message, hint, key=True)


def _first_span(minutes: Minutes) -> tuple[int, int]:
    start = (minutes & -minutes).bit_length() - 1
    ahead = minutes >> start
    return start, start + (~ahead & (ahead + 1)).bit_length() - 1


def _in_hours(minutes: int) -> str:
    hours = f"{minutes / 60:.1f}".removesuffix(".0")
    return f"{hours} hour{'' if hours == '1' else 's'}"
