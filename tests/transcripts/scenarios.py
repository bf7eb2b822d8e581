"""Sessions that every Asterisk must answer alike: the real ones and the fake one.

The lab's dialplan has a subroutine `agi-lab-subroutine,run,1` and a place
`agi-lab-elsewhere,landing` (tests/live/protocol).
"""

from collections.abc import Iterator
from typing import Final

from agi_server.testing import HangUp, Type
from tests.transcripts.prompt_scenarios import LEAVES, NONE, TWO, prompt_scenarios
from tests.transcripts.scenario import Scenario, Scene, Step, keys, line, lines

DEAD: Final = Scene(is_dead=True)


def scenarios() -> Iterator[Scenario]:
    """All of them."""
    yield from _basics()
    yield from _values()
    yield from _reading()
    yield from prompt_scenarios()
    yield from _recording()
    yield from _texts()
    yield from _channel()
    yield from _dialplan()
    yield from _speech()
    yield from _hanging_up()


def _basics() -> Iterator[Scenario]:
    yield Scenario(
        "environment",
        lines("NOOP"),
        arguments=("one", "two words", ""),
        scene=Scene({"CALLERID(name)": "Jānis", "CALLERID(num)": "+37120000000"}),
        shows_environment=True,
    )
    yield Scenario(
        "simple-commands",
        lines("NOOP", "noop a b c", "Answer", "VERBOSE hello 1", "VERBOSE hello nolevel")
        + lines("ASYNCAGI BREAK", "CHANNEL STATUS", "CHANNEL STATUS Local/nosuch", "HANGUP nosuch"),
    )
    yield Scenario(
        "unknown-commands",
        lines("", " ", "MAKE COFFEE", "GET", "GET FULL", "STREAM", '"GET VARIABLE" X', "SAY"),
    )
    yield Scenario("usage", lines(*_WRONG))


_WRONG: Final = (
    "SET VARIABLE A",
    "SET VARIABLE A b c",
    "GET VARIABLE",
    "GET FULL VARIABLE",
    "DATABASE PUT a b",
    "DATABASE GET a",
    "DATABASE DEL a",
    "DATABASE DELTREE",
    "EXEC",
    "VERBOSE",
    "GET DATA",
    "GET OPTION x",
    "STREAM FILE x",
    'STREAM FILE x "" offset',
    "CONTROL STREAM FILE x",
    'CONTROL STREAM FILE x "" skip',
    "RECORD FILE a wav #",
    "RECORD FILE a wav # soon",
    "SAY NUMBER many 1",
    "SAY DIGITS x 1",
    "SAY ALPHA x 1 z",
    "SAY DATE now 1",
    "SAY TIME now 1",
    "SAY DATETIME now 1",
    "SAY PHONETIC x",
    "RECEIVE CHAR",
    "RECEIVE TEXT",
    "SEND TEXT two words",
    "SEND IMAGE",
    "SET AUTOHANGUP soon",
    "SET CONTEXT",
    "SET EXTENSION a b",
    "SET MUSIC",
    "SET PRIORITY nosuchlabel",
    "TDD MODE",
    "WAIT FOR DIGIT",
    "WAIT FOR DIGIT long",
    "CHANNEL STATUS a b",
    "HANGUP a b",
    "GOSUB a b",
    "SPEECH SET a",
    "SPEECH LOAD GRAMMAR a",
    "SPEECH UNLOAD GRAMMAR",
    "SPEECH ACTIVATE GRAMMAR",
    "SPEECH DEACTIVATE GRAMMAR",
    "SPEECH RECOGNIZE a",
)


