"""One connection to the manager interface, from the login to its end.

Nothing waits here without a limit: whoever does not answer in time has lost the connection.
"""

import asyncio
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Final

from ami.access import Access
from ami.messages import STRAY, Message, MessageReader, PeerError, encode_action

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 5.0
"""How long an answer may take: Asterisk answers within milliseconds, also under load."""

PING_SECONDS: Final = 15.0
"""Between two signs of life. A connection whose other end has vanished is known to be dead after
this and `ANSWER_SECONDS`."""

MOST_EVENTS: Final = 20_000
"""Events that wait to be taken: some minutes of a busy PBX. Beyond this we are not keeping up, and
begin anew with how things stand then."""

MOST_LISTED: Final = 100_000
"""Messages of one list: more than there can be callers and agents."""

LONGEST_REFUSAL: Final = 200
"""Characters of what Asterisk says when it refuses: it has a sentence for each case."""

READ_BYTES: Final = 64 * 1024

_END_OF_LIST: Final = "complete"
"""Of the field EventList, in the last message of a list."""


class LinkError(Exception):
    """There is no connection, or no longer; the message says why."""


class LoginError(LinkError):
    """Asterisk does not let us in."""


class ActionRefusedError(Exception):
    """Asterisk answered an action with an error; the message is its own."""


@dataclass(slots=True)
class _Question:
    """An action whose answer is awaited, and what has come of it."""

    is_list: bool
    done: asyncio.Future[list[Message]]
    messages: list[Message] = field(default_factory=list)

    def take(self, message: Message) -> None:
        """Take one more message with the id of this action."""
        self.messages.append(message)
        begins = self.is_list and message.get("Response").lower() == "success"
        goes_on = self.is_list and message.event and not _is_end_of_list(message)
        if not begins and not goes_on and not self.done.done():
            self.done.set_result(self.messages)


def _is_end_of_list(message: Message) -> bool:
    return message.get("EventList").lower() == _END_OF_LIST


class Session:
    """A connection that is logged in: see `opened_session`.

    Args:
        reader: What Asterisk says.
        writer: What it is told.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._prefix = token_hex(8)
        """Of our action ids: nobody can make a message up that passes for an answer."""
        self._count = 0
        self._questions: dict[str, _Question] = {}
        self._events: asyncio.Queue[Message | None] = asyncio.Queue()
        """None stands behind the last one."""
        self._lost = ""
        """Why the connection is lost; empty while it is not."""
        self._tasks = [asyncio.create_task(self._listen())]

    async def ask(self, action: str, fields: Mapping[str, str] | None = None) -> Message:
        """Ask for an action; the answer.

        Args:
            action: Its name.
            fields: Its parameters.

        Raises:
            ActionRefusedError: Asterisk answered with an error.
            LinkError: The connection is lost.
            UnsendableError: A parameter holds a line break.
        """
        return (await self._ask(action, fields or {}, is_list=False))[0]

    async def ask_list(self, action: str, fields: Mapping[str, str] | None = None) -> list[Message]:
        """Ask for an action whose answer is a list; its events. Raises what `ask` does."""
        answer = await self._ask(action, fields or {}, is_list=True)
        return [each for each in answer if each.event and not _is_end_of_list(each)]

    async def next_event(self) -> Message:
        """The next event that nobody asked for, in Asterisk's order.

        Raises:
            LinkError: The connection is lost, and all that came before has been taken.
        """
        event = await self._events.get()
        if event is None:
            self._events.put_nowait(None)
            raise self._loss()
        return event

    async def log_in(self, access: Access) -> None:
        """Prove who we are; the secret itself is never sent.

        Raises:
            LoginError: Asterisk does not let us in.
            LinkError: The connection is lost.
        """
        try:
            asked = await self.ask("Challenge", {"AuthType": "MD5"})
            proof = asked.get("Challenge") + access.secret
            # The one digest that the interface knows; the challenge makes it good for one use.
            key = hashlib.md5(proof.encode(errors=STRAY), usedforsecurity=False).hexdigest()
            login = {"AuthType": "MD5", "Username": access.user, "Key": key}
            await self.ask("Login", login)
        except ActionRefusedError as error:
            raise LoginError(
                f"Asterisk does not let the user {access.user!r} in ({error}): compare"
                " RAHYAB_AMI_USER and RAHYAB_AMI_SECRET with its manager.conf, where"
                " `permit` must allow this machine"
            ) from None
        self._tasks.append(asyncio.create_task(self._keep_alive()))

    async def close(self) -> None:
        """End the connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        # What a stuck peer does not take must hold nobody up.
        self._writer.transport.abort()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _ask(self, action: str, fields: Mapping[str, str], *, is_list: bool) -> list[Message]:
        self._count += 1
        action_id = f"{self._prefix}-{self._count}"
        encoded = encode_action(action, action_id, fields)
        if self._lost:
            raise self._loss()
        question = _Question(is_list, asyncio.get_running_loop().create_future())
        self._questions[action_id] = question
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._writer.write(encoded)
                await self._writer.drain()
                answer = await question.done
        except (TimeoutError, OSError) as error:
            self._lose(f"no answer to {action}: {str(error) or 'too slow'}")
            raise self._loss() from None
        finally:
            del self._questions[action_id]
        if answer[0].get("Response").lower() != "success":
            raise ActionRefusedError(_shown(answer[0].get("Message")) or "no reason given")
        return answer

    async def _listen(self) -> None:
        """Take all that Asterisk says, until it ends."""
        messages = MessageReader()
        try:
            while data := await self._reader.read(READ_BYTES):
                messages.receive_data(data)
                while (message := messages.next_message()) is not None:
                    self._take(message)
            self._lose("Asterisk has closed the connection")
        except (OSError, PeerError) as error:
            self._lose(str(error))

    def _take(self, message: Message) -> None:
        question = self._questions.get(message.get("ActionID"))
        if question is not None:
            if len(question.messages) >= MOST_LISTED:
                raise PeerError(f"a list of more than {MOST_LISTED} messages")
            question.take(message)
        elif message.event:
            if self._events.qsize() >= MOST_EVENTS:
                raise PeerError("more events than can be followed")
            self._events.put_nowait(message)

    async def _keep_alive(self) -> None:
        with suppress(LinkError):
            while True:
                await asyncio.sleep(PING_SECONDS)
                await self.ask("Ping")

    def _lose(self, reason: str) -> None:
        """Give the connection up, and tell everybody who waits; the first reason counts."""
        if self._lost:
            return
        self._lost = reason
        self._writer.transport.abort()
        self._events.put_nowait(None)
        for question in self._questions.values():
            if not question.done.done():
                question.done.set_exception(self._loss())

    def _loss(self) -> LinkError:
        return LinkError(self._lost)


@asynccontextmanager
async def opened_session(access: Access) -> AsyncIterator[Session]:
    """Connect and log in; the connection is closed behind.

    Raises:
        LoginError: Asterisk does not let us in.
        LinkError: It cannot be reached, or is no manager interface.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(access.host, access.port)
    except (TimeoutError, OSError) as error:
        raise LinkError(f"nobody can be reached there: {_reason(error)}") from None
    session = Session(reader, writer)
    try:
        await session.log_in(access)
        yield session
    finally:
        await session.close()


def _shown(text: str) -> str:
    """What a peer says, as a log can bear it."""
    return "".join(filter(str.isprintable, text))[:LONGEST_REFUSAL]


def _reason(error: OSError) -> str:
    """Why there is no connection, in the system's words: asyncio puts its own in their place."""
    if error.errno is None:
        return str(error) or f"no answer within {CONNECT_SECONDS:.0f} s"
    if isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno)
