"""What stays in our files of what the rules do not make any more."""

from datetime import UTC, datetime, timedelta

import pytest

from dialplan.conf_text import EXTENSIONS, QUEUE_RULES, QUEUES
from dialplan.kept_sections import KEPT_FOR, kept_sections, with_kept

NOW = datetime(2026, 11, 22, 19, 30, 7, 250_000, tzinfo=UTC)
FILES = {EXTENSIONS: "[c]\n", QUEUES: "[new]\n", QUEUE_RULES: "[new]\n"}
BEFORE = {
    EXTENSIONS: (
        "[c]\n\n[gone]\nexten => s,1,NoOp()\n\n[rahyab-leaving-old]\nexten => 1,1,Goto(c,1,1)\n"
    ),
    QUEUES: "[general]\n[old]\n; a remark\nretry = 1\ncontext=rahyab-leaving-old\n\n[other]\n",
    QUEUE_RULES: "[new]\n[old]\npenaltychange => 20,2\n",
}


def kept(files: dict[str, str], now: datetime, **waiting: int) -> dict[str, str]:
    """The files with what is kept of these at a moment."""
    return with_kept(FILES, files, kept_sections(FILES, files, waiting, now))


def names(files: dict[str, str], now: datetime, **waiting: int) -> set[tuple[str, str]]:
    """What is kept, by file and name."""
    return {(each.file, each.name) for each in kept_sections(FILES, files, waiting, now)}


FIRST = kept(BEFORE, NOW)


def test_what_goes_is_kept_as_it_was() -> None:
    """Queues, penalty rules and the contexts of keys; nothing else of the dialplan."""
    remark = (
        "; Not in the rules since 2026-11-22T19:30:07Z, and kept for an hour from then on,"
        " and while callers wait.\n"
    )
    old = "[old]\nretry = 1\ncontext=rahyab-leaving-old\n"
    assert FIRST[QUEUES] == f"[new]\n\n{remark}{old}\n{remark}[other]\n"
    assert names(BEFORE, NOW) == {
        (EXTENSIONS, "rahyab-leaving-old"),
        (QUEUES, "old"),
        (QUEUES, "other"),
        (QUEUE_RULES, "old"),
    }


@pytest.mark.parametrize("seconds", [0, 1, KEPT_FOR.total_seconds() - 1])
def test_it_stays_the_same_for_an_hour(seconds: float) -> None:
    """So that installing again changes nothing."""
    assert kept(FIRST, NOW + timedelta(seconds=seconds)) == FIRST


def test_after_the_hour_stays_only_what_callers_wait_in() -> None:
    """And the way out by its keys."""
    later = NOW + KEPT_FOR
    assert kept(FIRST, later) == FILES
    assert names(FIRST, later, old=1, other=0, new=5) == {
        (EXTENSIONS, "rahyab-leaving-old"),
        (QUEUES, "old"),
    }


@pytest.mark.parametrize("stamp", ["yesterday", "2031-01-01T00:00:00Z"])
def test_a_moment_that_cannot_be_begins_the_hour_anew(stamp: str) -> None:
    """Somebody has changed it by hand, or the clock was wrong."""
    changed = {name: text.replace("2026-11-22T19:30:07Z", stamp) for name, text in FIRST.items()}
    later = NOW + timedelta(days=1)
    (first, *_) = kept_sections(FILES, changed, {}, later)
    assert stamp in changed[first.file]
    assert first.since == later.replace(microsecond=0)
