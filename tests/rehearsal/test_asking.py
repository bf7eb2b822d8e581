"""What callers are asked, rehearsed: values, codes, requests, callbacks, messages, surveys."""

from pathlib import Path
from typing import Any, Final, get_args

import pytest

from agi_server.policy import load_policy_file
from ivr.effects import Effect
from ivr.rulebook import Rulebook
from rehearsal import account as steps
from rehearsal.account_data import KINDS as NAMES
from rehearsal.account_data import account_to_data
from rehearsal.coverage import coverage
from rehearsal.doing import DOING
from rehearsal.judging import Verdict, run_test
from rehearsal.memory import REPLIES
from rehearsal.telling import TELLERS, lines
from tests.rehearsal.rules import read

BOOK: Final = Rulebook.of(load_policy_file(Path(__file__).with_name("asking.yaml")))
CALLER: Final = 'from: "+989121234567", at: "2026-11-24 10:00"'


def judged(number: int, keys: str, *lines_: str, call: str = CALLER) -> Verdict:
    """How a test goes whose call dials one of the numbers of `asking.yaml`."""
    dialled = f'{call}, to: "+98219100000{number}", keys: "{keys}"'
    return run_test(BOOK, read(dialled, *lines_, book=BOOK))


def told(verdict: Verdict) -> str:
    """The way of the call in words."""
    return "\n".join(lines(verdict.account, BOOK.catalogue))


WAITING: Final = (
    'requests: {"123456786": {state: waiting, callers: true, agent: sara, pin: "4711"}}'
)
ELSEWHERE: Final = WAITING.replace("true", "false")


ELSEWHERE_AT_TEN: Final = '{number: "+989121112233", earliest: "2026-11-24 10:00", joined: true}'


@pytest.mark.parametrize(
    ("number", "keys", "entries"),
    [
        (1, "123456786 1", (WAITING, "in_queue: {answered_by: sara}", "expect: {agent: sara}")),
        (
            1,
            "123456786 1",
            (
                WAITING,
                "in_queue: {gives_up: true}",
                "expect: {agent: sara, queue: reception, track: true}",
            ),
        ),
        (
            1,
            "123456786 2 1",
            (WAITING, 'expect: {note: "123456786"}', "never: {voicemail: support}"),
        ),
        (
            1,
            "123456786 1234# 4711# wait",
            (ELSEWHERE, "expect: {says: [pin-wrong, tracking-state-waiting], hangup: true}"),
        ),
        (1, "123456786", ('requests: {"123456786": new}', "expect: {queue: reception}")),
        (2, "12*1234# 1", ('expect: {entered: {account: "1234"}, rule: by-account/ours}',)),
        (2, "1234# 2 999999 1", ('expect: {entered: {account: "999999"}, hangup: 21}',)),
        (2, "1234# 0", ("expect: {queue: reception}", 'never: {entered: {account: "1234"}}')),
        (
            8,
            "4711",
            ('expect: {entered: {card: "****"}, queue: reception, variables: {SITE_CARD: "*"}}',),
        ),
        (3, "123456", ("expect: {proven: true, text: one-time-code, queue: reception}",)),
        (3, "123456 482917", ('code: "482917"', "expect: {proven: true, says: [code-wrong]}")),
        (
            3,
            "wait wait 123456",
            ("expect: {says: [code-void], hangup: true}", "never: {proven: true}"),
        ),
        (4, "", ('expect: {callback: {number: "+989121234567", joined: false}}',)),
        (
            4,
            "2 09121112233# 1 2 1",
            (
                'callbacks: "+989121112233"',
                f"expect: {{callback: {ELSEWHERE_AT_TEN}}}",
            ),
        ),
        (4, "1 1", ("expect: {callback: true, says: [callback-kept, we-will-call-you-back]}",)),
        (5, "hangup", ("expect: {voicemail: support, leaves_at: voicemail support}",)),
        (5, "3 2 1", ("expect: {voicemail: support, says: [message-anew, message-kept]}",)),
        (
            6,
            "1 3",
            ("expect: {survey: satisfaction, alert: satisfaction}",),
        ),
        (6, "1 3", ('expect: {answers: {score: "3", comment: recorded}}',)),
        (6, "1 3##", ('expect: {answers: {score: "3", comment: recorded}}',)),
        (6, "1 10", ("expect: {survey: satisfaction}", "never: {alert: satisfaction}")),
        (6, "2", ("expect: {survey: satisfaction, hangup: true}",)),
        (6, "", ("surveys: {satisfaction: recently}", "never: {survey: satisfaction}")),
        (6, "", ("surveys: {satisfaction: forbidden}", "never: {survey: satisfaction}")),
        (
            7,
            "1 wait",
            ("expect: {case: opened, text: tracking-number, menu: welcome, hangup: 16}",),
        ),
        (7, "* 1 1", ("expect: {text: tracking-number, queue: reception}",)),
        (
            4,
            "",
            (
                "customer: unavailable",
                'callbacks: "+989121234567"',
                "expect: {callback: {joined: false}}",
            ),
        ),
        (
            6,
            "1 10",
            (
                "customer: unavailable",
                "surveys: {satisfaction: recently}",
                "expect: {survey: satisfaction}",
            ),
        ),
        (7, "listen 1", ("expect: {queue: reception}", "never: {text: tracking-number}")),
        (7, "wait", ("expect: {case: opened, hangup: 16}", "never: {text: tracking-number}")),
    ],
)
def test_what_callers_are_asked_and_do(number: int, keys: str, entries: tuple[str, ...]) -> None:
    """All that is said of the call comes true, and all that is given is used."""
    verdict = judged(number, keys, *entries)
    assert verdict.misses == (), told(verdict)
    assert all(account_to_data(BOOK, verdict.account))


