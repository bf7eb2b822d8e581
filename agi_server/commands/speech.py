"""Commands on a speech recogniser, if Asterisk has the module of one loaded.

A session has one recogniser at a time: `SpeechCreate`, grammars, `SpeechRecognize`, `SpeechDestroy`
(or the end of the session). Every command answers `0` when there is none.

Source: res_agi.c (`handle_speech…`), res_speech.c.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from agi_server.commands.base import (
    LONGEST_PROMPT_SECONDS,
    Command,
    expect,
    is_keys,
    unreadable,
)
from agi_server.commands.checking import LARGEST_INT, LONGEST_SECONDS, checked_integer, given
from agi_server.protocol import Reply

ENGINE_SECONDS: Final = 15.0
"""An engine may be a service on another machine, and a grammar a long file."""

_CUT_AT_BYTES: Final = 4_095
"""All results together get no more (handle_speechrecognize, `tmp`)."""

_END: Final = re.compile(r"endpos=(-?\d{1,18})", re.ASCII)
_TOLD: Final = re.compile(r"\((timeout|hangup)\) endpos=(-?\d{1,18})", re.ASCII)
_DIGIT: Final = re.compile(r"\(digit\) digit=(.) endpos=(-?\d{1,18})", re.ASCII)
_SPEECH: Final = re.compile(r"\(speech\) endpos=(-?\d{1,18}) results=(\d{1,9}) ?(.*)", re.ASCII)
_SCORE: Final = re.compile(r"-?\d{1,18}", re.ASCII)


class _SpeechCommand(Command[bool]):
    """What nearly all commands of this module have in common."""

    __slots__ = ()

    def allowance(self) -> float:
        """As long as an engine may take."""
        return ENGINE_SECONDS

    def decode(self, reply: Reply) -> bool:
        """`1` or `0` (handle_speech…)."""
        return expect(self, reply, "0", "1") == "1"


@dataclass(frozen=True, slots=True)
class SpeechCreate(_SpeechCommand):
    """Start a recogniser: `engine`, or Asterisk's default one.

    False: there is no such engine, it failed, or this session has one already.
    """

    engine: str | None = None

    name: ClassVar[str] = "SPEECH CREATE"

    def arguments(self) -> tuple[str, ...]:
        """The engine, if one is named."""
        return given(self.engine)


@dataclass(frozen=True, slots=True)
class SpeechSet(_SpeechCommand):
    """Change a setting of the engine, whose documentation names them.

    True only says that there is a recogniser, not that it has such a setting.
    """

    setting: str
    value: str

    name: ClassVar[str] = "SPEECH SET"

    def arguments(self) -> tuple[str, str]:
        """The setting and its value."""
        return self.setting, self.value


@dataclass(frozen=True, slots=True)
class SpeechDestroy(_SpeechCommand):
    """End the recogniser; False: there was none."""

    name: ClassVar[str] = "SPEECH DESTROY"
    works_when_dead: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SpeechLoadGrammar(_SpeechCommand):
    """Load a grammar from `path`, on Asterisk's machine, and call it `grammar`."""

    grammar: str
    path: str

    name: ClassVar[str] = "SPEECH LOAD GRAMMAR"

    def arguments(self) -> tuple[str, str]:
        """The grammar's name and its file."""
        return self.grammar, self.path


@dataclass(frozen=True, slots=True)
class SpeechUnloadGrammar(_SpeechCommand):
    """Unload a grammar that was loaded."""

    grammar: str

    name: ClassVar[str] = "SPEECH UNLOAD GRAMMAR"
    works_when_dead: ClassVar[bool] = True

    def arguments(self) -> tuple[str]:
        """The grammar's name."""
        return (self.grammar,)


@dataclass(frozen=True, slots=True)
class SpeechActivateGrammar(_SpeechCommand):
    """Have the recogniser listen for a grammar."""

    grammar: str

    name: ClassVar[str] = "SPEECH ACTIVATE GRAMMAR"

    def arguments(self) -> tuple[str]:
        """The grammar's name."""
        return (self.grammar,)


