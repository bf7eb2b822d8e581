"""What is pyst2's own here: its exceptions, and how it takes a reply apart.

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
    re_kv,
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
    "re_kv",
]
