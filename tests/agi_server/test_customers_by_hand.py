"""`rahyab customers show`, `add`, `edit` and `marks` as an administrator meets them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agi_server import people
from tests.agi_server.people import run


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without a database."""
    people.make_home(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture
def home(empty: Path) -> Path:
    """A home with Sara and Reza."""
    people.fill(empty)
    return empty


def customer(reference: str) -> Mapping[str, Any]:
    """What `show` tells programs."""
    (shown,) = json.loads(run("customers", "show", reference, "--json").stdout)
    found: Mapping[str, Any] = shown
    return found


@pytest.mark.usefixtures("home")
def test_a_page_tells_everything() -> None:
    """Who it is, how the law stands, and the history by the business's clock, newest first."""
    page = run("customers", "show", "C-1").stdout
    for expected in ("id:1", "gold", "12 Ferdowsi", "channel: sms", "vtiger: 12x34"):
        assert expected in page
    lines = re.findall(r"^2026-03-21 (\d\d:\d\d):00 +(\w+)", page, re.MULTILINE)
    assert lines == [
        ("12:06", "mark"),
        ("12:05", "message"),
        ("12:04", "callback"),
        ("12:03", "answer"),
        ("12:02", "note"),
        ("12:01", "case"),
        ("12:00", "call"),
    ]


@pytest.mark.usefixtures("home")
def test_a_page_for_programs_holds_everything() -> None:
    """The times in UTC."""
    shown = customer("C-1")
    assert shown["external_ids"] == {"vtiger": "12x34"}
    for kind in ("calls", "cases", "answers", "callbacks", "recordings", "marks"):
        assert len(shown[kind]) == 1
    assert [each["kind"] for each in shown["history"]][-1] == "call"
    assert shown["history"][-1]["at"] == str(people.AT)


@pytest.mark.usefixtures("home")
def test_a_long_history_is_cut_and_says_so() -> None:
    """To the newest lines."""
    page = run("customers", "show", "C-1", "--limit", "2").stdout
    assert "the newest 2 lines" in page
    assert "message" in page
    assert "callback " not in page


@pytest.mark.usefixtures("home")
def test_a_restricted_customer_is_still_found_by_number() -> None:
    """By whoever looks; calls do not find them."""
    run("customers", "restrict", "C-1", "--reason", "asked")
    page = run("customers", "show", "09121234567").stdout
    assert "kept, not used" in page
    assert "asked" in page


@pytest.mark.usefixtures("empty")
def test_a_customer_is_added() -> None:
    """With all that there is to say; without a reference there is an id to find them by."""
    words = (
        *("--name", "Zane", "--language", "lv", "--segment", "gold", "--lead-score", "70"),
        *("--number", "26123456", "--number", "+37126123457", "--address", "Riga", "--notes", "x"),
        *("--contract", "gold:2026-01-01:2026-12-31:14", "--preference", "channel=sms"),
        *("--external", "vtiger=12x3"),
    )
    added = run("customers", "add", *words, "--country", "LV", "--json")
    assert added.exit_code == 0
    told = json.loads(added.stdout)
    assert told == json.loads(run("customers", "list", "--json").stdout)[0]
    assert told["numbers"] == ["+37126123456", "+37126123457"]
    assert (told["lead_score"], told["contracts"][0]["grace_days"]) == (70, 14)
    second = run("customers", "add", "--name", "Anna")
    (number,) = re.findall(r"id:\d+", second.stdout)
    assert "Anna" in run("customers", "show", number).stdout


@pytest.mark.usefixtures("home")
def test_adding_changes_nobody() -> None:
    """A reference that is taken is refused; so is an id of another system."""
    taken = run("customers", "add", "--name", "X", "--reference", "C-1")
    assert taken.exit_code == 1
    assert "rahyab customers edit C-1" in taken.stderr
    elsewhere = run("customers", "add", "--name", "X", "--external", "vtiger=12x34")
    assert elsewhere.exit_code == 2
    assert "belongs to another customer" in elsewhere.stderr
    assert len(json.loads(run("customers", "list", "--json").stdout)) == 2


@pytest.mark.usefixtures("home")
def test_an_edit_changes_what_it_says_alone() -> None:
    """What is not said stays; an empty text takes away."""
    before = customer("C-1")
    edited = run(
        "customers", "edit", "C-1", "--segment", "", "--preference", "channel=", "--lead-score", "5"
    )
    assert edited.exit_code == 0
    after = customer("C-1")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"segment", "preferences", "lead_score"}
    assert (after["segment"], after["preferences"]) == (None, {})


