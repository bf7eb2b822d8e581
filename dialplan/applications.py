"""The applications that the dialplan runs with what it is told, as its log will show them."""

from collections.abc import Mapping
from typing import Final

from dialplan import contract

QUEUE_ARGUMENTS: Final = ("{queue}", "c", "", "", "{timeout}", "", "", "{rule}")
"""Of Queue() from Asterisk 21 on; before, there is one more before the last."""


def queue_application(variables: Mapping[str, str]) -> str:
    """The line with which a caller enters a queue.

    Args:
        variables: What the dialplan was told.
    """
    line = f"Queue({','.join(QUEUE_ARGUMENTS)})"
    return line.format(
        queue=variables[contract.QUEUE],
        timeout=variables[contract.QUEUE_TIMEOUT],
        rule=variables[contract.QUEUE_RULE],
    )
