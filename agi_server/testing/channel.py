"""The fake Asterisk's channel: one call, with its caller, its clock and what became of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from agi_server.testing.callers import Action, Asked, Caller, HangUp, Press, happenings, silent
from agi_server.testing.database import Database
from agi_server.testing.queues import Queue
from agi_server.testing.timeline import GONE, Key, Timeline
from agi_server.testing.variables import Variables

PROMPT_SECONDS: Final = 2.0
"""How long a file plays when nobody says otherwise."""

PATIENCE_SECONDS: Final = 3600.0
"""When a caller who does nothing more hangs up, in a command that would wait for ever."""

Sounds: TypeAlias = Callable[[str, str], float | None]
"""The seconds that a file plays, by its name and the channel's language; None: it is missing."""

Application: TypeAlias = Callable[["FakeChannel", str], Awaitable[int]]
"""A dialplan application: gets its options, returns 0, or -1 when the caller is gone."""


def _every_file(file: str, language: str) -> float | None:
    del file, language
    return PROMPT_SECONDS


@dataclass(frozen=True, slots=True)
class Heard:
    """A file that was played: `whole`, or until a key or the hang-up stopped it."""

    file: str
    language: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was made."""

    file: str
    format: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the dialplan."""

    context: str
    extension: str
    priority: int


async def wait(channel: "FakeChannel", options: str) -> int:
    """The application Wait: so many seconds of the channel's clock pass."""
    try:
        seconds = float(options.strip() or 0)
    except ValueError:
        seconds = 0.0
    end = channel.clock + min(max(seconds, 0.0), PATIENCE_SECONDS)
    while not channel.hung_up:
        happening = channel.timeline.take(end)
        if happening is None:
            channel.timeline.pass_until(end)
            return 0
        if happening is GONE:
            channel.hang_up()
    return -1


