"""Each method of pyst2's AGI beside ours: the same commands and results, or what is better."""

import inspect
from collections.abc import Sequence

import pytest
from asterisk.agi import AGI as Pyst2AGI  # noqa: N811  it is the other AGI
from asterisk.agi import (
    AGIAppError,
    AGIDBError,
    AGIError,
    AGIInvalidCommand,
    AGIResultHangup,
    AGIUnknownError,
    AGIUsageError,
)

from agi_server.compat import AGI
from tests.conversations.dictating import (
    Call,
    Outcome,
    Words,
    meaning,
    ours,
    run,
    theirs,
)

PUBLIC = [
    name
    for name, member in inspect.getmembers(Pyst2AGI, inspect.isfunction)
    if not name.startswith("_")
]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_method_has_the_same_parameters(name: str) -> None:
    """Names, order and defaults; whose `get_result` reads from another place is pyst2's own."""
    own, other = (inspect.signature(getattr(kind, name)).parameters for kind in (AGI, Pyst2AGI))

    assert list(own) == list(other)
    if name != "get_result":
        assert [p.default for p in own.values()] == [p.default for p in other.values()]
        assert [p.kind for p in own.values()] == [p.kind for p in other.values()]


SAME: dict[str, tuple[Call, Sequence[str]]] = {
    "answer": (lambda agi: agi.answer(), ["0"]),
    "answer, not": (lambda agi: agi.answer(), ["-1", "6"]),
    "wait_for_digit": (lambda agi: agi.wait_for_digit(), ["53"]),
    "wait_for_digit, none": (lambda agi: agi.wait_for_digit(500), ["0"]),
    "wait_for_digit, endless": (lambda agi: agi.wait_for_digit(-1), ["35"]),
    "wait_for_digit, gone": (lambda agi: agi.wait_for_digit(), ["-1", "6"]),
    "wait_for_digit, as text": (lambda agi: agi.wait_for_digit("700"), ["0"]),
    "send_text": (lambda agi: agi.send_text("hello there"), ["0"]),
    "send_text, not": (lambda agi: agi.send_text(), ["-1", "6"]),
    "receive_char": (lambda agi: agi.receive_char(), ["65"]),
    "receive_char, empty": (lambda agi: agi.receive_char(), ["0 (timeout)"]),
    "tdd_mode": (lambda agi: agi.tdd_mode("on"), ["1"]),
    "tdd_mode, not": (lambda agi: agi.tdd_mode(), ["0"]),
    "stream_file": (lambda agi: agi.stream_file("hello"), ["0 endpos=8000"]),
    "stream_file, key": (lambda agi: agi.stream_file("hello", "12"), ["50 endpos=800"]),
    "stream_file, list": (lambda agi: agi.stream_file("a/b", [1, "2", "#"], 160), ["0 endpos=8"]),
    "stream_file, own quotes": (lambda agi: agi.stream_file('"my file"'), ["0 endpos=8"]),
    "stream_file, missing": (lambda agi: agi.stream_file("none"), ["-1 endpos=0", "6"]),
    "control_stream_file": (
        lambda agi: agi.control_stream_file("hello", "1", 2000, "6", "4", "5"),
        ["49 endpos=700"],
    ),
    "send_image": (lambda agi: agi.send_image("logo"), ["0"]),
    "send_image, not": (lambda agi: agi.send_image("logo"), ["-1", "6"]),
    "say_digits": (lambda agi: agi.say_digits("0123", "#"), ["0"]),
    "say_digits, list": (lambda agi: agi.say_digits([1, 2], [3, "4"]), ["51"]),
    "say_digits, number": (lambda agi: agi.say_digits(77), ["0"]),
    "say_digits, gone": (lambda agi: agi.say_digits(77), ["-1", "6"]),
    "say_number": (lambda agi: agi.say_number(42), ["0"]),
    "say_number, key": (lambda agi: agi.say_number("42", "*"), ["42"]),
    "say_alpha": (lambda agi: agi.say_alpha("ab c", "1"), ["49"]),
    "say_phonetic": (lambda agi: agi.say_phonetic("abc"), ["0"]),
    "say_date": (lambda agi: agi.say_date(1700000000), ["0"]),
    "say_time": (lambda agi: agi.say_time(1700000000, "5"), ["53"]),
    "say_datetime": (lambda agi: agi.say_datetime(1700000000), ["0"]),
    "say_datetime, form": (
        lambda agi: agi.say_datetime(1700000000, "1", "ABdY 'digits/at' IMp", "Asia/Tehran"),
        ["0"],
    ),
    "get_data": (lambda agi: agi.get_data("menu"), ["12"]),
    "get_data, timed out": (lambda agi: agi.get_data("menu", 5000, 4), ["12 (timeout)"]),
    "get_data, none": (lambda agi: agi.get_data("menu", 5000, 4), [" (timeout)"]),
    "get_data, Asterisk's times": (lambda agi: agi.get_data("menu", 0, 4), ["1"]),
    "get_data, endless": (lambda agi: agi.get_data("menu", -1, 4), ["1"]),
    "get_data, missing": (lambda agi: agi.get_data("none"), ["-1", "6"]),
    "get_option": (lambda agi: agi.get_option("menu", "12", 3000), ["49 endpos=9"]),
    "get_option, none": (lambda agi: agi.get_option("menu", "12", 3000), ["0 endpos=9"]),
    "set_context": (lambda agi: agi.set_context("sales"), ["0"]),
    "set_extension": (lambda agi: agi.set_extension("100"), ["0"]),
    "set_priority": (lambda agi: agi.set_priority("3"), ["0"]),
    "set_priority, label": (lambda agi: agi.set_priority("start"), ["0"]),
    "goto_on_exit": (lambda agi: agi.goto_on_exit("sales", "100", 2), ["0"] * 3),
    "record_file, key": (lambda agi: agi.record_file("/tmp/a"), ["35 (dtmf) endpos=8000"]),  # noqa: S108  a name only
    "record_file, key in beep": (lambda agi: agi.record_file("a"), ["35 (randomerror) endpos=0"]),
    "record_file, gone": (lambda agi: agi.record_file("a"), ["-1 (hangup) endpos=8000"]),
    "record_file, not": (lambda agi: agi.record_file("a"), ["-1 (writefile)", "6"]),
    "record_file, all": (
        lambda agi: agi.record_file("a b", "ulaw", [1, 2], 5000, 80, "beep", 3),
        ["49 (dtmf) endpos=8000"],
    ),
    "set_autohangup": (lambda agi: agi.set_autohangup(0), ["0"]),
    "hangup": (lambda agi: agi.hangup(), ["1"]),
    "hangup, other": (lambda agi: agi.hangup("PJSIP/a-1"), ["1"]),
    "hangup, unknown": (lambda agi: agi.hangup("PJSIP/a-1"), ["-1"]),
    "appexec": (lambda agi: agi.appexec("Playback", "hello&world,noanswer"), ["0"]),
    "appexec, brackets": (lambda agi: agi.appexec("Gosub", "a,s,1(x,y)"), ["0"]),
    "appexec, none": (lambda agi: agi.appexec("Wayt", "1"), ["-2"]),
    "appexec, failed": (lambda agi: agi.appexec("Wait", "1"), ["-1", "6"]),
    "exec_command": (lambda agi: agi.exec_command("Dial", "PJSIP/a", 20), ["0"]),
    "set_callerid": (lambda agi: agi.set_callerid("100"), ["1"]),
    "channel_status": (lambda agi: agi.channel_status(), ["6"]),
    "channel_status, unknown": (lambda agi: agi.channel_status("PJSIP/a-1"), ["-1"]),
    "set_variable": (lambda agi: agi.set_variable("X", "some text"), ["1"]),
    "set_variable, number": (lambda agi: agi.set_variable("X", 1.5), ["1"]),
    "set_variable, None": (lambda agi: agi.set_variable("X", None), []),
    "verbose": (lambda agi: agi.verbose("some text", 3), ["1"]),
    "database_get": (lambda agi: agi.database_get("cid", "100"), ["1 (Anna)"]),
    "database_get, none": (lambda agi: agi.database_get("cid", "100"), ["0"]),
    "database_put": (lambda agi: agi.database_put("cid", "100", "Anna"), ["1"]),
    "database_put, not": (lambda agi: agi.database_put("cid", "100", "Anna"), ["0"]),
    "database_del": (lambda agi: agi.database_del("cid", "100"), ["1"]),
    "database_del, not": (lambda agi: agi.database_del("cid", "100"), ["0"]),
    "database_deltree, nothing": (lambda agi: agi.database_deltree("cid"), ["1"]),
    "get_full_variable, an expression": (
        lambda agi: agi.get_full_variable("${CUT(X,:,2)}"),
        ["1 (b)"],
    ),
    "get_full_variable, other": (
        lambda agi: agi.get_full_variable("${X}", "PJSIP/a-1"),
        ["1 (b)"],
    ),
    "get_full_variable, no such channel": (
        lambda agi: agi.get_full_variable("${X}", "PJSIP/a-1"),
        ["0"],
    ),
    "set_priority, no such label": (
        lambda agi: agi.set_priority("nowhere"),
        ["520-Invalid command syntax.  Proper usage follows:\nUsage\n520 End of proper usage."],
    ),
    "appexec, no options": (lambda agi: agi.appexec("Answer"), ["0"]),
    "noop": (lambda agi: agi.noop(), ["0"]),
    "test_hangup": (lambda agi: agi.test_hangup(), []),
    "execute": (lambda agi: agi.execute("STREAM FILE", "a", '""'), ["0 endpos=8000"]),
    "execute, one text": (lambda agi: agi.execute('set variable X "a b"'), ["1"]),
    "execute, EXEC": (lambda agi: agi.execute("EXEC", "Wait", 1), ["0"]),
    "execute, text": (lambda agi: agi.execute("GET VARIABLE", "X"), ["1 (a b)"]),
    "execute, timed out": (lambda agi: agi.execute("GET DATA", "a", 100, 1), [" (timeout)"]),
    "execute, speech": (
        lambda agi: agi.execute("SPEECH RECOGNIZE", "menu", 5000),
        ['1 (speech) endpos=80 results=1 score0=900 text0="one two" grammar0=menu'],
    ),
    "execute, brackets in a text": (
        lambda agi: agi.execute("GET VARIABLE", "X"),
        ["1 (a) b (c d=e)"],
    ),
    "execute, an empty text": (lambda agi: agi.execute("GET VARIABLE", "X"), ["1 ()"]),
    "execute, a word and more": (
        lambda agi: agi.execute("RECORD FILE", "a", "gsm", "#", 10),
        ["35 (dtmf) endpos=80"],
    ),
    "execute, failed": (lambda agi: agi.execute("ANSWER"), ["-1", "6"]),
    "execute, gone": (
        lambda agi: agi.execute("RECORD FILE", "a", "gsm", "#", 10),
        ["-1 (hangup) endpos=1"],
    ),
    "execute, 503": (
        lambda agi: agi.execute("GOSUB", "a", "s", "1"),
        ["503 result=-2 Memory allocation failure"],
    ),
    "execute, 510": (lambda agi: agi.execute("SPEECH CREATE", "x"), ["510 Invalid command"]),
    "send_command and get_result": (
        lambda agi: (agi.send_command("NOOP"), agi.get_result()),
        ["0"],
    ),
}


