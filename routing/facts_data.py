"""The facts of a call as plain data (JSON), for the journal, and back."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus, Facts

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
