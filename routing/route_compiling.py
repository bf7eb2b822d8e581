"""Compiles routes: where calls go, and what is done on the way."""

from routing.decisions_data import destination_from_data
from routing.destinations import Destination, Priority, Route
from routing.route_model import (
    DESTINATIONS,
    ActionsShape,
    DestinationShape,
    PriorityShape,
    RouteShape,
)


def destination(shape: DestinationShape) -> Destination:
    """Where a call goes. The shape has made sure that exactly one key is given."""
    (key,) = (key for key in DESTINATIONS if key in shape.model_fields_set)
    return destination_from_data({key: getattr(shape, key)})


def compile_route(shape: RouteShape) -> Route:
    """A route."""
    return with_actions(destination(shape), shape)


def with_actions(to: Destination, shape: ActionsShape) -> Route:
    """A route to somewhere, with what is done on the way."""
    return Route(
        to=to,
        language=shape.language,
        say=shape.say,
        open_case=shape.case == "open",
        priority=None if shape.priority is None else _priority(shape.priority),
        music=shape.music,
        variables=tuple(shape.variables.items()),
        pace=shape.pace,
    )


def _priority(shape: PriorityShape) -> Priority:
    return Priority(shape.start, shape.rise, shape.every, shape.highest)
