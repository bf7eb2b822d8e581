"""How docs/transcripts.md and `rahyab calls show` tell what was cut, and when it was."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import starmap
from pathlib import Path
from typing import Any

import pytest

from agi_server.policy import load_policy_file
from agi_server.telling import tell_event
from crm.records import TimelineEvent
from ivr.prompts import Catalogue
from tests.live.whole_calls.telling import Row, rows_of

RULES = Path(__file__).parents[1] / "live" / "whole_calls" / "rules.yaml"
AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)

Told = tuple[float, str, Mapping[str, Any]]
"""Seconds from the beginning of the call, the kind of an event, and its data."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """What can be said in the calls of the page."""
    return Catalogue.of(load_policy_file(RULES))


def event(seconds: float, kind: str, data: Mapping[str, Any]) -> TimelineEvent:
    """One event of a call."""
    return TimelineEvent("call-1", 1, 0, AT + timedelta(seconds=seconds), kind, data)


def rows(catalogue: Catalogue, *told: Told) -> list[Row]:
    """The rows of a call with these events."""
    return rows_of(list(starmap(event, [(0.0, "came-in", {}), *told])), catalogue)


def heard(*prompts: str, language: str = "en", **more: str) -> Mapping[str, Any]:
    """The data of prompts that were begun."""
    return {"prompts": prompts, "language": language, **more}


def test_a_sentence_that_a_key_has_stopped_is_marked(catalogue: Catalogue) -> None:
    """In the language of the call and in English; what went before it was heard."""
    data = heard("welcome", "for-support", language="lv", stopped="key")
    (row,) = rows(catalogue, (0.4, "heard", data))

    assert row.what == (
        "Laipni lūdzam Pars atbalsta dienestā. Lai saņemtu palīdzību, nospiediet viens … "
        "*(stopped by the key)*"
    )
    assert row.meaning == "Welcome to Pars Support. For support, press one …"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (heard("for-support", stopped="hang-up"), "For support, press one … *(cut off)*"),
        (heard("was-it-solved", stopped="key"), "Was your problem solved … *(stopped by the key)*"),
        (heard("for-support"), "For support, press one."),
        (heard("for-support", "pause", stopped="key"), "For support, press one."),
        (heard("digit-1", "digit-2", stopped="key"), "one two … *(stopped by the key)*"),
    ],
)
def test_only_what_was_cut_is_marked(
    catalogue: Catalogue, data: Mapping[str, Any], what: str
) -> None:
    """A key in the silence after a sentence has cut nothing; of several, the first was begun."""
    (row,) = rows(catalogue, (2.0, "heard", data))

    assert row.what.replace(",", "") == what.replace(",", "")


def test_a_message_is_played_before_what_is_said_after_it(catalogue: Catalogue) -> None:
    """Events that last are noted at their end, and told at their beginning."""
    found = rows(
        catalogue,
        (5.0, "pressed", {"keys": "2"}),
        (9.0, "played-back", {"place": "support"}),
        (12.0, "heard", heard("for-support")),
    )

    assert [row.at for row in found] == [5.0, 5.0, 9.0]


def test_who_acts_is_told_by_a_role(catalogue: Catalogue) -> None:
    """Not by an id of the rules."""
    (row,) = rows(catalogue, (3.0, "left-queue", {"agent": "sara"}))

    assert row.who == "the agent"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "heard welcome, for-support [en]"),
        ({"stopped": "key"}, "heard welcome, for-support… (stopped by a key) [en]"),
        ({"stopped": "hang-up"}, "heard welcome, for-support… (hung up) [en]"),
    ],
)
def test_the_timeline_tells_what_stopped_a_prompt(more: Mapping[str, str], told: str) -> None:
    """Events of versions that did not note it are told as before."""
    assert tell_event(event(1.0, "heard", heard("welcome", "for-support", **more))) == [told]
