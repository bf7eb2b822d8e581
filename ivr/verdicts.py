"""What a caller is told of what they keyed in, once it has been looked up or put down."""

from typing import Final

from ivr.machine import CheckResult

TRACKING_UNAVAILABLE: Final = CheckResult(holds=True, say=("tracking-unavailable",))
"""Requests cannot be looked up now."""


def of_request(state: str | None) -> CheckResult:
    """The verdict on a tracking number, by the state of its request; None if there is none."""
    if state is None:
        return CheckResult(holds=False, say=("tracking-unknown",))
    return CheckResult(holds=True, say=(f"tracking-state-{state}",))


def of_callback(number: str | None) -> CheckResult:
    """The verdict on a number that was put down to be called back; None if it is no number."""
    if number is None:
        return CheckResult(holds=False, say=("callback-number-wrong",))
    return CheckResult(holds=True, say=("we-will-call-you-back",))
