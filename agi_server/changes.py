"""The rules of a running service as they change: reloaded, rolled back, one change after the other.

A change is read and checked here, beside what is in force; then all workers take it, or none.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import structlog

from agi_server.control import NotTaken, RolledBack, Taken
from agi_server.daemon_threads import in_daemon_thread
from agi_server.policy import PolicyError, load_rules, load_with_warnings, read_rules
from agi_server.service_state import FailedReload, FileState, Origin, RulesState
from agi_server.workers import RulesNotTakenError
from routing.catalogue import Level
from routing.problems import Problem, one_line
from routing.rules_text import RulesText

MOST_EARLIER: Final = 10
"""How many revisions one can roll back: a bad day's work. Each is kept as text."""

READ_SECONDS: Final = 10.0
"""For the rules files to be read. Longer takes a network mount only, and one that hangs may never
come back: nobody else who wants to change the rules waits for it."""

Found: TypeAlias = RulesText | PolicyError
"""What a look at the rules file gives: its text, or why it cannot be read."""

Attempted = TypeVar("Attempted")
Looked = TypeVar("Looked")

log = structlog.get_logger(__name__)


def look_at(path: Path) -> Found:
    """Read the rules file, without checking it."""
    try:
        return read_rules(path)
    except PolicyError as error:
        return error


async def look_in_time(path: Path, look: Callable[[], Looked]) -> Looked | PolicyError:
    """Have the rules files read beside the event loop, within READ_SECONDS."""
    try:
        return await in_daemon_thread(look, READ_SECONDS)
    except TimeoutError:
        hint = "is its disk, or the machine that it is mounted from, in order?"
        return PolicyError(f"{path} cannot be read: no answer in {READ_SECONDS:g} s; {hint}")


def check(rules: RulesText) -> tuple[Problem, ...]:
    """Load rules, to find out whether they can be used; their warnings, which the log tells too.

    Raises:
        PolicyError: They have errors.
    """
    _, warnings = load_with_warnings(rules)
    if warnings:
        log.warning("the rules have warnings: `rahyab check` shows them", count=len(warnings))
    for each in warnings:
        log.debug("rules", warning=_located(each))
    return warnings


@dataclass(frozen=True, slots=True)
class _InForce:
    """Rules that all workers serve by."""

    rules: RulesText
    since: datetime
    origin: Origin


@dataclass(frozen=True, slots=True)
class Service:
    """What a change of the rules needs of the service around it.

    Attributes:
        take: Has all workers take rules, or none; raises RulesNotTakenError.
        keep: Is told of all rules that come into force, and since when (UTC).
        clock: Gives the moment in UTC.
    """

    take: Callable[[RulesText], Awaitable[None]]
    keep: Callable[[RulesText, datetime], None]
    clock: Callable[[], datetime]


