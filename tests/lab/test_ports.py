"""Ports for calls."""

import socket

import pytest

from agi_server.lab.ports import CALLS_A_PROCESS, LOCALHOST, free_media_port
from agi_server.lab.problems import LabError


def test_calls_of_one_program_get_different_ports() -> None:
    """SIPp binds its ports some time after it was told which."""
    assert len({free_media_port() for _ in range(CALLS_A_PROCESS)}) == CALLS_A_PROCESS


@pytest.mark.parametrize("beside", [0, 2])
def test_a_port_is_passed_over_while_its_audio_or_video_is_in_use(beside: int) -> None:
    """The ports of a call that still goes on come round again after the others."""
    taken = free_media_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as call:
        call.bind((LOCALHOST, taken + beside))
        assert taken not in {free_media_port() for _ in range(CALLS_A_PROCESS)}


def test_when_all_are_in_use_it_is_said() -> None:
    """Rather than a SIPp that fails with a sentence of its own."""
    held: list[socket.socket] = []
    try:
        for _ in range(CALLS_A_PROCESS):
            held.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            held[-1].bind((LOCALHOST, free_media_port()))
        with pytest.raises(LabError, match="all going on"):
            free_media_port()
    finally:
        for each in held:
            each.close()
