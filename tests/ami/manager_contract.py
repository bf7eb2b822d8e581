"""What a manager interface does that we rely on: the fake and a real Asterisk are held to it.

Both have a queue `support` without callers, and a user with the rights of `dialplan/manager.conf`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from ami.access import Access
from ami.messages import UnsendableError
from ami.session import ActionRefusedError, LoginError, opened_session

Promise = Callable[[Access], Awaitable[None]]


async def _lets_in_who_knows_the_secret(access: Access) -> None:
    async with opened_session(access) as session:
        assert (await session.ask("Ping")).get("Ping") == "Pong"


async def _refuses_a_wrong_secret(access: Access) -> None:
    with pytest.raises(LoginError, match="RAHYAB_AMI_SECRET") as refused:
        async with opened_session(replace(access, secret="wrong-secret")):
            pytest.fail("it let a stranger in")
    assert "wrong-secret" not in str(refused.value)


async def _refuses_a_stranger(access: Access) -> None:
    with pytest.raises(LoginError):
        async with opened_session(replace(access, user="nobody")):
            pytest.fail("it let a stranger in")


async def _gives_each_question_its_own_answer(access: Access) -> None:
    async with opened_session(access) as session:
        answers = await asyncio.gather(
            session.ask("Ping"),
            session.ask_list("QueueStatus"),
            session.ask("Getvar", {"Channel": "PJSIP/nobody", "Variable": "X"}),
            session.ask("Ping"),
            return_exceptions=True,
        )
    assert not isinstance(answers[1], BaseException)
    assert "QueueParams" in [each.event for each in answers[1]]
    assert isinstance(answers[2], ActionRefusedError)
    for answer in (answers[0], answers[3]):
        assert not isinstance(answer, BaseException | list)
        assert answer.get("Ping") == "Pong"


async def _lists_its_queues(access: Access) -> None:
    async with opened_session(access) as session:
        every = await session.ask_list("QueueStatus")
        one = await session.ask_list("QueueStatus", {"Queue": "support"})
        none = await session.ask_list("QueueStatus", {"Queue": "nothing-of-the-kind"})
    assert "support" in [each.get("Queue") for each in every if each.event == "QueueParams"]
    assert [each.get("Queue") for each in one if each.event == "QueueParams"] == ["support"]
    assert none == []


async def _knows_no_channel_that_is_gone(access: Access) -> None:
    async with opened_session(access) as session:
        with pytest.raises(ActionRefusedError, match="No such channel"):
            await session.ask("Getvar", {"Channel": "PJSIP/x-1", "Variable": "RAHYAB_CALL"})


async def _raises_nobody_who_is_not_there(access: Access) -> None:
    wanted = {"Queue": "support", "Caller": "PJSIP/x-1", "Priority": "3", "Immediate": "yes"}
    async with opened_session(access) as session:
        with pytest.raises(ActionRefusedError, match="No such caller"):
            await session.ask("QueueChangePriorityCaller", wanted)
        with pytest.raises(ActionRefusedError, match="No such queue"):
            await session.ask("QueueChangePriorityCaller", {**wanted, "Queue": "nothing"})


async def _does_nothing_else_for_us(access: Access) -> None:
    channel = {"Channel": "PJSIP/101"}
    async with opened_session(access) as session:
        for action, fields in (
            ("Originate", {**channel, "Application": "Wait", "Data": "1"}),
            ("Hangup", channel),
            ("Setvar", {"Variable": "X", "Value": "1"}),
            ("Command", {"Command": "core show version"}),
        ):
            with pytest.raises(ActionRefusedError, match="Permission denied"):
                await session.ask(action, fields)
        with pytest.raises(ActionRefusedError, match="Invalid/unknown command"):
            await session.ask("NothingOfTheKind")


async def _is_sent_no_second_action_in_a_value(access: Access) -> None:
    async with opened_session(access) as session:
        with pytest.raises(UnsendableError):
            await session.ask("Getvar", {"Channel": "x\r\nAction: Logoff", "Variable": "X"})
        assert (await session.ask("Ping")).get("Ping") == "Pong"


PROMISES: tuple[Promise, ...] = (
    _lets_in_who_knows_the_secret,
    _refuses_a_wrong_secret,
    _refuses_a_stranger,
    _gives_each_question_its_own_answer,
    _lists_its_queues,
    _knows_no_channel_that_is_gone,
    _raises_nobody_who_is_not_there,
    _does_nothing_else_for_us,
    _is_sent_no_second_action_in_a_value,
)


def name_of(promise: Promise) -> str:
    """For the test's id."""
    return getattr(promise, "__name__", "promise").strip("_")