class Changes:
    """The rules in force, those before them, and the way to others.

    Args:
        path: The rules file.
        rules: What the service begins with.
        service: What a change needs of it.

    Attributes:
        failed_reloads: How often new rules were refused.
        failure: The last time; None when an attempt has gone well since.
    """

    def __init__(self, path: Path, rules: RulesText, service: Service) -> None:
        self._path = path
        self._service = service
        self._present = _InForce(rules, service.clock(), Origin.START)
        self._earlier: deque[RulesText] = deque(maxlen=MOST_EARLIER)
        self._tried = rules.revision
        """What the file held when it was last tried: the revision, or why it could not be read."""
        self._counted: tuple[str, int] = (rules.revision, 0)
        """The revision that was last checked for `rahyab status`, and its number of errors."""
        self._one_at_a_time = asyncio.Lock()
        self.failed_reloads = 0
        self.failure: FailedReload | None = None

    @property
    def state(self) -> RulesState:
        """What is in force."""
        now = self._present
        return RulesState(now.rules.revision, now.since, now.origin, len(self._earlier))

    def begin(self) -> None:
        """All workers serve by the first rules: from now on they are in force."""
        self._put_in_force(self._present.rules, Origin.START)

    async def reload(self) -> Taken | NotTaken:
        """Load the rules file again."""
        async with self._one_at_a_time:
            return await self._or_refuse(self._reload())

    async def follow(self, look: Callable[[], Found | None]) -> bool:
        """Load the rules file again if it holds something else than when it was last tried.

        So a service that was rolled back stays so while its file does not change.

        Args:
            look: Reads the file, in a thread of its own; None when it is not to be read now.

        Returns:
            Whether the file has been dealt with: not when it was good, and the workers could not
            take it just then.
        """
        async with self._one_at_a_time:
            await self._or_refuse(self._follow(look))
            return self._tried != ""

    async def rollback(self) -> RolledBack | NotTaken:
        """Put back in force what was before the present rules.

        What is left is not kept to return to: whoever rolls back twice wants to go back further,
        and the way forward is a reload of the file.
        """
        async with self._one_at_a_time:
            if not self._earlier:
                return NotTaken(
                    self.state.revision,
                    "there is nothing to roll back to: this server has had no other rules in force"
                    " since it was started, or has been rolled back through all of them",
                )
            return await self._return_to(self._earlier[-1])

    async def file_state(self) -> FileState:
        """What the rules file holds now."""
        found = await self._look()
        return await asyncio.to_thread(self._state_of, found)

    async def _look(self) -> Found:
        return await look_in_time(self._path, partial(look_at, self._path))

    async def _reload(self) -> Taken | NotTaken:
        return await self._try(await self._look(), Origin.RELOAD)

    async def _follow(self, look: Callable[[], Found | None]) -> Taken | NotTaken | None:
        found = await look_in_time(self._path, look)
        if found is None or _name(found) == self._tried:
            return None
        return await self._try(found, Origin.WATCH)

    async def _or_refuse(self, attempt: Awaitable[Attempted]) -> Attempted | NotTaken:
        """Await an attempt; one that meets a bug has changed nothing, and ends nothing else."""
        try:
            return await attempt
        except Exception:
            log.exception("a reload failed")
            return self._refuse(Exception("a bug: see the server's log, and tell the makers"))

    async def _try(self, found: Found, origin: Origin) -> Taken | NotTaken:
        """Put in force what was found in the file, if it is good."""
        self._tried = _name(found)
        if isinstance(found, PolicyError):
            return self._refuse(found)
        before = self.state.revision
        warnings: tuple[Problem, ...] = ()
        try:
            if found.revision != before:
                warnings = await asyncio.to_thread(check, found)
                await self._take(found, origin)
        except RulesNotTakenError as error:
            # The text is not to blame: whoever follows the file is to try it again.
            self._tried = ""
            return self._refuse(error)
        except PolicyError as error:
            return self._refuse(error)
        self.failure = None
        log.info("rules reloaded", revision=found.revision, before=before, origin=origin.value)
        text = found.bundled() if warnings else ""
        return Taken(str(self._path.absolute()), found.revision, before, warnings, text)

    async def _take(self, rules: RulesText, origin: Origin) -> None:
        before = self._present.rules
        await self._service.take(rules)
        self._earlier.append(before)
        self._put_in_force(rules, origin)

    async def _return_to(self, rules: RulesText) -> RolledBack | NotTaken:
        before = self.state.revision
        try:
            await self._service.take(rules)
        except RulesNotTakenError as error:
            log.error("rules not rolled back", revision=before, reason=str(error))
            return NotTaken(before, str(error))
        self._earlier.pop()
        self._put_in_force(rules, Origin.ROLLBACK)
        log.warning("rules rolled back", revision=rules.revision, before=before)
        file = await self.file_state()
        return RolledBack(rules.revision, before, len(self._earlier), file)

    def _put_in_force(self, rules: RulesText, origin: Origin) -> None:
        self._present = _InForce(rules, self._service.clock(), origin)
        self._service.keep(rules, self._present.since)

    def _refuse(self, error: Exception) -> NotTaken:
        """What is in force stays; the message of the error says why."""
        problems = error.problems if isinstance(error, PolicyError) else ()
        text = error.rules if isinstance(error, PolicyError) else None
        self.failed_reloads += 1
        self.failure = FailedReload(
            self._service.clock(), str(error), next(_errors(problems), None)
        )
        log.error(
            "rules not reloaded; the old ones stay",
            reason=str(error),
            problems=[_located(each) for each in problems],
        )
        bundle = "" if text is None else text.bundled()
        return NotTaken(self.state.revision, str(error), problems, bundle)

    def _state_of(self, found: Found) -> FileState:
        file = str(self._path.absolute())
        if isinstance(found, PolicyError):
            return FileState(file, None, differs=True, errors=0, trouble=str(found))
        differs = found.revision != self.state.revision
        errors = self._count_errors(found) if differs else 0
        return FileState(file, found.revision, differs, errors, trouble="")

    def _count_errors(self, rules: RulesText) -> int:
        """How many errors rules have; once for each revision, for it may take half a second."""
        revision, count = self._counted
        if revision != rules.revision:
            count = _count(rules)
            self._counted = (rules.revision, count)
        return count


def _name(found: Found) -> str:
    return found.revision if isinstance(found, RulesText) else str(found)


def _count(rules: RulesText) -> int:
    try:
        load_rules(rules)
    except PolicyError as error:
        return sum(1 for _ in _errors(error.problems))
    return 0


def _errors(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Those for which rules do not load: the others are warnings."""
    return (each for each in problems if each.level is Level.ERROR)


def _located(problem: Problem) -> str:
    where = f"{problem.file}:{problem.line}:{problem.column}"
    return f"{where}: {one_line(problem.message)} [{problem.code}]"
