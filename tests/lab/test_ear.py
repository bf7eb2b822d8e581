"""What a caller of the lab hears and presses while a call goes on, over real sockets."""

import socket
from struct import pack, unpack

from agi_server.lab.ear import Ear
from agi_server.lab.finger import Finger
from agi_server.lab.ports import LOCALHOST
from agi_server.lab.waiting import wait_until


def test_the_sound_of_each_packet_is_kept_in_order():
    """Without its head; a packet without sound is none."""
    ear = Ear()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for number, sound in enumerate((b"one", b"", b"two")):
            head = pack("!BBHII", 0x80, 0x80 | 8, number, number, 1)
            out.sendto(head + sound, (LOCALHOST, ear.port))
    assert wait_until(lambda: len(ear.heard) == 2, 5.0)
    ear.close()

    assert [(one.kind, one.sound) for one in ear.heard] == [(8, b"one"), (8, b"two")]
    assert ear.heard[0].at <= ear.heard[1].at


def test_a_finger_presses_each_key_once():
    """Every key has a timestamp of its own, later than any of a script, and comes to its end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taking:
        taking.bind((LOCALHOST, 0))
        taking.settimeout(5.0)
        finger = Finger(taking.getsockname()[1])
        finger.press("11")
        finger.press("0")
        packets = [taking.recv(64) for _ in range(3 * 5)]

    ends = {unpack("!I", packet[4:8])[0]: packet[12] for packet in packets if packet[13] & 0x80}
    assert list(ends.values()) == [1, 1, 0]
    assert sorted(ends) == list(ends)
    assert min(ends) > 8000 * 600
