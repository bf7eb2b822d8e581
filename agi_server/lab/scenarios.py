"""SIPp scenarios, rendered: a caller and an agent's phone. Text in, text out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final
from urllib.parse import quote

from agi_server.lab.keys import (
    Act,
    HangUp,
    Hear,
    Hush,
    Pause,
    Press,
    Rush,
    Speak,
    Tone,
    read_keys,
)
from agi_server.lab.problems import LabError
from agi_server.lab.rtp import KEY_MS, RUSH_MS, Stream

USER_SAFE: Final = "-_.!~*'()&=+$,;?/"
"""What may stand unescaped in the user part of a SIP address (RFC 3261, 25.1)."""

REFUSALS: Final = (
    *(400, 401, 403, 404, 406, 408, 410, 413, 415, 420, 480, 482, 483, 484, 486, 487, 488, 491),
    *(500, 501, 502, 503, 504, 600, 603, 604, 606),
)

GAP_MS: Final = 240
"""The rest after a key: what people need, too."""

NARROWBAND: Final = """
RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
"""

WIDEBAND: Final = """
RTP/AVP 118 101
a=rtpmap:118 L16/16000
a=rtpmap:101 telephone-event/8000
"""
"""What a caller's telephone can take, as its offer says it (RFC 4566, 5.14)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to place.

    Attributes:
        to: The number to dial.
        number: The caller's number, any text; empty for none.
        name: The caller's display name, any text without a line end; None for none.
        user: The user part of the caller's address exactly as it is sent, instead of `number`.
        withheld: The caller's identity is withheld (RFC 3323): anonymous, with `Privacy: id`.
        keys: What the caller does after the answer, as a key script (`agi_server.lab.keys`).
        hangup_after: Seconds after the answer at which the caller hangs up, whatever they are
            doing then; None to wait for the other side.
        at: The moment to take for now, `YYYY-MM-DD HH:MM`.
        patience: Seconds of the longest wait for anything, after which the caller gives up.
        listens: What the caller hears is kept (`agi_server.lab.ear`).
        wideband: The caller's telephone takes 16 kHz (L16, RFC 3551), and nothing else.
    """

    to: str
    number: str = ""
    name: str | None = None
    user: str | None = None
    withheld: bool = False
    keys: str = ""
    hangup_after: float | None = None
    at: str | None = None
    patience: float = 60.0
    listens: bool = False
    wideband: bool = False

    @property
    def acts(self) -> list[Act]:
        """The key script, read. Raises LabError."""
        return read_keys(self.keys)


def caller_files(call: Call, ear: int | None = None) -> dict[str, bytes]:
    """The files of a caller: `scenario.xml`, and what it plays.

    Args:
        call: What the caller does.
        ear: The UDP port that the caller hears at; None: nobody listens.

    Raises:
        LabError: The name or number holds a line end, which no SIP header can carry.
    """
    return {"scenario.xml": _caller_scenario(call, ear).encode(), **_captures(call.acts)}


def agent_files(ring: float, talk: float) -> dict[str, bytes]:
    """The files of an agent's phone.

    Args:
        ring: Seconds it rings before it is answered.
        talk: Seconds until the agent hangs up.
    """
    return {"scenario.xml": _render("agent.xml", RING=_ms(ring), TALK=_ms(talk)).encode()}


def busy_files() -> dict[str, bytes]:
    """The files of an agent's phone that refuses every call, as it does when it is in use."""
    return {"scenario.xml": _render("busy.xml").encode()}


def _captures(acts: Sequence[Act]) -> dict[str, bytes]:
    stream = Stream()
    files: dict[str, bytes] = {}
    for number, act in enumerate(acts):
        match act:
            case Press(key):
                files[_capture_name(number)] = stream.press(key)
            case Rush(keys):
                files[_capture_name(number)] = stream.rush(keys)
            case Speak(seconds):
                files[_capture_name(number)] = stream.speak(seconds)
            case Tone(hertz, seconds):
                files[_capture_name(number)] = stream.tone(hertz, seconds)
            case Hush(seconds):
                files[_capture_name(number)] = stream.hush(seconds)
            case _:
                continue
    return files


