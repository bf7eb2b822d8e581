"""The fake Asterisk against what the real one did (docs/agi-protocol-notes.md)."""

# ruff: noqa: D101, D102, D103  the names of the tests say what they test

import asyncio
from math import inf

import pytest

from agi_server.testing import (
    Action,
    Asked,
    FakeChannel,
    HangUp,
    Heard,
    InTurn,
    Press,
    Recording,
    ScriptedCaller,
    Silence,
    Speak,
    Variables,
    split_words,
)
from agi_server.testing.commands.call import Call
from agi_server.testing.commands.table import perform


def play(channel: FakeChannel, *lines: str, dead: bool = False) -> list[str]:
    """The replies to some lines; `usage` stands for the 520 and its text."""

    async def one(call: Call, line: str) -> str:
        outcome = await perform(call, split_words(line))
        channel.finish_command()
        return outcome.line + ("\nusage" if outcome.shows_usage else "")

    async def all_of_them() -> list[str]:
        call = Call(channel, is_dead=dead)
        return [(await one(call, line)).strip() for line in lines]

    return asyncio.run(all_of_them())


def answering(*actions: Action) -> FakeChannel:
    return FakeChannel(caller=ScriptedCaller(*actions), sounds=sounds)


def sounds(file: str, language: str) -> float | None:
    del language
    return None if file in ("nosuch", "beep&beep") else 4.0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('SET VARIABLE "A" "b c"', ["SET", "VARIABLE", "A", "b c"]),
        ("a\tb  c ", ["a", "b", "c"]),
        ('a""b', ["ab"]),
        ('"" x', ["", "x"]),
        (r'"a\"b" \ c', ['a"b', " c"]),
        (r"a\\b \n", [r"a\b", "n"]),
        ('"never closed', ["never closed"]),
        ("a\r", ["a\r"]),
        ("", []),
    ],
)
def test_splitting_as_parse_args_does(line: str, words: list[str]):
    assert split_words(line) == words


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("ANSWER", "200 result=0"),
        ("channel status", "200 result=4"),
        ("NOOP", "200 result=0"),
        ('VERBOSE "hello" 1', "200 result=1"),
        ('GET VARIABLE "NOSUCH"', "200 result=0"),
        ('GET VARIABLE "NOSUCHFUNC(x)"', "200 result=0"),
        ('SET VARIABLE "NOSUCHFUNC(x)" 5', "200 result=1"),
        ('GET VARIABLE "CHANNEL(language)"', "200 result=1 (en)"),
        ('GET VARIABLE "CHANNEL(nosuch)"', "200 result=0"),
        ('GET FULL VARIABLE "${NOSUCH}"', "200 result=1 ()"),
        ('EXEC "NoSuchApp" "x"', "200 result=-2"),
        ('EXEC "noop" "x"', "200 result=0"),
        ('GET DATA "beep&beep" 300 1', "200 result=-1"),
        ('GET DATA "nosuch" 300 1', "200 result=-1"),
        ('GET DATA "beep" 300 0', "200 result=-1"),
        ('GET DATA "beep" 300 1', "200 result= (timeout)"),
        ('STREAM FILE "nosuch" ""', "200 result=-1 endpos=0"),
        ('STREAM FILE "beep" ""', "200 result=0 endpos=32000"),
        ('RECORD FILE "/a" "wav" "#" "600"', "200 result=0 (timeout) endpos=4800"),
        ("", "510 Invalid or unknown command"),
        ("MAKE COFFEE", "510 Invalid or unknown command"),
        ('SET VARIABLE "A"', "usage"),
    ],
)
def test_replies_with_a_caller_who_does_nothing(line: str, reply: str):
    assert play(FakeChannel(sounds=sounds), line) == [reply]


def test_exec_that_returns_one_shows_the_usage():
    replies = play(FakeChannel(applications={"Foo": 1}), "EXEC Foo")
    assert replies == ["200 result=1\nusage"]


@pytest.mark.parametrize(
    "line",
    [
        "ANSWER",
        "CHANNEL STATUS",
        'STREAM FILE a ""',
        "GET DATA a",
        "RECORD FILE a wav # 1",
        "HANGUP",
    ],
)
def test_what_needs_a_live_channel_is_refused_on_a_dead_one(line: str):
    (reply,) = play(FakeChannel(), line, dead=True)
    assert reply == "511 Command Not Permitted on a dead channel or intercept routine"


def test_get_variable_is_cut():
    channel = FakeChannel(known={"LONG": "x" * 3000})
    assert play(channel, "GET VARIABLE LONG") == [f"200 result=1 ({'x' * 1023})"]


