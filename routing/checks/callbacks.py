"""Callbacks: times to choose from that there never are, or that nobody keeps in mind."""

from collections.abc import Iterator
from typing import Final

from routing.callback_model import CallbacksShape
from routing.checks.hours import stretches
from routing.checks.plain import mapping
from routing.checks.scene import Scene
from routing.compiling import compile_hours
from routing.fields import spelt_seconds
from routing.problems import Problem
from routing.windows import MOST_WINDOWS
from routing.world_fields import DAYS

_CHOOSING: Final = ("window", "days")


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about the times at which callers can be called back."""
    shape = scene.callbacks
    if shape is None:
        return
    if shape.hours is None:
        yield from _nothing_to_choose(scene)
    else:
        yield from _times(scene, shape, shape.hours)


def _nothing_to_choose(scene: Scene) -> Iterator[Problem]:
    for key in _CHOOSING:
        if key in mapping(scene.data.get("callbacks")):
            message = (
                f"`{key}` does nothing here: without `hours` there are no times to choose from"
            )
            hint = "name the `hours` that these times lie within, or delete it"
            yield scene.at(("callbacks", key), "no-effect", message, hint, key=True)


def _times(scene: Scene, shape: CallbacksShape, hours: str) -> Iterator[Problem]:
    each_day = _windows_by_day(scene, hours, shape.window)
    if each_day is None:
        return
    key = "window" if "window" in shape.model_fields_set else "hours"
    if not any(each_day):
        length = spelt_seconds(shape.window)
        message = f'callers can choose no time: "{hours}" never lasts {length} in a row'
        hint = "let `window` be as short as what it is open for, or shorter"
        yield scene.at(("callbacks", key), "no-time-to-call", message, hint)
    most = max(_within(each_day, first, shape.days) for first in range(len(DAYS)))
    if most > MOST_WINDOWS:
        message = f"of {most} times that there can be, callers hear the first {MOST_WINDOWS}"
        hint = "let `window` be longer, or `days` fewer"
        key = next((each for each in _CHOOSING if each in shape.model_fields_set), "hours")
        yield scene.at(("callbacks", key), "too-many-times", message, hint)


def _windows_by_day(scene: Scene, hours: str, seconds: int) -> list[int] | None:
    """How many times each day of an ordinary week has; None if that cannot be told."""
    shape = scene.hours.get(hours)
    if shape is None or scene.names.timezone is None:
        return None
    found = [0] * len(DAYS)
    for stretch in stretches(compile_hours(hours, shape, scene.names.timezone).week):
        found[stretch.day] += (stretch.end - stretch.start) * 60 // seconds
    return found


def _within(each_day: list[int], first: int, days: int) -> int:
    return sum(each_day[(first + ahead) % len(DAYS)] for ahead in range(days))
