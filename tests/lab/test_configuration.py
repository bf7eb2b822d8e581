"""What is written for Asterisk before it starts."""

import re
import wave
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from agi_server.lab.configuration import Plan, write_configuration
from agi_server.lab.problems import LabError
from ami.access import Access

QUEUES = "[support-fa]\nmusicclass=calm\n\n[sales-en]\nmusicclass = default\n"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """An instance with two phones."""
    return Plan(
        tmp_path / "one",
        ("127.0.0.1", 4573),
        queues=QUEUES,
        queue_rules="[r]\npenaltychange => 20,3\n",
        devices=("PJSIP/101", "PJSIP/sara.ahmadi"),
        sounds=tmp_path / "sounds",
        dialplan="[more]\nexten => 1,1,Hangup()\n",
        music=("jazz", "calm"),
    )


def _written(plan: Plan) -> dict[str, str]:
    write_configuration(plan, 5099)
    return {file.name: file.read_text() for file in (plan.folder / "etc").iterdir()}


def test_nothing_is_left_to_fill_in(plan: Plan):
    """Each placeholder of each template has got its value."""
    for name, text in _written(plan).items():
        assert not re.search(r"@[A-Z_]+@", text), name


def test_everything_listens_on_this_machine_only(plan: Plan):
    """The lab is never open to a network."""
    files = _written(plan)

    assert re.findall(r"^bind = (.*)$", files["pjsip.conf"], re.MULTILINE) == ["127.0.0.1:5099"]
    assert "enabled = no" in files["manager.conf"]
    assert "http.conf" not in files


def test_the_manager_interface_is_that_of_the_sample(plan: Plan):
    """With its rights, and nothing of it but port, user and secret otherwise."""
    write_configuration(plan, 5099, Access("127.0.0.1", 5555, "somebody", "word"))
    ours = (plan.folder / "etc" / "manager.conf").read_text().splitlines()
    sample = resources.files("dialplan").joinpath("manager.conf").read_text().splitlines()

    assert [line for line in ours if line not in sample] == [
        *("port = 5555", "[somebody]", "secret = word")
    ]
    assert "bindaddr = 127.0.0.1" in ours
    assert len(ours) == len(sample)


def test_every_device_is_a_phone_that_may_register(plan: Plan):
    """An endpoint and a place for its contact, and callers' endpoint takes the registering."""
    text = _written(plan)["pjsip.conf"]

    assert "aors = 101,sara.ahmadi\n" in text
    for name in ("101", "sara.ahmadi"):
        assert f"[{name}](lab-phone)\naors = {name}\n" in text
        assert f"[{name}](lab-aor)\n" in text


@pytest.mark.parametrize("device", ["SIP/101", "101", "PJSIP/", "PJSIP/1]\n[evil", "PJSIP/ش"])
def test_a_device_that_is_no_phone_of_ours_is_refused(plan: Plan, device: str):
    """Nothing is written that would mean something else to Asterisk."""
    broken = Plan(plan.folder, plan.server, queues="", devices=(device,))

    with pytest.raises(LabError, match="PJSIP/101"):
        write_configuration(broken, 5099)


def test_each_class_of_music_is_there(plan: Plan):
    """Those that queues and routes name, and the default one; the tune is a sound file."""
    files = _written(plan)

    assert re.findall(r"^\[(.*)\]$", files["musiconhold.conf"], re.MULTILINE) == [
        "calm",
        "default",
        "jazz",
    ]
    with wave.open(str(plan.folder / "data" / "music" / "tune.wav")) as tune:
        assert (tune.getframerate(), tune.getnchannels(), tune.getsampwidth()) == (8000, 1, 2)
        assert tune.getnframes() > 8000


def test_the_dialplan_is_the_one_that_we_ship(plan: Plan):
    """The lab runs the very file that a site includes."""
    files = _written(plan)
    shipped = Path(__file__).parents[2] / "dialplan" / "extensions.conf"

    assert files["rahyab.conf"] == shipped.read_text()
    assert "RAHYAB_SERVER = 127.0.0.1:4573" in files["extensions.conf"]
    assert "[more]" in files["extensions.conf"]


def test_keys_of_queues_stand_after_the_dialplan_that_we_ship(plan: Plan):
    """As a site includes it."""
    leaving = "\n[rahyab-leaving-support-fa]\nexten => 1,1,Goto(rahyab-leaving,1,1)\n"
    without = _written(plan)["rahyab.conf"]

    assert _written(replace(plan, leaving=leaving))["rahyab.conf"] == without + leaving


def test_it_can_be_written_again(plan: Plan):
    """A second start in the same folder finds the links of the first."""
    assert _written(plan) == _written(plan)
    assert (plan.folder / "data" / "sounds" / "rahyab").readlink() == plan.sounds / "rahyab"  # type: ignore[operator]


def test_a_path_that_is_too_long_is_refused(tmp_path: Path):
    """Asterisk would cut the name of its socket without a word."""
    plan = Plan(tmp_path / ("x" * 100), ("127.0.0.1", 4573), queues="")

    with pytest.raises(LabError, match="shorter path"):
        write_configuration(plan, 5099)