def _capture_name(number: int) -> str:
    return f"act{number}.pcap"


def _caller_scenario(call: Call, ear: int | None) -> str:
    header = f"X-Rahyab-At: {call.at}\n" if call.at else ""
    privacy = "Privacy: id\n" if call.withheld else ""
    return _render(
        "caller.xml",
        TO=_literal(quote(call.to, safe=USER_SAFE)),
        FROM=_literal(_from(call)),
        HEADERS="".join(map(_literal_line, (header + privacy).splitlines())),
        REFUSALS="\n".join(map(_refusal, REFUSALS)),
        EAR="[media_port]" if ear is None else str(ear),
        CODECS=(WIDEBAND if call.wideband else NARROWBAND).strip(),
        ACTS="\n".join(_acts(call)),
    )


def _render(name: str, **values: str) -> str:
    text = resources.files("agi_server.lab").joinpath(name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _ms(seconds: float) -> str:
    # SIPp takes a limit of zero for none at all.
    return str(max(1, round(seconds * 1000)))


def _literal(text: str) -> str:
    """Text that SIPp sends as it stands: brackets, backslashes and more mean something to it."""
    if any(end in text for end in "\r\n\0"):
        raise LabError("a line end cannot be sent in a SIP header; leave it out of name and number")
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\x{byte:02x}"  # noqa: PLR2004  ASCII
        for byte in text.encode("utf-8", "surrogateescape")
    )


def _literal_line(line: str) -> str:
    return _literal(line) + "\n"


def _from(call: Call) -> str:
    """The From header's name and address (RFC 3261, 20.20, 25.1)."""
    if call.withheld:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    user = quote(call.number, safe=USER_SAFE) if call.user is None else call.user
    address = f"<sip:{user}@127.0.0.1>" if user else "<sip:127.0.0.1>"
    if call.name is None:
        return address
    quoted = call.name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" {address}'


def _refusal(status: int) -> str:
    return (
        f'  <recv response="{status}" optional="true" next="refused"><action>'
        f'<assignstr assign_to="status" value="{status}"/></action></recv>'
    )


def _acts(call: Call) -> Iterator[str]:
    patience = _ms(call.patience)
    for number, act in enumerate(call.acts):
        yield _act(act, number, patience)
        yield f'  <label id="after{number}"/>'
    yield _wait(patience, "hangup")


def _act(act: Act, number: int, patience: str) -> str:
    after = f"after{number}"
    match act:
        case Press():
            return _play(number) + _wait(str(KEY_MS + GAP_MS), after)
        case Rush(keys):
            return _play(number) + _wait(str(len(keys) * RUSH_MS), after)
        case Pause(seconds):
            return _wait(_ms(seconds), after)
        case Speak(seconds) | Tone(_, seconds) | Hush(seconds):
            return _play(number) + _wait(_ms(seconds), after)
        case Hear():
            return _log(f"waits [clock_tick] {number}") + _wait(patience, "hangup")
        case HangUp():
            return '  <nop next="hangup"/>'


def _play(number: int) -> str:
    file = _capture_name(number)
    return f'  <nop><action><exec play_pcap_audio="{file}"/></action></nop>\n'


def _log(message: str) -> str:
    return f'  <nop><action><log message="{message}"/></action></nop>\n'


def _wait(limit: str, then: str) -> str:
    """Wait `limit` milliseconds and go on at `then`, or leave when the other side hangs up.

    INFO and MESSAGE come from `agi_server.lab.sipp`, never from Asterisk: the one says that what
    was waited for has happened, the other that it is time to hang up. SIPp minds the time limit of
    the first reception only.
    """
    timing = f'timeout="{limit}" ontimeout="{then}"'
    return (
        f'  <recv request="BYE" optional="true" {timing} next="left"/>\n'
        '  <recv request="MESSAGE" optional="true" next="hangup"/>\n'
        '  <recv request="INFO"/>'
    )
