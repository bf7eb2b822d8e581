"""The keys by which callers leave a queue: one context of the dialplan for each Asterisk queue.

While a caller waits, Asterisk looks for what is pressed among the extensions of the queue's
`context` (app_queue.c, `valid_exit`). A key that is none of them leaves the caller in the queue,
without a pause and with the same place; so the context holds the queue's own keys and no others.
"""

from collections.abc import Iterator
from typing import Final

from dialplan.contract import CALL_CONTEXT, LEAVING_CONTEXT
from dialplan.requirements import AsteriskQueue, plan_for
from routing.rules import Policy

_REMARK: Final = "\n; The keys of each queue: any other leaves callers where they are.\n"


def leaving_context(queue: AsteriskQueue) -> str:
    """The name of the context of a queue that has keys."""
    return f"{LEAVING_CONTEXT}-{queue.name}"


def leaving_contexts(policy: Policy) -> str:
    """The text that follows our extensions.conf: a context for each queue that has keys.

    Args:
        policy: The rules.

    Returns:
        Nothing where no queue has keys.
    """
    contexts = [_context(each) for each in plan_for(policy).all_queues if each.ladder.keys]
    return "".join((_REMARK, *contexts)) if contexts else ""


def _context(queue: AsteriskQueue) -> str:
    return "\n".join((f"\n[{leaving_context(queue)}]", *_extensions(queue), ""))


def _extensions(queue: AsteriskQueue) -> Iterator[str]:
    for key in queue.ladder.keys:
        yield f"exten => {key},1,Goto({LEAVING_CONTEXT},{key},1)"
    # Who hangs up at the very moment of pressing is there already.
    yield f"exten => h,1,Goto({CALL_CONTEXT},h,1)"
