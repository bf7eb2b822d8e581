"""Callers who want to be called back, over a real socket with a real store."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from agi_server.testing import Action, HangUp, Press, Silence
from crm.records import Callback, CallbackState, CallStory, Outcome
from dialplan import contract
from dialplan.contract import Go, Script
from tests.conversations.dialogues import (
    CALLBACK,
    STRANGER,
    Time,
    caller,
    end,
    events,
    heard,
    in_store,
    is_heard_in_order,
    play,
    read_out,
    went,
)
from tests.conversations.site import Site

RIGHT, OTHER = Press("1"), Press("2")
SOON, LATER = Press("1"), Press("2")
OTHER_CALL = "2.2-2"


def callback(story: CallStory) -> Callback:
    """The callback of a call that has one."""
    assert story.callback is not None
    return story.callback


def test_who_shows_a_number_is_called_back_there(tmp_path: Path) -> None:
    """On disk before it is said; the call is over then, and the journal says how it ended."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, RIGHT, SOON, number="0935 111 2233")
        await site.request(channel, Script.INCOMING)
        number = read_out("09351112233")
        assert heard(channel) == [
            *("callback-number-is", *number, "callback-number-right", "callback-when"),
            *("callback-kept", *number, "we-will-call-you-back"),
        ]
        assert went(channel)[contract.GO] == Go.HANGUP
        await end(site, channel, 2)
        story = site.story()
        wish = callback(story)
        assert (wish.number, wish.language) == (STRANGER, "fa")
        assert (wish.queue, wish.state) == (None, CallbackState.OPEN)
        assert (wish.earliest, wish.latest) == (None, None)
        assert story.call.outcome is Outcome.CALLBACK
        (asked,) = events(site, "callback-asked")
        assert asked == {"number": STRANGER, "joined": False}

    play(tmp_path, call)


def test_who_presses_nothing_is_called_back_where_they_call_from(tmp_path: Path) -> None:
    """As soon as possible."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK)
        await site.request(channel, Script.INCOMING)
        wish = callback(site.story())
        assert (wish.number, wish.earliest) == (STRANGER, None)

    play(tmp_path, call)


def test_another_number_is_keyed_and_read_back(tmp_path: Path) -> None:
    """One that was keyed wrong is keyed anew."""

    async def call(site: Site) -> None:
        keyed = (Press("02188776655#"), OTHER, Press("02188776654#"), RIGHT)
        channel = caller(CALLBACK, OTHER, *keyed, SOON)
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(
            channel,
            *("enter-callback-number", *read_out("02188776655"), "enter-callback-number"),
            *(*read_out("02188776654"), "callback-kept"),
        )
        assert callback(site.story()).number == "+982188776654"

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("12345678901234#", "callback-number-wrong"),
        ("0012125550123#", "callback-number-foreign"),
        ("9098765432#", "callback-number-wrong"),
        ("0037190012345#", "callback-number-premium"),
        ("#", "enter-callback-number"),
        ("**##", "enter-callback-number"),
    ],
)
def test_a_number_that_is_not_called_is_asked_for_again(
    tmp_path: Path, keys: str, said: str
) -> None:
    """With the reason; a telephone of a country that the rules name is called."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, Press(keys), Press("0037167000000#"), RIGHT, SOON, number="")
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "enter-callback-number", said, "callback-kept")
        assert is_heard_in_order(channel, *read_out("0037167000000"))
        assert callback(site.story()).number == "+37167000000"

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", []),
        ("+12125550123", ["callback-number-foreign"]),
        ("+37190012345", ["callback-number-premium"]),
        ("anonymous", []),
    ],
)
def test_a_number_that_is_not_called_is_not_offered(
    tmp_path: Path, number: str, why: list[str]
) -> None:
    """When it is the one that calls the caller hears why; after three tries the call goes on."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, Silence(), Silence(), Silence(), number=number)
        await site.request(channel, Script.INCOMING)
        asked = "enter-callback-number"
        assert heard(channel) == [*why, asked, "nothing-pressed", asked, "nothing-pressed", asked]
        assert went(channel)[contract.EXTENSION] == "no-callback"
        assert site.story().callback is None

    play(tmp_path, call)


def test_a_time_is_chosen_and_confirmed(tmp_path: Path) -> None:
    """Within opening hours, in the words of the language; on disk with its ends."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, RIGHT, LATER, Press("2"))
        await site.request(channel, Script.INCOMING)
        assert is_heard_in_order(channel, "callback-when", "callback-times", "callback-kept")
        wish = callback(site.story())
        assert wish.earliest is not None
        assert wish.latest is not None
        # It is ten o'clock on a Tuesday: from 11 to 14, then tomorrow from 8 to 11.
        assert wish.earliest == datetime.fromisoformat("2026-11-25T08:00+03:30")
        assert wish.latest == datetime.fromisoformat("2026-11-25T11:00+03:30")
        _, asked = events(site, "callback-asked")
        assert asked["earliest"] == "2026-11-25T08:00:00+03:30"

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("answers", "is_put_down"),
    [
        ([Press("0")], False),
        ([OTHER, Press("0#")], False),
        ([RIGHT, Press("0")], True),
        ([RIGHT, LATER, Press("0")], True),
        ([OTHER, Press("02188776655#"), Press("0")], False),
    ],
    ids=["own number", "number", "when", "time", "read back"],
)
def test_zero_leads_to_a_person_from_everywhere(
    tmp_path: Path, answers: list[Action], *, is_put_down: bool
) -> None:
    """A number that was confirmed before stays put down."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, *answers)
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"
        assert (site.story().callback is not None) == is_put_down

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("prompt", "outcome"),
    [("callback-number-is", Outcome.LEFT_IN_MENU), ("callback-when", Outcome.CALLBACK)],
)
def test_who_hangs_up_is_called_if_the_number_was_confirmed(
    tmp_path: Path, prompt: str, outcome: Outcome
) -> None:
    """As soon as possible, where no time was chosen yet."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, RIGHT, during={prompt: HangUp()})
        await site.request(channel, Script.INCOMING)
        await end(site, channel, 2)
        story = site.story()
        assert (story.callback is not None) == (outcome is Outcome.CALLBACK)
        assert (story.call.outcome, story.call.stage) == (outcome, "callback")

    play(tmp_path, call)


