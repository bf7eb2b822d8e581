"""Whole calls in each language: as docs/transcripts.md tells them, and as the caller hears them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agi_server.lab.caller import Caller
from agi_server.lab.waiting import wait_until
from tests.live.speech.hearing import (
    likeness,
    read_wav,
    samples_of,
    wideband_samples_of,
)
from tests.live.speech.site import Site
from tests.live.whole_calls.calls import CALLS, PAGE, catalogue, make_page
from tests.live.whole_calls.telling import words_and_keys

pytestmark = pytest.mark.live

SECONDS = 10.0
SECOND, WIDE_SECOND = 8000, 16_000
"""Samples."""

ALIKE = 0.95
"""Two pieces of sound that are so alike are the same but for the coding of the line."""


def test_the_three_calls_of_the_page_go_as_it_tells(site: Site) -> None:
    """Every word that was heard and every key, in order; only the times and the number differ."""
    page = make_page(site)

    written = words_and_keys(PAGE.read_text(encoding="utf-8"), catalogue())
    assert words_and_keys(page, catalogue()) == written
    assert sum("# " in cell for row in written for cell in row) == 2, "one number, in two languages"


def test_the_welcome_of_each_language_is_really_played(site: Site) -> None:
    """Its file is the one that Asterisk holds open, and its sound is what reaches the caller.

    A telephone that takes 16 kHz is played the file of 16 kHz, sample by sample.
    """
    for wide in (False, True):
        files = {call.language: welcome(site, call.language, wideband=wide) for call in CALLS}
        with callers(site, wideband=wide) as calling:
            assert_opened(site, set(files.values()))
            for caller in calling.values():
                assert wait_until(lambda caller=caller: len(caller.log.played) > 1, SECONDS)
        for language, caller in calling.items():
            heard = (wideband_samples_of if wide else samples_of)(caller.heard)
            second = read_wav(files[language])[: WIDE_SECOND if wide else SECOND]
            assert likeness(second, heard) > ALIKE


def welcome(site: Site, language: str, *, wideband: bool) -> Path:
    """The file of the first prompt."""
    ending = "wav16" if wideband else "wav"
    return site.sounds / f"rahyab/{language}/welcome.{ending}"


def assert_opened(site: Site, files: set[Path]) -> None:
    """Asterisk has had each of these files open."""
    process = site.telephony.asterisk.process.pid
    seen: set[Path] = set()

    def look() -> bool:
        seen.update(file for file in files if is_open(file, process))
        return seen == files

    assert wait_until(look, SECONDS), files - seen


@contextmanager
def callers(site: Site, *, wideband: bool) -> Iterator[dict[str, Caller]]:
    """Somebody who listens to the number of each language; they hang up at the end."""
    going = {
        call.language: site.start(call.to, at="2026-11-24 10:00", listens=True, wideband=wideband)
        for call in CALLS
    }
    yield {language: caller for language, (_, caller) in going.items()}
    for _, caller in going.values():
        caller.hang_up()
    for number, caller in going.values():
        assert site.end(number, caller).stage == "menu welcome"


def is_open(file: Path, process: int) -> bool:
    """Whether a process has this very file open, by whatever name (proc(5))."""
    for held in Path(f"/proc/{process}/fd").iterdir():
        try:
            if held.samefile(file):
                return True
        except FileNotFoundError:
            continue  # closed since it was listed
    return False
