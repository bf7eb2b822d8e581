"""Telling Asterisk where an agent's phone is, as a phone does itself: SIP REGISTER."""

import socket
import uuid
from typing import Final

from agi_server.lab.ports import LOCALHOST
from agi_server.lab.problems import LabError

TRIES: Final = 5
ANSWER_SECONDS: Final = 2.0
LARGEST_DATAGRAM: Final = 65535

FOREVER: Final = 2_000_000
"""Seconds; longer than a lab stands, and within the limit in pjsip.conf."""


def register(name: str, phone_port: int, sip_port: int, seconds: int = FOREVER) -> None:
    """Let calls for a device go to a phone on this machine.

    Args:
        name: The device without its technology: `101` of `PJSIP/101`.
        phone_port: The phone's UDP port on 127.0.0.1.
        sip_port: Asterisk's.
        seconds: For how long; 0 takes the phone away.

    Raises:
        LabError: Asterisk did not agree.
    """
    call = uuid.uuid4().hex
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((LOCALHOST, 0))
        line.settimeout(ANSWER_SECONDS)
        own_port = line.getsockname()[1]
        request = _request(name, phone_port, own_port, call, seconds)
        answer = _ask(line, request, sip_port)
    if answer.split()[1:2] != ["200"]:
        said = answer.partition("\r\n")[0] or "no answer"
        raise LabError(f"Asterisk did not take the phone of {name}: {said}")


def _request(name: str, phone_port: int, own_port: int, call: str, seconds: int) -> bytes:
    lines = (
        f"REGISTER sip:{LOCALHOST} SIP/2.0",
        f"Via: SIP/2.0/UDP {LOCALHOST}:{own_port};branch=z9hG4bK{call}",
        f"From: <sip:{name}@{LOCALHOST}>;tag={call}",
        f"To: <sip:{name}@{LOCALHOST}>",
        f"Contact: <sip:{name}@{LOCALHOST}:{phone_port}>",
        f"Call-ID: {call}",
        "CSeq: 1 REGISTER",
        "Max-Forwards: 70",
        f"Expires: {seconds}",
        "Content-Length: 0",
    )
    return "\r\n".join([*lines, "", ""]).encode()


def _ask(line: socket.socket, request: bytes, sip_port: int) -> str:
    """Send a request until there is an answer; nothing after the last try."""
    for _ in range(TRIES):
        line.sendto(request, (LOCALHOST, sip_port))
        try:
            return line.recv(LARGEST_DATAGRAM).decode(errors="replace")
        except TimeoutError:
            continue
    return ""
