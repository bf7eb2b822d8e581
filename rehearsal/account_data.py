"""The way of a call as plain data (JSON)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from ivr.effects import ChangeLanguage, Decided, Left, MayAsk, Preferred, TurnAway
from ivr.rulebook import Rulebook
from rehearsal import account as steps
from rehearsal.account import Account, Step
from rehearsal.staffing import Stage, stages
from routing.decide import explanation
from routing.decisions_data import destination_to_data, explanation_to_data, route_to_data
from routing.destinations import ToQueue
from routing.facts_data import facts_to_data

Data = dict[str, Any]

KINDS: Final[Mapping[type, str]] = {
    steps.CameIn: "came-in",
    ChangeLanguage: "language",
    steps.Heard: "heard",
    steps.Pressed: "pressed",
    steps.WasSilent: "silence",
    steps.Entered: "entered",
    Left: "left",
    steps.LookedAtQueues: "queues",
    steps.FoundPlace: "place",
    TurnAway: "turned-away",
    Preferred: "preferred",
    Decided: "decided",
    steps.CaseOpened: "case-opened",
    steps.LookedUp: "looked-up",
    steps.CallbackAsked: "callback-asked",
    steps.PinChecked: "pin-checked",
    steps.CodeDrawn: "code-drawn",
    steps.CodeChecked: "code-checked",
    steps.CodeVoid: "code-void",
    steps.TextSent: "text-queued",
    steps.Recorded: "recorded",
    steps.PlayedBack: "played-back",
    steps.Sent: "sent",
    steps.Waited: "left-queue",
    steps.Rang: "left-agent",
    steps.SurveyBegun: "survey",
    steps.SurveyEnded: "survey",
    steps.Answered: "answered",
    steps.Alerted: "alert",
    steps.HungUp: "hung-up",
    steps.WentInCircles: "failed",
}
"""What each kind of step is called, as in the journal where it has the same."""


def account_to_data(book: Rulebook, account: Account) -> list[Data]:
    """Every step, in order: `after` in seconds, `kind`, and its particulars."""
    return [_step(book, step) for step in account.steps]


def _step(book: Rulebook, step: Step) -> Data:
    event = step.event
    match event:
        case steps.CameIn():
            own: Data = {"facts": facts_to_data(event.facts), "listed": event.listed}
        case Decided(decision):
            own = explanation_to_data(explanation(decision))
        case Left() | TurnAway():
            own = _led(event)
        case steps.Sent():
            own = _sent(book, event)
        case steps.LookedUp(_, state):
            own = {**asdict(event), "found": state is not None}
        case steps.SurveyBegun(survey, may):
            own = {"survey": survey, "outcome": "asked" if may is MayAsk.YES else may}
        case steps.SurveyEnded(survey, declined):
            own = {"survey": survey, "outcome": "declined" if declined else "complete"}
        case steps.CallbackAsked():
            own = {**asdict(event), **_window(event)}
        case _:
            own = asdict(event)
    return {"after": step.after, "kind": KINDS[type(event)], **own}


def _led(event: Left | TurnAway) -> Data:
    """What led elsewhere, why, and where to."""
    where = {"dialogue": event.dialogue} if isinstance(event, Left) else {"queue": event.queue}
    return {**where, "why": event.why, "then": route_to_data(event.route)}


def _window(event: steps.CallbackAsked) -> Data:
    times = {"earliest": event.earliest, "latest": event.latest}
    return {name: None if at is None else at.isoformat() for name, at in times.items()}


def _sent(book: Rulebook, event: steps.Sent) -> Data:
    data: Data = {
        "to": destination_to_data(event.ending),
        "rule": event.rule,
        "variables": {name: str(value) for name, value in event.variables.items()},
    }
    if event.preferred is not None:
        data["agent"] = event.preferred
    elif isinstance(event.ending, ToQueue):
        facts = event.facts
        found = stages(book.policy, event.ending.queue, facts.language, event.at)
        data["steps"] = [_stage(each) for each in found]
    return data


def _stage(stage: Stage) -> Data:
    return {
        "after": stage.after,
        "at": stage.at.isoformat(),
        "penalty": stage.penalty,
        "need": [asdict(need) for need in stage.need],
        "agents": [{"agent": each.agent.id, "on_duty": each.on_duty} for each in stage.candidates],
    }
