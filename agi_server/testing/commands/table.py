"""All commands of Asterisk 22, and how one is found and run.

Source: res_agi.c, `commands`, `find_command`, `agi_handle_command`; apps/app_stack.c.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agi_server.testing.commands import (
    dialplan,
    lines,
    prompts,
    say,
    speech,
    talking,
    values,
)
from agi_server.testing.commands.call import USAGE, Call, Outcome
from agi_server.testing.commands.controlled import control_stream_file
from agi_server.testing.commands.recording import record_file

MANY: Final = 127
"""As many arguments as a line can hold."""

_LONGEST_NAME: Final = 3

UNKNOWN: Final = Outcome("510 Invalid or unknown command")
NOT_WHEN_DEAD: Final = Outcome("511 Command Not Permitted on a dead channel or intercept routine")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: what runs it, how many arguments it takes, and whether on a dead channel too."""

    run: Callable[..., Awaitable[Outcome]]
    least: int = 0
    most: int = 0
    when_dead: bool = False


COMMANDS: Final = {
    "ANSWER": Entry(lines.answer, most=MANY),
    "ASYNCAGI BREAK": Entry(values.asyncagi_break, most=MANY, when_dead=True),
    "CHANNEL STATUS": Entry(lines.channel_status, most=1),
    "CONTROL STREAM FILE": Entry(control_stream_file, 2, 7),
    "DATABASE DEL": Entry(values.database_del, 2, 2, when_dead=True),
    "DATABASE DELTREE": Entry(values.database_deltree, 1, 2, when_dead=True),
    "DATABASE GET": Entry(values.database_get, 2, 2, when_dead=True),
    "DATABASE PUT": Entry(values.database_put, 3, 3, when_dead=True),
    "EXEC": Entry(dialplan.execute, 1, MANY, when_dead=True),
    "GET DATA": Entry(prompts.get_data, 1, MANY),
    "GET FULL VARIABLE": Entry(values.get_full_variable, 1, 2, when_dead=True),
    "GET OPTION": Entry(prompts.get_option, 2, 3),
    "GET VARIABLE": Entry(values.get_variable, 1, 1, when_dead=True),
    "GOSUB": Entry(dialplan.gosub, 3, 4),
    "HANGUP": Entry(lines.hangup, most=1),
    "NOOP": Entry(values.noop, most=MANY, when_dead=True),
    "RECEIVE CHAR": Entry(talking.receive_char, 1, 1),
    "RECEIVE TEXT": Entry(talking.receive_text, 1, 1),
    "RECORD FILE": Entry(record_file, 4, MANY),
    "SAY ALPHA": Entry(say.say_alpha, 2, 3),
    "SAY DATE": Entry(say.say_date, 2, 2),
    "SAY DATETIME": Entry(say.say_datetime, 2, MANY),
    "SAY DIGITS": Entry(say.say_digits, 2, 2),
    "SAY NUMBER": Entry(say.say_number, 2, 3),
    "SAY PHONETIC": Entry(say.say_phonetic, 2, 2),
    "SAY TIME": Entry(say.say_time, 2, 2),
    "SEND IMAGE": Entry(talking.send_image, 1, 1),
    "SEND TEXT": Entry(talking.send_text, 1, 1),
    "SET AUTOHANGUP": Entry(lines.set_autohangup, 1, 1),
    "SET CALLERID": Entry(lines.set_callerid, most=MANY),
    "SET CONTEXT": Entry(lines.set_context, 1, 1),
    "SET EXTENSION": Entry(lines.set_extension, 1, 1),
    "SET MUSIC": Entry(lines.set_music, 1, MANY),
    "SET PRIORITY": Entry(lines.set_priority, 1, 1),
    "SET VARIABLE": Entry(values.set_variable, 2, 2, when_dead=True),
    "SPEECH ACTIVATE GRAMMAR": Entry(speech.activate_grammar, 1, 1),
    "SPEECH CREATE": Entry(speech.create, most=MANY),
    "SPEECH DEACTIVATE GRAMMAR": Entry(speech.deactivate_grammar, 1, 1),
    "SPEECH DESTROY": Entry(speech.destroy, most=MANY, when_dead=True),
    "SPEECH LOAD GRAMMAR": Entry(speech.load_grammar, 2, 2),
    "SPEECH RECOGNIZE": Entry(speech.recognize, 2, MANY),
    "SPEECH SET": Entry(speech.set_up, 2, 2),
    "SPEECH UNLOAD GRAMMAR": Entry(speech.unload_grammar, 1, 1, when_dead=True),
    "STREAM FILE": Entry(prompts.stream_file, 2, 3),
    "TDD MODE": Entry(talking.tdd_mode, 1, 1),
    "VERBOSE": Entry(values.verbose, 1, MANY, when_dead=True),
    "WAIT FOR DIGIT": Entry(prompts.wait_for_digit, 1, 1),
}
_BY_WORDS: Final = {tuple(name.split()): (name, entry) for name, entry in COMMANDS.items()}


def find(words: Sequence[str]) -> tuple[str, Entry, Sequence[str]] | None:
    """The command that a line names, with its arguments; None when there is none such."""
    # Letters' case does not count, but in ASCII only (`strcasecmp`).
    first = [word.upper() if word.isascii() else "" for word in words[:_LONGEST_NAME]]
    for length in range(1, len(first) + 1):
        found = _BY_WORDS.get(tuple(first[:length]))
        if found is not None:
            return *found, words[length:]
    return None


async def perform(call: Call, words: Sequence[str]) -> Outcome:
    """Perform one AGI command, given as the words of its line."""
    found = find(words)
    if found is None:
        return UNKNOWN
    _, entry, arguments = found
    if call.is_dead and not entry.when_dead:
        return NOT_WHEN_DEAD
    if not entry.least <= len(arguments) <= entry.most:
        return USAGE
    return await entry.run(call, *arguments)
