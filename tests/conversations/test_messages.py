"""Messages, notes and tracking numbers, over a real socket with a real store."""

from datetime import timedelta
from math import inf
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from agi_server.testing import Action, Asked, FakeChannel, HangUp, Press, Silence
from crm.asking_records import MessageKind
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import Go, Script
from tests.conversations.dialogues import (
    OPENING,
    VOICEMAIL,
    Time,
    caller,
    end,
    events,
    heard,
    is_heard_in_order,
    play,
    read_out,
    went,
)
from tests.conversations.site import CALL_ID, Site

KEY_SECONDS = 0.2
"""What Asterisk cuts off a recording that a key has ended (res_agi.c, handle_recordfile)."""

KEEP, HEAR, ANEW = Press("1"), Press("2"), Press("3")


def spoke(seconds: float) -> Press:
    """Speak for so long after the beep, and end it with a key, which Asterisk cuts off."""
    return Press("#", after=seconds + KEY_SECONDS)


def test_a_message_is_heard_recorded_anew_and_kept(tmp_path: Path) -> None:
    """One reference, of the take that the caller was content with; the call is a voicemail."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, spoke(4), HEAR, ANEW, spoke(9), KEEP)
        await site.request(channel, Script.INCOMING)
        assert went(channel) == {contract.GO: Go.HANGUP, contract.CAUSE: "16"}
        path = f"{site.database.parent}/messages/{CALL_ID}-support"
        assert [one.file for one in channel.recordings] == [path, path]
        assert heard(channel) == [
            *("say-something", "message-review", path, "message-review"),
            *("message-anew", "message-review", "message-kept"),
        ]
        await end(site, channel, 2)
        story = site.story()
        (recording,) = story.recordings
        assert (recording.mailbox, recording.path) == ("support", f"{path}.wav")
        assert recording.seconds == pytest.approx(9.0)
        assert story.call.outcome is Outcome.VOICEMAIL
        assert story.call.stage == "voicemail support"

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("answers", "during", "seconds"),
    [
        ([], {"say-something": HangUp()}, None),
        ([HangUp(0.3)], {}, None),
        ([HangUp(7.0)], {}, 7.0),
        ([spoke(4)], {"message-review": HangUp()}, 4.0),
        ([spoke(4), HangUp()], {}, 4.0),
        ([spoke(4), HEAR], {f"{CALL_ID}-support": HangUp()}, 4.0),
        ([spoke(4), ANEW], {"message-anew": HangUp()}, 4.0),
        ([spoke(4), ANEW, HangUp(6.0)], {}, 6.0),
        ([spoke(4), KEEP], {"message-kept": HangUp()}, 4.0),
    ],
    ids=[
        *("greeting", "at the beep", "speaking", "review is said", "review", "play-back"),
        *("before the new take", "new take", "thanks"),
    ],
)
def test_what_was_recorded_is_kept_wherever_the_caller_hangs_up(
    tmp_path: Path,
    answers: list[Action],
    during: dict[int | str, Action],
    seconds: float | None,
) -> None:
    """And the call is one that left a message, or that was left in it."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, *answers, during=during)
        await site.request(channel, Script.INCOMING)
        assert channel.hung_up
        await end(site, channel, 2)
        story = site.story()
        kept = [one.seconds for one in story.recordings]
        assert kept == pytest.approx([] if seconds is None else [seconds])
        left = Outcome.LEFT_IN_MENU if seconds is None else Outcome.VOICEMAIL
        assert story.call.outcome is left
        assert story.call.stage == "voicemail support"

    play(tmp_path, call)


def test_a_new_take_that_is_none_is_told_as_what_it_is(tmp_path: Path) -> None:
    """The first one is gone from Asterisk's disk: the store must not say that it is there."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, spoke(30), ANEW, HangUp(0.5))
        await site.request(channel, Script.INCOMING)
        (recording,) = site.story().recordings
        assert recording.seconds == 0.5

    play(tmp_path, call)


def test_silence_ends_a_message_and_who_says_nothing_more_keeps_it(tmp_path: Path) -> None:
    """The seconds of silence are those of the mailbox; at the review nobody has to press a key."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, Silence(), Silence(), Silence())
        result = await site.request(channel, Script.INCOMING)
        (recorded,) = [line for line in result.commands if line.startswith("RECORD FILE")]
        assert recorded.endswith('"s=5"')
        assert heard(channel)[-1] == "message-kept"
        assert went(channel)[contract.GO] == Go.HANGUP

    play(tmp_path, call)


