"""Writes a rehearsed call as a test, to be pasted."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, Final

from dialplan import contract
from ivr.effects import ChangeLanguage, Decided
from rehearsal.account import (
    Account,
    Answered,
    CameIn,
    CaseOpened,
    Entered,
    Heard,
    HungUp,
    Sent,
)
from rehearsal.seen import SEEN, callbacks
from routing.call_tests import UNNAMED_CALL, GivenRequest, ScriptedCall, Visit, VisitEnd
from routing.decisions_data import destination_to_data
from routing.destinations import ToHangup, ToVoicemail
from routing.facts import ContractStatus, CustomerFacts, CustomerStatus, QueueFacts
from routing.key_script import written
from routing.rules import Policy
from routing.sights import contract_status
from routing.waits import Place

_WORD: Final = re.compile(r"[a-z][a-z0-9_-]*")
_NOT_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What YAML takes for something else than text."""

_LONGEST: Final = 999_999

Data = dict[str, Any]


def as_test(policy: Policy, call: ScriptedCall, account: Account, name: str) -> str:
    """A rules file's `tests:` with one test, which the call passes.

    Args:
        policy: The rules.
        call: The call.
        account: What became of it.
        name: What the test is to be called.
    """
    visits = call.visits[: len(call.visits) - len(account.unvisited)]
    entries: Data = {
        "name": name,
        "call": _call(call, _asked_for(call, account)),
        "customer": _customer(call.customer, call.at),
        "agents": None if call.agents is None else list(call.agents),
        "queues": {id_: _given(call, id_) for id_ in call.queues} or None,
        "variables": dict(call.variables) or None,
        "requests": {number: _request(given) for number, given in call.requests.items()} or None,
        "code": call.code or None,
        "callbacks": list(call.callbacks) or None,
        "surveys": dict(call.surveys) or None,
        "in_queue": [_visit(visit) for visit in visits] or None,
        "expect": dict(_expected(policy, account)),
    }
    lines = [f"{key}: {_flow(value)}" for key, value in entries.items() if value is not None]
    return "tests:\n  - " + "\n    ".join(lines) + "\n"


def _asked_for(call: ScriptedCall, account: Account) -> str:
    """The key script without its end that no question took, for that would fail the test."""
    return written(call.keys).removesuffix(account.unasked).strip()


def _call(call: ScriptedCall, keys: str) -> Data:
    data = {
        "from": call.caller.number_as_sent,
        "to": call.dialled,
        "at": _moment(call.at),
        "keys": keys or None,
        "name": call.caller.name_as_sent or None,
        "id": None if call.call_id == UNNAMED_CALL else call.call_id,
    }
    return {key: value for key, value in data.items() if value is not None}


def _moment(at: datetime) -> str:
    """A moment as tests write it, with its offset in the second of two hours of the same name."""
    precision = "seconds" if at.second else "minutes"
    again = at.replace(fold=0).utcoffset() != at.utcoffset()
    return (at if again else at.replace(tzinfo=None)).isoformat(" ", precision)


def _customer(customer: CustomerFacts, at: datetime) -> Data | str | None:
    if customer.status in {CustomerStatus.UNKNOWN, CustomerStatus.WITHHELD}:
        return {"is": "unknown", "blocked": True} if customer.blocked else None
    if customer.status is not CustomerStatus.KNOWN:
        status = customer.status.value
        return {"is": status, "blocked": True} if customer.blocked else status
    opened = customer.oldest_open_case
    data = {
        "segment": customer.segment,
        "language": customer.language,
        "contract": _contract(customer, at.date()),
        "lead_score": customer.lead_score,
        "open_cases": customer.open_cases or None,
        "oldest_case": None if opened is None else _seconds((at - opened).total_seconds()),
        "last_agent": customer.last_agent,
        "owner": customer.owner,
        "blocked": customer.blocked or None,
        "pace": None if customer.pace == "normal" else customer.pace,
    }
    return {key: value for key, value in data.items() if value is not None} or "known"


def _contract(customer: CustomerFacts, day: date) -> Data | None:
    """The shortest contract that stands on this day as those of the customer do."""
    status = contract_status(customer, day)
    if status is ContractStatus.NONE:
        return None
    alike = (
        held
        for held in customer.contracts
        if contract_status(replace(customer, contracts=(held,)), day) is status
    )
    last = max(alike, key=lambda held: held.ends)
    grace = {"grace": last.grace_days} if status is ContractStatus.GRACE else {}
    return {"until": last.ends.isoformat(), **grace}