class TestVariables:
    def test_underscores_only_tell_who_inherits(self):
        variables = Variables({})
        variables.set("__A", "1")
        assert variables.get("A") == "1"
        assert variables.get("__A") is None

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("plain", "plain"),
            ("a ${A} b", "a hello b"),
            ("${${WHICH}}", "hello"),
            ("${A:1:3}", "ell"),
            ("${A:-2}", "lo"),
            ("${NONE}", ""),
            ("${CHANNEL(language)}", "fa"),
            ("${URIENCODE(x ${A})}", "x%20hello"),
            ("${STRREPLACE(A,l,L)}", "heLLo"),
            ("${STRREPLACE(CHANNEL(language),a,)}", "f"),
        ],
    )
    def test_expressions(self, expression: str, value: str):
        known = {"A": "hello", "WHICH": "A", "CHANNEL(language)": "fa"}
        assert Variables(known).expand(expression) == value

    def test_a_hostile_value_garbles_a_careless_expression(self):
        variables = Variables({"BAD": "):1"})
        assert variables.expand("${URIENCODE(x${BAD})}") != "x)%3A1"
        assert variables.expand("${URIENCODE(x${STRREPLACE(BAD,:,M)})}") == "x)M1"


class TestPrompts:
    def test_a_key_interrupts(self):
        channel = answering()
        channel.caller = ScriptedCaller(during={"a": Press("1", after=1.5)})
        assert play(channel, "STREAM FILE x/a 123") == ["200 result=49 endpos=12000"]
        assert channel.heard == [Heard("x/a", "en", whole=False)]
        assert channel.clock == 1.5

    def test_a_key_that_does_not_interrupt_is_lost(self):
        channel = answering()
        channel.caller = ScriptedCaller(during={1: Press("9")})
        replies = play(channel, "STREAM FILE a 123", 'GET DATA "" 2000 1')
        assert replies == ["200 result=0 endpos=32000", "200 result= (timeout)"]
        assert channel.clock == 6.0

    def test_keys_after_the_interrupting_one_are_collected_next(self):
        channel = answering()
        channel.caller = ScriptedCaller(during={"a": Press("10#")})
        replies = play(channel, "STREAM FILE a 0123456789*#", 'GET DATA "" 3000 2')
        assert replies == ["200 result=49 endpos=16000", "200 result=0"]

    @pytest.mark.parametrize(
        ("action", "reply", "seconds"),
        [
            (Press("12"), "200 result=12", 2.0),
            (Press("1#"), "200 result=1", 2.0),
            (Press("#"), "200 result=", 2.0),
            (Press("1"), "200 result=1 (timeout)", 5.0),
            (Press("1", after=20), "200 result= (timeout)", 7.0),
            (Silence(), "200 result= (timeout)", 7.0),
            (HangUp(), "200 result=-1", 2.0),
            (HangUp(0), "200 result=-1", 0.0),
            (HangUp(inf), "200 result= (timeout)", 7.0),
        ],
    )
    def test_collecting(self, action: Action, reply: str, seconds: float):
        channel = answering(action)
        assert play(channel, "GET DATA a 3000 2") == [reply]
        assert channel.clock == seconds
        assert channel.hung_up == isinstance(action, HangUp)

    @pytest.mark.parametrize(
        ("action", "reply", "heard"),
        [
            (HangUp(0), "200 result=-1 endpos=0", []),
            (HangUp(), "200 result=-1 endpos=16000", [Heard("a", "en", whole=False)]),
            (HangUp(inf), "200 result=0 endpos=32000", [Heard("a", "en", whole=True)]),
        ],
    )
    def test_hanging_up_before_during_and_after(
        self, action: Action, reply: str, heard: list[Heard]
    ):
        channel = answering()
        channel.caller = ScriptedCaller(during={"a": action})
        assert play(channel, 'STREAM FILE a ""') == [reply]
        assert channel.heard == heard
        assert channel.hung_up

    def test_the_language_is_the_channels_own(self):
        channel = FakeChannel()
        play(channel, 'SET VARIABLE "CHANNEL(language)" fa', 'STREAM FILE a ""')
        assert channel.heard == [Heard("a", "fa", whole=True)]

    @pytest.mark.parametrize(
        ("action", "reply", "seconds"),
        [
            (Press("#"), "200 result=35 (dtmf) endpos=14400", 2.0),
            (Press("#", after=5), "200 result=35 (dtmf) endpos=38400", 5.0),
            (Press("1"), "200 result=0 (timeout) endpos=80000", 10.0),
            (Silence(), "200 result=0 (timeout) endpos=8000", 3.0),
            (HangUp(1), "200 result=-1 (hangup) endpos=8000", 1.0),
        ],
    )
    def test_recording(self, action: Action, reply: str, seconds: float):
        channel = answering(action)
        assert play(channel, "RECORD FILE /v/1 wav # 10000 BEEP s=3") == [reply]
        assert channel.recordings == [Recording("/v/1", "wav", seconds)]

    def test_a_recording_that_cannot_be_written(self):
        channel = FakeChannel(can_record=False)
        assert play(channel, "RECORD FILE /v/1 wav # 100") == ["200 result=-1 (writefile)"]


