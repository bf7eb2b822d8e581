"""What SIPp is told to do, read back from the XML as SIPp reads it."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi_server.lab.problems import LabError
from agi_server.lab.scenarios import Call, agent_files, caller_files

sendable = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=300
)


def scenario(files: dict[str, bytes]) -> ET.Element:
    """The scenario, parsed."""
    text = files["scenario.xml"].decode().replace('<!DOCTYPE scenario SYSTEM "sipp.dtd">', "")
    return ET.fromstring(text)  # noqa: S314  our own file


def sent(message: str) -> bytes:
    r"""The bytes that SIPp makes of a message: `\xHH` is a byte, `[...]` is filled in."""
    assert message.isascii()
    return re.sub(
        rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), message.encode()
    )


def from_header(call: Call) -> str:
    """The caller's From header up to the tag, as it goes over the wire."""
    invite = scenario(caller_files(call)).find("send").text  # type: ignore[union-attr]
    raw = next(line for line in invite.splitlines() if line.startswith("From: "))  # type: ignore[union-attr]
    head, _, tail = raw.rpartition(";tag=")
    assert tail == "[call_number]"
    return sent(head).decode()


@pytest.mark.parametrize(
    ("call", "header"),
    [
        (Call("1", number="+98912"), "From: <sip:+98912@127.0.0.1>"),
        (Call("1"), "From: <sip:127.0.0.1>"),
        (Call("1", name=""), 'From: "" <sip:127.0.0.1>'),
        (Call("1", number="1", name='a "b" \\n'), 'From: "a \\"b\\" \\\\n" <sip:1@127.0.0.1>'),
        (Call("1", number="1", name="[call_id] سارا"), 'From: "[call_id] سارا" <sip:1@127.0.0.1>'),
        (Call("1", number='a"b<c> ٣'), "From: <sip:a%22b%3Cc%3E%20%D9%A3@127.0.0.1>"),
        (Call("1", user="98%0aX"), "From: <sip:98%0aX@127.0.0.1>"),
        (
            Call("1", number="+98912", withheld=True),
            'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
        ),
    ],
)
def test_the_callers_identity_is_sent_as_sip_quotes_it(call: Call, header: str):
    """Name and number stand in the header as RFC 3261 wants them."""
    assert from_header(call) == header


@given(sendable, sendable)
def test_no_text_of_a_caller_leaves_its_place(name: str, number: str):
    """Whatever a caller is called, taking the quoting off again gives the same name and number."""
    header = from_header(Call("1", name=name, number=number))
    quoted = re.fullmatch(
        r'From: "((?:[^"\\]|\\.)*)" <sip:([^@]*)@127\.0\.0\.1>', header, re.DOTALL
    )

    assert quoted
    assert re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL) == name
    assert re.fullmatch(r"(?:[\w\-.!~*'()&=+$,;?/]|%[0-9A-F]{2})*", quoted[2], re.ASCII)


@pytest.mark.parametrize("end", ["\r", "\n", "\0"])
@pytest.mark.parametrize("where", ["name", "user"])
def test_a_line_end_is_refused(where: str, end: str):
    """It would start a new header."""
    with pytest.raises(LabError, match="line end"):
        caller_files(Call("1", **{where: f"a{end}b"}))


def test_a_header_is_sent_only_when_wanted():
    """The moment of the call and the wish for privacy."""
    plain = sent(caller_files(Call("1"))["scenario.xml"].decode(errors="strict")).decode()
    with_both = Call("1", at="2026-11-24 10:00", withheld=True)
    full = sent(caller_files(with_both)["scenario.xml"].decode()).decode()

    assert "X-Rahyab-At" not in plain
    assert "Privacy" not in plain
    assert "\nX-Rahyab-At: 2026-11-24 10:00\nPrivacy: id\nContent-Type" in full


def test_each_key_has_its_own_capture_and_each_act_its_label():
    """The acts stand in order; what is played exists."""
    files = caller_files(Call("1", keys="hear:a 12 wait:1 speak:1 hangup"))
    root = scenario(files)
    played = [exec_.get("play_pcap_audio") for exec_ in root.iter("exec")]

    assert played == ["act1.pcap", "act2.pcap", "act4.pcap"]
    assert set(files) == {"scenario.xml", *played}


@pytest.mark.parametrize(
    "files", [caller_files(Call("1", keys="hear:a 1 hangup")), agent_files(1.0, 2.0)]
)
def test_every_jump_has_its_label(files: dict[str, bytes]):
    """SIPp refuses a scenario that jumps to nowhere."""
    root = scenario(files)
    labels = {label.get("id") for label in root.iter("label")}
    jumps = {
        one.get(name) for one in root.iter() for name in ("next", "ontimeout") if one.get(name)
    }

    assert jumps <= labels


def test_an_agent_rings_and_talks_as_long_as_told():
    """In milliseconds; zero would mean `for ever` to SIPp."""
    limits = [one.get("timeout") for one in scenario(agent_files(0.0, 2.5)).iter("recv")]

    assert [limit for limit in limits if limit] == ["1", "2500"]
