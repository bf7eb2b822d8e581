"""The commands of speech recognition: what goes out, and what each reply means."""

# ruff: noqa: D103  the names of the tests say what they test

import pytest

from agi_server.commands import (
    Command,
    Recognised,
    SpeechActivateGrammar,
    SpeechCreate,
    SpeechDeactivateGrammar,
    SpeechDestroy,
    SpeechFailed,
    SpeechHungUp,
    SpeechKey,
    SpeechLoadGrammar,
    SpeechRecognize,
    SpeechResult,
    SpeechSet,
    SpeechTimedOut,
    SpeechUnloadGrammar,
)
from agi_server.protocol import LocalProtocolError, RemoteProtocolError
from tests.replies import reply

YES_OR_NO = (
    SpeechCreate(),
    SpeechSet("a", "b"),
    SpeechDestroy(),
    SpeechLoadGrammar("g", "/g"),
    SpeechUnloadGrammar("g"),
    SpeechActivateGrammar("g"),
    SpeechDeactivateGrammar("g"),
)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (SpeechCreate(), b"SPEECH CREATE\n"),
        (SpeechCreate("lumen"), b'SPEECH CREATE "lumen"\n'),
        (SpeechSet("a b", ""), b'SPEECH SET "a b" ""\n'),
        (SpeechDestroy(), b"SPEECH DESTROY\n"),
        (SpeechLoadGrammar("g", "/a b"), b'SPEECH LOAD GRAMMAR "g" "/a b"\n'),
        (SpeechUnloadGrammar("g"), b'SPEECH UNLOAD GRAMMAR "g"\n'),
        (SpeechActivateGrammar("g"), b'SPEECH ACTIVATE GRAMMAR "g"\n'),
        (SpeechDeactivateGrammar("g"), b'SPEECH DEACTIVATE GRAMMAR "g"\n'),
        (SpeechRecognize("p", 10), b'SPEECH RECOGNIZE "p" "10" "0"\n'),
        (SpeechRecognize("p", None, 800), b'SPEECH RECOGNIZE "p" "0" "800"\n'),
    ],
)
def test_encoding(command: Command[object], line: bytes):
    assert command.encode() == line


@pytest.mark.parametrize(
    "command",
    [
        SpeechCreate(""),
        SpeechSet("a", "b\nc"),
        SpeechLoadGrammar("g", "a\0b"),
        SpeechRecognize("p", 0),
        SpeechRecognize("p", -1),
        SpeechRecognize("p", 2**31),
        SpeechRecognize("p", 1, -1),
    ],
)
def test_what_cannot_be_sent_safely_is_refused(command: Command[object]):
    with pytest.raises(LocalProtocolError):
        command.encode()


@pytest.mark.parametrize("command", YES_OR_NO)
def test_a_recogniser_did_it_or_not(command: Command[bool]):
    assert command.decode(reply("1")) is True
    assert command.decode(reply("0")) is False
    with pytest.raises(RemoteProtocolError):
        command.decode(reply("-1"))


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("0", SpeechFailed()),
        ("0 endpos=80", SpeechFailed()),
        ("1 (hangup) endpos=0", SpeechHungUp(0)),
        ("1 (timeout) endpos=80", SpeechTimedOut(80)),
        ("1 (digit) digit=# endpos=80", SpeechKey("#", 80)),
        ("1 (speech) endpos=80 results=0 ", Recognised((), 80)),
        (
            '1 (speech) endpos=0 results=1 score0=812 text0="yes please" grammar0=yes/no',
            Recognised((SpeechResult(812, "yes please", "yes/no"),), 0),
        ),
        (
            (
                '1 (speech) endpos=0 results=2 score0=9 text0="he said "no"" grammar0=a b '
                'score1=-1 text1="" grammar1='
            ),
            Recognised((SpeechResult(9, 'he said "no"', "a b"), SpeechResult(-1, "", "")), 0),
        ),
    ],
)
def test_what_was_recognised(line: str, outcome: object):
    assert SpeechRecognize("p", 5).decode(reply(line)) == outcome


@pytest.mark.parametrize("length", [4_020, 4_052])
def test_results_that_are_cut_keep_what_is_whole(length: int):
    text = "x" * length
    sent = f'score0=1 text0="{text}" grammar0=g score1=2 text1="{"y" * 90}" grammar1=g'[:4_095]
    outcome = SpeechRecognize("p", 5).decode(reply(f"1 (speech) endpos=0 results=2 {sent}"))
    assert outcome == Recognised((SpeechResult(1, text, "g"),), 0, is_cut=True)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "-1",
        "1",
        "0 nonsense",
        "1 (surprise) endpos=0",
        "1 (hangup)",
        "1 (digit) digit=x endpos=0",
        "1 (speech) endpos=0",
        "1 (speech) endpos=0 results=1 ",
        '1 (speech) endpos=0 results=1 score0=x text0="a" grammar0=g',
        '1 (speech) endpos=0 results=2 score0=1 text0="a" grammar0=g',
    ],
)
def test_what_no_recogniser_answers_is_an_error_of_the_peer(line: str):
    with pytest.raises(RemoteProtocolError):
        SpeechRecognize("p", 5).decode(reply(line))


def test_each_command_says_how_long_it_may_take():
    assert SpeechRecognize("p", 5).allowance() == 620
    assert SpeechRecognize("p", None).allowance() is None
    assert {command.allowance() for command in YES_OR_NO} == {15}
