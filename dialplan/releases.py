"""What each release of Asterisk can do with what we write for it.

Taken from apps/app_queue.c of Asterisk's own repository, at the first release of each branch and at
its last one by then: 16.0.0 and 16.30.1, 18.0.0 and 18.26.4, 20.0.0 and 20.15.2, 22.0.0 and
22.10.1. What a branch has learnt between two of its releases counts as unknown to it.

- Options of a queue: the names in `queue_set_param`.
- Arguments of Queue(): AST_DECLARE_APP_ARGS in `queue_exec`.
- The place in the queue, after the rule: an empty one is none (`atoi`), and the caller is the last.
- A periodic announcement is one file: `&` joins none (`play_file`); of several the next is said
  each time, of ten at most (MAX_PERIODIC_ANNOUNCEMENTS). Who has the turn hears it from the first
  attempt to ring on, from the second, or never: releases differ, and `announce-to-first-user`
  makes it the first.
- A penalty of 0 as the highest: all of them take it for what it says, as they know "no limit" by
  INT_MAX (`queue_exec`). Releases before 1.8 did not.
- `rN` in a penalty rule: where `insert_penaltychange` reads it, `calc_metric` took it for something
  else until 20.19 and 22.9, and `copy_rules` lost it until 20.20 and 22.10. It is written for none.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Release(IntEnum):
    """The branches with long support; what lies between is as the one before."""

    R16 = 16
    R18 = 18
    R20 = 20
    R22 = 22


NEWEST: Final = Release.R22

OPTIONS: Final = frozenset(
    {
        "announce",
        "announce-frequency",
        "announce-holdtime",
        "announce-position",
        "announce-position-limit",
        "announce-position-only-up",
        "announce-round-seconds",
        "announce-to-first-user",
        "autofill",
        "autopause",
        "autopausebusy",
        "autopausedelay",
        "autopauseunavail",
        "context",
        "defaultrule",
        "joinempty",
        "leavewhenempty",
        "maxlen",
        "memberdelay",
        "membergosub",
        "min-announce-frequency",
        "monitor-format",
        "musicclass",
        "penaltymemberslimit",
        "periodic-announce",
        "periodic-announce-frequency",
        "random-periodic-announce",
        "relative-periodic-announce",
        "reportholdtime",
        "retry",
        "ringinuse",
        "servicelevel",
        "setinterfacevar",
        "setqueueentryvar",
        "setqueuevar",
        "strategy",
        "timeout",
        "timeoutpriority",
        "timeoutrestart",
        "weight",
        "wrapuptime",
    }
)
"""Options of a queue that every release knows; `member` is no option."""

SOME_RELEASES: Final = {
    "membermacro": (Release.R16, Release.R20),
    "monitor-type": (Release.R16, Release.R20),
    "log-restricted-caller-id": (Release.R22, Release.R22),
    "periodic-announce-startdelay": (Release.R22, Release.R22),
}
"""Options that only some know: the first and the last that do."""

MACRO_UNTIL: Final = Release.R20
"""The last whose Queue() has the argument `macro`, before `gosub`."""

Options = tuple[tuple[str, str | int], ...]


def knows(release: Release, option: str) -> bool:
    """Whether a release knows an option of a queue."""
    if option in OPTIONS:
        return True
    first, last = SOME_RELEASES.get(option, (None, None))
    return first is not None and last is not None and first <= release <= last


def known_options(options: Iterable[tuple[str, str | int]], release: Release) -> Options:
    """The options that a release knows; it would complain of the others at each reload."""
    return tuple((option, value) for option, value in options if knows(release, option))


def queue_arguments(release: Release) -> tuple[str, ...]:
    """The arguments of Queue() that we give, with fields for what differs."""
    macro = ("",) if release <= MACRO_UNTIL else ()
    return ("{queue}", "c", "", "", "{timeout}", "", *macro, "", "{rule}", "{position}")


def release_of(version: int) -> Release | None:
    """The branch with long support whose words a version understands.

    Args:
        version: The first number of a version of Asterisk, such as 19.

    Returns:
        The same branch or the next lower one; None below the lowest.
    """
    return max((each for each in Release if each <= version), default=None)
