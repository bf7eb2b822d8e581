"""The head of each file that is written for Asterisk: where it comes from, in remarks."""

from collections.abc import Iterable

from dialplan.releases import Release
from routing.rules import Policy


def head(policy: Policy, release: Release, remarks: Iterable[str] = ()) -> str:
    """What a file says of itself; `dialplan.conf_text.read_made` reads it again.

    Args:
        policy: The rules that it is made from.
        release: The Asterisk that will read it.
        remarks: Lines that follow, without their semicolons.
    """
    lines = (
        f"Made by `rahyab dialplan build` for Asterisk {release} from revision {policy.revision}",
        "of the rules. Do not edit: the next build writes it anew.",
        *remarks,
    )
    return "".join(f"; {line}\n" for line in lines)