class TestCallers:
    def test_prompts_are_listened_to_and_each_question_gets_one_answer(self):
        channel = answering(Press("1"), Press("10#"))
        replies = play(
            channel,
            "STREAM FILE welcome 0123456789*#",
            "STREAM FILE menu 0123456789*#",
            'GET DATA "" 5000 1',
            "STREAM FILE mark 0123456789*#",
            'GET DATA "" 5000 1',
            'GET DATA "" 3000 1',
            'GET DATA "" 3000 1',
        )
        assert [reply for reply in replies if "endpos" not in reply] == [
            "200 result=1",
            "200 result=1",
            "200 result=0",
            "200 result=",
        ]

    def test_the_rest_of_an_answer_is_not_asked_for_twice(self):
        channel = answering(Press("1"), Press("2"))
        replies = play(channel, "GET DATA a 1000 1", 'GET DATA "" 1000 1', "GET DATA b 1000 1")
        assert replies == ["200 result=1", "200 result= (timeout)", "200 result=2"]

    def test_a_callback_sees_what_is_asked(self):
        seen: list[Asked] = []

        async def caller(asked: Asked, /) -> Action:
            seen.append(asked)
            return Silence()

        play(FakeChannel(caller=caller), "STREAM FILE p/a 12", "GET DATA p/b 5000 3")
        assert [(a.command, a.files, a.keys, a.max_digits, a.seconds) for a in seen] == [
            ("STREAM FILE", ("p/a",), "12", 0, 2.0),
            ("GET DATA", ("p/b",), "0123456789*#ABCD", 3, 5.0),
        ]
        assert [a.number for a in seen] == [1, 2]

    def test_hanging_up_from_outside_while_asked(self):
        channel = FakeChannel()

        async def caller(asked: Asked, /) -> Action:
            del asked
            channel.hang_up()
            return Press("1")

        channel.caller = caller
        assert play(channel, "GET DATA a 5000 1") == ["200 result=-1"]


class TestSpeech:
    """No speech engine is at hand for the real one: read in res_agi.c."""

    def recognize(self, *actions: Action) -> list[str]:
        channel = FakeChannel(
            caller=ScriptedCaller(*actions), sounds=sounds, speech_engines=("", "vosk")
        )
        return play(
            channel,
            "SPEECH CREATE vosk",
            "SPEECH CREATE",
            "SPEECH ACTIVATE GRAMMAR words",
            "SPEECH LOAD GRAMMAR words /g",
            "SPEECH ACTIVATE GRAMMAR words",
            "SPEECH RECOGNIZE ask 3",
            "SPEECH DEACTIVATE GRAMMAR words",
            "SPEECH UNLOAD GRAMMAR words",
            "SPEECH UNLOAD GRAMMAR words",
            "SPEECH SET a b",
            "SPEECH DESTROY",
            "SPEECH DESTROY",
        )

    @pytest.mark.parametrize(
        ("action", "reply"),
        [
            (
                Speak("yes please", 870, "words", after=1.5),
                '1 (speech) endpos=12000 results=1 score0=870 text0="yes please" grammar0=words',
            ),
            (Speak("yes", after=5), "1 (speech) endpos=0 results=1 score0=1000 "),
            (Press("5", after=1), "1 (digit) digit=5 endpos=0"),
            (HangUp(), "1 (hangup) endpos=0"),
            (Silence(), "1 (timeout) endpos=0"),
        ],
    )
    def test_recognizing(self, action: Action, reply: str):
        results = self.recognize(action)
        assert results[5].startswith(f"200 result={reply}")
        assert [line[-1] for line in (*results[:5], *results[6:])] == list("10011110110")


class TestTime:
    def test_several_things_happen_during_one_prompt(self):
        channel = answering()
        script = InTurn(Press("9", after=1), Press("1", after=3))
        channel.caller = ScriptedCaller(during={1: script})
        assert play(channel, "STREAM FILE a 123") == ["200 result=49 endpos=24000"]

    def test_what_is_planned_for_later_happens_later(self):
        channel = answering()
        channel.caller = ScriptedCaller(during={1: HangUp(after=6)})
        assert play(channel, 'STREAM FILE a ""', 'STREAM FILE b ""') == [
            "200 result=0 endpos=32000",
            "200 result=-1 endpos=16000",
        ]

    def test_the_channel_ends_by_itself(self):
        channel = answering()
        replies = play(channel, "SET AUTOHANGUP 7.5", "EXEC Wait 100", "SET AUTOHANGUP 1")
        assert replies[1] == "200 result=-1"
        assert channel.clock == 7.5

    def test_an_application_of_ones_own(self):
        async def read(channel: FakeChannel, options: str) -> int:
            channel.variables.set(options.partition(",")[0], "42")
            return 0

        channel = FakeChannel(applications={"Read": read})
        assert play(channel, "EXEC read X,menu,1", "GET VARIABLE X") == [
            "200 result=0",
            "200 result=1 (42)",
        ]
