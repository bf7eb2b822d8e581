"""The facts of a call as plain data (JSON), for the journal, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts, QueueFacts

Data: TypeAlias = dict[str, Any]
"""A JSON object."""


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
            "country": facts.caller.country,
        },
        "dialled": facts.dialled,
        "source": facts.source,
        "language": facts.language,
        "customer": _customer_to_data(facts.customer),
        "keyed": dict(facts.keyed),
        "queues": {id_: asdict(queue) for id_, queue in facts.queues.items()},
        "variables": dict(facts.variables),
        "proven": facts.proven,
    }


def facts_from_data(data: Mapping[str, Any]) -> Facts:
    """The inverse of `facts_to_data`; what earlier versions did not know yet may be missing."""
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
        keyed=data.get("keyed", {}),
        queues={id_: QueueFacts(**queue) for id_, queue in data.get("queues", {}).items()},
        variables=data.get("variables", {}),
        proven=data.get("proven", False),
    )


def _customer_to_data(customer: CustomerFacts) -> Data:
    opened = customer.oldest_open_case
    return {
        "status": customer.status.value,
        "id": customer.id,
        "name": customer.name,
        "language": customer.language,
        "segment": customer.segment,
        "contracts": [_contract_to_data(contract) for contract in customer.contracts],
        "open_cases": customer.open_cases,
        "oldest_open_case": opened.isoformat() if opened else None,
        "lead_score": customer.lead_score,
        "last_agent": customer.last_agent,
        "owner": customer.owner,
        "blocked": customer.blocked,
        "pace": customer.pace,
    }


def _customer_from_data(data: Mapping[str, Any]) -> CustomerFacts:
    opened = data.get("oldest_open_case")
    return CustomerFacts(
        status=CustomerStatus(data["status"]),
        id=data["id"],
        name=data["name"],
        language=data["language"],
        segment=data["segment"],
        contracts=tuple(_contract_from_data(contract) for contract in data["contracts"]),
        open_cases=data["open_cases"],
        oldest_open_case=datetime.fromisoformat(opened) if opened else None,
        lead_score=data.get("lead_score"),
        last_agent=data.get("last_agent"),
        owner=data.get("owner"),
        blocked=data.get("blocked", False),
        pace=data.get("pace", "normal"),
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
