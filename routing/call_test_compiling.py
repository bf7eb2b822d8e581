"""Makes tests of their shapes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from routing.call_test_model import (
    CallTestShape,
    ContractShape,
    CustomerShape,
    QueueGivenShape,
    RequestShape,
    VisitShape,
)
from routing.call_test_outcomes import CallbackOutcomeShape, OutcomeShape
from routing.call_tests import (
    MOMENT,
    CallTest,
    Expectation,
    GivenRequest,
    ScriptedCall,
    Visit,
    VisitEnd,
    Wanted,
)
from routing.documents import Document
from routing.entrances import read_caller
from routing.facts import Contract, CustomerFacts, CustomerStatus, QueueFacts
from routing.moments import read_moment
from routing.problems import Path
from routing.rules import Business
from routing.waits import Place, WaitRange

TESTS: Final = "tests"
"""The section that holds them."""

_LONG_AGO: Final = date(2000, 1, 1)

_CUSTOMER_ID: Final = 1
"""Of whoever calls in a test and is known: there is nobody else."""


def compile_tests(
    shapes: Sequence[CallTestShape], business: Business, document: Document
) -> tuple[CallTest, ...]:
    """The tests of a file in which nothing is wrong."""
    return tuple(
        _test(shape, business, document, (TESTS, number)) for number, shape in enumerate(shapes)
    )


def _test(shape: CallTestShape, business: Business, document: Document, path: Path) -> CallTest:
    place = document.at_value(path)
    return CallTest(
        name=shape.name,
        call=_call(shape, business),
        expect=() if shape.expect is None else tuple(_outcomes(shape.expect, business)),
        never=tuple(each for outcome in shape.never for each in _outcomes(outcome, business)),
        file=place.file,
        line=place.line,
    )


def _call(shape: CallTestShape, business: Business) -> ScriptedCall:
    given = shape.call
    at = read_moment(given.at, business.timezone)
    caller = read_caller(given.number, given.name, business.country)
    withheld = caller.number is None
    places = {id_: tuple(map(_place, states)) for id_, states in shape.queues.items()}
    return ScriptedCall(
        call_id=given.id,
        at=at,
        caller=caller,
        dialled=given.to,
        customer=compile_customer(shape.customer, at, withheld=withheld),
        keys=given.keys,
        agents=None if shape.agents is None else tuple(shape.agents),
        queues={id_: tuple(map(_queue, states)) for id_, states in shape.queues.items()},
        places=places,
        variables=shape.variables,
        requests={number: _request(given) for number, given in shape.requests.items()},
        code=shape.code or "",
        callbacks=tuple(shape.callbacks),
        surveys=shape.surveys,
        visits=tuple(_visit(visit) for visit in shape.in_queue),
    )


def compile_customer(shape: CustomerShape | None, at: datetime, *, withheld: bool) -> CustomerFacts:
    """What the store knows of a caller.

    Args:
        shape: What is said of the customer; None for nobody's number.
        at: The moment of the call.
        withheld: Whether the caller shows no number: the store is then not asked.
    """
    if withheld:
        return CustomerFacts(CustomerStatus.WITHHELD)
    if shape is None:
        return CustomerFacts(CustomerStatus.UNKNOWN)
    status = CustomerStatus(shape.status)
    if status is not CustomerStatus.KNOWN:
        return CustomerFacts(status, blocked=shape.blocked)
    count = shape.open_cases if shape.open_cases is not None else int(shape.oldest_case is not None)
    return CustomerFacts(
        status=status,
        id=_CUSTOMER_ID,
        language=shape.language,
        segment=shape.segment,
        contracts=tuple(_contract(each) for each in shape.contract),
        open_cases=count,
        oldest_open_case=at - timedelta(seconds=shape.oldest_case or 0) if count else None,
        lead_score=shape.lead_score,
        last_agent=shape.last_agent,
        owner=shape.owner,
        blocked=shape.blocked,
        pace=shape.pace,
    )


def _contract(shape: ContractShape) -> Contract:
    return Contract(shape.level, shape.starts or _LONG_AGO, shape.until, shape.grace)


def _request(shape: RequestShape) -> GivenRequest:
    return GivenRequest(shape.state, shape.callers, shape.agent, shape.pin)


def _queue(shape: QueueGivenShape) -> QueueFacts:
    return QueueFacts(shape.waiting, shape.longest_wait, shape.agents, shape.estimated_wait)


def _place(shape: QueueGivenShape) -> Place | None:
    """Where the caller would be in the queue; None if nothing is said of that."""
    if shape.ahead is None and shape.wait is None:
        return None
    wait = shape.wait
    known = None if wait is None else WaitRange(wait.shortest, wait.likely, wait.longest)
    return Place(shape.ahead, known)


def _visit(shape: VisitShape) -> Visit:
    if shape.presses is not None:
        return Visit(VisitEnd.LEFT, shape.after or 0, key=shape.presses)
    if shape.full:
        return Visit(VisitEnd.FULL)
    if shape.answered_by is not None:
        return Visit(VisitEnd.ANSWERED, shape.after or 0, shape.answered_by)
    if shape.hangs_up:
        return Visit(VisitEnd.HUNG_UP, shape.after or 0)
    return Visit(VisitEnd.GAVE_UP if shape.gives_up else VisitEnd.REFUSED)


def _outcomes(shape: OutcomeShape, business: Business) -> Iterator[Expectation]:
    """What is named, in the order of the reference."""
    for name in OutcomeShape.model_fields:
        if name in shape.model_fields_set:
            yield Expectation(name, _wanted(getattr(shape, name), business))


def _wanted(value: Wanted | CallbackOutcomeShape, business: Business) -> Wanted:
    if isinstance(value, CallbackOutcomeShape):
        return _callback(value, business)
    return None if value is True else value


def _callback(shape: CallbackOutcomeShape, business: Business) -> Mapping[str, str] | None:
    """What of a request to call back matters; None if nothing does but that there is one."""
    earliest = None if shape.earliest is None else read_moment(shape.earliest, business.timezone)
    wanted = {
        "number": shape.number,
        "earliest": None if earliest is None else earliest.strftime(MOMENT),
        "joined": None if shape.joined is None else str(shape.joined).lower(),
    }
    return {name: value for name, value in wanted.items() if value is not None} or None
