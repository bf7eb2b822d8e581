"""Compiles a checked file into the policy that the rest of the program knows."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from routing.call_test_compiling import compile_tests
from routing.conditions import Condition, Seen
from routing.destinations import Route, ToQueue
from routing.dialogue_compiling import (
    compile_callbacks,
    compile_entry,
    compile_mailbox,
    compile_menu,
    compile_proof,
    compile_survey,
    compile_tracking,
)
from routing.documents import Document
from routing.indexing import index_rules
from routing.model import (
    BusinessShape,
    FileShape,
    HoursShape,
    NumberShape,
    RuleShape,
    VariableShape,
)
from routing.problems import Path
from routing.queue_model import (
    AgentShape,
    GateShape,
    NeedShape,
    PreferShape,
    QueueSayShape,
    QueueShape,
)
from routing.route_compiling import compile_route, destination, with_actions
from routing.rules import (
    SILENT,
    Agent,
    Announcements,
    Business,
    ClosedRange,
    DialledNumber,
    Gate,
    Hours,
    Need,
    OpenSpan,
    Policy,
    Preference,
    Queue,
    Rule,
    RuleList,
    Step,
    Variable,
)
from routing.when_model import AssumedShape, QueueStateShape, WhenShape
from routing.world_fields import DAYS, date_range, weekday_numbers


def compile_policy(shape: FileShape, document: Document, revision: str) -> Policy:
    """The policy of a file in which nothing is wrong."""
    fallback, assumed = shape.business.fallback, assumed_values(shape.unavailable)
    business, to_fallback = _business(shape.business), Route(ToQueue(fallback))
    return Policy(
        revision=revision,
        business=business,
        numbers={number: _number(number, entry) for number, entry in shape.numbers.items()},
        unlisted=compile_route(shape.unlisted),
        hours={
            id_: compile_hours(id_, entry, business.timezone) for id_, entry in shape.hours.items()
        },
        skills=shape.skills,
        agents={id_: compile_agent(id_, entry) for id_, entry in shape.agents.items()},
        queues={id_: compile_queue(id_, entry) for id_, entry in shape.queues.items()},
        menus={id_: compile_menu(id_, entry) for id_, entry in shape.menus.items()},
        rules={
            id_: _rule_list(id_, entry, document, assumed) for id_, entry in shape.rules.items()
        },
        surveys={id_: compile_survey(id_, entry) for id_, entry in shape.surveys.items()},
        mailboxes={id_: compile_mailbox(id_, entry) for id_, entry in shape.mailboxes.items()},
        tracking=compile_tracking(shape.tracking, to_fallback),
        person=to_fallback if shape.person is None else compile_route(shape.person),
        entries={id_: compile_entry(id_, entry) for id_, entry in shape.entries.items()},
        callbacks=compile_callbacks(shape.callbacks, business.country, to_fallback),
        proof=compile_proof(shape.proof, to_fallback),
        uninterrupted=frozenset(shape.uninterrupted),
        texts=shape.texts,
        variables={id_: _variable(id_, entry) for id_, entry in shape.variables.items()},
        assumed=assumed,
        fallback=fallback,
        prompts=shape.prompts,
        tests=compile_tests(shape.tests, business, document),
        retention={} if shape.retention is None else shape.retention.model_dump(exclude_none=True),
    )


def _business(shape: BusinessShape) -> Business:
    return Business(shape.name, shape.country, shape.timezone, tuple(shape.languages))


def _number(number: str, shape: NumberShape) -> DialledNumber:
    return DialledNumber(number, compile_route(shape.start), shape.source, shape.language)


def compile_hours(id_: str, shape: HoursShape, timezone: ZoneInfo) -> Hours:
    """Opening hours, day by day; in `timezone` unless they name their own."""
    week: list[list[OpenSpan]] = [[] for _ in DAYS]
    for days, spans in shape.open.items():
        for day in weekday_numbers(days):
            week[day].extend(spans)
    closed = tuple(ClosedRange(*date_range(days), reason) for days, reason in shape.closed.items())
    ordered = tuple(tuple(sorted(spans, key=lambda span: span.start)) for spans in week)
    return Hours(id_, ordered, shape.holidays, closed, shape.timezone or timezone)


def compile_agent(id_: str, shape: AgentShape) -> Agent:
    """An agent."""
    return Agent(id_, shape.device, shape.name, shape.skills, shape.shift)


def compile_queue(id_: str, shape: QueueShape) -> Queue:
    """A queue; its own `need` is the first step."""
    later = tuple(Step(step.after, _needs(step.need)) for step in shape.steps)
    return Queue(
        id=id_,
        steps=(Step(0, _needs(shape.need)), *later),
        give_up_after=shape.give_up.after,
        give_up_then=compile_route(shape.give_up.then),
        ring_for=shape.ring,
        music=shape.music,
        survey=shape.survey,
        gate=None if shape.gate is None else _gate(shape.gate),
        prefer=None if shape.prefer is None else _preference(shape.prefer),
        say=SILENT if shape.say is None else _announcements(shape.say),
        keys={key: compile_route(route) for key, route in shape.keys.items()},
    )


def _gate(shape: GateShape) -> Gate:
    return Gate(shape.hours, shape.waiting, shape.per_agent, shape.wait, compile_route(shape.then))


def _preference(shape: PreferShape) -> Preference:
    return Preference(shape.agent, shape.seconds)


def _announcements(shape: QueueSayShape) -> Announcements:
    return Announcements(shape.place, shape.wait, shape.prompt, shape.every)


def _needs(shapes: list[NeedShape]) -> tuple[Need, ...]:
    return tuple(Need(shape.skill, shape.level) for shape in shapes)


def _rule_list(
    id_: str, shapes: list[RuleShape], document: Document, assumed: Mapping[str, Seen]
) -> RuleList:
    rules = tuple(
        _rule(shape, document, ("rules", id_, number)) for number, shape in enumerate(shapes)
    )
    asked = (condition for rule in rules for condition in rule.when)
    queues = {each.argument: None for each in asked if each.fact.startswith("queue.")}
    return RuleList(
        id=id_,
        rules=rules,
        index=index_rules([rule.when for rule in rules], assumed),
        queues=tuple(queue for queue in queues if queue is not None),
    )


def _rule(shape: RuleShape, document: Document, path: Path) -> Rule:
    place = document.at_value(path)
    return Rule(
        id=shape.id,
        when=_when(shape.when, document, (*path, "when")),
        then=with_actions(destination(shape.then), shape),
        file=place.file,
        line=place.line,
    )


def _when(shape: WhenShape | None, document: Document, path: Path) -> tuple[Condition, ...]:
    """The conditions in the order of the file, which explanations then follow."""
    if shape is None:
        return ()
    given = [(name, field.alias or name) for name, field in WhenShape.model_fields.items()]
    given = [(name, fact) for name, fact in given if name in shape.model_fields_set]
    given.sort(key=lambda each: document.at_key((*path, each[1])))
    return tuple(
        condition for name, fact in given for condition in _conditions(fact, getattr(shape, name))
    )


def conditions_of(shape: WhenShape | None) -> Iterator[Condition]:
    """The conditions of a `when`, in the order of the model."""
    for name, field in WhenShape.model_fields.items():
        if shape is not None and name in shape.model_fields_set:
            yield from _conditions(field.alias or name, getattr(shape, name))


def _conditions(fact: str, asked: Any) -> Iterator[Condition]:  # noqa: ANN401  any field's value
    if not isinstance(asked, Mapping):
        yield Condition(fact, None, asked)
        return
    for argument, allowed in asked.items():
        if isinstance(allowed, QueueStateShape):
            yield from _of_queue(argument, allowed)
        else:
            values = allowed if isinstance(allowed, tuple) else (allowed,)
            yield Condition(fact, argument, values)


def _of_queue(queue: str, shape: QueueStateShape) -> Iterator[Condition]:
    for name in QueueStateShape.model_fields:
        if name in shape.model_fields_set:
            yield Condition(f"queue.{name}", queue, getattr(shape, name))


def _variable(id_: str, shape: VariableShape) -> Variable:
    return Variable(id_, shape.channel, shape.default, tuple(shape.allowed or ()))


def assumed_values(shape: AssumedShape | None) -> Mapping[str, Seen]:
    """What is taken for a fact that could not be fetched, by the name of the fact."""
    if shape is None:
        return {}
    given = ((name, field.alias or name) for name, field in AssumedShape.model_fields.items())
    return {fact: getattr(shape, name) for name, fact in given if name in shape.model_fields_set}
