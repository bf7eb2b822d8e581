"""How a contract stands on a day."""

from datetime import date, timedelta
from enum import StrEnum

from crm.records import ContractRecord


class ContractState(StrEnum):
    """How one contract stands."""

    NOT_YET = "not-yet"
    """It begins later."""
    RUNNING = "running"
    GRACE = "grace"
    """Past its end, within its days of grace."""
    ENDED = "ended"


def contract_state(contract: ContractRecord, day: date) -> ContractState:
    """How the contract stands on `day`; its first and last days are included."""
    if day < contract.starts:
        return ContractState.NOT_YET
    if day <= contract.ends:
        return ContractState.RUNNING
    if day <= contract.ends + timedelta(days=contract.grace_days):
        return ContractState.GRACE
    return ContractState.ENDED