_OF_QUEUES: Final = (
    "${QUEUE_EXISTS(agi-lab-queue)} ${QUEUE_EXISTS(nosuch)}",
    "${QUEUE_WAITING_COUNT(agi-lab-queue)} ${QUEUE_WAITING_COUNT(nosuch)}",
    "${QUEUE_VARIABLES(nosuch)} ${QUEUE_VARIABLES(agi-lab-quiet)} ${QUEUEHOLDTIME}",
    "${QUEUE_VARIABLES(agi-lab-queue)} ${QUEUEHOLDTIME} ${QUEUECOMPLETED} ${QUEUECALLS}",
    "${QUEUE_MEMBER(agi-lab-queue,count)} ${QUEUE_MEMBER(agi-lab-queue,logged)}",
    "${QUEUE_MEMBER(agi-lab-queue,free)} ${QUEUE_MEMBER(nosuch,count)}",
    "${QUEUE_MEMBER(agi-lab-queue,paused,Local/run@agi-lab-subroutine)}",
    "${QUEUE_MEMBER_LIST(agi-lab-queue)} ${QUEUE_MEMBER_LIST(agi-lab-quiet)}",
    "${QUEUE_GET_CHANNEL(agi-lab-queue,1)} ${QUEUE_GET_CHANNEL(nosuch,1)}",
    "${DEVICE_STATE(Local/1@nowhere)} ${DEVICE_STATE(Local/run@agi-lab-subroutine)}",
    "${DEVICE_STATE(PJSIP/nosuch)} ${IMPORT(nosuch,UNIQUEID)}",
    "${IF(0?yes:no)} ${IF(7?yes:no)} ${IF(word?yes:no)} ${IF(-1?yes)}",
)
"""What `agi_server.commands.queues` asks, piece by piece; nobody waits in these queues."""


def _values() -> Iterator[Scenario]:
    yield Scenario(
        "variables",
        lines("GET VARIABLE NOSUCH", 'SET VARIABLE A "b c"', "GET VARIABLE A")
        + lines("get variable a", "SET VARIABLE __B 1", "GET VARIABLE B", "GET VARIABLE __B")
        + lines('SET VARIABLE EMPTY ""', "GET VARIABLE EMPTY", "GET FULL VARIABLE ${A}x${NOSUCH}y")
        + lines('GET FULL VARIABLE "${A:2} ${A:0:1} ${A:-1}"', "GET FULL VARIABLE plain")
        + lines(
            "GET FULL VARIABLE ${A} Local/nosuch", "GET VARIABLE EXTEN", "GET VARIABLE CONTEXT"
        ),
    )
    yield Scenario(
        "functions",
        lines("SET VARIABLE CALLERID(name) Anna", "GET VARIABLE CALLERID(name)")
        + lines("SET VARIABLE NOSUCHFUNC(x) 5", "GET VARIABLE NOSUCHFUNC(x)")
        + lines("GET VARIABLE CHANNEL(language)", "GET VARIABLE CHANNEL(nosuch)")
        + lines('GET FULL VARIABLE "${URIENCODE(a b/c)}"', "SET VARIABLE A a:b:c")
        + lines("GET FULL VARIABLE ${STRREPLACE(A,:,+)}"),
    )
    yield Scenario("queues", lines(*(f'GET FULL VARIABLE "{asked}"' for asked in _OF_QUEUES)))
    yield Scenario(
        "cut-values",
        lines(f"SET VARIABLE X {'x' * 1500}", "GET VARIABLE X", "GET FULL VARIABLE ${X}"),
    )
    yield Scenario(
        "database",
        lines("DATABASE DELTREE fake", "DATABASE GET fake a", "DATABASE PUT fake a one")
        + lines("DATABASE PUT fake b/c two", 'DATABASE PUT fake d "3 (x)"', "DATABASE GET fake a")
        + lines("DATABASE GET FAKE a", "DATABASE GET fake b/c", "DATABASE GET fake d")
        + lines("DATABASE DEL fake a", "DATABASE DEL fake a", "DATABASE GET fake a")
        + lines("DATABASE DELTREE fake b", "DATABASE DELTREE fake b", "DATABASE GET fake b/c")
        + lines("DATABASE DELTREE fak", "DATABASE DELTREE FAKE", "DATABASE DELTREE fake"),
    )


