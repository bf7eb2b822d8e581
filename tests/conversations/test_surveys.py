"""Surveys, over a real socket with a real store."""

import json
from pathlib import Path

import pytest

from agi_server.alerts import Alerts
from agi_server.testing import Action, HangUp, Press, Silence
from crm.asking_records import SurveyOutcome
from crm.people import Mark, MarkKind
from crm.records import Outcome
from dialplan import contract
from dialplan.contract import Go, QueueStatus, Script
from tests.conversations.dialogues import (
    STRANGER,
    SURVEY,
    SURVEY_EACH_TIME,
    Time,
    caller,
    end,
    events,
    heard,
    in_store,
    play,
    went,
)
from tests.conversations.sessions import until
from tests.conversations.site import CALL_ID, NOW, Site

YES, NO = Press("1"), Press("2")


async def asked(site: Site, *answers: Action, dialled: str = SURVEY, **more: str) -> list[str]:
    """A call of its own that is a survey; what the caller hears."""
    channel = caller(dialled, *answers, number=more.pop("number", STRANGER))
    await site.request(channel, Script.INCOMING, 1, **more)
    assert went(channel) == {contract.GO: Go.SURVEY}
    await site.request(channel, Script.SURVEY, 2, **more)
    if not channel.hung_up:
        assert went(channel)[contract.GO] in {Go.HANGUP, Go.QUEUE}
    await end(site, channel, 3, **more)
    return list(heard(channel))


def became(site: Site) -> list[SurveyOutcome]:
    """What became of the surveys of the call."""
    return [each.outcome for each in site.story().surveys]


def given(site: Site) -> list[tuple[str, str]]:
    """The answers on disk."""
    return [(each.question, each.value) for each in site.story().answers]


def test_a_good_mark_is_all_that_is_asked_for(tmp_path: Path) -> None:
    """With consent; a question whose condition does not hold is left out."""

    async def call(site: Site) -> None:
        said = await asked(site, YES, Press("8"), YES)
        assert said == [
            *("may-we-ask", "rate-us", "ten-takes-two-keys", "was-it-solved"),
            "thank-you-for-your-answers",
        ]
        assert given(site) == [("score", "8"), ("solved", "yes")]
        assert became(site) == [SurveyOutcome.COMPLETE]
        assert not events(site, "alert")
        assert site.story().call.outcome is Outcome.SELF_SERVED

    play(tmp_path, call)


@pytest.mark.parametrize("answer", [NO, Silence()])
def test_without_consent_nothing_is_asked(tmp_path: Path, answer: Action) -> None:
    """Silence is none."""

    async def call(site: Site) -> None:
        said = await asked(site, answer, Silence())
        assert "rate-us" not in said
        assert became(site) == [SurveyOutcome.DECLINED]
        assert not given(site)

    play(tmp_path, call)


@pytest.mark.parametrize(
    ("press", "value"),
    [
        (Press("1", after=0.5), "1"),
        (Press("10", apart=1.0), "10"),
        (Press("10", apart=2.9), "10"),
        (Press("1#"), "1"),
        (Press("7"), "7"),
    ],
)
def test_one_and_ten_are_told_apart_by_time(tmp_path: Path, press: Press, value: str) -> None:
    """Whoever is slow with the second key has `between_keys` for it; others are not waited for."""

    async def call(site: Site) -> None:
        await asked(site, YES, press, Press("#", after=9.0), Silence())
        assert given(site)[0] == ("score", value)

    play(tmp_path, call)


@pytest.mark.parametrize(("keys", "value"), [("0", "0"), ("5", "5")])
def test_a_mark_of_zero_asks_for_no_person(tmp_path: Path, keys: str, value: str) -> None:
    """Where 0 is an answer."""

    async def call(site: Site) -> None:
        await asked(site, Press("6"), Press(keys), dialled=SURVEY_EACH_TIME)
        assert given(site) == [("score", value)]

    play(tmp_path, call)


def alert_command(folder: Path, script: str) -> Path:
    """A program that is told of alerts."""
    command = folder / "alert"
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)
    return command


def test_a_low_mark_alerts_and_asks_for_a_word(tmp_path: Path) -> None:
    """The command of the site gets the answers, once; the spoken one is kept as a recording."""
    told = tmp_path / "told.json"
    command = alert_command(tmp_path, f'cat > "{told}.new" && mv "{told}.new" "{told}"')

    async def call(site: Site) -> None:
        said = await asked(site, YES, Press("3"), NO, Press("#", after=8.2))
        assert is_said_in_order(said, "leave-a-word", "message-kept")
        assert given(site) == [("score", "3"), ("solved", "no"), ("comment", "recorded")]
        (recording,) = site.story().recordings
        assert recording.mailbox == "survey satisfaction/comment"
        assert recording.path.endswith(f"{CALL_ID}-survey_satisfaction.comment.wav")
        assert events(site, "alert") == [{"survey": "satisfaction", "answers": {"score": "3"}}]
        await until(told.exists)

    play(tmp_path, call, alerts=Alerts(command))
    assert json.loads(told.read_text()) == {
        "call": CALL_ID,
        "survey": "satisfaction",
        "answers": {"score": "3"},
        "caller": STRANGER,
        "customer": None,
        "agent": None,
        "queue": None,
        "tracking": None,
    }


def is_said_in_order(said: list[str], *prompts: str) -> bool:
    """Whether these prompts are among what was heard, in this order."""
    rest = iter(said)
    return all(prompt in rest for prompt in prompts)


