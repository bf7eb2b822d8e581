"""The manager interface's protocol: what comes in any pieces, and what goes out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.messages import (
    GREETING,
    LONGEST_MESSAGE,
    Message,
    MessageReader,
    PeerError,
    UnsendableError,
    encode_action,
)

HELLO = GREETING + b"9.0.0\r\n"
NAMES = st.text("ABCabc-", min_size=1)
VALUES = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])).map(
    str.strip
)


def read(data: bytes, pieces: int = 1 << 20) -> list[Message]:
    """The messages that come of these bytes, so many at a time."""
    reader, found = MessageReader(), []
    for at in range(0, len(data), pieces):
        reader.receive_data(data[at : at + pieces])
        while (message := reader.next_message()) is not None:
            found.append(message)
    return found


@given(st.dictionaries(NAMES, VALUES), st.integers(1, 7))
def test_what_is_encoded_is_read_again(fields: dict[str, str], pieces: int) -> None:
    """In whatever pieces the network hands it over."""
    data = HELLO + encode_action("Ping", "7", fields)

    (message,) = read(data, pieces)

    assert message == Message((("Action", "Ping"), ("ActionID", "7"), *fields.items()))


@given(st.binary(max_size=200))
def test_garbage_is_read_somehow(data: bytes) -> None:
    """Without an error, and the same whole as byte by byte."""
    assert read(HELLO + data, 1) == read(HELLO + data)


@given(st.binary(min_size=1, max_size=60).map(lambda start: start + b"\r\n"))
def test_what_greets_otherwise_is_no_manager(data: bytes) -> None:
    """A web server, or another program on that port."""
    if not data.startswith(GREETING):
        with pytest.raises(PeerError, match="not Asterisk's manager interface"):
            read(data)


@pytest.mark.parametrize("start", [b"", HELLO])
def test_what_grows_without_end_is_given_up(start: bytes) -> None:
    """Neither a line nor a message takes the memory."""
    reader = MessageReader()
    reader.receive_data(start)
    for _ in range(LONGEST_MESSAGE // 1000):
        reader.receive_data(b"Name: " + b"x" * 993 + b"\r")
        assert reader.next_message() is None
    reader.receive_data(b"x" * 1000)
    with pytest.raises(PeerError, match=f"more than {LONGEST_MESSAGE} bytes"):
        reader.next_message()


@pytest.mark.parametrize("broken", ["a\r\nAction: Logoff", "a\n", "\r", "a\0b"])
def test_a_value_cannot_become_an_action(broken: str) -> None:
    """Nor can the name of a field."""
    with pytest.raises(UnsendableError, match="line break"):
        encode_action("Getvar", "1", {"Channel": broken})
    with pytest.raises(UnsendableError):
        encode_action("Getvar", "1", {broken: "x"})


def test_stray_bytes_come_back_as_they_were() -> None:
    """A channel is asked for by the name that Asterisk has told, whatever it holds."""
    (message,) = read(HELLO + b"Event: X\r\nChannel: SIP/\xff\xd9\r\n\r\n")

    assert b"Channel: SIP/\xff\xd9\r\n" in encode_action("Y", "1", dict(message.fields))


def test_the_first_of_several_fields_counts_and_case_does_not() -> None:
    """Asterisk's own fields stand before the channel variables that a site may have added."""
    (message,) = read(HELLO + b"Event: X\r\nno field at all\r\nqueue: a\r\nQueue: b\r\n\r\n")

    assert (message.get("Queue"), message.get("nothing"), message.event) == ("a", "", "X")
