"""Values that callers key in, over a real socket with a real store."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.testing import FakeChannel, HangUp, Press, Silence
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import Script
from tests.conversations.dialogues import (
    ACCOUNT,
    APPOINTMENT,
    PASSWORD,
    PAYMENT,
    TELEPHONE,
    caller,
    end,
    events,
    heard,
    is_heard_in_order,
    play,
    read_out,
    went,
)
from tests.conversations.site import Site

RIGHT, ANEW = Press("1"), Press("2")


async def keyed(site: Site, channel: FakeChannel, variable: str) -> str | None:
    """The value that the site's dialplan gets of a call that comes to its end."""
    await site.request(channel, Script.INCOMING)
    assert went(channel)[contract.EXTENSION] == "right"
    return channel.variables.get(variable)


def test_a_number_is_checked_read_back_and_confirmed(tmp_path: Path) -> None:
    """Wrong lengths and wrong check digits are told apart."""

    async def call(site: Site) -> None:
        channel = caller(ACCOUNT, Press("123#"), Press("1234567#"), Press("424242#"), RIGHT)
        assert await keyed(site, channel, "SITE_ACCOUNT") == "424242"
        assert is_heard_in_order(channel, "entry-wrong", "entry-mistyped", "entry-is")

    play(tmp_path, call)


def test_who_is_not_content_keys_it_anew(tmp_path: Path) -> None:
    """`*` after digits begins anew too; the value is for rules and for the dialplan."""

    async def call(site: Site) -> None:
        channel = caller(ACCOUNT, Press("181826*79927398#"), ANEW, Press("424242#"), RIGHT)
        assert await keyed(site, channel, "SITE_ACCOUNT") == "424242"
        assert is_heard_in_order(channel, "entry-is", *read_out("424242"), "entry-right")

    play(tmp_path, call)


@pytest.mark.parametrize("keys", ["03091405", "14050903"])
def test_a_day_is_understood_in_either_order(tmp_path: Path, keys: str) -> None:
    """In the calendar of the language, which is the Persian one here."""

    async def call(site: Site) -> None:
        channel = caller(APPOINTMENT, Press(keys), RIGHT)
        assert await keyed(site, channel, "SITE_DAY") == "2026-11-24"

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("keys", "sum_", "said"),
    [
        ("12*50#", "12.50", None),
        ("12#", "12", None),
        ("501#", None, "entry-out-of-range"),
        ("0*99#", None, "entry-out-of-range"),
        ("1*2*3#", None, "entry-wrong"),
    ],
)
def test_an_amount_has_its_point_on_star(
    tmp_path: Path, keys: str, sum_: str | None, said: str | None
) -> None:
    """And has to be one that the rules take."""

    async def call(site: Site) -> None:
        channel = caller(PAYMENT, Press(keys), RIGHT)
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get("SITE_SUM") == sum_
        assert said is None or said in heard(channel)

    play(tmp_path, call)


def test_a_telephone_number_is_kept_with_its_country(tmp_path: Path) -> None:
    """And read back as it is dialled."""

    async def call(site: Site) -> None:
        channel = caller(TELEPHONE, Press("02188776655#"), RIGHT)
        assert await keyed(site, channel, "SITE_PHONE") == "+982188776655"
        assert is_heard_in_order(channel, *read_out("02188776655"))

    play(tmp_path, call)


SECRET = "73915264"


def test_a_secret_is_read_by_the_dialplan_alone(tmp_path: Path) -> None:
    """Nothing on the disk has it, store and spool, nor any line of the log."""

    async def call(site: Site) -> None:
        channel = caller(PASSWORD, Press("826#"), Press(SECRET))
        await site.request(channel, Script.INCOMING)
        assert channel.variables.get("SITE_PASSWORD") == SECRET
        await end(site, channel, 2)
        assert [each["keys"] for each in events(site, "pressed")] == ["***", "********"]
        (sent,) = events(site, "sent")
        assert set(sent["SITE_PASSWORD"]) == {"*"}

    with capture_logs() as lines:
        play(tmp_path, call)
    assert lines
    assert SECRET not in repr(lines)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


@pytest.mark.parametrize("dialled", [ACCOUNT, APPOINTMENT, PAYMENT, TELEPHONE, PASSWORD])
def test_zero_leads_to_a_person_and_silence_goes_otherwise(tmp_path: Path, dialled: str) -> None:
    """Of each kind."""

    async def call(site: Site) -> None:
        channel = caller(dialled, Press("0#"))
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"
        channel = caller(dialled, *[Silence()] * 3)
        await site.request(channel, Script.INCOMING, 2)
        assert went(channel)[contract.EXTENSION] == "wrong"

    play(tmp_path, call)


def test_star_says_the_question_again(tmp_path: Path) -> None:
    """And does not count as a try."""

    async def call(site: Site) -> None:
        channel = caller(TELEPHONE, *[Press("*")] * 4, Press("02188776655#"), RIGHT)
        assert await keyed(site, channel, "SITE_PHONE") == "+982188776655"
        assert heard(channel).count("enter-value") == 5

    play(tmp_path, call)


@pytest.mark.parametrize("prompt", ["enter-value", "entry-is", "entry-right"])
def test_where_the_caller_hangs_up_is_told(tmp_path: Path, prompt: str) -> None:
    """In the middle of whatever is said."""

    async def call(site: Site) -> None:
        channel = caller(TELEPHONE, Press("02188776655#"), during={prompt: HangUp()})
        await site.request(channel, Script.INCOMING)
        assert events(site, "hung-up") == [{"stage": "entry telephone"}]
        await end(site, channel, 2)
        assert site.story().call.outcome is Outcome.LEFT_IN_MENU

    play(tmp_path, call)
