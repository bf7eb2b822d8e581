"""Queues: their steps, and whether anybody can serve them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from routing.checks.scene import Scene
from routing.compiling import compile_agent, compile_queue
from routing.fields import spelt_seconds
from routing.problems import Path, Problem
from routing.rules import CALLERS_LANGUAGE, Agent, Need, Queue, Step
from routing.skills import can_serve, divided_by_language, served, uses_language

LATENESS_SECONDS: Final = 2
"""By which a step can be late beyond the ring time: a caller at the head of a queue is looked at
only between two attempts to ring, a second apart, and once a second."""


def problems(scene: Scene) -> Iterator[Problem]:
    """Every finding about queues."""
    roster = roster_of(scene)
    queues = queues_of(scene)
    for queue in queues:
        yield from _steps(scene, queue)
        yield from _gives_up(scene, queue)
        if roster is not None:
            yield from _served(scene, queue, roster)
            yield from _first_rung(scene, queue, roster)
            yield from _idle_steps(scene, queue, roster)
        yield from _taken_names(scene, queue)
    yield from _language_skills(scene, queues)


def queues_of(scene: Scene) -> list[Queue]:
    """The queues that are well formed."""
    return [compile_queue(id_, shape) for id_, shape in scene.queues.items() if shape is not None]


def roster_of(scene: Scene) -> list[Agent] | None:
    """Every agent; None if not all of them can be made out."""
    shapes = scene.agents
    if not isinstance(scene.data.get("agents"), dict) or None in shapes.values():
        return None
    return [compile_agent(id_, shape) for id_, shape in shapes.items() if shape is not None]


def callers_of(scene: Scene, queue: Queue) -> tuple[str, ...]:
    """The languages that divide a queue's callers into those with agents of their own.

    One that is no skill is a finding of its own. Where nothing depends on the language, it is "".
    """
    if not uses_language(queue):
        return ("",)
    return tuple(language for language in scene.languages if _is_skill(scene, language))


def _steps(scene: Scene, queue: Queue) -> Iterator[Problem]:
    for index, (before, step) in enumerate(pairwise(queue.steps)):
        path: Path = ("queues", queue.id, "steps", index)
        if step.after <= before.after:
            message = f"this step comes at {spelt_seconds(step.after)}, not after the one before it"
            hint = "`after` counts from coming into the queue: put the steps in rising order"
            yield scene.at((*path, "after"), "step-order", message, hint)
        elif step.after - before.after < queue.ring_for:
            yield _within_ring(scene, queue, (*path, "after"), step.after - before.after)
        if _asks_more(before, step):
            message = "this step asks more than the one before it: it lets nobody in"
            hint = "agents who are good enough are rung on; let each step make do with less"
            yield scene.at((*path, "need"), "step-asks-more", message, hint, key=True)
    last = queue.steps[-1]
    if len(queue.steps) > 1 and last.after >= queue.give_up_after:
        end = spelt_seconds(queue.give_up_after)
        message = f"this step is never reached: waiting ends at {end}"
        hint = "let the step come earlier, or give up later"
        late: Path = ("queues", queue.id, "steps", len(queue.steps) - 2, "after")
        yield scene.at(late, "step-too-late", message, hint)


def _gives_up(scene: Scene, queue: Queue) -> Iterator[Problem]:
    """An end of waiting while the first telephone is still ringing."""
    if queue.give_up_after < queue.ring_for:
        message = (
            f"waiting ends after {spelt_seconds(queue.give_up_after)}, while the first telephone"
            f" rings for {spelt_seconds(queue.ring_for)}"
        )
        hint = "give up later, or let `ring` be shorter: a second agent is never rung"
        path: Path = ("queues", queue.id, "give_up", "after")
        yield scene.at(path, "gives-up-while-ringing", message, hint)


def _within_ring(scene: Scene, queue: Queue, path: Path, later: int) -> Problem:
    late = spelt_seconds(queue.ring_for + LATENESS_SECONDS)
    message = (
        f"this step comes {spelt_seconds(later)} after the one before it, while a telephone may be"
        f" ringing for {spelt_seconds(queue.ring_for)}: it can be {late} late"
    )
    hint = "let `ring` be shorter, or the step come later: nobody else is rung meanwhile"
    return scene.at(path, "step-within-ring", message, hint)


def _asks_more(before: Step, step: Step) -> bool:
    """Whether whoever meets this step met the one before it, and not the other way round."""
    return _implies(step.need, before.need) and not _implies(before.need, step.need)


def _implies(needs: Sequence[Need], weaker: Sequence[Need]) -> bool:
    """Whether whoever meets `needs` meets the others too."""
    return all(
        any(need.skill == each.skill and need.level >= each.level for need in needs)
        for each in weaker
    )


def _first_rung(scene: Scene, queue: Queue, roster: list[Agent]) -> Iterator[Problem]:
    """Callers who hear music for a while, and no telephone rings anywhere.

    Told only where it is so in every language: that few speak one of them is no mistake.
    """
    reached = [
        step.after
        for language in callers_of(scene, queue)
        for step in queue.steps
        if any(can_serve(agent, step.need, language) for agent in roster)
    ]
    first = min(reached, default=0)
    if first:
        message = f"no telephone rings before {spelt_seconds(first)} have passed"
        hint = "let the first need be one that an agent meets, or give an agent the skill"
        path: Path = ("queues", queue.id, "need")
        yield scene.at(path, "rings-nobody", message, hint, key=True)


def _served(scene: Scene, queue: Queue, roster: list[Agent]) -> Iterator[Problem]:
    path: Path = ("queues", queue.id, "need")
    hint = "lower a level, add a step that asks less, or give an agent the skill"
    for language in callers_of(scene, queue):
        if not served(queue, roster, language):
            whom = f'a call in "{language}"' if language else "this queue"
            message = f"no agent can ever serve {whom}"
            yield scene.at(path, "nobody-serves", message, hint, key=True)


def _idle_steps(scene: Scene, queue: Queue, roster: list[Agent]) -> Iterator[Problem]:
    """Steps that let in nobody who was not let in before, in any language."""
    callers = callers_of(scene, queue)
    if not all(served(queue, roster, language) for language in callers):
        return
    for index, (before, step) in enumerate(pairwise(queue.steps)):
        earlier = queue.steps[: index + 1]
        fresh = any(_lets_in(step, earlier, roster, language) for language in callers)
        if callers and not fresh and step.after > before.after and not _asks_more(before, step):
            message = "this step lets in no agent who is not rung already"
            hint = "ask less, give an agent the skill, or delete the step"
            path: Path = ("queues", queue.id, "steps", index)
            yield scene.at(path, "step-without-effect", message, hint)


def _lets_in(step: Step, earlier: Sequence[Step], roster: list[Agent], language: str) -> bool:
    return any(
        can_serve(agent, step.need, language)
        and not any(can_serve(agent, each.need, language) for each in earlier)
        for agent in roster
    )


def _language_skills(scene: Scene, queues: list[Queue]) -> Iterator[Problem]:
    """A queue by language needs the languages as skills; told of the first such queue."""
    first = next((queue for queue in queues if uses_language(queue)), None)
    if first is None:
        return
    path: Path = ("queues", first.id, "need")
    for language in scene.languages:
        if not _is_skill(scene, language):
            message = f'"{CALLERS_LANGUAGE}" is needed here, and there is no skill "{language}"'
            hint = f"write {language} under `skills`, and give it to those who speak it"
            yield scene.at(path, "language-not-a-skill", message, hint, key=True)


def _is_skill(scene: Scene, name: str) -> bool:
    skills = scene.names.of.get("skill")
    return skills is None or name in skills


def _taken_names(scene: Scene, queue: Queue) -> Iterator[Problem]:
    """A queue by language becomes one Asterisk queue a language, which needs a name of its own."""
    if not divided_by_language(queue):
        return
    for language in scene.languages:
        taken = f"{queue.id}-{language}"
        if taken in scene.names.of.get("queue", ()):
            message = f'Asterisk needs this name for "{queue.id}" in "{language}"'
            path: Path = ("queues", taken)
            yield scene.at(path, "name-taken", message, "call this queue otherwise", key=True)
