"""Which queues a call can come to at all.

Read off the compiled rules. What a call can come to is found by the type of what is written, not by
a list of places: a destination in a new place of the rules leads on by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass

from routing.destinations import (
    ToCallback,
    ToEntry,
    ToMenu,
    ToProof,
    ToQueue,
    ToRules,
    ToTracking,
)
from routing.rules import Policy, RuleList


def reachable_queues(policy: Policy) -> frozenset[str]:
    """The ids of the queues that some call can come to, the fallback included.

    Args:
        policy: The rules.
    """
    seen: set[object] = set()
    pending = list(_beginnings(policy))
    while pending:
        destination = pending.pop()
        if destination not in seen:
            seen.add(destination)
            pending.extend(_destinations(_place(policy, destination)))
    return frozenset(each.queue for each in seen if isinstance(each, ToQueue))


def _beginnings(policy: Policy) -> Iterator[object]:
    """Where calls start, where the key for a person leads, and what takes calls without a server.

    The key for a person works wherever a caller is asked something, so it is taken for reached.
    """
    yield from _destinations(policy.numbers)
    yield from _destinations((policy.unlisted, policy.person))
    yield ToQueue(policy.fallback)


def _place(  # noqa: PLR0911  one line a kind
    policy: Policy, destination: object
) -> object:
    """What stands where a call is sent; nothing where it leaves the rules."""
    match destination:
        case ToQueue(queue):
            return policy.queues[queue]
        case ToMenu(menu):
            return policy.menus[menu]
        case ToRules(rules):
            return policy.rules[rules]
        case ToEntry(entry):
            return policy.entries[entry]
        case ToTracking():
            return policy.tracking
        case ToCallback():
            return policy.callbacks
        case ToProof():
            return policy.proof
        case _:
            return ()


_LEADING_ON = (ToQueue, ToMenu, ToRules, ToEntry, ToTracking, ToCallback, ToProof)


def _destinations(part: object) -> Iterator[object]:
    """Every destination that leads on, anywhere in a part of the rules."""
    if isinstance(part, _LEADING_ON):
        yield part
    else:
        for inner in _within(part):
            yield from _destinations(inner)


def _within(part: object) -> Iterable[object]:
    if isinstance(part, RuleList):  # conditions hold no destination, and may be long
        return [rule.then for rule in part.rules]
    if isinstance(part, Mapping):
        return part.values()
    if isinstance(part, tuple):
        return part
    if is_dataclass(part):
        return [getattr(part, each.name) for each in fields(part)]
    return ()
