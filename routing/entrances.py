"""Where calls come in: what is known as one begins, where it starts, how it goes on after a queue.

Whoever leads a call begins here, on a telephone line or in a rehearsal.
"""

from collections.abc import Mapping
from datetime import datetime

from routing.destinations import Route, ToHangup, ToQueue, ToSurvey
from routing.facts import Caller, CustomerFacts, Facts
from routing.phone_numbers import country_of, to_e164
from routing.rules import DialledNumber, Policy, Queue


def read_caller(number: str, name: str, country: str) -> Caller:
    """Who calls, as the network says it.

    Args:
        number: The text of the number, whatever it is; empty when withheld.
        name: The text of the name.
        country: ISO 3166 code of the country whose numbers are written without a country code.
    """
    read = to_e164(number, country)
    return Caller(
        number_as_sent=number,
        name_as_sent=name,
        number=read,
        country=None if read is None else country_of(read),
    )


def find_number(policy: Policy, dialled: str) -> DialledNumber | None:
    """The entry of `numbers` that was dialled, however the trunk wrote it."""
    entry = policy.numbers.get(dialled)
    if entry is not None:
        return entry
    international = to_e164(dialled, policy.business.country)
    return None if international is None else policy.numbers.get(international)


def choose_language(policy: Policy, number: DialledNumber | None, customer: CustomerFacts) -> str:
    """The customer's own language if the business speaks it, else the number's, else the first."""
    spoken = policy.business.languages
    wishes = (customer.language, None if number is None else number.language)
    return next((wish for wish in wishes if wish in spoken and wish is not None), spoken[0])


def facts_on_arrival(  # noqa: PLR0913  each is a fact of its own
    policy: Policy,
    *,
    call_id: str,
    at: datetime,
    caller: Caller,
    dialled: str,
    customer: CustomerFacts,
    variables: Mapping[str, str],
) -> Facts:
    """What is known about a call as it begins.

    Args:
        policy: The rules.
        call_id: Our id of the call.
        at: The moment, in the business's time zone.
        caller: Who calls.
        dialled: What was dialled, as the trunk wrote it.
        customer: What the store knows of the caller.
        variables: The declared channel variables that are set, by their id in the rules.
    """
    number = find_number(policy, dialled)
    return Facts(
        call_id=call_id,
        at=at,
        caller=caller,
        dialled=dialled if number is None else number.number,
        source=None if number is None else number.source,
        language=choose_language(policy, number, customer),
        customer=customer,
        variables=variables,
    )


def route_on_arrival(policy: Policy, facts: Facts) -> Route:
    """Where a call starts."""
    number = policy.numbers.get(facts.dialled)
    return policy.unlisted if number is None else number.start


def route_after_queue(policy: Policy, queue: Queue | None, *, served: bool) -> Route:
    """How a call goes on that is back from a queue.

    A caller who has not been served waits on in the fallback queue, if the rules do not say
    anything of the queue any more: nobody is dropped because a queue was renamed.

    Args:
        policy: The rules.
        queue: Where it waited; None if the rules do not have that queue any more.
        served: Whether an agent has spoken with the caller.
    """
    if served:
        survey = None if queue is None else queue.survey
        return Route(ToHangup() if survey is None else ToSurvey(survey))
    return Route(ToQueue(policy.fallback)) if queue is None else queue.give_up_then


def route_after_agent(policy: Policy, *, served: bool) -> Route:
    """How a call goes on whose caller wanted to speak with one agent.

    Args:
        policy: The rules.
        served: Whether they have.
    """
    otherwise = policy.tracking.agent_otherwise
    return Route(ToHangup()) if served or otherwise is None else otherwise