@pytest.mark.parametrize(("call", "replies"), SAME.values(), ids=SAME)
def test_the_same_as_pyst2(call: Call, replies: Sequence[str]) -> None:
    """The same commands, the same result or exception; ours may ask why one failed."""
    sent, outcome = run(ours(call, replies))
    sent_by_pyst2, outcome_of_pyst2 = theirs(call, replies)

    assert outcome == outcome_of_pyst2
    if outcome is AGIAppError and sent[-1] == ["CHANNEL", "STATUS"]:
        sent.pop()
    assert list(map(meaning, sent)) == list(map(meaning, sent_by_pyst2))


CURED: dict[str, tuple[Call, Sequence[str], Outcome, Words, Outcome]] = {
    # What is called, what Asterisk answers, what pyst2 makes of it; what we send and make of it.
    "a value with a quote": (
        lambda agi: agi.set_variable("X", 'say "hi"'),
        ["1"],
        None,
        [["SET", "VARIABLE", "X", 'say "hi"']],
        None,
    ),
    "a value with a newline": (
        lambda agi: agi.set_variable("X", "a\nHANGUP"),
        ["1"],
        None,
        [],
        AGIUsageError,
    ),
    "a file with a blank": (
        lambda agi: agi.stream_file("my file"),
        ["0 endpos=8"],
        "",
        [["STREAM", "FILE", "my file", ""]],
        "",
    ),
    "get_variable": (
        lambda agi: agi.get_variable("X"),
        ["1 (xhangup%0a)"],
        "xhangup%0a",
        [["GET", "FULL", "VARIABLE", "${URIENCODE(x${STRREPLACE(X,:,\x1f\x1e\x1f)})}"]],
        "hangup\n",
    ),
    "get_full_variable": (
        lambda agi: agi.get_full_variable("${CALLERID(name)}"),
        ["1 (xa%22)"],
        "xa%22",
        [
            [
                *("GET", "FULL", "VARIABLE"),
                "${URIENCODE(x${STRREPLACE(CALLERID(name),:,\x1f\x1e\x1f)})}",
            ]
        ],
        'a"',
    ),
    "get_full_variable, without braces": (
        lambda agi: agi.get_full_variable("X", "PJSIP/a-1"),
        ["1 (b)"],
        "b",
        [["GET", "FULL", "VARIABLE", "${X}", "PJSIP/a-1"]],
        "b",
    ),
    "record_file, time is over": (
        lambda agi: agi.record_file("a", "wav", "#", 5000),
        ["16117 (timeout) endpos=40000"],
        chr(16117),
        [["RECORD", "FILE", "a", "wav", "#", "5000", "BEEP"]],
        "",
    ),
    "record_file, without limit or beep": (
        lambda agi: agi.record_file("a", "g729", "", -1, 0, ""),
        ["0 (timeout) endpos=40000"],
        "\0",
        [["RECORD", "FILE", "a", "g729", "", "-1"]],
        "",
    ),
    "get_option, no time": (
        lambda agi: agi.get_option("menu", "12"),
        ["0 endpos=9"],
        "",
        [["GET", "OPTION", "menu", "12", "5000"]],
        "",
    ),
    "control_stream_file, # stops": (
        lambda agi: agi.control_stream_file("hello", "#"),
        ["35 endpos=8"],
        "#",
        [["CONTROL", "STREAM", "FILE", "hello", "#", "3000", "A", "*", "", "0"]],
        "#",
    ),
    "stream_file, ended from outside": (
        lambda agi: agi.stream_file("hello"),
        ["1000 endpos=8"],
        chr(1000),
        [["STREAM", "FILE", "hello", ""]],
        "",
    ),
    "receive_char, no text": (
        lambda agi: agi.receive_char(0),
        ["-1 (hangup)"],
        AGIResultHangup,
        [["RECEIVE", "CHAR", "-1"]],
        "",
    ),
    "database_deltree": (
        lambda agi: agi.database_deltree("cid", "blocked"),
        ["0"],
        AGIDBError,
        [["DATABASE", "DELTREE", "cid", "blocked"]],
        None,
    ),
    "database_deltree, a wildcard": (
        lambda agi: agi.database_deltree("c_d"),
        ["1"],
        None,
        [],
        AGIUsageError,
    ),
    "database_get, a key with a slash": (
        lambda agi: agi.database_get("cid", "blocked/100"),
        ["1 (1)"],
        "1",
        [["DATABASE", "GET", "cid/blocked", "100"]],
        "1",
    ),
    "database_get, with a blank": (
        lambda agi: agi.database_get("cid", "a b"),
        ["1 (1)"],
        "1",
        [["DATABASE", "GET", "cid", "a b"]],
        "1",
    ),
    "set_callerid, a name": (
        lambda agi: agi.set_callerid('"Anna B." <021-123 45>'),
        ["1"],
        None,
        [["SET", "CALLERID", '"Anna B." <02112345>']],
        None,
    ),
    "set_callerid, a plain name": (
        lambda agi: agi.set_callerid("Anna <100>"),
        ["1"],
        None,
        [["SET", "CALLERID", '"Anna" <100>']],
        None,
    ),
    "set_callerid, no number": (
        lambda agi: agi.set_callerid('"Anna B."'),
        ["1"],
        None,
        [["SET", "CALLERID", '"Anna B." <>']],
        None,
    ),
    "verbose, two lines": (
        lambda agi: agi.verbose("one\ntwo"),
        ["1", "1"],
        None,
        [["VERBOSE", "one", "1"], ["VERBOSE", "two", "1"]],
        None,
    ),
    "appexec, an expression": (
        lambda agi: agi.appexec("Set", "X=${Y}"),
        ["0"],
        "0",
        [],
        AGIUsageError,
    ),
    "appexec, a quote": (lambda agi: agi.appexec("Set", 'X="a"'), ["0"], "0", [], AGIUsageError),
    "exec_command, with a blank": (
        lambda agi: agi.exec_command("Log", "NOTICE", "two words"),
        ["0"],
        {"result": ("0", "")},
        [["EXEC", "Log", "NOTICE,two words"]],
        {"result": ("0", "")},
    ),
    "say_date, a fraction": (
        lambda agi: agi.say_date(1700000000.7),
        ["0"],
        "",
        [["SAY", "DATE", "1700000000", ""]],
        "",
    ),
    "say_datetime, a zone without form": (
        lambda agi: agi.say_datetime(1700000000, "", "", "UTC"),
        ["0"],
        "",
        [],
        AGIUsageError,
    ),
    "keys with commas": (
        lambda agi: agi.say_digits(1, "1, 2"),
        ["0"],
        "",
        [["SAY", "DIGITS", "1", "12"]],
        "",
    ),
    "no keys": (lambda agi: agi.say_digits(1, "x"), ["0"], "", [], AGIUsageError),
    "no number": (lambda agi: agi.say_number("many"), ["0"], "", [], AGIUsageError),
    "no finite number": (lambda agi: agi.set_autohangup("inf"), ["0"], None, [], AGIUsageError),
    "no TDD": (lambda agi: agi.tdd_mode("loud"), ["1"], None, [], AGIUsageError),
    "no format": (lambda agi: agi.record_file("a", "../x"), ["35"], "#", [], AGIUsageError),
    "a dead channel": (
        lambda agi: agi.answer(),
        ["511 Command Not Permitted on a dead channel or intercept routine"],
        AGIUnknownError,
        [["ANSWER"]],
        AGIResultHangup,
    ),
    "failed, because the caller left": (
        lambda agi: agi.stream_file("a"),
        ["-1 endpos=0", "511 Command Not Permitted on a dead channel or intercept routine"],
        AGIAppError,
        [["STREAM", "FILE", "a", ""], ["CHANNEL", "STATUS"]],
        AGIResultHangup,
    ),
    "execute, a text that says hangup": (
        lambda agi: agi.execute("GET VARIABLE", "X"),
        ["1 (hangup)"],
        AGIResultHangup,
        [["GET", "VARIABLE", "X"]],
        {"result": ("1", "hangup")},
    ),
    "execute, a newline": (
        lambda agi: agi.execute("SET VARIABLE", "X", "a\nHANGUP"),
        ["1"],
        {"result": ("1", "")},
        [],
        AGIUsageError,
    ),
    "execute, unknown": (
        lambda agi: agi.execute("DANCE", 1),
        ["510 Invalid"],
        AGIInvalidCommand,
        [],
        AGIInvalidCommand,
    ),
    "execute, too many options": (
        lambda agi: agi.execute("EXEC Dial PJSIP/a 20"),
        ["0"],
        {"result": ("0", "")},
        [],
        AGIUsageError,
    ),
    "get_result of nothing": (lambda agi: agi.get_result(), [], ValueError, [], AGIError),
}


@pytest.mark.parametrize(
    ("call", "replies", "of_pyst2", "words", "outcome"), CURED.values(), ids=CURED
)
def test_better_than_pyst2(
    call: Call, replies: Sequence[str], of_pyst2: Outcome, words: Words, outcome: Outcome
) -> None:
    """What pyst2 sends or returns, and what is sent and returned instead."""
    sent, own = run(ours(call, replies))
    sent_by_pyst2, other = theirs(call, replies)

    assert (sent, own) == (words, outcome)
    assert other == of_pyst2
    assert (sent, own) != (sent_by_pyst2, other)


def test_a_usage_of_one_line_is_a_whole_reply() -> None:
    """An Asterisk without documentation sends no more; pyst2 would wait for more for ever."""
    usage = "520 Invalid command syntax.  Proper usage not available."

    sent, outcome = run(ours(lambda agi: agi.set_priority("nowhere"), [usage]))

    assert (sent, outcome) == ([["SET", "PRIORITY", "nowhere"]], AGIUsageError)
