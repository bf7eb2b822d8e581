"""Keys in menus: early ones, ambiguous ones, slow ones; `*`, `0` and `#`."""

from pathlib import Path

import pytest

from agi_server.testing import Action, AgiResult, FakeChannel, HangUp, Press, Silence
from crm.records import Customer
from dialplan import contract
from dialplan.contract import Go, Script
from tests.conversations.dialogues import (
    MENU,
    STRANGER,
    caller,
    events,
    heard,
    in_store,
    play,
    went,
)
from tests.conversations.site import ServedSite, Site


def limits(result: AgiResult) -> list[str]:
    """The milliseconds for which each GET DATA has waited for a key."""
    words = (line.split() for line in result.commands if line.startswith("GET DATA"))
    return [line[3].strip('"') for line in words]


async def led(site: Site, *answers: Action, **more: Action) -> FakeChannel:
    """A call to the menu; it has come to its end."""
    channel = caller(MENU, *answers, during=dict(more))
    await site.request(channel, Script.INCOMING)
    assert went(channel)
    return channel


@pytest.mark.parametrize(
    ("press", "cause"),
    [
        (Press("2", after=0.5), "17"),
        (Press("21", after=0.5, apart=0.4), "21"),
        (Press("212", after=0.5, apart=0.4), "22"),
        (Press("21#", after=0.5, apart=0.4), "21"),
        (Press("2#1#", after=0.5, apart=0.4), "21"),
        (Press("2112", after=0.5, apart=0.4), "18"),
        (Press("27", after=0.5, apart=0.4), "18"),
    ],
)
def test_keys_may_be_pressed_ahead(tmp_path: Path, press: Press, cause: str) -> None:
    """Who knows two menus by heart goes through both; 1 is told from 12 by time or by `#`."""

    async def call(site: Site) -> None:
        channel = await led(site, welcome=press)
        assert channel.variables.get(contract.CAUSE) == cause

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("action", "stopped"),
    [(Press("27", after=0.5), "key"), (HangUp(after=0.5), "hang-up"), (Silence(), None)],
)
def test_what_stopped_a_prompt_is_in_the_journal(
    tmp_path: Path, action: Action, stopped: str | None
) -> None:
    """Else the journal would tell a sentence as heard that was only begun."""

    async def call(site: Site) -> None:
        channel = caller(MENU, during={"welcome": action})
        await site.request(channel, Script.INCOMING)
        first = events(site, "heard")[0]
        assert first.get("stopped") == stopped
        assert first["prompts"] == ["welcome"]

    play(tmp_path, call)


def test_keys_meant_for_the_menu_before_do_not_answer_one_that_is_deaf(tmp_path: Path) -> None:
    """They are dropped before it says a word; what is pressed then counts."""

    async def call(site: Site) -> None:
        channel = caller(MENU, Press("31", after=0.5), Press("2"))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.CAUSE) == "32"
        assert [each["keys"] for each in events(site, "pressed")] == ["3", "2"]

    play(tmp_path, call)


def test_whoever_asks_for_time_is_given_twice_as_much(tmp_path: Path) -> None:
    """From there on, also in the requests that follow; nobody else is."""

    async def call(site: Site) -> None:
        channel = caller(MENU, Press("1"), Press("1"))
        result = await site.request(channel, Script.INCOMING)
        assert limits(result) == ["5000", "10000", "6000"]
        assert site.story().call.state["pace"] == "slow"

    play(tmp_path, call)


@pytest.mark.parametrize(("pace", "limit"), [("slow", "10000"), ("fast", "5000"), ("", "5000")])
def test_a_customer_who_needs_time_has_it_from_the_beginning(
    tmp_path: Path, pace: str, limit: str
) -> None:
    """By a preference in the customer file; one that means nothing changes nothing."""

    async def call(site: Site) -> None:
        slow = Customer("Slow", numbers=(STRANGER,), preferences={"pace": pace})
        in_store(site, lambda store: store.put_customers([slow]))
        result = await site.request(caller(MENU, Silence(), Silence()), Script.INCOMING)
        assert limits(result) == [limit, limit]

    play(tmp_path, call)


@pytest.mark.parametrize("times", [1, 5])
def test_star_says_a_menu_again_and_is_no_wrong_key(tmp_path: Path, times: int) -> None:
    """As often as five times."""

    async def call(site: Site) -> None:
        channel = await led(site, *[Press("*")] * times, Press("2"), Press("1#"))
        assert channel.variables.get(contract.CAUSE) == "21"
        assert heard(channel).count("welcome") == times + 2
        assert "not-a-choice" not in heard(channel)

    play(tmp_path, call)


def test_nobody_plays_with_star_for_ever(tmp_path: Path) -> None:
    """After five repeats it is a wrong key."""

    async def call(site: Site) -> None:
        channel = await led(site, *[Press("*")] * 20)
        assert channel.variables.get(contract.CAUSE) == "18"
        assert heard(channel).count("welcome") == 7

    play(tmp_path, call)


def test_zero_leads_to_a_person(tmp_path: Path) -> None:
    """Where the menu gives it no meaning of its own."""

    async def call(site: Site) -> None:
        channel = await led(site, Press("0"))
        assert channel.variables.get(contract.GO) == Go.QUEUE
        assert channel.variables.get(contract.QUEUE) == "reception"
        (left,) = events(site, "left")
        assert left["why"] == "key 0"

    play(tmp_path, call)


def test_a_lone_hash_is_the_end_of_something_earlier(tmp_path: Path) -> None:
    """Not a wrong key; pressed again and again it is silence."""

    async def call(site: Site) -> None:
        channel = await led(site, Press("#"), Press("2"), Press("1#"))
        assert channel.variables.get(contract.CAUSE) == "21"
        channel = await led(site, *[Press("#")] * 6)
        assert channel.variables.get(contract.CAUSE) == "17"

    play(tmp_path, call)


def test_silence_and_wrong_keys_are_counted_apart_and_told_apart(tmp_path: Path) -> None:
    """One of each does not end the menu."""

    async def call(site: Site) -> None:
        channel = await led(site, Silence(), Press("7"), Press("2"), Press("1#"))
        assert channel.variables.get(contract.CAUSE) == "21"
        silence, wrong = "nothing-pressed", "not-a-choice"
        assert heard(channel) == ["welcome", silence, "welcome", wrong, "welcome", "welcome"]

    play(tmp_path, call)


def test_missing_prompts_are_counted_and_the_call_goes_on(tmp_path: Path) -> None:
    """The journal names each; the metric is the alarm."""

    async def call(site: ServedSite) -> None:
        channel = caller(MENU, Press("2"), sounds=lambda *_: None)
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get(contract.CAUSE) == "17"
        missing = [each["sound"] for each in events(site, "missing-prompt")]
        assert missing == ["rahyab/fa/welcome"] * 2
        assert site.measurements.missing_prompts == 2

    play(tmp_path, call)
