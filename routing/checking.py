"""Checks that span several fields or entries: what the model, value by value, cannot see.

They look at the plain data and pass over what is malformed, so that a mistake in one entry hides
nothing in another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from routing.compiling import compile_agent, compile_hours, compile_queue
from routing.fields import spelt_seconds
from routing.loops import loops
from routing.model import HoursShape
from routing.names import Names
from routing.problems import Path, Problem
from routing.queue_model import AgentShape, QueueShape
from routing.rules import CALLERS_LANGUAGE, Agent, OpenSpan, Queue
from routing.shape import Shape
from routing.skills import served, uses_language
from routing.world_fields import DAYS
from routing.yaml_reading import Document

S = TypeVar("S", bound=Shape)

UTC = ZoneInfo("UTC")
"""Which zone the hours are meant in does not matter to how they follow each other."""

_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Scene:
    """What the checks look at."""

    document: Document
    names: Names
    builtin: Mapping[str, Mapping[str, str]]
    file: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the business; none if they could not be read."""
        return self.names.of.get("language", ())

    def entries(self, section: str, kind: type[S]) -> dict[str, S | None]:
        """The entries of a section; None for those that are malformed, which is told elsewhere."""
        raw = mapping(self.document.data.get(section))
        return {id_: self._entry(entry, kind) for id_, entry in raw.items()}

    def _entry(self, entry: object, kind: type[S]) -> S | None:
        try:
            return kind.model_validate(entry, context=self.names)
        except ValidationError:
            return None

    def at(self, path: Path, code: str, message: str, hint: str, *, key: bool = False) -> Problem:
        """A problem with the value at `path`, or with its key."""
        return self.document.problem(path, code, message, hint, key=key)


def mapping(value: object) -> dict[str, object]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[object]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def findings(
    document: Document, names: Names, builtin: Mapping[str, Mapping[str, str]], file: str
) -> Iterator[Problem]:
    """Every finding, in no particular order."""
    scene = Scene(document, names, builtin, file)
    yield from _languages(scene)
    yield from _hours(scene)
    yield from _agents(scene)
    yield from _queues(scene)
    yield from _rule_lists(scene)
    yield from _questions(scene)
    yield from _prompts(scene)
    for path, way in loops(document.data):
        hint = "let one of them end the call or take a message, so that every call has an end"
        message = f"a caller who does nothing would go round for ever: {way}"
        yield scene.at(path, "loop", message, hint)


def _languages(scene: Scene) -> Iterator[Problem]:
    written = sequence(mapping(scene.document.data.get("business")).get("languages"))
    for index, language in enumerate(written):
        path: Path = ("business", "languages", index)
        if language in written[:index]:
            yield scene.at(path, "duplicate-id", f'"{language}" is named twice', "delete one")
        elif isinstance(language, str):
            yield from _builtin_gaps(scene, language, path)


def _builtin_gaps(scene: Scene, language: str, path: Path) -> Iterator[Problem]:
    """The program's own prompts must be there in every language that callers may hear."""
    own = mapping(scene.document.data.get("prompts"))
    lacking = [
        prompt
        for prompt, texts in scene.builtin.items()
        if language not in texts and language not in mapping(own.get(prompt))
    ]
    if lacking:
        message = f'built-in prompts have no text in "{language}": {", ".join(lacking)}'
        hint = "write these under `prompts`, each with its text in this language"
        yield scene.at(path, "missing-text", message, hint)


def _hours(scene: Scene) -> Iterator[Problem]:
    for id_, shape in scene.entries("hours", HoursShape).items():
        if shape is None:
            continue
        for day, span in _overlapping(compile_hours(id_, shape, UTC).week):
            message = f"on {DAYS[day]} {_spelt(span)} begins before the span ahead of it has ended"
            hint = "let each minute belong to one span only"
            yield scene.at(("hours", id_, "open"), "overlapping-hours", message, hint, key=True)


def _overlapping(week: tuple[tuple[OpenSpan, ...], ...]) -> Iterator[tuple[int, OpenSpan]]:
    """Spans that begin before an earlier one has ended, the week being a circle."""
    spans = [
        (*_week_minutes(day, span), day, span) for day in range(len(week)) for span in week[day]
    ]
    spans.sort(key=lambda each: each[:2])
    if spans:
        first = spans[0]
        round_ = 7 * _DAY_MINUTES
        spans.append((first[0] + round_, first[1] + round_, first[2], first[3]))
    for (_, end, _, _), (start, _, day, span) in pairwise(spans):
        if start < end:
            yield day, span


def _week_minutes(day: int, span: OpenSpan) -> tuple[int, int]:
    start = day * _DAY_MINUTES + span.start.hour * 60 + span.start.minute
    end = day * _DAY_MINUTES + span.end.hour * 60 + span.end.minute
    return start, end if end > start else end + _DAY_MINUTES


def _spelt(span: OpenSpan) -> str:
    return f"{span.start:%H:%M}-{span.end:%H:%M}"


def _agents(scene: Scene) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for id_, agent in scene.entries("agents", AgentShape).items():
        if agent is None:
            continue
        owner = owners.setdefault(agent.device, id_)
        if owner != id_:
            message = f'"{agent.device}" is the telephone of "{owner}" already'
            hint = "Asterisk cannot tell two agents on one device apart: give each their own"
            yield scene.at(("agents", id_, "device"), "device-taken", message, hint)