def test_the_log_names_the_fields_that_were_changed(home: Path) -> None:
    """And not what is in them."""
    run("customers", "edit", "C-1", "--name", "Sarah", "--number", "09121111111")
    assert people.audit(home)[-1].detail == "name, numbers"
    run("customers", "edit", "C-1", "--name", "Sarah")
    assert people.audit(home)[-1].detail == "nothing"


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--name", " "), "needs a name"),
        (("--language", "farsi"), "the code of a language"),
        (("--lead-score", "101"), "from 0 to 100"),
        (("--contract", "gold:2026-01-01"), "LEVEL:FROM:UNTIL"),
        (("--contract", "gold:2026-12-31:2026-01-01"), "LEVEL:FROM:UNTIL"),
        (("--preference", "sms"), "NAME=VALUE"),
        (("--notes", "x" * 5001), "more than 5000"),
        (("--number", "12"), "no telephone number of IR"),
        (("--reference", "C-2"), "belongs to a customer already"),
    ],
)
def test_a_value_that_cannot_be_is_refused(words: tuple[str, ...], sentence: str) -> None:
    """With what to write, and nothing is changed."""
    before = customer("C-1")
    result = run("customers", "edit", "C-1", *words)
    assert result.exit_code in {1, 2}
    assert sentence in result.stderr
    assert customer("C-1") == before


@pytest.mark.usefixtures("home")
def test_a_number_that_several_have_names_nobody() -> None:
    """The names tell whom it may mean; `show` shows them all."""
    result = run("customers", "edit", "02188880000", "--segment", "x")
    assert result.exit_code == 1
    assert "C-1 (Sara Ahmadi), C-2 (Reza)" in result.stderr
    assert "Reza" in run("customers", "show", "02188880000").stdout


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("wanted", ["C-9", "id:9", "id:x", "+989120000000", "\x1b[31m\udcff"])
@pytest.mark.parametrize(
    "command",
    [
        "show",
        "edit",
        "export --output x.zip",
        "restrict --reason x",
        "unrestrict",
        "hold --reason x",
        "unhold",
        "erase --reason x --yes",
    ],
)
def test_nobody_is_told_so(command: str, wanted: str) -> None:
    """In every command, with the way to search."""
    name, *options = command.split()
    result = run("customers", name, wanted, *options)
    assert result.exit_code == 1
    assert "--search" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.usefixtures("home")
def test_a_mark_is_kept_until_it_is_withdrawn() -> None:
    """That it was, stays known; withdrawing it twice is noticed."""
    words = ("09121234567", "--kind", "do-not-call", "--purpose", "marketing")
    told = run(
        "customers", "marks", "set", *words, "--source", "by letter", "--until", "2099-03-21"
    )
    assert "+989121234567: do-not-call for marketing, from by letter" in told.stdout
    assert "2099-03-21 00:00" in run("customers", "marks", "list", "09121234567").stdout
    mark = marks()["do-not-call"]
    assert mark["in_force"]
    assert mark["until"] == "2099-03-20 20:30:00+00:00"  # midnight in Tehran
    assert run("customers", "marks", "withdraw", *words).exit_code == 0
    assert not marks()["do-not-call"]["in_force"]
    again = run("customers", "marks", "withdraw", *words)
    assert again.exit_code == 1
    assert "rahyab customers marks list +989121234567" in again.stderr


def marks() -> Mapping[str, Any]:
    """The marks on Sara's number, by kind."""
    found = json.loads(run("customers", "marks", "list", "09121234567", "--json").stdout)
    return {mark["kind"]: mark for mark in found}


@pytest.mark.usefixtures("home")
def test_all_marks_are_listed() -> None:
    """`marks` alone lists."""
    assert "web form" in run("customers", "marks").stdout
    assert "no marks" in run("customers", "marks", "list", "02188880000").stdout


@pytest.mark.usefixtures("home")
def test_what_is_not_so_cannot_be_taken_back() -> None:
    """It would have been somebody else's."""
    for command, sentence in (("unrestrict", "was not restricted"), ("unhold", "was not held")):
        result = run("customers", command, "C-1")
        assert result.exit_code == 1
        assert sentence in result.stderr


@pytest.mark.usefixtures("home")
def test_a_hold_is_told_and_lifted() -> None:
    """On the page, with its day."""
    run("customers", "hold", "C-1", "--reason", "claim 7", "--until", "2099-01-01")
    assert "not to be erased before 2099-01-01: claim 7" in run("customers", "show", "C-1").stdout
    assert run("customers", "unhold", "C-1").exit_code == 0
    assert "claim 7" not in run("customers", "show", "C-1").stdout
