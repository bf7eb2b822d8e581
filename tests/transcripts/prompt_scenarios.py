"""Sessions about prompts: played, wound through, asked with keys, said."""

from collections.abc import Iterator
from typing import Final

from agi_server.testing import HangUp, InTurn
from tests.transcripts.scenario import Scenario, Step, keys, line, lines, together

TWO: Final = "scene/two"
"""A sound of two seconds."""

NONE: Final = "scene/none"
"""A sound that is missing."""

LEAVES: Final = HangUp(0.7)


def prompt_scenarios() -> Iterator[Scenario]:
    """All of them."""
    yield from _streaming()
    yield from _controlling()
    yield from _options()
    yield from _collecting()
    yield from _waiting()
    yield from _saying()


def _streaming() -> Iterator[Scenario]:
    yield Scenario(
        "stream-file",
        lines(f'STREAM FILE {TWO} ""', f"STREAM FILE {TWO} 12 8000", "GET VARIABLE PLAYBACKSTATUS"),
    )
    yield Scenario(
        "stream-file-keys",
        (
            line(f"STREAM FILE {TWO} 12", keys("1", 0.7)),
            line("GET VARIABLE PLAYBACKSTATUS"),
            line(f"STREAM FILE {TWO} 12", keys("3", 0.7)),
            line(f'STREAM FILE {TWO} ""', keys("3", 0.7)),
            line(f"STREAM FILE {TWO} 12", keys("32", 0.5)),
        ),
    )
    yield Scenario("stream-file-missing", lines(f"STREAM FILE {NONE} 12", "CHANNEL STATUS"))
    yield Scenario("stream-file-offset-missing", lines(f"STREAM FILE {NONE} 12 77"))
    yield Scenario("stream-file-hang-up", (line(f'STREAM FILE {TWO} ""', LEAVES, replies=2),))
    yield Scenario(
        "stream-file-cancelled",
        (together(f'STREAM FILE {TWO} ""', "VERBOSE x"), *lines("NOOP")),
    )


def _controlling() -> Iterator[Scenario]:
    play = f"CONTROL STREAM FILE {TWO}"
    yield Scenario(
        "control-stream-file",
        lines(f'{play} ""', "GET VARIABLE CPLAYBACKSTATUS", "GET VARIABLE CPLAYBACKOFFSET")
        + lines(f'{play} "" 500 # * "" 1000'),
    )
    yield Scenario(
        "control-stream-file-keys",
        (
            line(f"{play} 12", keys("2", 0.7)),
            *lines("GET VARIABLE CPLAYBACKSTATUS", "GET VARIABLE CPLAYBACKSTOPKEY"),
            line(f'{play} "" 1000', keys("#", 0.5)),
            line(f'{play} "" 3000', keys("#", 0.5)),
            line(f'{play} "" 3000', keys("*", 1.2)),
            line(f"{play} 1 3000 6 4 5", InTurn(keys("5", 0.7), keys("5", 1.7))),
            line(f"{play} 1 3000 6 4 5", InTurn(keys("5", 0.7), keys("1", 1.7))),
        ),
    )
    yield Scenario("control-stream-file-missing", lines(f"CONTROL STREAM FILE {NONE} 1"))
    yield Scenario("control-stream-file-hang-up", (line(f'{play} ""', LEAVES, replies=2),))
    yield Scenario(
        "control-stream-file-is-not-cancelled",
        (together(f'{play} ""', "NOOP", replies=2),),
    )


def _options() -> Iterator[Scenario]:
    play = f"GET OPTION {TWO} 12"
    yield Scenario(
        "get-option",
        (
            line(f"{play} 1000"),
            line(f"{play} 3000", keys("1", 0.7)),
            line(f"{play} 3000", keys("1", 2.7)),
            line(f"{play} 3000", keys("9", 2.7)),
            line(f"{play} 3000", keys("9", 0.7)),
            line(f"{play}"),
        ),
    )
    yield Scenario("get-option-missing", lines(f"GET OPTION {NONE} 12 100"))
    yield Scenario("get-option-hang-up", (line(f"{play} 3000", LEAVES, replies=2),))
    yield Scenario("get-option-late-hang-up", (line(f"{play} 3000", HangUp(2.7), replies=2),))
    yield Scenario("get-option-cancelled", (together(f"{play} 3000", "NOOP"), *lines("NOOP")))