@dataclass(frozen=True, slots=True)
class SpeechDeactivateGrammar(_SpeechCommand):
    """Have the recogniser listen for a grammar no longer."""

    grammar: str

    name: ClassVar[str] = "SPEECH DEACTIVATE GRAMMAR"

    def arguments(self) -> tuple[str]:
        """The grammar's name."""
        return (self.grammar,)


@dataclass(frozen=True, slots=True)
class SpeechResult:
    """One thing that the caller may have said; the higher the `score`, the likelier."""

    score: int
    text: str
    grammar: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """The caller spoke: what it may have been, in the engine's order; empty: nothing it knows.

    `samples`: where the prompt stopped when the caller began to speak; 0 when it had been played
    to its end. `is_cut`: there was more than Asterisk hands out.
    """

    results: tuple[SpeechResult, ...]
    samples: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class SpeechKey:
    """The caller pressed a key instead."""

    key: str
    samples: int


@dataclass(frozen=True, slots=True)
class SpeechTimedOut:
    """The time was over."""

    samples: int


@dataclass(frozen=True, slots=True)
class SpeechHungUp:
    """The caller hung up."""

    samples: int


@dataclass(frozen=True, slots=True)
class SpeechFailed:
    """There is no recogniser, or it cannot hear this channel."""


Recognition: TypeAlias = Recognised | SpeechKey | SpeechTimedOut | SpeechHungUp | SpeechFailed


@dataclass(frozen=True, slots=True)
class SpeechRecognize(Command[Recognition]):
    """Play a prompt, from `offset_samples` on, and listen, also while it plays; any key ends it.

    `timeout_seconds` (whole ones, None: no limit) count from the end of the prompt. A missing
    prompt is not told: Asterisk listens without.
    """

    prompt: str
    timeout_seconds: int | None
    offset_samples: int = 0

    name: ClassVar[str] = "SPEECH RECOGNIZE"

    def arguments(self) -> tuple[str, str, str]:
        """The prompt, seconds (0: no limit), samples."""
        seconds = self.timeout_seconds
        limit = "0" if seconds is None else checked_integer("seconds", seconds, 1, LONGEST_SECONDS)
        offset = checked_integer("an offset", self.offset_samples, 0, LARGEST_INT)
        return self.prompt, limit, offset

    def allowance(self) -> float | None:
        """The longest prompt, the time limit, and the engine's own time."""
        if self.timeout_seconds is None:
            return None
        return LONGEST_PROMPT_SECONDS + self.timeout_seconds + ENGINE_SECONDS

    def decode(self, reply: Reply) -> Recognition:
        """`1 (why)` with what belongs to it, or `0` (handle_speechrecognize).

        Quotes inside a text are not escaped: it ends before the next `" grammar`.
        """
        if expect(self, reply, "0", "1") == "0":
            if reply.data and _END.fullmatch(reply.data) is None:
                raise unreadable(self, reply)
            return SpeechFailed()
        if (told := _TOLD.fullmatch(reply.data)) is not None:
            why = SpeechTimedOut if told[1] == "timeout" else SpeechHungUp
            return why(int(told[2]))
        if (digit := _DIGIT.fullmatch(reply.data)) is not None and is_keys(digit[1]):
            return SpeechKey(digit[1], int(digit[2]))
        return self._recognised(reply)

    def _recognised(self, reply: Reply) -> Recognised:
        speech = _SPEECH.fullmatch(reply.data)
        if speech is None:
            raise unreadable(self, reply)
        results = _results(speech[3], int(speech[2]))
        is_cut = len(speech[3].encode("utf-8", "surrogateescape")) >= _CUT_AT_BYTES
        if len(results) < int(speech[2]) and not is_cut:
            raise unreadable(self, reply)
        return Recognised(results, int(speech[1]), is_cut)


def _results(text: str, count: int) -> tuple[SpeechResult, ...]:
    """Up to `count` results, as many as are there whole."""
    found: list[SpeechResult] = []
    rest = text.removeprefix("score0=")
    for index in range(count):
        score, _, rest = rest.partition(f' text{index}="')
        said, is_whole, rest = rest.partition(f'" grammar{index}=')
        grammar, _, rest = rest.partition(f" score{index + 1}=")
        if not is_whole or _SCORE.fullmatch(score) is None:
            break
        found.append(SpeechResult(int(score), said, grammar))
    return tuple(found)
