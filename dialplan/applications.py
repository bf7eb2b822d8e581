"""The applications that the dialplan runs with what it is told, as its log will show them."""

from collections.abc import Mapping

from dialplan import contract
from dialplan.releases import NEWEST, Release, queue_arguments


def queue_application(variables: Mapping[str, str], release: Release = NEWEST) -> str:
    """The line with which a caller enters a queue.

    Args:
        variables: What the dialplan was told.
        release: The Asterisk that runs it.
    """
    line = f"Queue({','.join(queue_arguments(release))})"
    return line.format(
        queue=variables[contract.QUEUE],
        timeout=variables[contract.QUEUE_TIMEOUT],
        rule=variables[contract.QUEUE_RULE],
        # Calls of earlier versions were told none.
        position=variables.get(contract.QUEUE_POSITION, ""),
    )
