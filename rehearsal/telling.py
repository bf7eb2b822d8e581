"""The way of a rehearsed call in words: one function for each kind of step."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ivr.effects import ChangeLanguage, Decided, Left, MayAsk, Preferred, Refusal, TurnAway
from ivr.prompts import Catalogue
from rehearsal.account import (
    Account,
    Alerted,
    Answered,
    CallbackAsked,
    CameIn,
    CaseOpened,
    CodeChecked,
    CodeDrawn,
    CodeVoid,
    Entered,
    FoundPlace,
    Heard,
    HungUp,
    LookedAtQueues,
    LookedUp,
    PinChecked,
    PlayedBack,
    Pressed,
    Rang,
    Recorded,
    Sent,
    SurveyBegun,
    SurveyEnded,
    TextSent,
    Waited,
    WasSilent,
    WentInCircles,
)
from routing.call_tests import VisitEnd
from routing.decide import reasons
from routing.describing_queues import ACQUAINTANCES
from routing.explain import destination_in_words, duration_in_words, route_in_words, rule_line
from routing.facts import CustomerFacts, CustomerStatus, QueueFacts
from routing.problems import one_line

_SIGNS: Final = re.compile(r"\+?[0-9*# ()./-]+")

MOST_RULES_TOLD: Final = 30
"""Rules of one decision that are told: those next to the one that matched."""


@dataclass(frozen=True, slots=True)
class Told:
    """One numbered step of a way: its first line, and what belongs to it."""

    headline: str
    details: tuple[str, ...] = ()


def tell(account: Account, catalogue: Catalogue | None = None) -> tuple[Told, ...]:
    """The way of a call, step by step.

    Args:
        account: What became of it.
        catalogue: Knows the texts of prompts; without it they are named only.
    """
    return tuple(_Teller(catalogue).steps(account))


def lines(account: Account, catalogue: Catalogue | None = None) -> Iterator[str]:
    """The way of a call as numbered lines."""
    for number, told in enumerate(tell(account, catalogue), start=1):
        yield f"{number:>3}. {told.headline}"
        yield from (f"     {detail}" for detail in told.details)


def unused_lines(account: Account) -> Iterator[str]:
    """What was given for the call and never came up on its way, a line each."""
    if account.unasked:
        yield f"the keys {account.unasked} were never asked for"
    if account.unvisited:
        queues = sum(isinstance(step.event, Waited) for step in account.steps)
        said = queues + len(account.unvisited)
        came = f"the call came to {queues or 'none'}"
        yield f"`in_queue` tells of {said} {'visit' if said == 1 else 'visits'} to queues: {came}"


@dataclass(frozen=True, slots=True)
class _Teller:
    catalogue: Catalogue | None

    def steps(self, account: Account) -> Iterator[Told]:
        waited = 0.0
        for step in account.steps:
            told = self._told(step.event)
            if step.after > waited:
                waited = step.after
                passed = f"[after {duration_in_words(round(waited))}] "
                told = Told(passed + told.headline, told.details)
            yield told

    def _told(self, event: object) -> Told:
        if isinstance(event, Heard):
            return self._heard(event)
        return TELLERS[type(event)](event)

    def _heard(self, event: Heard) -> Told:
        what = "hears" if event.asks is None else f"is asked by {event.asks}"
        texts = (self._text(prompt, event.language) for prompt in event.prompts)
        spoken = " ".join(text for text in texts if text)
        named = f"{what}: {', '.join(_grouped(event.prompts))} [{event.language}]"
        return Told(named, (f"«{spoken}»",) if spoken else ())

    def _text(self, prompt: str, language: str) -> str:
        if self.catalogue is None:
            return ""
        return self.catalogue.heard(self.catalogue.sound(prompt, language)) or ""


def customer_in_words(customer: CustomerFacts) -> str:
    """What is known of a caller."""
    if customer.status is not CustomerStatus.KNOWN:
        return f"{customer.status}{', blocked' if customer.blocked else ''}"
    given = (
        ("", customer.name),
        ("segment ", customer.segment),
        ("language ", customer.language),
        ("contract until ", ", ".join(str(each.ends) for each in customer.contracts)),
        ("lead score ", customer.lead_score),
        ("open requests ", customer.open_cases or None),
        ("last agent ", customer.last_agent),
        ("looked after by ", customer.owner),
    )
    known = [f"{name}{one_line(str(value))}" for name, value in given if value not in {None, ""}]
    return ", ".join(["known", *known, *(["blocked"] if customer.blocked else [])])


def _grouped(prompts: tuple[str, ...]) -> Iterator[str]:
    """The prompts' names; digits that are read out as one number."""
    digits = ""
    for prompt in prompts:
        if prompt.startswith("digit-") or (prompt == "pause" and digits):
            digits += prompt.removeprefix("digit-") if prompt != "pause" else " "
            continue
        if digits:
            yield f"“{digits}”"
            digits = ""
        yield prompt
    if digits:
        yield f"“{digits}”"