@pytest.mark.parametrize("script", ["exit 3", "kill -9 $$"])
def test_a_command_that_fails_is_told_and_holds_nobody_up(tmp_path: Path, script: str) -> None:
    """In the log and in the metrics; the caller hears nothing of it."""
    alerts = Alerts(alert_command(tmp_path, script))

    async def call(site: Site) -> None:
        said = await asked(site, YES, Press("3"), NO, Press("#", after=0.1))
        assert said[-1] == "thank-you-for-your-answers"
        await until(lambda: alerts.measurements.alerts_not_passed_on)
        assert alerts.measurements.alerts == 1

    play(tmp_path, call, alerts=alerts)


def test_a_survey_is_not_asked_again_too_soon(tmp_path: Path) -> None:
    """Neither this number nor this customer, for as many days as the rules say."""
    time = Time()

    async def call(site: Site) -> None:
        await asked(site, YES, Press("9"), YES)
        time.pass_by(days=29)
        assert await asked(site, YES, call="2.2-2") == []
        second = in_store(site, lambda store: store.call_story("2.2-2"))
        assert second is not None
        assert [each.outcome for each in second.surveys] == [SurveyOutcome.RECENTLY]
        time.pass_by(days=2)
        assert "rate-us" in await asked(site, YES, call="3.3-3")

    play(tmp_path, call, clock=time)


@pytest.mark.parametrize(("purpose", "forbids"), [("survey", True), ("any", True), ("sms", False)])
def test_a_mark_forbids_to_ask(tmp_path: Path, purpose: str, forbids: bool) -> None:
    """Of those who do not want to be called about it."""

    async def call(site: Site) -> None:
        mark = Mark(STRANGER, MarkKind.DO_NOT_CALL, purpose, "web form", NOW)
        in_store(site, lambda store: store.put_mark(mark))
        said = await asked(site, YES, Press("9"), YES)
        assert ("may-we-ask" in said) is not forbids
        assert (became(site) == [SurveyOutcome.FORBIDDEN]) is forbids

    play(tmp_path, call)


@pytest.mark.parametrize("answer", [HangUp(), HangUp(0.0)])
def test_who_hangs_up_in_the_middle_has_answered_what_they_have(
    tmp_path: Path, answer: HangUp
) -> None:
    """It counts as begun, not as complete."""

    async def call(site: Site) -> None:
        await asked(site, YES, Press("9"), answer)
        assert given(site) == [("score", "9")]
        assert became(site) == [SurveyOutcome.ASKED]
        assert events(site, "hung-up") == [{"stage": "survey satisfaction"}]

    play(tmp_path, call)


def test_a_question_without_an_answer_is_passed_over_and_the_survey_partial(tmp_path: Path) -> None:
    """What was answered counts."""

    async def call(site: Site) -> None:
        said = await asked(site, YES, Silence(), Silence(), NO)
        assert said.count("rate-us") == 2
        assert given(site) == [("solved", "no")]
        assert became(site) == [SurveyOutcome.ASKED]

    play(tmp_path, call)


@pytest.mark.parametrize(
    "answers", [[Press("0")], [YES, Press("0")], [YES, Press("9"), Press("0")]]
)
def test_zero_leads_to_a_person_from_everywhere(tmp_path: Path, answers: list[Action]) -> None:
    """Where it is no mark."""

    async def call(site: Site) -> None:
        channel = caller(SURVEY, *answers)
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.SURVEY, 2)
        assert went(channel)[contract.QUEUE] == "reception"

    play(tmp_path, call)


def test_after_a_queue_the_answers_belong_to_its_agent(tmp_path: Path) -> None:
    """And to the revision of the rules."""

    async def call(site: Site) -> None:
        channel = caller(SURVEY, YES, Press("9"), YES)
        channel.variables.set(contract.QUEUE, "support")
        served = {"agent": "sara", "hold": "7", "queued": "1795501800"}
        await site.request(channel, Script.AFTER_QUEUE, 1, status=QueueStatus.CONTINUE, **served)
        await site.request(channel, Script.SURVEY, 2, **served)
        story = site.story()
        assert {(each.agent, each.queue) for each in story.answers} == {("sara", "support")}
        (survey,) = story.surveys
        assert (survey.agent, survey.queue) == ("sara", "support")
        assert survey.revision == story.call.revision
        await end(site, channel, 3, **served)
        assert site.story().call.outcome is Outcome.ANSWERED

    play(tmp_path, call)


def test_a_survey_is_asked_once_in_a_call(tmp_path: Path) -> None:
    """Answers of one call belong to one agent, whatever `again_after` says.

    The second agent's mark would be lost, and the rest of the answers be taken for theirs.
    """

    async def call(site: Site) -> None:
        channel = caller(SURVEY_EACH_TIME, Press("5"))
        await site.request(channel, Script.INCOMING)
        await site.request(channel, Script.SURVEY, 2, agent="sara")
        again = caller(SURVEY_EACH_TIME, Press("1"))
        await site.request(again, Script.SURVEY, 3, agent="mina")
        assert heard(again) == []
        assert [(each.agent, each.value) for each in site.story().answers] == [("sara", "5")]
        assert became(site) == [SurveyOutcome.COMPLETE]
        assert events(site, "left")[-1]["why"] == "recently"

    play(tmp_path, call)