def test_zero_at_the_review_leads_to_a_person_and_the_message_stays(tmp_path: Path) -> None:
    """As everywhere."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, spoke(4), Press("0"))
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"
        assert len(site.story().recordings) == 1

    play(tmp_path, call)


def test_a_recording_that_cannot_be_played_is_skipped(tmp_path: Path) -> None:
    """It is no hang-up, and no missing prompt; the journal and the log name it."""

    async def call(site: Site) -> None:
        channel = caller(
            VOICEMAIL,
            *(spoke(4), HEAR, KEEP),
            sounds=lambda file, _: None if "messages" in file else 2.0,
        )
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.GO] == Go.HANGUP
        (told,) = events(site, "not-played-back")
        assert told["path"].endswith(f"{CALL_ID}-support")
        assert not events(site, "played-back"), "nobody heard it"
        assert not events(site, "missing-prompt")

    play(tmp_path, call)


def test_a_recording_is_told_as_heard_when_it_has_been_played(tmp_path: Path) -> None:
    """Not before: the times of the journal tell when it was over, as they do of prompts."""
    clock = Time()

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, spoke(4), HEAR, KEEP)
        does = channel.caller

        async def listens(asked: Asked, /) -> Action:
            if asked.command == "STREAM FILE" and "messages" in asked.files[0]:
                clock.pass_by(seconds=4)
            return await does(asked)

        channel.caller = listens
        await site.request(channel, Script.INCOMING)
        timeline = site.story().timeline
        (place,) = [n for n, event in enumerate(timeline) if event.kind == "played-back"]
        before, played, after = timeline[place - 1 : place + 2]
        assert (before.kind, after.kind) == ("pressed", "heard")
        assert played.at - before.at >= timedelta(seconds=4)
        assert after.at - played.at < timedelta(seconds=4)

    play(tmp_path, call, clock)


def test_who_hangs_up_in_a_recording_has_not_heard_it(tmp_path: Path) -> None:
    """The journal tells where they left."""

    async def call(site: Site) -> None:
        recorded = f"{CALL_ID}-support"
        channel = caller(VOICEMAIL, spoke(4), HEAR, during={recorded: HangUp(1.0)})
        await site.request(channel, Script.INCOMING)
        assert channel.hung_up
        assert not events(site, "played-back")
        assert len(events(site, "hung-up")) == 1

    play(tmp_path, call)


def test_a_folder_that_cannot_be_written_is_told_as_that(tmp_path: Path) -> None:
    """The caller hears once that nothing is kept, the journal and the log why."""

    async def call(site: Site) -> None:
        channel = caller(VOICEMAIL, Silence(), Silence(), Silence(), Silence())
        channel.can_record = False
        with capture_logs() as logs:
            await site.request(channel, Script.INCOMING)
        assert heard(channel) == ["say-something", "message-not-kept"]
        assert not site.story().recordings
        (taped,) = events(site, "taped")
        assert taped["failure"] == "not written"
        (told,) = [line for line in logs if line["event"] == "nothing can be recorded"]
        assert (told["log_level"], told["reason"]) == ("error", "writefile")

    play(tmp_path, call)


def opened(*answers: Action, during: dict[int | str, Action] | None = None) -> FakeChannel:
    """A caller for whom a request is opened."""
    return caller(OPENING, *answers, during=during)


def test_a_tracking_number_is_repeated_on_star(tmp_path: Path) -> None:
    """While it is said, and in the silence after it; who presses nothing goes on by themselves."""

    async def call(site: Site) -> None:
        channel = opened(during={"tracking-number-again": Press("*"), "silence": Press("*")})
        await site.request(channel, Script.INCOMING)
        (case,) = site.story().cases
        number = ["tracking-number-is", *read_out(case.tracking)]
        said = heard(channel)
        starts = [place for place, prompt in enumerate(said) if prompt == "tracking-number-is"]
        assert [said[start : start + len(number)] for start in starts] == [number] * 3
        assert went(channel)[contract.EXTENSION] == "opened"

    play(tmp_path, call)


def test_a_tracking_number_is_sent_as_a_text_message_once(tmp_path: Path) -> None:
    """Also when the request is made again: the message is in the outbox under the same name."""

    async def call(site: Site) -> None:
        for _ in range(2):
            channel = opened(during={"tracking-number-by-text": Press("1")})
            await site.request(channel, Script.INCOMING)
            assert is_heard_in_order(channel, "tracking-number-by-text", "text-sent")
        story = site.story()
        (case,), (message,) = story.cases, story.messages
        assert message.kind is MessageKind.TRACKING
        assert message.number == story.call.caller
        assert case.tracking in message.text

    play(tmp_path, call)


@pytest.mark.parametrize("number", ["+982188776655", "", "1234"])
def test_no_text_message_is_offered_that_would_not_arrive(tmp_path: Path, number: str) -> None:
    """To a telephone that is no mobile, or that shows no number."""

    async def call(site: Site) -> None:
        channel = caller(OPENING, number=number)
        await site.request(channel, Script.INCOMING)
        assert "tracking-number-again" in heard(channel)
        assert "tracking-number-by-text" not in heard(channel)
        assert not site.story().messages

    play(tmp_path, call)


def test_zero_while_the_number_is_read_leads_to_a_person(tmp_path: Path) -> None:
    """Instead of where the route would have led; the request is open all the same."""

    async def call(site: Site) -> None:
        channel = opened(during={"tracking-number-again": Press("0")})
        await site.request(channel, Script.INCOMING)
        assert went(channel)[contract.QUEUE] == "reception"
        assert len(site.story().cases) == 1

    play(tmp_path, call)


def test_who_hangs_up_while_the_number_is_read_has_the_request(tmp_path: Path) -> None:
    """On disk first, spoken second."""

    async def call(site: Site) -> None:
        channel = opened(during={"tracking-number-is": HangUp(inf)})
        await site.request(channel, Script.INCOMING)
        assert len(site.story().cases) == 1
        assert events(site, "hung-up") == [{"stage": "arrival"}]

    play(tmp_path, call)