def _came_in(event: CameIn) -> Told:
    facts = event.facts
    caller = facts.caller.number or _as_sent(facts.caller.number_as_sent) or "a withheld number"
    dialled = facts.dialled if event.listed else _as_sent(facts.dialled)
    source = f" ({facts.source})" if facts.source else ""
    unlisted = "" if event.listed else ", which is not under `numbers`: it starts as `unlisted`"
    at = facts.at.strftime("%a %Y-%m-%d %H:%M %Z")
    return Told(
        f"{caller} calls {dialled}{source}{unlisted}",
        (
            f"at {at}, language {facts.language}",
            f"customer: {customer_in_words(facts.customer)}",
        ),
    )


def _as_sent(number: str) -> str:
    """What the network sent for a number that is in no known plan: an extension is one, too."""
    note = "" if not number or _SIGNS.fullmatch(number) else " (not a number)"
    return one_line(number) + note


def _decided(event: Decided) -> Told:
    decision = event.decision
    tests = tuple(reasons(decision, MOST_RULES_TOLD))
    earlier = decision.position + 1 - len(tests)
    before = (f"… {earlier} rules before these did not match",) if earlier else ()
    return Told(
        f"rules {decision.rules.id}: {decision.rule_id} decides",
        (*before, *map(rule_line, tests), f"→ {route_in_words(decision.route)}"),
    )


def _looked_at(event: LookedAtQueues) -> Told:
    seen = (f"{queue}: {_queue_in_words(facts)}" for queue, facts in event.queues.items())
    return Told(f"how queues stand: {'; '.join(seen)}")


def _queue_in_words(facts: QueueFacts) -> str:
    given = (
        (facts.waiting, "waiting", str),
        (facts.longest_wait, "longest wait", duration_in_words),
        (facts.agents, "agents", str),
        (facts.estimated_wait, "estimated wait", duration_in_words),
    )
    known = [f"{name} {write(value)}" for value, name, write in given if value is not None]
    return ", ".join(known) or "not known"


def _found_place(event: FoundPlace) -> Told:
    ahead, wait = event.ahead, event.wait
    before = "not known" if ahead is None else f"{ahead or 'nobody'} before the caller"
    if wait is None:
        return Told(f"place in {event.queue}: {before}")
    ends, likely = map(duration_in_words, (wait.shortest, wait.longest)), wait.likely
    range_ = f"{' to '.join(ends)}, most likely {duration_in_words(likely)}"
    return Told(f"place in {event.queue}: {before}; a wait of {range_}")


def _turned_away(event: TurnAway) -> Told:
    why = REFUSALS[event.why]
    return Told(f"is not let into {event.queue}: {why}", (f"→ {route_in_words(event.route)}",))


def _preferred(event: Preferred) -> Told:
    return Told(f"prefers {event.agent} in {event.queue}: {ACQUAINTANCES[event.whom]}")


REFUSALS: Final[Mapping[Refusal, str]] = {
    Refusal.CLOSED: "closed",
    Refusal.FULL: "as many wait as may",
    Refusal.RATIO: "too many wait for each agent",
    Refusal.WAIT: "the wait would likely be too long",
}
"""Why a gate keeps callers out, in words."""


def _left(event: Left) -> Told:
    return Told(f"leaves {event.dialogue}: {event.why}")


def _sent(event: Sent) -> Told:
    rule = f" (by {event.rule})" if event.rule else ""
    variables = ", ".join(f"{name}={one_line(str(v))}" for name, v in event.variables.items())
    alone = "" if event.preferred is None else f", to wait for {event.preferred} alone"
    told = f"goes to: {destination_in_words(event.ending)}{alone}{rule}"
    return Told(told, (f"told: {variables}",))


def _waited(event: Waited) -> Told:
    words, visit = duration_in_words(event.seconds), event.visit
    alone = event.preferred
    by, absent = ("", "nobody is") if alone is None else (f" by {alone}", f"{alone} is not")
    match visit.end:
        case VisitEnd.ANSWERED:
            return Told(f"is answered by {visit.agent} after {words} in {event.queue}")
        case VisitEnd.GAVE_UP:
            return Told(f"is not answered{by} within {words} in {event.queue}")
        case VisitEnd.REFUSED:
            return Told(f"is not let into {event.queue}: {absent} there")
        case VisitEnd.FULL:
            return Told(f"is not let into {event.queue}: full")
        case VisitEnd.LEFT:
            return Told(f"leaves {event.queue} by key {visit.key} after {words}")
        case VisitEnd.HUNG_UP:
            return Told(f"stops waiting after {words} in {event.queue}")


