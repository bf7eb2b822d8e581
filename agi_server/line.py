"""A caller on the line: what they hear and what they key, in AGI commands.

This is the only place that knows how a prompt becomes a sound file on this channel, and what to do
when Asterisk cannot find one: to AGI a missing file looks like a hang-up, and only the channel's
state tells the two apart (res_agi.c, handle_streamfile).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from agi_server.channel import Channel, HungUpError
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
from agi_server.measurements import Measurements
from dialplan import contract
from ivr.effects import Keyed, NoInput
from ivr.keying import BeDeaf, Listening, PlayUntilKey, WaitForKeys, answering
from ivr.keys import DONE, Input
from ivr.prompts import PAUSE, Catalogue

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Line:
    """Speaks to one caller in one language at a time.

    `uninterrupted` are the prompts that are heard to their end, whatever is pressed;
    `measurements` is where those are counted that are missing.
    """

    channel: Channel
    catalogue: Catalogue
    journal: Journal
    language: str
    uninterrupted: frozenset[str] = frozenset()
    measurements: Measurements = field(default_factory=Measurements)

    async def change_language(self, language: str) -> None:
        """Speak another language from now on."""
        self.language = language
        await self.channel.send(SetVariable(contract.LANGUAGE, language))

    async def say(self, prompts: tuple[str, ...], *, to_the_end: bool = True) -> None:
        """Play prompts. A key stops them, unless heard `to_the_end`. Raises HungUpError."""
        await self._play_each((prompt, "" if to_the_end else ANY_KEY) for prompt in prompts)

    async def ask(self, prompts: tuple[str, ...], wanted: Input) -> Keyed | NoInput:
        """Play prompts, which any key interrupts, and collect keys. Raises HungUpError."""
        going, pressed = answering(prompts, wanted), None
        while True:
            try:
                step = next(going) if pressed is None else going.send(pressed)
            except StopIteration as end:
                return Keyed(end.value) if end.value else NoInput()
            pressed = await self._listen(step)

    async def record(
        self, path: str, longest: float, silence: int | None = None
    ) -> Recorded | NotRecorded:
        """Beep and record to `path` (without its ending) until a key, a limit, or hang-up.

        A hang-up does not raise here: it is how most callers end a message, and it is kept.

        Args:
            path: As Asterisk sees it.
            longest: Seconds.
            silence: Seconds of silence that end it; None: it goes on.
        """
        return await self.channel.send(RecordFile(path, longest, silence_seconds=silence or 0))

    async def play_back(self, path: str) -> bool:
        """Play a recording, until a key stops it; whether it could be. Raises HungUpError."""
        outcome = await self.channel.send(StreamFile(path, ANY_KEY))
        if not isinstance(outcome, PlayFailed):
            return True
        await self._check_presence()
        self.journal.note("not-played-back", path=path)
        log.error(
            "recording cannot be played",
            path=path,
            cure="see that Asterisk can write to the folder RAHYAB_MESSAGES, and read it",
        )
        return False

    async def _listen(self, step: Listening) -> str:
        """Do a part of asking; returns what was pressed."""
        match step:
            case BeDeaf():
                # Asterisk drops the keys that nobody waits for.
                await self._play(PAUSE, "")
                return ""
            case PlayUntilKey(prompts):
                return await self._play_each(
                    (prompt, "" if prompt in self.uninterrupted else ANY_KEY) for prompt in prompts
                )
            case WaitForKeys(longest, seconds):
                return await self._keys(longest, seconds)

    async def _play_each(self, prompts: Iterable[tuple[str, str]]) -> str:
        """Play prompts, each until one of its keys stops all; returns that key, or nothing.

        The journal has those that were begun, and what stopped the last of them.
        """
        begun: list[str] = []
        key, stopped = "", {}
        try:
            for prompt, keys in prompts:
                begun.append(prompt)
                if key := await self._play(prompt, keys):
                    stopped = {"stopped": "key"}
                    break
        except HungUpError:
            stopped = {"stopped": "hang-up"}
            raise
        finally:
            self.journal.note("heard", prompts=begun, language=self.language, **stopped)
        return key

    async def _keys(self, longest: int, seconds: float) -> str:
        """Up to `longest` keys; a lone terminator is returned as such."""
        outcome = await self.channel.send(GetData("", seconds, longest))
        if isinstance(outcome, DataFailed):
            await self._check_presence()
            return ""
        if not outcome.digits and not outcome.timed_out:
            return DONE
        return outcome.digits

    async def _play(self, prompt: str, keys: str) -> str:
        """Play one prompt; returns the key that interrupted it, or nothing."""
        sound = self.catalogue.sound(prompt, self.language)
        outcome = await self.channel.send(StreamFile(sound, keys))
        if isinstance(outcome, PlayFailed):
            await self._missing(sound)
        return outcome.key if isinstance(outcome, Interrupted) else ""

    async def _check_presence(self) -> None:
        """Raise HungUpError if the caller is gone: only the channel's state tells it."""
        await self.channel.send(ChannelStatus())

    async def _missing(self, sound: str) -> None:
        """A prompt was not played: raise HungUpError if the caller is gone, else it is missing."""
        await self._check_presence()
        self.measurements.missing_prompts += 1
        self.journal.note("missing-prompt", sound=sound)
        log.error("sound file missing", sound=sound, cure="run `rahyab prompts build`")
