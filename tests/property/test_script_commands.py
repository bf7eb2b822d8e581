"""Attack on what scripts hand over: whatever it is, Asterisk reads one command of those words."""

import string

from asterisk.agi import AGIInvalidCommand, AGIUsageError
from hypothesis import given
from hypothesis import strategies as st

from agi_server.commands import SetCallerId
from agi_server.compat.arguments import caller, variable_of, word
from agi_server.compat.raw import ExecAsWritten, command_of_line, result_of
from agi_server.protocol import LocalProtocolError, Reply
from agi_server.testing import split_words

TEXTS = st.text(st.sampled_from(string.printable + 'é"\\${}[](),<>\0')) | st.text()


@given(name=st.sampled_from(["SET VARIABLE X", "noop", "EXEC Dial", "STREAM FILE"]), text=TEXTS)
def test_a_line_of_a_script_is_one_line_of_the_same_words(name: str, text: str) -> None:
    """Or it is refused."""
    line = f"{name} {text}".strip()
    try:
        sent = command_of_line(line).encode().decode("utf-8", "surrogateescape")
    except (AGIUsageError, AGIInvalidCommand, LocalProtocolError):
        return

    assert sent.count("\n") == 1
    assert sent.endswith("\n")
    words, wanted = split_words(sent[:-1]), split_words(line)
    if wanted[0] == "EXEC" and len(wanted) == 2:
        wanted.append("")
    assert [word.lower() for word in words] == [word.lower() for word in wanted]


@given(text=TEXTS)
def test_options_of_an_application_hold_no_expression(text: str) -> None:
    """Under AGIEXECFULL it would be evaluated."""
    try:
        sent = ExecAsWritten("Dial", text).encode().decode("utf-8", "surrogateescape")
    except LocalProtocolError:
        return

    assert split_words(sent.removesuffix("\n")) == ["EXEC", "Dial", text]
    assert "${" not in text
    assert "$[" not in text


@given(text=TEXTS)
def test_a_callers_number_and_name_come_of_any_text(text: str) -> None:
    """Or it is refused."""
    number, name = caller(text)
    try:
        sent = SetCallerId(number, name).encode().decode("utf-8", "surrogateescape")
    except LocalProtocolError:
        return

    assert len(split_words(sent.removesuffix("\n"))) == 3


@given(text=TEXTS)
def test_what_is_in_quotes_comes_out_of_them(text: str) -> None:
    """As Asterisk would take it out."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    assert word(quoted) == text == split_words(quoted)[0]


@given(text=TEXTS)
def test_what_is_called_one_variable_holds_no_other_expression(text: str) -> None:
    """It is evaluated by Asterisk."""
    name = variable_of(text)

    assert name is None or not set("${}:\"'\\ ") & set(name)


@given(result=st.text(st.characters(exclude_characters=" \n")), data=TEXTS)
def test_every_reply_is_taken_apart(result: str, data: str) -> None:
    """Whatever it holds."""
    taken, is_hangup = result_of("NOOP", Reply(200, result, data))

    assert taken["result"][0] == result
    assert is_hangup == (data.startswith("(hangup)") and data.rfind(")") == 7)