def _collecting() -> Iterator[Scenario]:
    yield Scenario("get-data-default-limits", (line(f"GET DATA {TWO}"),))
    yield Scenario(
        "get-data-between-keys",
        (line(f"GET DATA {TWO} 0 5", keys("1", 1.0)), line(f"GET DATA {TWO}", keys("12", 2.5))),
    )
    yield Scenario(
        "get-data-positive-limit",
        (
            line(f"GET DATA {TWO} 1000 3"),
            line(f"GET DATA {TWO} 1500 3", keys("1", 3.0)),
            line(f"GET DATA {TWO} 1000 2", keys("12", 0.7)),
        ),
    )
    yield Scenario(
        "get-data-endless",
        (line(f"GET DATA {TWO} -1 2", InTurn(keys("1", 3.0), keys("2", 6.0))),),
    )
    yield Scenario(
        "get-data-pound",
        (
            line(f"GET DATA {TWO} 2000 3", keys("#", 0.7)),
            line(f"GET DATA {TWO} 2000 3", keys("1#", 0.7)),
            line('GET DATA "" 2000 3', keys("*1#", 0.5)),
            line('GET DATA "" 1000', keys("#", 0.5)),
        ),
    )
    yield Scenario(
        "get-data-odd-arguments",
        (
            *lines(f"GET DATA {NONE} 300 1", f"GET DATA {TWO} 300 0", f"GET DATA {TWO}&{TWO} 300"),
            line('GET DATA "" 1000 -1', keys("5", 0.4)),
            *lines('GET DATA "" soon 0', 'GET DATA "" 300 1 extra words'),
        ),
    )
    yield Scenario("get-data-hang-up", (line(f"GET DATA {TWO} 2000 3", LEAVES, replies=2),))
    yield Scenario(
        "get-data-hang-up-after-a-key",
        (line(f"GET DATA {TWO} 5000 3", InTurn(keys("1", 0.5), HangUp(1.5)), replies=2),),
    )
    yield Scenario(
        "get-data-cancelled",
        (together(f"GET DATA {TWO} 2000 3", "VERBOSE x"), *lines("NOOP")),
    )


def _waiting() -> Iterator[Scenario]:
    yield Scenario(
        "wait-for-digit",
        (
            line("WAIT FOR DIGIT 3000", keys("7", 0.5)),
            line("WAIT FOR DIGIT -1", keys("#", 0.5)),
            *lines("WAIT FOR DIGIT 1200", "WAIT FOR DIGIT 0"),
        ),
    )
    yield Scenario("wait-for-digit-hang-up", (line("WAIT FOR DIGIT 3000", LEAVES, replies=2),))
    yield Scenario(
        "wait-for-digit-interrupted",
        (together("WAIT FOR DIGIT 3000", "NOOP", replies=2), *lines("NOOP")),
    )
    yield Scenario(
        "keys-while-nothing-runs",
        (Step((), keys("5", 0.3), replies=0), *lines("WAIT FOR DIGIT 500", 'GET DATA "" 500 1')),
    )


def _saying() -> Iterator[Scenario]:
    yield Scenario(
        "say",
        lines(
            "SAY DIGITS 12 #",
            "SAY DIGITS -1*# 5",
            "SAY DIGITS 3x 5",
            "SAY NUMBER 42 #",
            "SAY NUMBER -7 #",
            "SAY NUMBER 3x #",
            "SAY ALPHA ab1 #",
            'SAY ALPHA "" #',
            "SAY PHONETIC a9 #",
            "SAY DATE 0 #",
            "SAY TIME 0 #",
            "SAY DATETIME 0 #",
            "SAY DATETIME 0 # H UTC",
        ),
        notes_time=False,
    )
    yield Scenario(
        "say-alpha-with-its-case",
        lines("SAY ALPHA 1aB # a", "SAY ALPHA aB # l"),
        notes_time=False,
        by_version=True,
    )
    yield Scenario(
        "say-keys",
        (
            line("SAY DIGITS 123456 45", keys("4", 0.6)),
            line("SAY NUMBER 777777 45", keys("5", 0.6)),
            line("SAY ALPHA abcdef 45", keys("5", 0.6)),
            line("SAY PHONETIC abcdef 45", keys("5", 0.6)),
            line("SAY DATE 0 45", keys("5", 0.4)),
            line("SAY TIME 0 45", keys("5", 0.2)),
            line("SAY DATETIME 0 45", keys("5", 0.4)),
        ),
    )
    yield Scenario("say-hang-up", (line("SAY DIGITS 123456 4", LEAVES, replies=2),))
    yield Scenario(
        "say-is-not-cancelled",
        tuple(
            together(f"SAY {what} 4", "NOOP", replies=2, during=keys("4", 0.8))
            for what in ("DIGITS 1234", "NUMBER 777", "ALPHA abcd", "PHONETIC abcd", "DATE 0")
        ),
    )
