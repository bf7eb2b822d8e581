"""A caller on the line: what they hear and what they key, in AGI commands.

This is the only place that knows how a prompt becomes a sound file on this channel, and what to do
when Asterisk cannot find one: to AGI a missing file looks like a hang-up, and only the channel's
state tells the two apart (res_agi.c, handle_streamfile).
"""

from dataclasses import dataclass

import structlog

from agi_server.channel import Channel
from agi_server.commands import (
    ANY_KEY,
    ChannelStatus,
    DataFailed,
    GetData,
    Interrupted,
    NotRecorded,
    PlayFailed,
    Recorded,
    RecordFile,
    SetVariable,
    StreamFile,
)
from agi_server.journal import Journal
from dialplan import contract
from ivr.dialogues import LONE_TERMINATORS, TERMINATOR, Input
from ivr.machine import Keyed, NoInput
from ivr.prompts import Catalogue

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Line:
    """Speaks to one caller in one language at a time."""

    channel: Channel
    catalogue: Catalogue
    journal: Journal
    language: str

    async def change_language(self, language: str) -> None:
        """Speak another language from now on."""
        self.language = language
        await self.channel.send(SetVariable(contract.LANGUAGE, language))

    async def say(self, prompts: tuple[str, ...]) -> None:
        """Play prompts to their end; keys do not interrupt them. Raises HungUpError."""
        begun: list[str] = []
        try:
            for prompt in prompts:
                begun.append(prompt)
                await self._play(prompt, "")
        finally:
            self._note_heard(begun)

    async def ask(self, prompts: tuple[str, ...], wanted: Input) -> Keyed | NoInput:
        """Play prompts, which any key interrupts, and collect keys. Raises HungUpError.

        A lone `#` is the end of what was keyed before this question, not an answer to it.
        """
        for _ in range(LONE_TERMINATORS):
            first = await self._first_key(prompts, wanted)
            if first == TERMINATOR:
                continue
            return Keyed(first + await self._further_keys(wanted)) if first else NoInput()
        return NoInput()

    async def record(self, path: str, longest: float) -> Recorded | NotRecorded:
        """Beep and record to `path` (without its ending) until `#`, `longest` seconds, or hang-up.

        A hang-up does not raise here: it is how most callers end a message, and it is kept.
        """
        return await self.channel.send(RecordFile(path, longest))

    async def _first_key(self, prompts: tuple[str, ...], wanted: Input) -> str:
        """The key that interrupted the prompts or followed them; empty when none came in time."""
        begun: list[str] = []
        try:
            for prompt in prompts:
                begun.append(prompt)
                key = await self._play(prompt, ANY_KEY)
                if key:
                    return key
        finally:
            self._note_heard(begun)
        return await self._keys(1, wanted.first_key_seconds)

    def _note_heard(self, begun: list[str]) -> None:
        """Write down what the caller heard, the last of it perhaps not to its end."""
        self.journal.note("heard", prompts=begun, language=self.language)

    async def _further_keys(self, wanted: Input) -> str:
        if wanted.longest == 1:
            return ""
        keys = await self._keys(wanted.longest - 1, wanted.between_keys_seconds)
        return keys.removesuffix(TERMINATOR)

    async def _keys(self, longest: int, seconds: float) -> str:
        """Up to `longest` keys; a lone terminator is returned as such."""
        outcome = await self.channel.send(GetData("", seconds, longest))
        if isinstance(outcome, DataFailed):
            await self.channel.send(ChannelStatus())
            return ""
        if not outcome.digits and not outcome.timed_out:
            return TERMINATOR
        return outcome.digits

    async def _play(self, prompt: str, keys: str) -> str:
        """Play one prompt; returns the key that interrupted it, or nothing."""
        sound = self.catalogue.sound(prompt, self.language)
        outcome = await self.channel.send(StreamFile(sound, keys))
        if isinstance(outcome, PlayFailed):
            await self._missing(sound)
        return outcome.key if isinstance(outcome, Interrupted) else ""

    async def _missing(self, sound: str) -> None:
        """A sound failed: raise HungUpError if the caller is gone, else it is missing."""
        await self.channel.send(ChannelStatus())
        self.journal.note("missing-prompt", sound=sound)
        log.error("sound file missing", sound=sound, cure="run `rahyab prompts build`")
