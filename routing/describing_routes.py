"""What leads where in the rules, in words."""

from collections.abc import Iterator

from routing.destinations import Route, ToRules
from routing.rules import Policy, Queue


def routes_to(policy: Policy, rules_id: str) -> Iterator[str]:
    """Everything that sends calls to a list of rules: `menu welcome, key 1`."""
    return (name for name, route in named_routes(policy) if route.to == ToRules(rules_id))


def named_routes(policy: Policy) -> Iterator[tuple[str, Route]]:
    """Every route of the rules, with the name of the place where it stands."""
    for number in policy.numbers.values():
        yield f"the number {number.number}", number.start
    yield "calls to unlisted numbers", policy.unlisted
    for menu in policy.menus.values():
        for choice in menu.keys:
            yield f"menu {menu.id}, key {choice.key}", choice.then
        yield f"menu {menu.id}, silence", menu.silence.then
        yield f"menu {menu.id}, wrong key", menu.wrong_key.then
    for rules in policy.rules.values():
        for rule in rules.rules:
            yield f"rule {rules.id}/{rule.id}", rule.then
    for queue in policy.queues.values():
        yield from _of_queue(queue)
    yield "a request that was found", policy.tracking.found_then
    yield "a request that was not found", policy.tracking.not_found_then
    if policy.tracking.agent_otherwise is not None:
        yield "an agent of a request who does not answer", policy.tracking.agent_otherwise
    yield "the key for a person", policy.person
    for entry in policy.entries.values():
        yield f"entry {entry.id}, keyed in", entry.then
        yield f"entry {entry.id}, not keyed in", entry.otherwise
    yield "a callback that was put down", policy.callbacks.then
    yield "a callback that was not put down", policy.callbacks.otherwise
    yield "a caller who has proved it", policy.proof.proven
    yield "a caller who has not proved it", policy.proof.otherwise


def _of_queue(queue: Queue) -> Iterator[tuple[str, Route]]:
    if queue.gate is not None:
        yield f"queue {queue.id}, not let in", queue.gate.then
    for key, route in queue.keys.items():
        yield f"queue {queue.id}, key {key}", route
    yield f"queue {queue.id}, given up", queue.give_up_then