@dataclass(slots=True)
class FakeChannel:
    """One call in the fake Asterisk. What is given sets the scene, what follows tells what came.

    The scene:

    - `number`, `name`, `dialled`: the caller's, and what they dialled; `caller` what they do.
    - `known`: variables and functions set before AGI starts, AGISIGHUP and AGIEXITONHANGUP too.
    - `sounds`: which files there are, and how long they play; `can_record` whether a recording can
      be written, perhaps by its file and format.
    - `applications`: those that EXEC finds, by name: what they return, or an async function.
    - `subroutines`: those that GOSUB finds, as `context,extension,priority`, with what they leave
      in GOSUB_RETVAL; `labels` the priorities that SET PRIORITY finds by name.
    - `database`: the AstDB. `speech_engines`: those that SPEECH CREATE finds; an empty name is the
      default one. `has_tdd`: whether the technology knows TDD.
    - `queues`: those of app_queue by name, as they stand; none: the module is not there.
    - `epoch`: EPOCH when the call begins; the channel's clock goes on from there.
    - `version` is Asterisk's: it decides where a long line is cut.
    - `leaves_after` hangs up, while nothing is asked, once so many commands have been answered;
      `hung_up` before AGI starts is what the extension `h` is.
    """

    number: str = ""
    name: str = ""
    dialled: str = ""
    caller: Caller = silent
    known: Mapping[str, str] = field(default_factory=dict)
    sounds: Sounds = _every_file
    language: str = "en"
    context: str = "rahyab-incoming"
    extension: str = "s"
    priority: int = 1
    uniqueid: str = "1700000000.1"
    version: str = "22.10.1"
    technology: str = "PJSIP"
    applications: Mapping[str, int | Application] = field(
        default_factory=lambda: {"NoOp": 0, "Wait": wait}
    )
    subroutines: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    database: Database = field(default_factory=Database)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    epoch: int = 1_700_000_000
    speech_engines: Sequence[str] = ()
    has_tdd: bool = False
    can_record: bool | Callable[[str, str], bool] = True
    leaves_after: int | None = None
    answered: bool = False
    hung_up: bool = False

    variables: Variables = field(init=False)
    timeline: Timeline = field(default_factory=Timeline, init=False)
    departed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    heard: list[Heard] = field(default_factory=list, init=False)
    recordings: list[Recording] = field(default_factory=list, init=False)
    executed: list[tuple[str, str]] = field(default_factory=list, init=False)
    """Applications run by EXEC, with their options; subroutines run by GOSUB, as `Gosub`."""
    messages: list[str] = field(default_factory=list, init=False)
    """What VERBOSE wrote."""
    sent: list[str] = field(default_factory=list, init=False)
    """What SEND TEXT and SEND IMAGE sent to the caller."""
    music: str | None = field(default=None, init=False)
    """The class of music on hold that plays now (empty: the default class); None: silence."""
    runs_command: bool = field(default=False, init=False)
    """Whether a command of the server runs now."""
    set_priority: int | None = field(default=None, init=False)
    _asked: int = field(default=0, init=False)
    commands: int = field(default=0, init=False)
    """How many AGI commands have been answered, over all sessions of the call."""

    def __post_init__(self) -> None:
        functions = {
            "CALLERID(num)": self.number,
            "CALLERID(name)": self.name,
            "CALLERID(dnid)": self.dialled,
            "CHANNEL(language)": self.language,
        }
        self.variables = Variables({**functions, **self.known}, self._built_in, self.queues)
        if self.hung_up:
            self.departed.set()

    @property
    def clock(self) -> float:
        """Seconds since the call began; they pass only while something plays or is waited for."""
        return self.timeline.now

    @property
    def channel_name(self) -> str:
        """The name of the channel."""
        return f"{self.technology}/fake-{self.uniqueid}"

    @property
    def location(self) -> Location:
        """Where the dialplan goes on when AGI is over: the next priority, unless one was set."""
        priority = self.priority + 1 if self.set_priority is None else self.set_priority
        return Location(self.context, self.extension, priority)

    def hang_up(self) -> None:
        """The caller hangs up, now."""
        self.hung_up = True
        self.departed.set()

    def press(self, keys: str) -> None:
        """The caller presses keys, now: lost when no command runs that could take them."""
        if self.runs_command:
            self.plan(Press(keys, after=0.0), usual=0.0)

    def current_language(self) -> str:
        """The language of the channel now, which a server may have changed."""
        return self.variables.get("CHANNEL(language)") or self.language

    async def ask(
        self, command: str, files: tuple[str, ...], keys: str, max_digits: int, seconds: float
    ) -> Action:
        """Have the caller say what to do now (see `Asked`)."""
        self._asked += 1
        language = self.current_language()
        action = await self.caller(
            Asked(command, files, keys, max_digits, seconds, self._asked, language)
        )
        return HangUp(0.0) if self.hung_up else action

    def plan(self, action: Action, usual: float) -> None:
        """Let what the caller does happen in time, from now on."""
        for after, happening in happenings(action, usual):
            self.timeline.plan(self.clock + after, happening)

    def typed_ahead(self, keys: str) -> str | None:
        """A key that was pressed by now and is one of `keys`; others before it are lost."""
        while not self.hung_up and (happening := self.timeline.take(self.clock)) is not None:
            if happening is GONE:
                self.hang_up()
            elif isinstance(happening, Key) and happening.digit in keys:
                return happening.digit
        return None

    def hear(self, file: str, seconds: float, length: float) -> None:
        """Take down that `seconds` of a file were heard; nothing, if it was never begun."""
        if file and seconds > 0:
            self.heard.append(Heard(file, self.current_language(), seconds >= length))

    def finish_command(self) -> None:
        """A command has been answered: the caller may leave now."""
        self.commands += 1
        if self.timeline.take_ending() or self.commands == self.leaves_after:
            self.hang_up()

    def _built_in(self, name: str) -> str | None:
        """The variables that Asterisk makes up when they are asked for (pbx_retrieve_variable)."""
        made_up = {
            "CHANNEL": self.channel_name,
            "UNIQUEID": self.uniqueid,
            "EPOCH": str(int(self.epoch + self.clock)),
            "CONTEXT": self.context,
            "EXTEN": self.extension,
            "PRIORITY": str(self.priority),
        }
        return made_up.get(name)
