"""Calls that are led in the head, by the rules that we ship."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dialplan
from dialplan import contract
from dialplan.applications import queue_application
from ivr.rulebook import Rulebook
from rehearsal.account import (
    Account,
    CameIn,
    Heard,
    HungUp,
    Pressed,
    Recorded,
    Sent,
    Waited,
    WasSilent,
)
from rehearsal.caller import TAKE_SECONDS
from rehearsal.rehearse import rehearse
from rehearsal.staffing import stages
from rehearsal.telling import lines
from rehearsal.waiting import ImpossibleVisitError
from routing.call_tests import VisitEnd
from routing.destinations import ToHangup, ToQueue, ToSurvey
from routing.facts import CustomerStatus
from tests.rehearsal.rules import BOOK, OFFICE_TIME, account_of, read

TEHRAN = ZoneInfo("Asia/Tehran")


def endings(account: Account) -> list[object]:
    """Where a call was sent, in order."""
    return [sent.ending for sent in account.events(Sent)]


def test_keys_that_one_question_leaves_are_taken_by_the_next() -> None:
    """Of `91` at a menu of one key, the 1 cuts the menu short when it comes again."""
    account = account_of(f'{OFFICE_TIME}, keys: "91"')
    first, second = (heard for heard in account.events(Heard) if heard.asks == "welcome")
    assert len(first.prompts) > 1
    assert second.prompts == ("welcome",)
    assert [pressed.keys for pressed in account.events(Pressed)] == ["9", "1"]


def test_a_lone_hash_is_no_answer() -> None:
    """It ends what was keyed before; three of them count as silence."""
    account = account_of(f'{OFFICE_TIME}, keys: "# 2"')
    assert [pressed.keys for pressed in account.events(Pressed)] == ["2"]
    silent = account_of(f'{OFFICE_TIME}, keys: "# # # 2"')
    assert len(list(silent.events(WasSilent))) == 1


def test_time_passes_by_silences_and_by_waiting_alone() -> None:
    """Five seconds of silence at the menu, then the wait until the queue gives up."""
    account = account_of(f'{OFFICE_TIME}, keys: "wait 0"', "in_queue: {gives_up: true}")
    assert [step.after for step in account.steps if isinstance(step.event, Waited)] == [305.0]
    (first, *_, last) = account.events(Sent)
    assert first.at == datetime(2026, 11, 24, 10, 0, 5, tzinfo=TEHRAN)
    assert last.facts.at == datetime(2026, 11, 24, 10, 5, 5, tzinfo=TEHRAN)
    assert list(account.events(Recorded)) == [Recorded("support", TAKE_SECONDS)]


def test_who_is_served_is_asked_how_it_went() -> None:
    """The same way on as the server takes after a queue."""
    account = account_of(f'{OFFICE_TIME}, keys: "2"', "in_queue: {answered_by: reza, after: 9s}")
    assert endings(account) == [ToQueue("billing"), ToSurvey("satisfaction"), ToHangup()]


def test_who_leaves_the_queue_is_gone() -> None:
    """And the account says where."""
    account = account_of(f'{OFFICE_TIME}, keys: "0"', "in_queue: {hangs_up: true, after: 40s}")
    assert list(account.events(HungUp)) == [HungUp("queue reception")]


@pytest.mark.parametrize(
    ("keys", "visit", "reason"),
    [
        ("1", "{answered_by: sara, after: 6m}", "nobody waits longer than 5m in the queue support"),
        ("1", "{answered_by: janis, after: 20s}", "janis is rung .* support not before 1m"),
        ("2", "{answered_by: sara}", "sara never serves the queue billing in the language fa"),
    ],
)
def test_what_cannot_happen_in_a_queue_is_refused(keys: str, visit: str, reason: str) -> None:
    """A test that gives it would test nothing."""
    with pytest.raises(ImpossibleVisitError, match=reason):
        account_of(f'{OFFICE_TIME}, keys: "{keys}"', f"in_queue: {visit}")


def test_a_queue_that_nobody_logged_in_serves_lets_nobody_in() -> None:
    """As `joinempty` has it; and nobody of those who are not there can answer."""
    account = account_of(f'{OFFICE_TIME}, keys: "2"', "agents: [sara]")
    (waited,) = account.events(Waited)
    assert (waited.visit.end, waited.seconds) == (VisitEnd.REFUSED, 0)
    with pytest.raises(ImpossibleVisitError, match="reza is not logged in"):
        account_of(f'{OFFICE_TIME}, keys: "0"', "agents: [mina]", "in_queue: {answered_by: reza}")


def test_a_caller_without_a_number_is_withheld() -> None:
    """As in service, where the store is not asked then."""
    (came,) = account_of('to: "+982191000000", at: "2026-11-24 10:00"').events(CameIn)
    assert came.facts.customer.status is CustomerStatus.WITHHELD


def test_rules_in_a_circle_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who changes the language for ever ends in the fallback."""
    monkeypatch.setattr("ivr.course.MOST_MOVES", 5)
    account = account_of(f'{OFFICE_TIME}, keys: "9 8 9 8 9 8"')
    assert "never ends" in list(lines(account))[-1]


def test_the_way_is_told_step_by_step() -> None:
    """Numbered, with the reasons of each decision and what the dialplan is told."""
    account = account_of(f'{OFFICE_TIME}, keys: "1"', "customer: {segment: gold}")
    told = list(lines(account, BOOK.catalogue))
    assert told[0] == "  1. +989121234567 calls +982191000000 (website)"
    assert "     ✗ contract-ended: contract is none, not ended" in told
    assert told[-1].startswith("     told: RAHYAB_GO=queue, RAHYAB_QUEUE=")


def test_steps_of_a_queue_name_who_is_rung_from_when_on() -> None:
    """With the moment, by the clock of the business."""
    at = datetime(2026, 11, 24, 10, 0, tzinfo=TEHRAN)
    found = stages(BOOK.policy, "support", "fa", at)
    rung = [(each.after, [one.agent.id for one in each.candidates]) for each in found]
    assert rung == [(0, ["sara"]), (20, ["sara"]), (60, ["sara", "janis"])]
    assert [each.penalty for each in found] == [1, 2, 3]
    assert found[2].new == {"janis"}
    assert f"{found[2].at:%H:%M:%S}" == "10:01:00"


def test_application_of_a_queue_is_the_one_of_the_dialplan() -> None:
    """Word by word as dialplan/extensions.conf has it for newer releases of Asterisk."""
    names = (
        *(contract.QUEUE, contract.QUEUE_TIMEOUT, contract.QUEUE_RULE),
        contract.QUEUE_POSITION,
    )
    line = queue_application({name: f"${{{name}}}" for name in names})
    file = Path(dialplan.__file__).with_name("extensions.conf")
    assert f"n,{line}\n" in file.read_text(encoding="utf-8")


def test_a_rehearsal_leaves_the_book_as_it_was() -> None:
    """The same call twice goes the same way."""
    call = read(f'{OFFICE_TIME}, keys: "1"', "expect: {queue: support}").call
    book = Rulebook.of(BOOK.policy)
    assert rehearse(book, call) == rehearse(book, call)
