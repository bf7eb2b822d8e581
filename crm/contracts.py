"""How one contract stands on a day, as the rules would say of a customer who has only this one."""

from datetime import date
from enum import StrEnum

from crm.records import ContractRecord
from routing.facts import Contract, ContractStatus, CustomerFacts, CustomerStatus
from routing.sights import contract_status


class ContractState(StrEnum):
    """How one contract stands."""

    NOT_YET = "not-yet"
    """It begins later: for the rules there is none."""
    RUNNING = "running"
    GRACE = "grace"
    """Past its end, within its days of grace."""
    ENDED = "ended"


def contract_state(contract: ContractRecord, day: date) -> ContractState:
    """How the contract stands on `day`; its first and last days are included."""
    only = Contract(contract.level, contract.starts, contract.ends, contract.grace_days)
    status = contract_status(CustomerFacts(CustomerStatus.KNOWN, contracts=(only,)), day)
    return ContractState.NOT_YET if status is ContractStatus.NONE else ContractState(status.value)
