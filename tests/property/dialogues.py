"""Random menus, rules and dialogues, and how many questions each may ask at most."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from random import Random
from typing import Final, TypeVar

from ivr.machine import MOST_REPEATS
from ivr.recording import MOST_TAKES
from routing.conditions import Condition, Range
from routing.currencies import CURRENCIES
from routing.destinations import (
    Destination,
    Priority,
    Route,
    ToAgent,
    ToCallback,
    ToEntry,
    ToExtension,
    ToHangup,
    ToMenu,
    ToNumber,
    ToProof,
    ToQueue,
    ToRules,
    ToSurvey,
    ToTracking,
    ToVoicemail,
)
from routing.dialogues import (
    AnswerCondition,
    Callbacks,
    Entry,
    EntryKind,
    KeyChoice,
    Mailbox,
    Menu,
    Patience,
    Proof,
    Survey,
    SurveyQuestion,
    Tracking,
)
from routing.indexing import index_rules
from routing.rules import (
    Announcements,
    Gate,
    Hours,
    OpenSpan,
    Policy,
    Preference,
    Queue,
    Rule,
    RuleList,
    Variable,
)
from tests.sample import POLICY, TEHRAN

T = TypeVar("T")

MENUS: Final = ("one", "two", "tracking")
ENTRIES: Final = ("account", "case")
LISTS: Final = ("first", "second")
KEYS: Final = ("0", "1", "2", "12", "123", "*")
LANGUAGES: Final = ("fa", "en", "lv")

ENDINGS: Final[tuple[Destination, ...]] = (
    ToQueue("support"),
    ToVoicemail("messages"),
    ToSurvey("satisfaction"),
    ToExtension("201"),
    ToNumber("+442079460000"),
    ToHangup(),
)
WAYS_ON: Final[tuple[Destination, ...]] = (
    *(ToMenu(menu) for menu in MENUS),
    *(ToRules(rules) for rules in LISTS),
    *(ToEntry(entry) for entry in ENTRIES),
    ToTracking(),
    ToCallback(),
    ToProof(),
)

CONDITIONS: Final = (
    *(Condition("keyed", menu, (key,)) for menu in MENUS for key in (*KEYS, "none")),
    *(Condition("language", None, (language,)) for language in LANGUAGES),
    Condition("queue.waiting", "support", (Range(5, None, ">=5"), "unavailable")),
    Condition("variable", "a", ("1",)),
)
LOW: Final = AnswerCondition("score", (Range(None, 5, "..5"),))

_ALWAYS: Final = Hours("always", ((OpenSpan(time(), time()),),) * 7, None, (), TEHRAN)
BASE: Final = replace(
    POLICY,
    business=replace(POLICY.business, languages=LANGUAGES),
    hours={"always": _ALWAYS},
    prompts={"hello": dict.fromkeys(LANGUAGES, "x")},
    variables={"a": Variable("a", "SITE_A", None, ())},
)


def rule_list(id_: str, rules: Sequence[tuple[Sequence[Condition], Route]]) -> RuleList:
    """A list of these rules; all of it may look at the queue `support`."""
    made = tuple(
        Rule(f"rule-{place}", tuple(when), then, "f", place)
        for place, (when, then) in enumerate(rules)
    )
    return RuleList(id_, made, index_rules([rule.when for rule in made]), ("support",))


@dataclass(frozen=True)
class Making:
    """Makes policies by chance.

    Not by hypothesis, which draws so large a thing piece by piece, and nearly every piece as simple
    as can be: no call would come to what lies deep.
    """

    luck: Random

    def policy(self) -> Policy:
        """Any policy, also one that the checks would refuse for its loops."""
        return replace(
            BASE,
            menus={id_: self._menu(id_) for id_ in MENUS},
            entries={id_: self._entry(id_) for id_ in ENTRIES},
            rules={id_: self._rule_list(id_) for id_ in LISTS},
            queues={"support": self._queue()},
            surveys={"satisfaction": self._survey()},
            mailboxes={"messages": self._mailbox()},
            tracking=self._tracking(),
            callbacks=self._callbacks(),
            proof=self._proof(),
            person=self._route(),
        )

    def _any(self, *each: T) -> T:
        return self.luck.choice(each)

    def _maybe(self) -> bool:
        return self.luck.random() < 0.5

    def _number(self, fewest: int, most: int) -> int:
        return self.luck.randint(fewest, most)

    def _route(self) -> Route:
        """Ways on more often than ends, so that calls wander."""
        return Route(
            self._any(*WAYS_ON, *ENDINGS),
            language=self._any(None, None, *LANGUAGES),
            say=self._say(),
            open_case=self._maybe(),
            priority=self._any(None, Priority(3)),
            music=self._any(None, "jazz"),
            variables=self._any((), (("SITE_A", "1"),)),
            pace=self._any(None, "slow", "normal"),
        )

    def _say(self) -> tuple[str, ...]:
        return self._any((), ("hello",))

    def _seconds(self) -> float:
        return self._any(0.5, 6.0)

    def _patience(self) -> Patience:
        return Patience(self._number(0, 3), self._route(), self._say())

    def _menu(self, id_: str) -> Menu:
        keys = self.luck.sample(KEYS, self._number(1, len(KEYS)))
        return Menu(
            id=id_,
            say=("hello",),
            keys=tuple(KeyChoice(key, self._any(None, "hello"), self._route()) for key in keys),
            silence=self._patience(),
            wrong_key=self._patience(),
            first_key_seconds=self._seconds(),
            between_keys_seconds=self._seconds(),
            early_keys=self._maybe(),
        )

    def _entry(self, id_: str) -> Entry:
        return Entry(
            id=id_,
            say=("hello",),
            kind=self._any(*EntryKind),
            shortest=self._number(1, 4),
            longest=self._number(8, 20),
            checksum=self._any(None, None, None, "damm", "luhn", "verhoeff", "iso7064"),
            least=self._any(None, Decimal(1)),
            most=self._any(None, Decimal("9.5")),
            currency=self._any(None, *CURRENCIES),
            secret=self._maybe(),
            confirm=self._maybe(),
            tries=self._number(1, 4),
            variable=self._any(None, "SITE_A"),
            then=self._route(),
            otherwise=self._route(),
            first_key_seconds=self._seconds(),
            between_keys_seconds=self._seconds(),
        )

    def _rule_list(self, id_: str) -> RuleList:
        some = [((self._any(*CONDITIONS),), self._route()) for _ in range(self._number(0, 4))]
        return rule_list(id_, [*some, ((), self._route())])

    def _queue(self) -> Queue:
        bounds = (self._any(None, 3), self._any(None, 2), self._any(None, 60))
        return replace(
            POLICY.queues["support"],
            gate=self._any(None, Gate(self._any(None, "always"), *bounds, self._route())),
            prefer=self._any(None, Preference(self._any(("owner",), ("last", "owner")), 20)),
            say=Announcements(self._maybe(), self._maybe(), (), 60),
            keys=self._any({}, {"1": self._route()}),
        )

    def _survey(self) -> Survey:
        low, high = self._number(0, 1), self._number(2, 10)
        choices = {"1": "price", "12": "time"}
        return Survey(
            id="satisfaction",
            questions=(
                SurveyQuestion("score", "hello", (low, high), {}),
                SurveyQuestion("why", "hello", None, choices, when=self._any((), (LOW,))),
                SurveyQuestion("comment", "hello", None, {}, record=60),
            ),
            repeat=self._number(0, 3),
            first_key_seconds=self._seconds(),
            between_keys_seconds=self._seconds(),
            consent=self._any(None, "hello"),
            again_after_days=self._any(None, 30),
            alert=self._any((), (LOW,)),
        )

    def _mailbox(self) -> Mailbox:
        review = self._maybe()
        return Mailbox("messages", self._say(), 60, self._any(None, 5), review=review)

    def _tracking(self) -> Tracking:
        return Tracking(
            tries=self._number(1, 4),
            found_then=self._route(),
            not_found_then=self._route(),
            identified=self._maybe(),
            agent_ring=self._any(None, 20),
            agent_otherwise=self._route(),
            note=self._any(None, 60),
            sms=self._maybe(),
        )

    def _callbacks(self) -> Callbacks:
        return Callbacks(
            countries=self._any(("IR",), ("IR", "GB", "LV", "US")),
            premium=self._maybe(),
            hours=self._any(None, "always"),
            window=self._any(900, 7200),
            days=self._number(1, 7),
            tries=self._number(1, 4),
            then=self._route(),
            otherwise=self._route(),
        )

    def _proof(self) -> Proof:
        return Proof(
            digits=self._number(4, 8),
            valid=300,
            tries=self._number(1, 4),
            per_number=3,
            per_day=100,
            proven=self._route(),
            otherwise=self._route(),
        )


ARRIVALS: Final = (*ENDINGS, ToAgent("sara"))
"""Where calls may end: the look-up leads to an agent besides."""

_CHOICE: Final = 3 + MOST_REPEATS
"""A question of the program's own, repeated once for silence and once for a wrong key."""

REVIEWS: Final = MOST_TAKES * MOST_TAKES * _CHOICE
"""Of one recording: each take may be heard so often."""

CASE: Final = 3 + MOST_REPEATS
"""A new tracking number, told once and again."""


def most_questions(policy: Policy) -> int:
    """How many questions the longest dialogue of a policy may ask."""
    tracking, callbacks = policy.tracking, policy.callbacks
    menus = (
        m.silence.repeat + m.wrong_key.repeat + 1 + MOST_REPEATS for m in policy.menus.values()
    )
    entries = (e.tries * (e.tries + MOST_REPEATS + _CHOICE) for e in policy.entries.values())
    look_up = 2 * (tracking.tries + MOST_REPEATS) + CASE + REVIEWS
    number = callbacks.tries * (callbacks.tries + MOST_REPEATS + _CHOICE)
    callback = _CHOICE + number + _CHOICE + 5 + MOST_REPEATS
    return max(*menus, *entries, look_up, callback, policy.proof.tries + MOST_REPEATS, REVIEWS)


def most_in_survey(survey: Survey) -> int:
    """How many questions a survey may ask."""
    return _CHOICE + len(survey.questions) * (survey.repeat + 1 + MOST_REPEATS)