def _request(given: GivenRequest) -> Data | str:
    """How a request stands; one word where nothing else is known of it."""
    data = {
        "state": given.state,
        "callers": given.is_callers or None,
        "agent": given.agent,
        "pin": given.pin,
    }
    known = {key: value for key, value in data.items() if value is not None}
    return known if len(known) > 1 else given.state


def _given(call: ScriptedCall, queue: str) -> Data | list[Data]:
    """How a queue stands, look by look; one state if it never changes."""
    states = list(zip_longest(call.queues[queue], call.places.get(queue, ())))
    if len(set(states)) == 1:
        return _state(*states[0])
    return [_state(*each) for each in states]


def _state(queue: QueueFacts, place: Place | None) -> Data:
    spans = {"longest_wait", "estimated_wait"}
    given = {each.name: getattr(queue, each.name) for each in fields(queue)}
    if place is not None:
        wait = place.wait
        range_ = None if wait is None else {k: _seconds(v) for k, v in asdict(wait).items()}
        given.update(ahead=place.ahead, wait=range_)
    return {
        name: _seconds(value) if name in spans else value
        for name, value in given.items()
        if value is not None
    }


def _visit(visit: Visit) -> Data:
    match visit.end:
        case VisitEnd.ANSWERED:
            return {"answered_by": visit.agent, "after": _seconds(visit.after)}
        case VisitEnd.HUNG_UP:
            return {"hangs_up": True, "after": _seconds(visit.after)}
        case VisitEnd.GAVE_UP:
            return {"gives_up": True}
        case VisitEnd.REFUSED:
            return {"refused": True}
        case VisitEnd.FULL:
            return {"full": True}
        case VisitEnd.LEFT:
            return {"presses": visit.key, "after": _seconds(visit.after)}


def _expected(policy: Policy, account: Account) -> Iterator[tuple[str, Any]]:
    """What became of the call, as far as rules decide on it."""
    own = [
        prompt
        for heard in account.events(Heard)
        for prompt in heard.prompts
        if heard.asks is None and prompt in policy.prompts
    ]
    yield from _if_any("says", own)
    yield from (("menu", menu) for menu in SEEN["menu"](account))
    yield from (("track", True) for _ in SEEN["track"](account))
    decisions = [each.decision for each in account.events(Decided)]
    yield from _if_any("rule", [f"{each.rules.id}/{each.rule_id}" for each in decisions])
    for sent in account.events(Sent):
        if not isinstance(sent.ending, ToHangup | ToVoicemail):
            yield from destination_to_data(sent.ending).items()
    yield from _ending(account)
    priorities = [s.variables.get(contract.PRIORITY) for s in account.events(Sent)]
    yield from (("priority", int(each)) for each in priorities if each is not None)
    yield from (("language", each.facts.language) for each in account.events(CameIn))
    yield from (("language", each.language) for each in account.events(ChangeLanguage))
    yield from (("case", "opened") for _ in account.events(CaseOpened))
    yield from _if_any("entered", {each.entry: each.value for each in account.events(Entered)})
    yield from (("proven", True) for _ in SEEN["proven"](account))
    for key in ("text", "note", "alert"):
        yield from ((key, each) for each in SEEN[key](account))
    yield from _if_any("answers", {a.question: a.value for a in account.events(Answered)})


def _ending(account: Account) -> Iterator[tuple[str, Any]]:
    """How the call ended, if it did."""
    yield from (("voicemail", mailbox) for mailbox in SEEN["voicemail"](account))
    asked = {name: value for name, value in callbacks(account) if name != "joined"}
    yield from _if_any("callback", asked)
    yield from (("leaves_at", each.stage) for each in account.events(HungUp))
    endings = [sent.ending for sent in account.events(Sent)]
    if endings and isinstance(endings[-1], ToHangup):
        yield "hangup", endings[-1].cause


def _if_any(key: str, found: Sequence[str] | Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    if found:
        yield key, found


def _seconds(seconds: float) -> str:
    """A duration as the rules file writes it, which has six digits at most."""
    whole = round(seconds)
    return f"{whole}s" if whole <= _LONGEST else f"{whole // 3600}h"


def _flow(value: Any) -> str:  # noqa: ANN401  whatever a test holds
    """A value in YAML's flow style; what YAML might misread stands in quotes."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
        case str():
            plain = _WORD.fullmatch(value) and value not in _NOT_WORDS
            return value if plain else json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value)
