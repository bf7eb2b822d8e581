"""A manager interface for tests, without an Asterisk: over TCP, with queues that do what is said.

It knows what Rahyab asks for, and answers as Asterisk 22 does; one suite holds it and a real
Asterisk to the same (`tests/ami/manager_contract.py`).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from ami.access import Access
from ami.messages import GREETING

Fields = Mapping[str, str]

_UNPROVED: Final = frozenset({"challenge", "login"})
"""Actions for those who have not logged in."""

_CHALLENGE: Final = "123456789"


@dataclass(slots=True)
class FakeCaller:
    """Who waits in a queue of the fake; `id` is Asterisk's, which stays when the name changes."""

    id: str
    channel: str
    queue: str
    priority: int = 0


@dataclass(slots=True, eq=False)
class FakeManager:
    """What the interface shows, to be changed by a test.

    Attributes:
        access: Where it listens, and who may log in.
        queues: The names of its queues.
        callers: Who waits, all queues together, in the order of each.
        variables: Of channels: those that there are, with what is set there.
        may_report: Whether the user has `write = reporting`.
        at_once: Whether who is raised is put at the new place (18.20, 20.5 and later do so).
        mute: It takes what it is told and answers nothing, as a host that is gone.
        asked: What it was asked for, but for logins and pings.
        logins: How often somebody has logged in.
    """

    access: Access
    queues: set[str] = field(default_factory=set)
    callers: list[FakeCaller] = field(default_factory=list)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    may_report: bool = True
    at_once: bool = True
    mute: bool = False
    asked: list[Fields] = field(default_factory=list)
    logins: int = 0
    _writers: dict[asyncio.StreamWriter, bool] = field(default_factory=dict)
    """Connections, with whether they are logged in."""
    _ids: dict[str, str] = field(default_factory=dict)
    """Asterisk's id of each channel, by the name that it came with."""

    def join(
        self, channel: str, queue: str, *, priority: int = 0, variables: Fields | None = None
    ) -> None:
        """A caller enters a queue: behind all who have as much."""
        self.queues.add(queue)
        self.variables[channel] = dict(variables or {})
        caller = FakeCaller(self._unique_id(channel), channel, queue, priority)
        self._insert(caller)
        self.emit("QueueCallerJoin", _told(caller))

    def leave(self, channel: str) -> None:
        """A caller leaves the queue, and Asterisk."""
        caller = next(each for each in self.callers if each.channel == channel)
        self.callers.remove(caller)
        del self.variables[channel]
        self.emit("QueueCallerLeave", _told(caller))

    def ring_out(self, channel: str, queue: str, member: tuple[str, str], number: int) -> None:
        """A member lets a caller ring for five seconds.

        Args:
            channel: The caller's.
            queue: The queue.
            member: Name and device.
            number: Asterisk's number of the device's channel.
        """
        name, interface = member
        told = {"Queue": queue, "Interface": interface, "MemberName": name, "RingTime": "5000"}
        caller = {"Channel": channel, "Uniqueid": self._unique_id(channel)}
        ids = {**caller, "DestUniqueid": f"1790000000.{number}"}
        self.emit("AgentRingNoAnswer", {**ids, **told})

    def pause(self, queue: str, member: tuple[str, str], reason: str = "Auto-Pause") -> None:
        """A member is paused."""
        name, interface = member
        told = {"Queue": queue, "MemberName": name, "Interface": interface, "Paused": "1"}
        self.emit("QueueMemberPause", {**told, "PausedReason": reason})

    def emit(self, event: str, fields: Fields) -> None:
        """Tell everybody who is logged in of an event."""
        for writer, is_in in self._writers.items():
            if is_in:
                writer.write(_block({"Event": event, "Privilege": "agent,all", **fields}))

    def send_raw(self, data: bytes) -> None:
        """Say these bytes to everybody."""
        for writer in self._writers:
            writer.write(data)

    def drop(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()

    def _unique_id(self, channel: str) -> str:
        return self._ids.setdefault(channel, f"1780000000.{len(self._ids)}")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, to its end."""
        self._writers[writer] = False
        writer.write(GREETING + b"11.0.0\r\n")
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                if not self.mute:
                    self._answer(writer, _parsed(block))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            del self._writers[writer]
            writer.close()

    def _answer(self, writer: asyncio.StreamWriter, asked: Fields) -> None:
        action = asked.get("Action", "").lower()
        if not self._writers[writer] and action not in _UNPROVED:
            return _say(writer, asked, _error("Permission denied"))
        if action not in _UNPROVED | {"ping"}:
            self.asked.append(asked)
        match action:
            case "challenge":
                _say(writer, asked, {"Response": "Success", "Challenge": _CHALLENGE})
            case "login":
                self._log_in(writer, asked)
            case "ping":
                _say(writer, asked, {"Response": "Success", "Ping": "Pong"})
            case "getvar":
                _say(writer, asked, self._variable(asked))
            case "queuestatus":
                self._show_queues(writer, asked)
            case "queuechangeprioritycaller":
                _say(writer, asked, self._change(asked))
            case "originate" | "hangup" | "setvar" | "command" | "redirect":
                _say(writer, asked, _error("Permission denied"))
            case _:
                _say(writer, asked, _error("Invalid/unknown command"))
        return None

    def _log_in(self, writer: asyncio.StreamWriter, asked: Fields) -> None:
        proof = (_CHALLENGE + self.access.secret).encode()
        key = hashlib.md5(proof, usedforsecurity=False).hexdigest()
        if (asked.get("Username"), asked.get("Key")) != (self.access.user, key):
            _say(writer, asked, _error("Authentication failed"))
            writer.close()
            return
        self._writers[writer] = True
        self.logins += 1
        _say(writer, asked, {"Response": "Success", "Message": "Authentication accepted"})

    def _variable(self, asked: Fields) -> Fields:
        if not self.may_report:
            return _error("Permission denied")
        variables = self.variables.get(asked["Channel"])
        if variables is None:
            return _error("No such channel")
        name = asked["Variable"]
        return {"Response": "Success", "Variable": name, "Value": variables.get(name, "")}

    def _show_queues(self, writer: asyncio.StreamWriter, asked: Fields) -> None:
        wanted = asked.get("Queue", "")
        start = {"Response": "Success", "EventList": "start"}
        _say(writer, asked, {**start, "Message": "Queue status will follow"})
        for queue in sorted({wanted} & self.queues if wanted else self.queues):
            _say(writer, asked, {"Event": "QueueParams", "Queue": queue})
            waiting = (each for each in self.callers if each.queue == queue)
            for position, caller in enumerate(waiting, start=1):
                _say(writer, asked, _entry(caller, position))
        _say(writer, asked, {"Event": "QueueStatusComplete", "EventList": "Complete"})

    def _change(self, asked: Fields) -> Fields:
        if asked["Queue"] not in self.queues:
            return _error("Unable to change priority caller on queue: No such queue")
        for caller in self.callers:
            if (caller.channel, caller.queue) == (asked["Caller"], asked["Queue"]):
                caller.priority = int(asked["Priority"])
                if self.at_once and asked.get("Immediate") == "yes":
                    self.callers.remove(caller)
                    self._insert(caller)
                return {"Response": "Success", "Message": "Priority change for caller on queue"}
        return _error("Unable to change priority caller on queue: No such caller")

    def _insert(self, caller: FakeCaller) -> None:
        behind = (
            place
            for place, each in enumerate(self.callers)
            if each.queue == caller.queue and each.priority < caller.priority
        )
        self.callers.insert(next(behind, len(self.callers)), caller)


def _told(caller: FakeCaller) -> Fields:
    return {"Queue": caller.queue, "Channel": caller.channel, "Uniqueid": caller.id}


def _entry(caller: FakeCaller, position: int) -> Fields:
    place = {"Position": str(position), "Priority": str(caller.priority)}
    return {"Event": "QueueEntry", **_told(caller), **place}


def _error(message: str) -> Fields:
    return {"Response": "Error", "Message": message}


def _say(writer: asyncio.StreamWriter, asked: Fields, said: Fields) -> None:
    """Say something with the id of the action behind its first line, where Asterisk has it."""
    (first, *others) = said.items()
    identified = {} if "ActionID" not in asked else {"ActionID": asked["ActionID"]}
    writer.write(_block({**dict([first]), **identified, **dict(others)}))


def _block(fields: Fields) -> bytes:
    lines: Iterable[str] = (f"{name}: {value}\r\n" for name, value in fields.items())
    return "".join((*lines, "\r\n")).encode(errors="surrogateescape")


def _parsed(block: bytes) -> Fields:
    lines = block.decode(errors="surrogateescape").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


@asynccontextmanager
async def fake_manager(
    user: str = "rahyab",
    secret: str = "fake-secret",  # noqa: S107  of the fake alone
    port: int = 0,
) -> AsyncIterator[FakeManager]:
    """A manager interface on 127.0.0.1, on a free port unless one is named."""
    manager = FakeManager(Access("127.0.0.1", port, user, secret))
    server = await asyncio.start_server(manager.serve, "127.0.0.1", port)
    taken = server.sockets[0].getsockname()[1]
    manager.access = Access("127.0.0.1", taken, user, secret)
    try:
        yield manager
    finally:
        server.close()
        manager.drop()
        await server.wait_closed()