def _looked_up(event: LookedUp) -> Told:
    return Told(f"request {event.tracking}: {event.state or 'there is none'}")


def _callback(event: CallbackAsked) -> Told:
    joined = ", by the request that stands already" if event.joined else ""
    when = ""
    if event.earliest is not None and event.latest is not None:
        when = (
            f" on {event.earliest:%a %Y-%m-%d} from {event.earliest:%H:%M} to {event.latest:%H:%M}"
        )
    return Told(f"is to be called back at {event.number}{when}{joined}")


def _rang(event: Rang) -> Told:
    words = duration_in_words(event.seconds)
    match event.visit.end:
        case VisitEnd.ANSWERED:
            return Told(f"is answered by {event.agent} after {words}")
        case VisitEnd.GAVE_UP:
            return Told(f"is not answered by {event.agent} within {words}")
        case VisitEnd.REFUSED | VisitEnd.FULL | VisitEnd.LEFT:
            return Told(f"{event.agent} cannot be rung")
        case VisitEnd.HUNG_UP:
            return Told(f"stops waiting for {event.agent} after {words}")


def _recorded(event: Recorded) -> Told:
    kind, _, name = event.place.partition(" ")
    words = duration_in_words(round(event.seconds))
    match kind:
        case "case":
            return Told(f"leaves a spoken note with the request {name} ({words})")
        case "survey":
            return Told(f"leaves a spoken answer: {name} ({words})")
        case _:
            return Told(f"leaves a message in the mailbox {event.place} ({words})")


def _survey(event: SurveyBegun) -> Told:
    match event.may:
        case MayAsk.YES:
            return Told(f"is asked how it went: {event.survey}")
        case MayAsk.RECENTLY:
            return Told(f"is not asked {event.survey}: was asked not long ago")
        case MayAsk.FORBIDDEN:
            return Told(f"is not asked {event.survey}: does not want to be")


def _survey_ended(event: SurveyEnded) -> Told:
    if event.declined:
        return Told(f"does not want to answer {event.survey}")
    return Told(f"has answered all of {event.survey}")


def _alerted(event: Alerted) -> Told:
    answers = ", ".join(f"{question} {value}" for question, value in event.answers.items())
    return Told(f"somebody is alerted by {event.survey}: {answers}")


def _right(what: str, *, right: bool) -> Told:
    return Told(f"{what} is {'right' if right else 'wrong'}")


TELLERS: Final[Mapping[type, Callable[[Any], Told]]] = {
    CameIn: _came_in,
    ChangeLanguage: lambda event: Told(f"goes on in the language {event.language}"),
    Pressed: lambda event: Told(f"presses {event.keys}"),
    WasSilent: lambda event: Told(f"presses nothing at {event.dialogue}"),
    Entered: lambda event: Told(f"has entered {event.entry}: {event.value}"),
    Left: _left,
    LookedAtQueues: _looked_at,
    FoundPlace: _found_place,
    TurnAway: _turned_away,
    Preferred: _preferred,
    Decided: _decided,
    CaseOpened: lambda event: Told(
        f"a request is opened ({event.subject}); {event.tracking} stands for its number"
    ),
    LookedUp: _looked_up,
    CallbackAsked: _callback,
    PinChecked: lambda event: _right(f"the PIN for {event.tracking}", right=event.right),
    CodeDrawn: lambda event: Told(
        "a one-time code is drawn" if event.kept else "no more codes today: none is drawn"
    ),
    CodeChecked: lambda event: _right("the code", right=event.right),
    CodeVoid: lambda _: Told("the code does not hold any more"),
    TextSent: lambda event: Told(f"is sent the text message {event.text}"),
    Recorded: _recorded,
    PlayedBack: lambda event: Told(f"hears what is recorded: {event.place}"),
    Sent: _sent,
    Waited: _waited,
    Rang: _rang,
    SurveyBegun: _survey,
    SurveyEnded: _survey_ended,
    Answered: lambda event: Told(f"answer kept: {event.question} is {event.value}"),
    Alerted: _alerted,
    HungUp: lambda event: Told(f"hangs up at {event.stage}"),
    WentInCircles: lambda event: Told(f"never ends: {event.reason}; the fallback takes the call"),
}
"""How each kind of step is told."""