def _reading() -> Iterator[Scenario]:
    yield Scenario(
        "words",
        lines('SET VARIABLE "A" "b \\"c\\" \\\\ d"', "GET VARIABLE A", "SET VARIABLE A b\\ c")
        + lines("GET VARIABLE A", 'SET VARIABLE A a"b c"d', "GET VARIABLE A")
        + lines('SET VARIABLE A "never closed', "GET VARIABLE A", "SET\tVARIABLE \tA  1  ")
        + lines("GET VARIABLE A", "SET VARIABLE A \\n", "GET VARIABLE A", "SET VARIABLE A 1\r")
        + lines("GET FULL VARIABLE [${A}]", "SET VARIABLE A (x)", "GET VARIABLE A"),
    )
    yield Scenario(
        "many-words",
        lines("NOOP " + "x " * 300, "SET VARIABLE " + "x " * 300, "EXEC NoOp " + "x " * 300),
    )
    yield Scenario("failure-line", (*lines("NOOP"), line("failure", replies=1)))
    yield Scenario("failure-prefix", (*lines("NOOP"), line("FAILURES galore", replies=1)))
    yield Scenario(
        "two-lines-at-once",
        (
            Step((b"NOOP\nSET VARIABLE A 1\n",)),
            Step((b"GET VARIABLE A\n",), replies=2),
        ),
    )
    yield Scenario(
        "lines-left-at-the-end",
        (Step((b"NOOP\nSET VARIABLE A 1\nGET VARIABLE A\nVERBOSE x",)),),
    )
    yield Scenario("nul-in-a-line", (Step((b"NOOP\0 x\n", b" y\n")), *lines("NOOP")))
    yield Scenario(
        "a-line-in-pieces",
        (Step((b"GET VARI", b"ABLE NO", b"SUCH\n")), *lines("NOOP")),
    )
    for name, size in (("a-long-line", 2_047), ("a-very-long-line", 8_191)):
        text = b"VERBOSE ".ljust(size, b"x") + b"NOOP\n"
        yield Scenario(name, (Step((text,)), *lines(*["NOOP"] * 5)), by_version=True)


def _recording() -> Iterator[Scenario]:
    speaking = Scene(speaks=True)
    yield Scenario(
        "record-file",
        (
            line("RECORD FILE scene-1 wav # 5000", keys("#", 1.5)),
            line("RECORD FILE scene-1 wav # 5000", keys("1#", 1.0)),
            line("RECORD FILE scene-2 wav # 1500"),
            line('RECORD FILE scene-3 wav "" 1500', keys("#", 0.5)),
        ),
        scene=speaking,
    )
    yield Scenario(
        "record-file-beep",
        (
            line("RECORD FILE scene-1 wav # 3000 BEEP", keys("#", 0.05)),
            line("RECORD FILE scene-1 wav # 1500 0 s=9"),
        ),
        scene=speaking,
    )
    yield Scenario(
        "record-file-hang-up",
        (line("RECORD FILE scene-4 wav # 5000", HangUp(1.5), replies=2),),
        scene=speaking,
    )
    yield Scenario(
        "record-file-unwritable",
        lines("RECORD FILE /nosuch/folder/x wav # 1000", "RECORD FILE x nosuchformat # 1000"),
    )


def _texts() -> Iterator[Scenario]:
    yield Scenario(
        "texts",
        (
            *lines("SEND TEXT hello", 'SEND TEXT "two words"', "SEND IMAGE nosuch"),
            *lines("TDD MODE on", "TDD MODE off"),
            line("RECEIVE TEXT 3000", Type("hello there", 0.5)),
            line("RECEIVE CHAR 3000", Type("hello there", 0.5)),
            *lines("RECEIVE TEXT 1200", "RECEIVE TEXT 0"),
        ),
    )
    yield Scenario("receive-char-timeout", lines("RECEIVE CHAR 1200", "RECEIVE CHAR 0"))
    yield Scenario("receive-char-hang-up", (line("RECEIVE CHAR 3000", LEAVES, replies=2),))
    yield Scenario("receive-text-hang-up", (line("RECEIVE TEXT 3000", LEAVES, replies=2),))


def _channel() -> Iterator[Scenario]:
    name, number = "GET VARIABLE CALLERID(name)", "GET VARIABLE CALLERID(num)"
    forms = ('"Anna" <123>', "Anna <(12) 34-5>", "456", "Anna", "<789>", "")
    yield Scenario(
        "set-callerid",
        tuple(
            step
            for form in forms
            for step in lines('SET CALLERID "{}"'.format(form.replace('"', '\\"')), name, number)
        ),
    )
    yield Scenario(
        "set-music",
        lines(
            "SET MUSIC on", "SET MUSIC off", "SET MUSIC ON default", "SET MUSIC x", "SET MUSIC off"
        ),
    )
    yield Scenario(
        "set-autohangup",
        (
            *lines("SET AUTOHANGUP 9", "SET AUTOHANGUP 0", "SET AUTOHANGUP -1"),
            line("SET AUTOHANGUP 1.5"),
            line("WAIT FOR DIGIT 5000", replies=2),
            line("NOOP"),
        ),
    )
    place = lines("SET CONTEXT agi-lab-elsewhere", "SET EXTENSION landing")
    yield Scenario("set-place", place, shows_landing=True)
    yield Scenario("set-priority", (*place, *lines("SET PRIORITY 2")), shows_landing=True)
    yield Scenario("set-label", (*place, *lines("SET PRIORITY label")), shows_landing=True)


