"""A call of the journal, told to a reader: who said what, what was keyed, and what it means."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from crm.records import TimelineEvent
from ivr.prompts import SILENCES, Catalogue
from ivr.reading import Said, in_words

LINE: Final = "the line"
CALLER: Final = "the caller"
AGENT: Final = "the agent"

TRACKING_DIGITS: Final = 9
"""A tracking number is drawn by chance: no two recordings have the same."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happened: seconds from the beginning, who did what, and what that means.

    `meaning` is what was said in English, where it was said in another language.
    """

    at: float
    who: str
    what: str
    meaning: str = ""


def rows_of(events: Sequence[TimelineEvent], catalogue: Catalogue) -> list[Row]:
    """The rows of a call, which has come in with the first event.

    The journal notes what was said when it is over: it began when what was before it ended.
    """
    begun = last = events[0].at
    rows: list[Row] = []
    for event in events:
        tell = _TELLING.get(event.kind)
        if tell is not None:
            when = last if event.kind in _LASTING else event.at
            rows += tell(_seconds(begun, when), event.data, catalogue)
        last = event.at
    return rows


def _seconds(begun: datetime, at: datetime) -> float:
    return (at - begun).total_seconds()


def _heard(at: float, data: Mapping[str, Any], catalogue: Catalogue) -> Iterator[Row]:
    prompts, language = data["prompts"], data["language"]
    stopped = data.get("stopped") if prompts and prompts[-1] not in SILENCES else None
    is_cut = stopped is not None
    what = _words(prompts, language, catalogue, is_cut=is_cut)
    meaning = "" if language == "en" else _words(prompts, "en", catalogue, is_cut=is_cut)
    if what:
        yield Row(at, LINE, f"{what} {STOPPED[stopped]}" if stopped else what, meaning)


STOPPED: Final[Mapping[str, str]] = {"key": "*(stopped by the key)*", "hang-up": "*(cut off)*"}
"""What a reader is told behind a sentence, by what stopped it."""


ENDS: Final = ".?!\u061f"
"""Signs that end a sentence."""


def _cut(words: str) -> str:
    """The beginning of a prompt that was begun, and not heard to its end."""
    first = re.split(rf"(?<=[{ENDS}])\s", words, maxsplit=1)[0]
    return f"{first.rstrip(ENDS)} …"


def _words(prompts: Sequence[str], language: str, catalogue: Catalogue, *, is_cut: bool) -> str:
    """What these prompts say.

    Of the last one, where it `is_cut`, only the first sentence: nobody knows what was heard of it.
    """
    said = [Said(each, catalogue.text(each, language) or "", language) for each in prompts]
    if is_cut:
        said[-1] = said[-1]._replace(text=_cut(said[-1].text))
    return in_words(said)


def _pressed(at: float, data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    keys = " ".join(f"<kbd>{key}</kbd>" for key in data["keys"])
    yield Row(at, CALLER, keys, "")


def _played_back(at: float, _data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    yield Row(at, LINE, "*plays the message*")


def _taped(at: float, _data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    yield Row(at, CALLER, "*speaks after the tone*")


def _sent(at: float, data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    if data["RAHYAB_GO"] == "queue":
        yield Row(at, CALLER, "*waits in the queue, to music*")


def _left_queue(at: float, data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    if data["agent"]:
        yield Row(at, AGENT, "*has answered, talked with the caller, and hung up*")


def _ended(at: float, _data: Mapping[str, Any], _: Catalogue) -> Iterator[Row]:
    yield Row(at, LINE, "*the call is over*")


_TELLING: Final[Mapping[str, Callable[[float, Mapping[str, Any], Catalogue], Iterator[Row]]]] = {
    "heard": _heard,
    "pressed": _pressed,
    "taped": _taped,
    "played-back": _played_back,
    "sent": _sent,
    "left-queue": _left_queue,
    "ended": _ended,
}

_LASTING: Final = frozenset({"heard", "taped", "played-back"})
"""Events that are noted at their end."""


def page_of(calls: Sequence[tuple[str, str, str, list[Row]]]) -> str:
    """The page: for each call its heading, what happens in it, its language, and its rows."""
    return HEAD + "".join(_section(*call) for call in calls)


HEAD: Final = """\
# Three whole calls

What callers heard and keyed in three real calls through an Asterisk 22, with SIP and RTP, as the
journal of the calls has it. `python -m tests.live.whole_calls` makes the calls and this page; a
test makes them again and compares every word and key. Times are seconds from the beginning of the
call. Who knows what they want presses a key while the line still speaks: of the announcement that
was begun then the first sentence stands here, with “…”, and what was to follow it was not said. The
rules are those of [rules.yaml](../tests/live/whole_calls/rules.yaml).
"""


def _section(heading: str, told: str, language: str, rows: list[Row]) -> str:
    foreign = language != "en"
    head = "| s | who | what |" + (" in English |" if foreign else "")
    rule = "|---:|---|---|" + ("---|" if foreign else "")
    table = "\n".join([head, rule, *(_line(row, foreign=foreign) for row in rows)])
    body = f'<div dir="rtl">\n\n{table}\n\n</div>' if language == "fa" else table
    return f"\n## {heading}\n\n{told}\n\n{body}\n"


def _line(row: Row, *, foreign: bool) -> str:
    cells = [f"{row.at:.1f}", row.who, row.what, *([row.meaning] if foreign else [])]
    return "| " + " | ".join(cells) + " |"


def words_and_keys(page: str, catalogue: Catalogue) -> list[list[str]]:
    """What a page tells, without times, and without the tracking numbers, which differ."""
    tables = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return [[_without_numbers(cell, catalogue) for cell in cells[1:]] for cells in tables]


def _without_numbers(text: str, catalogue: Catalogue) -> str:
    """Nine digits in words, in any language, become one sign."""
    words = {
        catalogue.text(f"digit-{digit}", language.code)
        for digit in range(10)
        for language in catalogue.languages
    }
    one = "|".join(re.escape(word) for word in words if word)

    def sign(run: re.Match[str]) -> str:
        digits = re.findall(one, run[0])
        return "# " if len(digits) == TRACKING_DIGITS else run[0]

    return re.sub(rf"\b(?:(?:{one})\b[ ,\u060c]*)+", sign, text)
