"""What callers are asked, from the file to the policy."""

from decimal import Decimal

from routing.conditions import Range
from routing.destinations import (
    Route,
    ToCallback,
    ToEntry,
    ToHangup,
    ToMenu,
    ToProof,
    ToQueue,
    ToRules,
    ToSurvey,
    ToVoicemail,
)
from routing.dialogues import (
    AnswerCondition,
    Callbacks,
    Entry,
    EntryKind,
    Mailbox,
    Patience,
    Proof,
    SurveyQuestion,
    Tracking,
)
from tests.routing.asking import POLICY
from tests.sample import POLICY as PLAIN

ARRIVAL = Route(ToRules("arrival"))
RECEPTION = Route(ToQueue("reception"))


def test_an_entry_is_compiled_whole() -> None:
    """Every key of it."""
    assert POLICY.entries["account"] == Entry(
        id="account",
        say=("hello",),
        kind=EntryKind.DIGITS,
        shortest=6,
        longest=10,
        checksum="luhn",
        least=None,
        most=None,
        currency=None,
        secret=False,
        confirm=True,
        tries=2,
        variable="SITE_ACCOUNT",
        then=ARRIVAL,
        otherwise=RECEPTION,
        first_key_seconds=9.0,
        between_keys_seconds=5.0,
    )


def test_each_kind_of_entry_has_its_length() -> None:
    """What the file does not say follows from the kind."""
    lengths = {id_: (each.shortest, each.longest) for id_, each in POLICY.entries.items()}
    assert lengths == {
        "account": (6, 10),
        "payment": (1, 12),
        "birthday": (8, 8),
        "phone": (5, 15),
        "pin": (4, 4),
    }


def test_amounts_keep_their_limits_exactly() -> None:
    """As decimals, for money is no binary fraction."""
    payment = POLICY.entries["payment"]
    assert (payment.least, payment.most) == (Decimal("0.50"), Decimal(500_000))
    assert payment.currency == "EUR"


def test_a_secret_stays_one() -> None:
    """Only the variable gets it."""
    assert POLICY.entries["pin"].secret
    assert not POLICY.entries["account"].secret


def test_a_menu_may_say_something_of_its_own_after_silence() -> None:
    """What it does not say is the program's own."""
    menu = POLICY.menus["welcome"]
    assert menu.silence == Patience(2, RECEPTION, ("hello", "not-a-choice"))
    assert menu.wrong_key == Patience(1, RECEPTION, ("not-a-choice",))
    assert not menu.early_keys
    assert PLAIN.menus["welcome"].early_keys
    assert PLAIN.menus["welcome"].silence.say == ("nothing-pressed",)


def test_keys_lead_to_entries_proofs_and_slower_callbacks() -> None:
    """The new destinations, and the pace on the way."""
    leads = {choice.key: choice.then for choice in POLICY.menus["welcome"].keys}
    assert leads["1"] == Route(ToEntry("account"))
    assert leads["3"] == Route(ToProof())
    assert leads["4"] == Route(ToCallback(), pace="slow")


def test_the_look_up_of_requests_is_compiled_whole() -> None:
    """Every key of it; without them nothing of that is offered."""
    assert POLICY.tracking == Tracking(
        tries=2,
        found_then=Route(ToMenu("welcome")),
        not_found_then=RECEPTION,
        identified=True,
        agent_ring=25,
        agent_otherwise=Route(ToQueue("support")),
        note=45,
        sms=True,
    )
    assert PLAIN.tracking == Tracking(2, Route(ToMenu("welcome")), RECEPTION)


def test_callbacks_are_compiled_whole() -> None:
    """Every key of them."""
    assert POLICY.callbacks == Callbacks(
        countries=("IR", "LV"),
        premium=True,
        hours="office",
        window=5400,
        days=1,
        tries=2,
        then=Route(ToSurvey("satisfaction")),
        otherwise=Route(ToVoicemail("messages")),
    )


def test_callbacks_have_defaults() -> None:
    """The business's own country, the end of the call, and the fallback queue."""
    assert PLAIN.callbacks == Callbacks(
        countries=("IR",),
        premium=False,
        hours=None,
        window=7200,
        days=2,
        tries=3,
        then=Route(ToHangup()),
        otherwise=RECEPTION,
    )


def test_a_proof_is_compiled_whole() -> None:
    """Every key of it."""
    assert POLICY.proof == Proof(5, 300, 2, 3, 100, ARRIVAL, RECEPTION)
    assert PLAIN.proof == Proof(6, 600, 3, 5, 500, Route(ToHangup()), RECEPTION)


def test_a_mailbox_may_be_ended_by_silence_and_reviewed() -> None:
    """Neither if the file does not say so."""
    assert POLICY.mailboxes["messages"] == Mailbox("messages", ("hello",), 60, 4, review=True)
    assert PLAIN.mailboxes["messages"] == Mailbox("messages", ("hello",), 60)


def test_the_questions_of_a_survey_are_compiled() -> None:
    """A scale, yes or no, a choice, a spoken answer; and when each is asked."""
    score, solved, reason, comment = POLICY.surveys["satisfaction"].questions
    assert score == SurveyQuestion("score", "hello", (0, 10), {})
    assert solved == SurveyQuestion("solved", "hello", None, {"1": "yes", "2": "no"})
    assert reason.when == (AnswerCondition("solved", ("no",)),)
    assert comment.record == 60
    assert comment.when == (
        AnswerCondition("score", (Range(0, 0, "0"), Range(1, 4, "1..4"))),
        AnswerCondition("reason", ("advice",)),
    )


def test_conditions_between_questions_hold_as_they_are_written() -> None:
    """Numbers are compared, words are words."""
    comment = POLICY.surveys["satisfaction"].questions[3]
    holds = [
        all(each.holds(given) for each in comment.when)
        for given in (
            {"score": "4", "reason": "advice"},
            {"score": "0", "reason": "advice"},
            {"score": "5", "reason": "advice"},
            {"score": "4", "reason": "wait"},
            {"score": "4"},
        )
    ]
    assert holds == [True, True, False, False, False]


def test_a_survey_knows_consent_rest_and_alert() -> None:
    """And does without."""
    survey, plain = POLICY.surveys["satisfaction"], PLAIN.surveys["satisfaction"]
    assert (survey.consent, survey.again_after_days) == ("hello", 30)
    assert survey.alert == (
        AnswerCondition("score", (Range(None, 4, "<=4"),)),
        AnswerCondition("solved", ("no",)),
    )
    assert (plain.consent, plain.again_after_days, plain.alert) == (None, None, ())


def test_the_key_for_a_person_leads_somewhere() -> None:
    """To the fallback queue if the file does not say."""
    assert POLICY.person == Route(ToMenu("welcome"))
    assert PLAIN.person == RECEPTION


def test_prompts_may_be_heard_whole_and_messages_reworded() -> None:
    """Neither is needed."""
    assert POLICY.uninterrupted == frozenset({"hello"})
    assert POLICY.texts == {"one-time-code": {"en": "Code: {code}"}}
    assert (PLAIN.uninterrupted, PLAIN.texts) == (frozenset(), {})