def test_a_second_request_for_a_number_joins_the_first(tmp_path: Path) -> None:
    """The caller hears so; the first keeps its place and takes the new time."""
    time = Time()

    async def call(site: Site) -> None:
        await site.request(caller(CALLBACK, RIGHT, SOON), Script.INCOMING)
        time.pass_by(minutes=20)
        second = caller(CALLBACK, RIGHT, LATER, Press("1"))
        await site.request(second, Script.INCOMING, call=OTHER_CALL)
        assert is_heard_in_order(second, "callback-joined", *read_out("09351112233"))
        assert "callback-kept" not in heard(second)
        (wish,) = in_store(site, lambda store: store.callbacks())
        assert wish.since is not None
        assert (time.now - wish.since).total_seconds() > 20 * 60
        assert wish.earliest == datetime.fromisoformat("2026-11-24T11:00+03:30")
        joined = in_store(site, lambda store: store.call_story(OTHER_CALL))
        assert joined is not None
        assert [each.data["joined"] for each in joined.timeline if each.kind == "callback-asked"]

    play(tmp_path, call, clock=time)


@pytest.mark.slow  # waits as long as a caller would
@pytest.mark.parametrize("number", [STRANGER, ""])
def test_no_callback_is_promised_that_is_not_on_disk(tmp_path: Path, number: str) -> None:
    """Neither the store nor the spool takes it: the caller hears so, and goes on."""
    (tmp_path / "spool").write_text("where the folder should be")

    async def call(site: Site) -> None:
        keyed = [] if number else [Press("02188776655#")]
        channel = caller(CALLBACK, *keyed, RIGHT, SOON, number=number)
        with closing(sqlite3.connect(site.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await site.request(channel, Script.INCOMING)
            other.execute("ROLLBACK")
        assert went(channel)[contract.EXTENSION] == "no-callback"
        assert heard(channel)[-1] == "callback-unavailable"
        assert "we-will-call-you-back" not in heard(channel)

    play(tmp_path, call)


def test_nobody_calls_back_who_tries_the_rules_out(tmp_path: Path) -> None:
    """A trial call hears the same and leaves nothing."""

    async def call(site: Site) -> None:
        channel = caller(CALLBACK, RIGHT, SOON)
        await site.request(channel, Script.INCOMING, trial="yes")
        assert heard(channel)[-1] == "we-will-call-you-back"
        assert site.story().callback is None

    play(tmp_path, call)
