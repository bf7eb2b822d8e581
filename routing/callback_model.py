"""The part of the model about callers who are called back, and how they prove who they are."""

from typing import Annotated

from pydantic import Field

from routing.fields import CallingTime, Tries, Validity
from routing.name_fields import HoursName
from routing.route_model import RouteShape
from routing.shape import Shape
from routing.world_fields import Country


class CallbacksShape(Shape):
    """How callers are called back who ask for it.

    A caller gets here by `callback: true`, confirms the number that calls or keys in another, and,
    if there are `hours`, chooses between as soon as possible and one of the times that lie within
    them. Who waited in a queue before keeps their place; who asks again for the same number is
    called once.

    Example:
        callbacks:
          countries: [IR]
          premium: false
          hours: office
          window: 2h
          days: 2
          tries: 3
          then: {hangup: true}
          otherwise: {queue: reception}
    """

    countries: Annotated[list[Country], Field(min_length=1)] | None = Field(
        None,
        description="The countries whose numbers are called. If left out: that of the business.",
    )
    premium: bool = Field(
        default=False, description="Whether numbers are called that cost more than usual."
    )
    hours: HoursName | None = Field(
        None,
        description="The hours that times to choose from lie within. If left out: there are none to"
        " choose from.",
    )
    window: CallingTime = Field(7200, description="How long each of these times is.")
    days: Annotated[int, Field(ge=1, le=14)] = Field(
        2, description="For how many days they are offered, today included."
    )
    tries: Tries = Field(3, description="How often a number may be keyed in.")
    then: RouteShape | None = Field(
        None, description="Where the call goes after that. If left out: it ends."
    )
    otherwise: RouteShape | None = Field(
        None,
        description="Where it goes if nothing was put down. If left out: to the fallback queue.",
    )


class ProofShape(Shape):
    """One-time codes by which callers prove that the telephone that calls is theirs.

    A caller gets here by `prove: true`, is sent a code as a text message, and keys it in. For the
    rest of the call `caller.proven` is then `true`, and `prove: true` leads to `proven` at once.
    Who calls from a number that is withheld, or has been sent too many codes, goes `otherwise`. The
    message is put into the outbox (`rahyab outbox list`).

    Example:
        proof:
          digits: 6
          valid: 10m
          tries: 3
          per_number: 5
          per_day: 500
          proven: {rules: arrival}
          otherwise: {queue: reception}
    """

    digits: Annotated[int, Field(ge=4, le=10)] = Field(6, description="How long a code is.")
    valid: Validity = Field(600, description="For how long it holds.")
    tries: Tries = Field(3, description="How often one may be keyed in.")
    per_number: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="How many codes one number is sent within 24 hours."
    )
    per_day: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        500, description="How many codes are sent in all within 24 hours."
    )
    proven: RouteShape = Field(description="Where the call goes of a caller who has proved it.")
    otherwise: RouteShape = Field(description="Where it goes of one who has not.")