def _queues(scene: Scene) -> Iterator[Problem]:
    shapes = scene.entries("agents", AgentShape)
    whole = isinstance(scene.document.data.get("agents"), dict) and None not in shapes.values()
    agents = [compile_agent(id_, shape) for id_, shape in shapes.items() if shape is not None]
    for id_, shape in scene.entries("queues", QueueShape).items():
        if shape is None:
            continue
        queue = compile_queue(id_, shape)
        yield from _steps(scene, queue)
        if whole:
            yield from _served(scene, queue, agents)
        yield from _taken_names(scene, queue)
    yield from _language_skills(scene)


def _steps(scene: Scene, queue: Queue) -> Iterator[Problem]:
    path: Path = ("queues", queue.id, "steps")
    for index, (before, step) in enumerate(pairwise(queue.steps)):
        if step.after <= before.after:
            message = f"this step comes at {spelt_seconds(step.after)}, not after the one before it"
            hint = "`after` counts from the beginning of the wait: put the steps in rising order"
            yield scene.at((*path, index, "after"), "step-order", message, hint)
    last = queue.steps[-1]
    if len(queue.steps) > 1 and last.after >= queue.give_up_after:
        end = spelt_seconds(queue.give_up_after)
        message = f"this step is never reached: waiting ends at {end}"
        hint = "let the step come earlier, or give up later"
        yield scene.at((*path, len(queue.steps) - 2, "after"), "step-too-late", message, hint)


def _language_skills(scene: Scene) -> Iterator[Problem]:
    """A queue by language needs the languages as skills; told of the first such queue."""
    queues = [
        compile_queue(id_, shape)
        for id_, shape in scene.entries("queues", QueueShape).items()
        if shape is not None
    ]
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


def _served(scene: Scene, queue: Queue, agents: list[Agent]) -> Iterator[Problem]:
    path: Path = ("queues", queue.id, "need")
    hint = "lower a level, add a step that asks less, or give an agent the skill"
    if not uses_language(queue):
        if not served(queue, agents, ""):
            message = "no agent can ever serve this queue"
            yield scene.at(path, "nobody-serves", message, hint, key=True)
        return
    for language in scene.languages:
        if _is_skill(scene, language) and not served(queue, agents, language):
            message = f'no agent can ever serve a call in "{language}"'
            yield scene.at(path, "nobody-serves", message, hint, key=True)


def _taken_names(scene: Scene, queue: Queue) -> Iterator[Problem]:
    """A queue by language becomes one Asterisk queue a language, which needs a name of its own."""
    if not uses_language(queue):
        return
    for language in scene.languages:
        taken = f"{queue.id}-{language}"
        if taken in scene.names.of.get("queue", ()):
            message = f'Asterisk needs this name for "{queue.id}" in "{language}"'
            path: Path = ("queues", taken)
            yield scene.at(path, "name-taken", message, "call this queue otherwise", key=True)


def _rule_lists(scene: Scene) -> Iterator[Problem]:
    for list_id, raw in mapping(scene.document.data.get("rules")).items():
        rules = sequence(raw)
        path: Path = ("rules", list_id)
        yield from _same_ids(scene, rules, path, "rule")
        for index, rule in enumerate(rules):
            conditional = not isinstance(rule, dict) or "when" in rule
            last = index == len(rules) - 1
            if last and conditional and isinstance(rule, dict):
                message = f'the last rule of "{list_id}" has a `when`: some calls get no answer'
                hint = "end the list with a rule without `when`"
                yield scene.at((*path, index, "when"), "no-last-rule", message, hint, key=True)
            if not last and not conditional:
                message = "this rule has no `when`: none of those after it can ever match"
                hint = "give it a `when`, or move it to the end of the list"
                yield scene.at((*path, index), "unreachable-rules", message, hint)


def _questions(scene: Scene) -> Iterator[Problem]:
    for id_, survey in mapping(scene.document.data.get("surveys")).items():
        questions = sequence(mapping(survey).get("questions"))
        yield from _same_ids(scene, questions, ("surveys", id_, "questions"), "question")


def _same_ids(scene: Scene, items: list[object], path: Path, what: str) -> Iterator[Problem]:
    first: dict[object, int] = {}
    for index, item in enumerate(items):
        id_ = mapping(item).get("id")
        if isinstance(id_, str) and first.setdefault(id_, index) != index:
            line = scene.document.at_value((*path, first[id_], "id")).line
            message = f'a {what} called "{id_}" stands in line {line} already'
            hint = "give each its own id: the journal tells them apart by it"
            yield scene.at((*path, index, "id"), "duplicate-id", message, hint)


def _prompts(scene: Scene) -> Iterator[Problem]:
    """A prompt of the file has a text, its own or the built-in one, in each language."""
    for id_, texts in mapping(scene.document.data.get("prompts")).items():
        if not isinstance(texts, dict):
            continue
        for language in scene.languages:
            if language not in texts and language not in scene.builtin.get(id_, {}):
                message = f'the prompt "{id_}" has no text in "{language}"'
                hint = f"write `{language}: …` beside the other languages"
                yield scene.at(("prompts", id_), "missing-text", message, hint, key=True)