@pytest.mark.parametrize(
    ("number", "keys", "entries", "got"),
    [
        (2, "1234# 1", ('expect: {entered: {account: "4321"}}',), "account=1234"),
        (3, "111111 wait", ("expect: {proven: true}",), "no proven"),
        (
            4,
            "",
            ('expect: {callback: {earliest: "2026-11-24 14:00"}}',),
            "number=+989121234567, joined=false",
        ),
        (5, "", ("never: {voicemail: support}",), "support"),
        (6, "1 3", ("never: {alert: satisfaction}",), "satisfaction"),
        (7, "1", ("never: {text: tracking-number}",), "tracking-number"),
        (1, "wait wait", ('expect: {note: "123456786"}',), "no note"),
    ],
)
def test_what_does_not_happen_is_told(
    number: int, keys: str, entries: tuple[str, ...], got: str
) -> None:
    """Expected, and got."""
    (miss,) = judged(number, keys, *entries).misses
    assert miss.got == got


@pytest.mark.parametrize(
    ("number", "keys", "entries", "words"),
    [
        (
            1,
            "123456786 4711# 1",
            (ELSEWHERE, "in_queue: {gives_up: true}"),
            "is not answered by sara within 20s",
        ),
        (1, "123456786 4711# 1", (ELSEWHERE, "in_queue: {refused: true}"), "sara cannot be rung"),
        (1, "123456786 4711# 1", (ELSEWHERE, "agents: [mina]"), "sara cannot be rung"),
        (
            1,
            "123456786 4711# 2 2 1",
            (ELSEWHERE,),
            "leaves a spoken note with the request 123456786 (2s)",
        ),
        (1, "123456786 4711# 2 2 1", (ELSEWHERE,), "hears what is recorded: case 123456786"),
        (
            1,
            "123456786 4711# 1",
            (ELSEWHERE, "in_queue: {hangs_up: true, after: 5s}"),
            "stops waiting for sara after 5s",
        ),
        (3, "111111 123456", (), "the code is wrong"),
        (4, "1 2 2", (), "from 12:00 to 14:00"),
        (6, "1 0 hangup", (), "leaves a spoken answer: satisfaction/comment (2s)"),
        (6, "2", (), "does not want to answer satisfaction"),
        (
            6,
            "",
            ("surveys: {satisfaction: recently}",),
            "is not asked satisfaction: was asked not long ago",
        ),
        (8, "4711", (), "presses ****"),
    ],
)
def test_every_step_is_told_in_words(
    number: int, keys: str, entries: tuple[str, ...], words: str
) -> None:
    """As `rahyab explain` and a failing test have them."""
    verdict = judged(number, keys, *entries, "expect: {language: fa}")
    assert words in told(verdict)
    assert "4711" not in told(verdict)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("in_queue: {answered_by: mina}", "mina cannot answer: sara is rung, and nobody else"),
        ("in_queue: {answered_by: sara, after: 21s}", "sara is rung for 20s, no longer"),
        ("agents: [mina]\n    in_queue: {answered_by: sara}", "sara is not logged in"),
    ],
)
def test_what_cannot_happen_at_an_agent_fails(given: str, reason: str) -> None:
    """It is the test that is wrong, and it says why."""
    (miss,) = judged(1, "123456786 1", WAITING, given, "expect: {agent: sara}").misses
    assert miss.got == reason


def test_a_telephone_that_gets_no_text_messages_gets_no_code() -> None:
    """And its caller hears so."""
    landline = CALLER.replace("+989121234567", "+982188000000")
    given = ("expect: {says: [code-no-number]}", "never: {text: one-time-code}")
    assert judged(3, "", *given, call=landline).passed


def test_who_calls_while_the_store_is_away_gets_no_code() -> None:
    """Nor can a request be looked up."""
    away = "customer: unavailable"
    assert judged(3, "", away, "expect: {says: [code-unavailable], hangup: true}").passed
    assert judged(1, "123456786", away, WAITING, "expect: {says: [tracking-unavailable]}").passed


def test_entries_are_covered_both_ways() -> None:
    """Who wants a person went neither way."""
    accounts = [
        judged(2, keys, "expect: {language: fa}").account
        for keys in ("1234# 1", "wait wait wait", "0")
    ]
    reached = [coverage(BOOK.policy, [each]).reached for each in accounts]
    names = {"entry account, keyed in", "entry account, otherwise"}
    assert [names & each for each in reached] == [
        {"entry account, keyed in"},
        {"entry account, otherwise"},
        set(),
    ]


def test_no_effect_and_no_step_is_forgotten() -> None:
    """Neither by who leads calls in the head, nor by who tells of them."""
    effects: Any = {*get_args(Effect)}
    assert DOING.keys() == effects
    assert REPLIES.keys() == effects
    kinds: Any = {*get_args(steps.Event)}
    assert NAMES.keys() == kinds
    assert TELLERS.keys() == kinds - {steps.Heard}
