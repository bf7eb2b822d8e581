"""What is pyst2's own here: its exceptions, and its time limits.

Scripts catch the exceptions that they import from `asterisk.agi`, so these must be the very same.
"""

from asterisk.agi import (  # type: ignore[import-untyped]  # pyst2 has no types
    DEFAULT_RECORD,
    DEFAULT_TIMEOUT,
    AGIAppError,
    AGIDBError,
    AGIError,
    AGIException,
    AGIHangup,
    AGIInvalidCommand,
    AGIResultHangup,
    AGISIGHUPHangup,
    AGISIGPIPEHangup,
    AGIUnknownError,
    AGIUsageError,
)

__all__ = [
    "DEFAULT_RECORD",
    "DEFAULT_TIMEOUT",
    "AGIAppError",
    "AGIDBError",
    "AGIError",
    "AGIException",
    "AGIHangup",
    "AGIInvalidCommand",
    "AGIResultHangup",
    "AGISIGHUPHangup",
    "AGISIGPIPEHangup",
    "AGIUnknownError",
    "AGIUsageError",
]
