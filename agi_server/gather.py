"""Facts of a call, each within a time budget; what is late or broken becomes `unavailable`."""

from collections.abc import Mapping
from typing import Final

import structlog

from agi_server.channel import Channel
from agi_server.records import Records
from crm.http_lookup.asking import HttpLookup
from crm.ports import StoreError
from crm.records import CallerMatch, CallerRecord
from routing.entrances import read_caller
from routing.facts import Caller, Contract, CustomerFacts, CustomerStatus
from routing.rules import Policy

log = structlog.get_logger(__name__)

ASKED_ELSEWHERE: Final = frozenset({CustomerStatus.UNKNOWN, CustomerStatus.UNAVAILABLE})
"""What the customer file must say of a caller for another program to be asked."""

_UNAVAILABLE: Final = CustomerFacts(CustomerStatus.UNAVAILABLE)

PACE: Final = "pace"
"""The preference of customers who need more time for keys: its value is `slow`."""

OWNER: Final = "agent"
"""The preference that names the agent who looks after a customer, by id."""

CALLER_NUMBER: Final = "CALLERID(num)"
CALLER_NAME: Final = "CALLERID(name)"


async def gather_caller(channel: Channel, country: str) -> Caller:
    """Ask Asterisk who calls; the texts are kept exactly as the network sent them."""
    number = await channel.get_untrusted(CALLER_NUMBER)
    name = await channel.get_untrusted(CALLER_NAME)
    return read_caller(number, name, country)


async def gather_variables(channel: Channel, policy: Policy) -> Mapping[str, str]:
    """Read the channel variables that the rules declare, by their ids there.

    One that is not set, or set to nothing, is left out. Nobody knows who chose the values. Those
    that get what callers key in secretly are not looked at: a call may come in again with them.
    """
    secret = {entry.variable for entry in policy.entries.values() if entry.secret}
    values = {
        variable.id: await channel.get_untrusted(variable.channel)
        for variable in policy.variables.values()
        if variable.channel not in secret
    }
    return {id_: value for id_, value in values.items() if value}


async def gather_customer(
    records: Records, number: str | None, lookup: HttpLookup | None = None
) -> CustomerFacts:
    """Look the caller up in the customer file, and elsewhere if that does not know them.

    Args:
        records: Where the file is; one that takes too long is `unavailable`.
        number: The caller's number in E.164, or None when there is none to look up.
        lookup: Who is asked about callers who are not in the file; None: nobody. A number that is
            blocked, or a restricted customer's, is nobody else's business.
    """
    if number is None:
        return CustomerFacts(CustomerStatus.WITHHELD)
    in_file = await _from_the_file(records, number)
    facts = _UNAVAILABLE if in_file is None else customer_facts(in_file)
    is_ours = in_file is not None and (in_file.blocked or in_file.restricted)
    if lookup is None or facts.status not in ASKED_ELSEWHERE or is_ours:
        return facts
    found = await lookup.look_up(number)
    return facts if found is None else _known_customer(CallerMatch(found, 0, None, None))


async def _from_the_file(records: Records, number: str) -> CallerRecord | None:
    """What the file has of a number; None while it is unavailable."""
    try:
        return await records.read(lambda store: store.look_up_caller(number))
    except StoreError as error:
        log.warning("customer file unavailable", reason=str(error))
        return None


def customer_facts(found: CallerRecord) -> CustomerFacts:
    """What the rules may know of a caller whom the store was asked about."""
    if not found.matches:
        return CustomerFacts(CustomerStatus.UNKNOWN, blocked=found.blocked)
    if len(found.matches) > 1:
        return CustomerFacts(CustomerStatus.AMBIGUOUS, blocked=found.blocked)
    return _known_customer(found.matches[0], blocked=found.blocked)


def _known_customer(match: CallerMatch, *, blocked: bool = False) -> CustomerFacts:
    customer = match.customer
    return CustomerFacts(
        status=CustomerStatus.KNOWN,
        id=customer.id,
        name=customer.name,
        language=customer.language,
        segment=customer.segment,
        contracts=tuple(
            Contract(found.level, found.starts, found.ends, found.grace_days)
            for found in customer.contracts
        ),
        open_cases=match.open_cases,
        oldest_open_case=match.oldest_open_case,
        lead_score=customer.lead_score,
        last_agent=match.last_agent,
        owner=customer.preferences.get(OWNER),
        blocked=blocked,
        pace="slow" if customer.preferences.get(PACE) == "slow" else "normal",
    )
