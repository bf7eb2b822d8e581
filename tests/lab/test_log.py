"""Asterisk's log, as the lab reads and tells it."""

from pathlib import Path

import pytest

from agi_server.lab.log import Log, Played
from agi_server.lab.narration import tell
from agi_server.lab.problems import LabError

STAMP = "[2026-11-22 02:57:32.695] VERBOSE[1]"
CALLER = "<PJSIP/lab-caller-00000005>"
BEGIN = (
    f"{STAMP}[C-00000006] pbx.c: Executing [1@rahyab-lab:1] "
    'NoOp("P", "Lab call {}") in new stack\n'
)
STREAM = (
    f"{STAMP}[{{}}] res_agi.c: {CALLER} Playing 'rahyab/fa/welcome.slin' "
    "(escape_digits=123) (sample_offset 0) (language 'fa')\n"
)
GETDATA = f"{STAMP}[C-00000006] file.c: {CALLER} Playing 'beep.gsm' (language 'en')\n"


def test_what_was_played_is_told_in_order(tmp_path: Path):
    """Both of Asterisk's ways to say so."""
    file = tmp_path / "full"
    file.write_text(STREAM.format("C-00000006") + "noise\n" + GETDATA)

    assert Log(file).played() == [
        Played("PJSIP/lab-caller-00000005", "rahyab/fa/welcome", "fa"),
        Played("PJSIP/lab-caller-00000005", "beep", "en"),
    ]


def test_the_log_of_a_call_holds_its_own_lines_only(tmp_path: Path):
    """Found by the SIP call, from its first line on, also while the file still grows."""
    file = tmp_path / "full"
    log = Log(file).call("abc")
    assert log.lines == []

    file.write_text(STREAM.format("C-00000005") + BEGIN.format("abc") + GETDATA[:40])
    assert len(log.lines) == 1

    with file.open("a") as more:
        more.write(GETDATA[40:] + STREAM.format("C-00000007") + STREAM.format("C-00000006"))
    assert [one.sound for one in log.played] == ["beep", "rahyab/fa/welcome"]


def test_a_mark_leaves_out_what_was_before(tmp_path: Path):
    """`size` is the place to read from later."""
    file = tmp_path / "full"
    file.write_text(GETDATA)
    log = Log(file)
    mark = log.size()
    with file.open("a") as more:
        more.write(STREAM.format("C-00000006"))

    assert [one.sound for one in log.played(mark)] == ["rahyab/fa/welcome"]


def test_waiting_finds_a_line_or_shows_the_last_ones(tmp_path: Path):
    """A line that never comes is an error that shows what came instead."""
    file = tmp_path / "full"
    file.write_text(GETDATA)

    assert Log(file).wait_for(r"Playing '(\w+)", timeout=1.0)[1] == "beep"
    with pytest.raises(LabError, match=r"beep\.gsm"):
        Log(file).wait_for("never", timeout=0.05)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "channel.c: DTMF end '#' received on PJSIP/lab-caller-00000009, duration 160 ms",
            "presses #",
        ),
        (
            'pbx.c: Executing [queue@rahyab-call:6] Queue("PJSIP/x-1", "support-fa,c,,,300,,,r")',
            "waits in queue support-fa",
        ),
        ("app_queue.c: PJSIP/101-00000006 is ringing", "PJSIP/101 rings"),
        (
            "app_queue.c: PJSIP/101-00000006 answered PJSIP/lab-caller-00000005",
            "PJSIP/101 answers",
        ),
        (
            "bridge_channel.c: Channel PJSIP/101-00000006 left 'native_rtp' basic-bridge <x>",
            "PJSIP/101 leaves",
        ),
        (
            "bridge_channel.c: Channel PJSIP/lab-caller-00000006 left 'native_rtp' basic-bridge",
            None,
        ),
        (
            "res_agi.c: <PJSIP/lab-caller-1> Playing 'rahyab/en/welcome.slin' (language 'en')",
            "hears rahyab/en/welcome: Hello",
        ),
        ("file.c: <PJSIP/lab-caller-1> Playing 'beep.slin' (language 'en')", "hears beep"),
        ("pbx.c: nothing of interest", None),
    ],
)
def test_a_line_is_told_as_the_caller_lives_through_it(text: str, told: str | None):
    """With the words of a prompt, where they are known."""
    line = f"{STAMP}[C-00000006] {text}"
    happened = tell(line, {"rahyab/en/welcome": "Hello"}.get)

    assert (happened and happened.what) == told
