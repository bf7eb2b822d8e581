"""Decisions, destinations and facts as plain data (JSON), for the journal, and back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from routing.decisions import Clause, Decision, RuleTest
from routing.destinations import (
    Destination,
    ToExtension,
    ToHangup,
    ToMenu,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts
from routing.rules import Condition

Data: TypeAlias = dict[str, Any]
"""A JSON object."""


def destination_to_data(destination: Destination) -> Data:  # noqa: PLR0911  one line a kind
    """A destination as the rules file writes it: `{"queue": "support"}`."""
    match destination:
        case ToQueue(queue):
            return {"queue": queue}
        case ToMenu(menu):
            return {"menu": menu}
        case ToRules(rules):
            return {"rules": rules}
        case ToTracking():
            return {"track": True}
        case ToVoicemail(mailbox):
            return {"voicemail": mailbox}
        case ToExtension(extension):
            return {"extension": extension}
        case ToHangup(cause):
            return {"hangup": cause}
        case ToSurvey(survey):
            return {"survey": survey}


_MAKERS: Final[Mapping[str, Callable[[Any], Destination]]] = {
    "queue": ToQueue,
    "menu": ToMenu,
    "rules": ToRules,
    "track": lambda _: ToTracking(),
    "voicemail": ToVoicemail,
    "extension": ToExtension,
    "hangup": ToHangup,
    "survey": ToSurvey,
}


def destination_from_data(data: Mapping[str, Any]) -> Destination:
    """The inverse of `destination_to_data`."""
    ((kind, value),) = data.items()
    return _MAKERS[kind](value)


def decision_to_data(decision: Decision) -> Data:
    """A decision with its reasons."""
    return {
        "rules": decision.rules,
        "rule": decision.rule_id,
        "say": list(decision.say),
        "priority": decision.priority,
        "open_case": decision.open_case,
        "then": destination_to_data(decision.destination),
        "tests": [_test_to_data(test) for test in decision.tests],
        "revision": decision.revision,
    }


def decision_from_data(data: Mapping[str, Any]) -> Decision:
    """The inverse of `decision_to_data`."""
    return Decision(
        rules=data["rules"],
        rule_id=data["rule"],
        say=tuple(data["say"]),
        priority=data["priority"],
        open_case=data["open_case"],
        destination=destination_from_data(data["then"]),
        tests=tuple(_test_from_data(test) for test in data["tests"]),
        revision=data["revision"],
    )


def _test_to_data(test: RuleTest) -> Data:
    return {"rule": test.rule_id, "clauses": [_clause_to_data(each) for each in test.clauses]}


def _test_from_data(data: Mapping[str, Any]) -> RuleTest:
    return RuleTest(data["rule"], tuple(_clause_from_data(each) for each in data["clauses"]))


def _clause_to_data(clause: Clause) -> Data:
    condition = clause.condition
    return {
        "fact": condition.fact,
        "argument": condition.argument,
        "allowed": list(condition.allowed),
        "seen": clause.seen,
        "held": clause.held,
    }


def _clause_from_data(data: Mapping[str, Any]) -> Clause:
    condition = Condition(data["fact"], data["argument"], tuple(data["allowed"]))
    return Clause(condition, data["seen"], data["held"])


def facts_to_data(facts: Facts) -> Data:
    """The facts of a call, complete: the same decision can be made from them again."""
    zone = facts.at.tzinfo
    return {
        "call": facts.call_id,
        "at": facts.at.isoformat(),
        "timezone": zone.key if isinstance(zone, ZoneInfo) else None,
        "caller": {
            "number_as_sent": facts.caller.number_as_sent,
            "name_as_sent": facts.caller.name_as_sent,
            "number": facts.caller.number,
        },
        "dialled": facts.dialled,
        "source": facts.source,
        "language": facts.language,
        "customer": _customer_to_data(facts.customer),
        "keys": list(facts.keys),
    }


def facts_from_data(data: Mapping[str, Any]) -> Facts:
    """The inverse of `facts_to_data`."""
    at = datetime.fromisoformat(data["at"])
    zone = data["timezone"]
    return Facts(
        call_id=data["call"],
        at=at if zone is None else at.astimezone(ZoneInfo(zone)),
        caller=Caller(**data["caller"]),
        dialled=data["dialled"],
        source=data["source"],
        language=data["language"],
        customer=_customer_from_data(data["customer"]),
        keys=tuple(data["keys"]),
    )


def _customer_to_data(customer: CustomerFacts) -> Data:
    return {
        "status": customer.status.value,
        "id": customer.id,
        "name": customer.name,
        "language": customer.language,
        "segment": customer.segment,
        "contracts": [_contract_to_data(contract) for contract in customer.contracts],
        "open_cases": customer.open_cases,
    }


def _customer_from_data(data: Mapping[str, Any]) -> CustomerFacts:
    return CustomerFacts(
        status=CustomerStatus(data["status"]),
        id=data["id"],
        name=data["name"],
        language=data["language"],
        segment=data["segment"],
        contracts=tuple(_contract_from_data(contract) for contract in data["contracts"]),
        open_cases=data["open_cases"],
    )


def _contract_to_data(contract: Contract) -> Data:
    return {
        "level": contract.level,
        "starts": contract.starts.isoformat(),
        "ends": contract.ends.isoformat(),
        "grace_days": contract.grace_days,
    }


def _contract_from_data(data: Mapping[str, Any]) -> Contract:
    return Contract(
        level=data["level"],
        starts=date.fromisoformat(data["starts"]),
        ends=date.fromisoformat(data["ends"]),
        grace_days=data["grace_days"],
    )
