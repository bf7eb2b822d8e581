"""Callers who hang up in every kind of dialogue: the journal knows where, and nothing is lost."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from agi_server.lab.caller import Ended
from agi_server.lab.waiting import wait_until
from tests.live.speech.site import Lived, Site

pytestmark = pytest.mark.live

TAPE = "hear:beep tone:1000:2"
RIGHT_NUMBER = "hear:callback-number-is 1"

PLACES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "menu": (
        "+982191000001",
        "menu front",
        {"hear:story": "", "hear:story wait:0.8": ""},
    ),
    "menu-in-mid-input": ("+982191000002", "menu digits", {"hear:choose 1": ""}),
    "entry": (
        "+982191000004",
        "entry account",
        {
            "hear:enter-account": "",
            "hear:enter-account 12": "",
            "hear:enter-account 1234# hear:entry-is": "",
        },
    ),
    "survey": (
        "+982191000007",
        "survey opinion",
        {
            "hear:may-we-ask": "asked",
            "hear:may-we-ask 1 hear:mark": "asked",
            "hear:may-we-ask 1 hear:mark 4 hear:leave-a-word": "asked score=4",
            f"hear:may-we-ask 1 hear:mark 4 {TAPE}": "asked score=4 tape",
            f"hear:may-we-ask 1 hear:mark 4 {TAPE} # hear:solved": (
                "asked score=4 comment=recorded tape"
            ),
        },
    ),
    "message": (
        "+982191000008",
        "voicemail box",
        {
            "hear:speak-now": "",
            TAPE: "tape",
            f"{TAPE} # hear:message-review": "tape",
            f"{TAPE} # hear:message-review 2 wait:0.7": "tape",
            f"{TAPE} # hear:message-review 3 hear:beep": "tape",
        },
    ),
    "look-up": (
        "+982191000011",
        "tracking",
        {"hear:enter-tracking-number": "", "hear:enter-tracking-number 1234": ""},
    ),
    "callback": (
        "+982191000012",
        "callback",
        {
            "hear:callback-number-is": "",
            "hear:callback-number-is 2 hear:enter-callback-number 0912": "",
            f"{RIGHT_NUMBER} hear:callback-when": "callback",
            f"{RIGHT_NUMBER} hear:callback-when 2 hear:callback-times": "callback",
            f"{RIGHT_NUMBER} hear:callback-when 1 hear:callback-kept": "callback",
        },
    ),
    "code": (
        "+982191000013",
        "proof",
        {"hear:enter-code": "text", "hear:enter-code 12": "text"},
    ),
}
"""For each kind of dialogue: its number, its stage, and what is on disk after which acts."""


def on_disk(lived: Lived) -> str:
    """What is kept of a call, in words."""
    story = lived.story
    words = [
        *(asked.outcome for asked in story.surveys),
        *(f"{answer.question}={answer.value}" for answer in story.answers),
        *("tape" for each in story.recordings if Path(each.path).stat().st_size > 8000),
        *(["callback"] if story.callback else []),
        *("text" for _ in story.messages),
    ]
    return " ".join(words)


@pytest.mark.parametrize("kind", PLACES)
def test_who_hangs_up_anywhere_leaves_a_true_journal_and_no_channel(site: Site, kind: str) -> None:
    """All callers of one kind at once: where each was is known, and what they had given is kept."""
    to, stage, scripts = PLACES[kind]
    calls = {acts: site.start(to, f"{acts} hangup") for acts in scripts}
    lived = {acts: site.end(*call) for acts, call in calls.items()}

    assert {acts: each.stage for acts, each in lived.items()} == dict.fromkeys(scripts, stage)
    assert {acts: on_disk(each) for acts, each in lived.items()} == dict(scripts)
    for each in lived.values():
        assert each.result.outcome.ended is Ended.BY_CALLER
        (told,) = each.data("hung-up")
        assert told["stage"] == stage
        assert not each.data("failed")
    assert wait_until(site.is_quiet, timeout=5.0)
