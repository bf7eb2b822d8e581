"""The three calls of docs/transcripts.md, and the page that is made of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agi_server.policy import load_policy_file
from ivr.prompts import Catalogue
from tests.live.speech.site import ROOT, Site
from tests.live.whole_calls.telling import page_of, rows_of

RULES: Final = Path(__file__).with_name("rules.yaml")
PAGE: Final = ROOT / "docs" / "transcripts.md"
SARA: Final = "PJSIP/101"


@dataclass(frozen=True, slots=True)
class WholeCall:
    """One of them: who calls whom and when, what the caller does, and what a reader is told."""

    language: str
    heading: str
    told: str
    number: str
    to: str
    at: str
    keys: str


CALLS: Final = (
    WholeCall(
        "fa",
        "Persian: help, a tracking number, and how it went",
        "A customer in Tehran wants help, hears the number of the request, waits for an agent, and"
        " is asked afterwards.",
        "+989351112233",
        "+982191000000",
        "2026-11-24 10:00",
        "hear:for-a-person 1 hear:ten-takes-two-keys 10 hear:was-it-solved 1",
    ),
    WholeCall(
        "en",
        "English: to be called back at a better time",
        "A caller in London would rather be called: the number is right, and of the times on offer"
        " the second suits.",
        "+442079460958",
        "+442079460000",
        "2026-11-24 09:10",
        "hear:to-be-called 2 hear:callback-number-right 1 hear:callback-when 2 "
        "hear:press-key hear:digit-1 hear:press-key hear:digit-2 wait:1.5 2",
    ),
    WholeCall(
        "lv",
        "Latvian: a message at night",
        "The office is closed. The caller leaves a message, listens to it, records it again and"
        " keeps that one.",
        "+37167223344",
        "+37167000000",
        "2026-11-24 21:30",
        "hear:beep wait:0.8 tone:440:3 # hear:message-review 2 hear:message-review 3 "
        "hear:message-anew hear:beep wait:0.8 tone:440:2 # hear:message-review 1",
    ),
)


def catalogue() -> Catalogue:
    """All that can be said in these calls."""
    return Catalogue.of(load_policy_file(RULES))


def make_page(site: Site) -> str:
    """Make the three calls, all at once, and the page."""
    site.telephony.plug_in(SARA, ring=1.5, talk=2.0)
    going = [site.start(call.to, call.keys, call.number, at=call.at) for call in CALLS]
    stories = [site.end(*each).story for each in going]
    said = catalogue()
    return page_of(
        [
            (call.heading, call.told, call.language, rows_of(story.timeline, said))
            for call, story in zip(CALLS, stories, strict=True)
        ]
    )
