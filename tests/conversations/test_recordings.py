"""Several recordings of one call: none takes the place of another."""

from pathlib import Path

from agi_server.recordings import file_name
from agi_server.testing import Action, FakeChannel, HangUp, Press
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import QueueStatus, Script
from tests.conversations.dialogues import VOICEMAIL, caller, events, heard, play, went
from tests.conversations.site import CALL_ID, Site

KEY_SECONDS = 0.2
"""What Asterisk cuts off a recording that a key has ended (res_agi.c, handle_recordfile)."""

KEEP, PERSON = Press("1"), Press("0")


def spoke(seconds: float) -> Press:
    """Speak for so long after the beep, and end it with a key, which Asterisk cuts off."""
    return Press("#", after=seconds + KEY_SECONDS)


def kept(site: Site) -> dict[str, tuple[float, str]]:
    """The recordings of the call: seconds and file, by what they are kept under."""
    return {
        each.mailbox: (round(each.seconds, 3), Path(each.path).name)
        for each in site.story().recordings
    }


async def give_up(site: Site, *answers: Action) -> FakeChannel:
    """The queue that the caller was sent to gives up, and leads to the mailbox."""
    channel = caller(VOICEMAIL, *answers)
    await site.request(channel, Script.AFTER_QUEUE, 2, status=QueueStatus.TIMEOUT)
    return channel


def test_a_second_message_of_a_call_stands_beside_the_first(tmp_path: Path) -> None:
    """Whoever has left one asks for a person; nobody is there, and they leave another."""

    async def call(site: Site) -> None:
        first = caller(VOICEMAIL, spoke(20), PERSON)
        await site.request(first, Script.INCOMING)
        assert went(first)[contract.QUEUE] == "reception"
        await give_up(site, spoke(4), KEEP)
        assert kept(site) == {
            "support": (20.0, f"{CALL_ID}-support.wav"),
            "support (2)": (4.0, f"{CALL_ID}-support_2.wav"),
        }
        assert site.story().call.outcome is Outcome.VOICEMAIL

    play(tmp_path, call)


def test_a_second_message_of_no_length_leaves_the_first_alone(tmp_path: Path) -> None:
    """Its file lies elsewhere, and nothing tells of it."""

    async def call(site: Site) -> None:
        await site.request(caller(VOICEMAIL, spoke(20), PERSON), Script.INCOMING)
        again = await give_up(site, HangUp(0.3))
        assert [one.file.rpartition("/")[2] for one in again.recordings] == [f"{CALL_ID}-support_2"]
        assert list(kept(site)) == ["support"]

    play(tmp_path, call)


def test_a_call_that_comes_back_overwrites_nothing_though_nobody_remembers_it(
    tmp_path: Path,
) -> None:
    """The dialplan of the site sends it in again, and the number of its requests goes on."""

    async def call(site: Site) -> None:
        await site.request(caller(VOICEMAIL, spoke(20), KEEP), Script.INCOMING)
        await site.request(caller(VOICEMAIL, spoke(4), KEEP), Script.INCOMING, 3)
        assert kept(site) == {
            "support": (20.0, f"{CALL_ID}-support.wav"),
            "support (201)": (4.0, f"{CALL_ID}-support_201.wav"),
        }

    play(tmp_path, call)


def test_a_key_during_the_beep_is_no_message(tmp_path: Path) -> None:
    """The caller hears another beep, and speaks."""

    async def call(site: Site) -> None:
        early = {"say-something": Press("##", apart=1.0)}
        channel = caller(VOICEMAIL, spoke(4), KEEP, during=early)
        await site.request(channel, Script.INCOMING)
        assert [taped.get("failure") for taped in events(site, "taped")] == ["key", None]
        assert "message-too-short" not in heard(channel)
        assert kept(site) == {"support": (4.0, f"{CALL_ID}-support.wav")}

    play(tmp_path, call)


def test_no_two_places_come_to_one_file() -> None:
    """Neither those of surveys, nor a further recording and a mailbox called like it."""
    places = [
        ("survey a-b/c", 1),
        ("survey a/b-c", 1),
        ("survey-a-b-c", 1),
        ("survey-a", 2),
        ("survey-a-2", 1),
        ("case 123456786", 1),
        ("case-123456786", 1),
    ]
    assert len({file_name("1.1-1", *each) for each in places}) == len(places)
