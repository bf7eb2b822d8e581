"""A caller on the line: what they hear and what they key, in AGI commands.

This is the only place that knows how a prompt becomes a sound file on this channel, and what to do
when Asterisk cannot find one: to AGI a missing file looks like a hang-up, and only the channel's
state tells the two apart (reference: res_agi.c handle_streamfile, handle_getdata).
"""

from dataclasses import dataclass, field
from typing import Final

import structlog

from agi_server.channel import Channel, HungUpError
from agi_server.commands import (
    ChannelStatus,
    DataFailed,
    Digits,
    GetData,
    PlayedToEnd,
    PlayFailed,
    PlayInterrupted,
    RecordFile,
    Recording,
    SetVariable,
    StreamFile,
)
from agi_server.journal import Journal
from dialplan import contract
from ivr.dialogues import Input
from ivr.machine import Keyed, NoInput
from ivr.prompts import Catalogue

log = structlog.get_logger(__name__)

ALL_KEYS: Final = "0123456789*#"

LONE_TERMINATORS: Final = 3
"""How often a lone `#` is taken for the end of an earlier answer before it counts as silence."""


@dataclass(slots=True)
class Line:
    """Speaks to one caller in one language at a time."""

    channel: Channel
    catalogue: Catalogue
    journal: Journal
    language: str
    _missing: set[str] = field(default_factory=set)
    _timing: tuple[float, float] | None = None

    async def change_language(self, language: str) -> None:
        """Speak another language from now on."""
        self.language = language
        await self.channel.send(SetVariable(contract.LANGUAGE, language))

    async def say(self, prompts: tuple[str, ...]) -> None:
        """Play prompts to their end; keys do not interrupt them. Raises HungUpError."""
        self.journal.note("heard", prompts=list(prompts), language=self.language)
        for sound in self._sounds(prompts):
            await self._play(sound, "")

    async def ask(self, prompts: tuple[str, ...], wanted: Input) -> Keyed | NoInput:
        """Play prompts, which any key interrupts, and collect keys. Raises HungUpError."""
        self.journal.note("heard", prompts=list(prompts), language=self.language)
        for _ in range(LONE_TERMINATORS):
            outcome = await self._collect(self._sounds(prompts), wanted)
            if outcome.digits:
                return Keyed(outcome.digits)
            if outcome.timed_out:
                break
        return NoInput()

    async def record(self, path: str, longest: float) -> Recording:
        """Beep and record to `path` (without its ending) until `#`, `longest` seconds, or hang-up.

        Does not raise HungUpError: a caller ends a message by hanging up, and it is kept.
        """
        return await self.channel.send(
            RecordFile(path, "wav", "#", timeout_ms=round(longest * 1000), beep=True)
        )

    def _sounds(self, prompts: tuple[str, ...]) -> list[str]:
        named = (self.catalogue.sound(prompt, self.language) for prompt in prompts)
        return [sound for sound in named if sound not in self._missing]

    async def _collect(self, sounds: list[str], wanted: Input) -> Digits:
        """GET DATA; when it fails on a live channel a sound is missing: find it, and go on."""
        timeout = await self._set_timing(wanted)
        playable = sounds or [self._silence()]
        outcome = await self.channel.send(GetData("&".join(playable), timeout, wanted.longest))
        if isinstance(outcome, Digits):
            return outcome
        first = await self._find_missing(playable, outcome)
        if len(first) == wanted.longest:
            return Digits(first, timed_out=False)
        rest = await self.channel.send(GetData(self._silence(), timeout, wanted.longest))
        if isinstance(rest, DataFailed):
            await self._hung_up_or(self._silence())
            return Digits(first, timed_out=True)
        return Digits(first + rest.digits, rest.timed_out)

    async def _set_timing(self, wanted: Input) -> int:
        """Tell Asterisk how long to wait; returns the time limit for GET DATA in milliseconds.

        GET DATA has one limit for both the first key and the next; with 0 it takes the channel's
        own two, which the dialplan function TIMEOUT sets (file.c ast_app_getdata).
        """
        if wanted.longest == 1:
            return round(wanted.first_key_seconds * 1000)
        timing = (wanted.first_key_seconds, wanted.between_keys_seconds)
        if timing != self._timing:
            for name, seconds in zip(("response", "digit"), timing, strict=True):
                await self.channel.send(SetVariable(f"TIMEOUT({name})", str(seconds)))
            self._timing = timing
        return 0

    async def _find_missing(self, sounds: list[str], outcome: DataFailed) -> str:
        """Play sounds one by one to learn which is missing; a key pressed meanwhile is returned."""
        del outcome
        for sound in sounds:
            key = await self._play(sound, ALL_KEYS)
            if key:
                return key.removesuffix("#")
        return ""

    async def _play(self, sound: str, keys: str) -> str:
        match await self.channel.send(StreamFile(sound, keys)):
            case PlayInterrupted(key):
                return key
            case PlayFailed():
                await self._hung_up_or(sound)
                return ""
            case PlayedToEnd():
                return ""

    async def _hung_up_or(self, sound: str) -> None:
        """After a failure: raise HungUpError, or note that this sound is missing."""
        await self.channel.send(ChannelStatus())
        if self.channel.hung_up:
            raise HungUpError
        self._missing.add(sound)
        self.journal.note("missing-prompt", sound=sound)
        log.error("sound file missing", sound=sound, cure="run `rahyab prompts build`")

    def _silence(self) -> str:
        return self.catalogue.sound("silence", self.language)