def _dialplan() -> Iterator[Scenario]:
    yield Scenario(
        "exec",
        (
            *lines("EXEC NoOp", "exec noop x y z", "EXEC NoSuchApp x", "EXEC Wait 1.5"),
            *lines("EXEC Wait 0"),
            line("EXEC Wait 5", LEAVES, replies=2),
        ),
    )
    yield Scenario(
        "gosub",
        (
            line("GOSUB agi-lab-subroutine run 1 x", replies=2),
            *lines(
                "GET VARIABLE GOSUB_RETVAL", "GOSUB nosuch run 1", "GOSUB agi-lab-subroutine x 1"
            ),
        ),
    )
    yield Scenario("gosub-label", lines("GOSUB agi-lab-subroutine run nosuchlabel"))


def _speech() -> Iterator[Scenario]:
    yield Scenario(
        "speech-without-an-engine",
        lines("SPEECH CREATE", "SPEECH CREATE nosuch", "SPEECH SET a b", "SPEECH DESTROY")
        + lines("SPEECH LOAD GRAMMAR a b", "SPEECH UNLOAD GRAMMAR a", "SPEECH ACTIVATE GRAMMAR a")
        + lines("SPEECH DEACTIVATE GRAMMAR a", f"SPEECH RECOGNIZE {TWO} 1"),
    )


_NEED_A_CALLER: Final = (
    "ANSWER",
    "CHANNEL STATUS",
    "GET DATA x",
    "STREAM FILE x 1",
    "SET CALLERID 1",
    "SET CONTEXT",
    "HANGUP",
    "RECEIVE TEXT 1",
    "SPEECH CREATE",
    "GOSUB a b",
)
_NEED_NONE: Final = (
    "NOOP",
    "VERBOSE x",
    "SET VARIABLE A 1",
    "GET VARIABLE A",
    "GET FULL VARIABLE ${A}",
    "DATABASE PUT dead a 1",
    "DATABASE GET dead a",
    "DATABASE DEL dead a",
    "DATABASE DELTREE dead",
    "EXEC NoOp",
    "EXEC NoSuchApp",
    "SPEECH DESTROY",
    "SPEECH UNLOAD GRAMMAR a",
    "ASYNCAGI BREAK",
    "SET VARIABLE",
    "MAKE COFFEE",
)


def _hanging_up() -> Iterator[Scenario]:
    leaving = Step((), HangUp(0.2))
    yield Scenario("hangup-command", (line("HANGUP", replies=2), *lines("NOOP", "CHANNEL STATUS")))
    yield Scenario("hang-up-while-thinking", (leaving, *lines(*_NEED_A_CALLER, *_NEED_NONE)))
    yield Scenario("dead-from-the-start", lines(*_NEED_A_CALLER, *_NEED_NONE), scene=DEAD)
    yield Scenario(
        "without-notices-in-a-prompt",
        (line(f'STREAM FILE {TWO} ""', LEAVES), *lines("NOOP", "CHANNEL STATUS")),
        scene=Scene({"AGISIGHUP": "no"}),
    )
    yield Scenario("exit-on-hangup", (leaving,), scene=Scene({"AGIEXITONHANGUP": "yes"}))
    yield Scenario(
        "exit-on-hangup-in-a-prompt",
        (line(f'STREAM FILE {TWO} ""', LEAVES, replies=3),),
        scene=Scene({"AGIEXITONHANGUP": "yes"}),
    )
    yield Scenario(
        "settings-are-read-at-the-start",
        (*lines("SET VARIABLE AGISIGHUP no"), leaving, *lines("NOOP")),
    )
    yield Scenario("a-failure-when-dead", (leaving, line("failure", replies=1)))
    yield Scenario(
        "a-failure-before-the-hang-up",
        (*lines(f"STREAM FILE {NONE} 1"), leaving, *lines("NOOP")),
    )
