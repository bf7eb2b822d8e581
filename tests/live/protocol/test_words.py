"""How a line becomes words, held against a reference."""

from random import Random

import pytest

from tests.live.protocol.raw import RawSession
from tests.live.protocol.real import RealAsterisk
from tests.live.protocol.splitting import quote, split

pytestmark = pytest.mark.live

LINES = [
    "plain",
    "two words",
    '"two words"',
    "tab\tbetween",
    '"tab\tinside"',
    'in"si"de',
    'a"b c"d',
    '""',
    '"" ""',
    r"back\\slash",
    r"es\caped",
    r"blank\ escaped",
    r"\"quote\"",
    r'"in \"quotes\" too"',
    r'"a\\"',
    r"\n is no newline",
    '"unclosed quote',
    'closed" and open',
    "ends in a backslash\\",
    "\\",
    "CRLF\r",
    '"CRLF"\r',
    " leading and trailing ",
    r'"\"',
    "سلام",
    "1 2 3 4 5",
    "",
]

ALPHABET = 'ab" \t\\\r'
SAMPLES = 300
LONGEST = 12
MOST_WORDS = 126
"""Of bare ones beyond these Asterisk drops some; by quoted ones it overruns its memory."""


def demand_split(session: RawSession, text: str) -> None:
    """Demand that Asterisk finds the words in the end of a line that `split` finds.

    Three commands take exactly one, two and three words more, refuse any other number, and store
    the last word under the names of the others.
    """
    words = split(text)
    commands = ["SET VARIABLE PROBE ", "DATABASE PUT probe ", "DATABASE PUT "]
    for count, command in enumerate(commands, 1):
        reply = session.command(command + text)
        assert reply.startswith(b"200 " if count == len(words) else b"520-"), (text, words, reply)
    if not 1 <= len(words) <= len(commands):
        return
    *names, value = words
    path = " ".join(map(quote, ["probe", *names][-2:]))
    reply = session.command(f"DATABASE GET {path}" if names else "GET VARIABLE PROBE")
    assert reply == f"200 result=1 ({value})".encode(), (text, words)


@pytest.mark.parametrize("text", LINES)
def test_words(real_asterisk: RealAsterisk, text: str):
    """Blanks, tabs, quotes, backslashes and carriage returns."""
    demand_split(real_asterisk.call().session(), text)


def test_any_mixture_of_the_special_characters(real_asterisk: RealAsterisk):
    """Always the same sample: Asterisk and the reference agree."""
    random = Random(13)  # noqa: S311  a sample, not a secret
    session = real_asterisk.call().session()

    for _ in range(SAMPLES):
        demand_split(session, "".join(random.choices(ALPHABET, k=random.randint(0, LONGEST))))


def test_commands_are_found_in_any_case_and_spacing(real_asterisk: RealAsterisk):
    """The name of a command is made of words like any other."""
    session = real_asterisk.call().session()

    for line in (
        "noop",
        "Get Variable X",
        "  get\t variable  X",
        '"GET" VARIABLE X',
        r"g\et variable X",
    ):
        assert session.command(line).startswith(b"200 "), line


def test_as_many_words_as_are_safe(real_asterisk: RealAsterisk):
    """Quoted, they all arrive without a warning."""
    mark = real_asterisk.asterisk.log.size()
    call = real_asterisk.call()
    session = call.session()

    assert session.command("NOOP" + ' "a"' * (MOST_WORDS - 1)) == b"200 result=0"
    session.end()
    call.session("after")
    real_asterisk.asterisk.log.wait_for(r"@agi-lab-after:\d+\] AGI\(", 5, mark)
    assert "Too many arguments" not in "\n".join(real_asterisk.asterisk.log.lines(mark))


def test_more_words_are_dropped_with_a_warning(real_asterisk: RealAsterisk):
    """Bare ones, that is: as many quoted ones overwrite Asterisk's memory."""
    mark = real_asterisk.asterisk.log.size()
    session = real_asterisk.call().session()

    assert session.command("NOOP" + " a" * (MOST_WORDS + 2)) == b"200 result=0"
    real_asterisk.asterisk.log.wait_for("Too many arguments, truncating", 5, mark)
