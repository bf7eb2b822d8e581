"""The configuration of one private Asterisk, from the templates beside this file."""

import re
import wave
from dataclasses import dataclass
from importlib import resources
from math import pi, sin
from pathlib import Path
from struct import pack
from typing import Final

from agi_server.lab.problems import LabError
from ami.access import Access

COPIED: Final = ("modules.conf", "logger.conf", "manager.conf", "rtp.conf", "indications.conf")
EMPTY: Final = tuple(
    f"{name}.conf" for name in ("acl", "ccss", "cdr", "cel", "features", "pjproject", "udptl")
)
"""Files without which a module complains; their defaults are right."""

INSTALLED: Final = Path("/usr/share/asterisk")
"""Where Debian and Ubuntu put sounds and documentation."""

LONGEST_SOCKET: Final = 107
"""The longest path of a Unix socket (unix(7)): Asterisk's own lies in `run`."""

SAMPLE_RATE: Final = 8000
TUNE_HERTZ: Final = (262, 330, 392, 330)
LOUDNESS: Final = 4000
"""Of 32,767: music on hold should not cover a voice."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one instance is made of.

    Attributes:
        folder: Everything of the instance lies here; made when it is not there.
        server: Host (an address, not a name) and port of the AGI server.
        queues: The text of queues.conf, but for its section [general].
        queue_rules: The text of queuerules.conf.
        leaving: The contexts of the keys by which callers leave queues, put after ours.
        devices: The agents' devices, such as `PJSIP/101`.
        sounds: A folder with `rahyab/<language>/*.wav` in it, or None.
        shared: Further folders that Asterisk and we see under the same path, such as the one for
            recorded messages; made when they are not there.
        dialplan: More dialplan, put before ours: contexts of a test.
        music: Music classes besides those that the queues name.
        manager: Whether the manager interface is there, as the sample of the dialplan has it.
        secret: What the AGI server wants to be shown (`agi_server.challenge`); empty: nothing.
    """

    folder: Path
    server: tuple[str, int]
    queues: str
    queue_rules: str = ""
    leaving: str = ""
    devices: tuple[str, ...] = ()
    sounds: Path | None = None
    shared: tuple[Path, ...] = ()
    dialplan: str = ""
    music: tuple[str, ...] = ()
    secret: str = ""
    manager: bool = False


def write_configuration(plan: Plan, sip_port: int, manager: Access | None = None) -> Path:
    """Write all that Asterisk reads, and make the folders it writes to.

    Args:
        plan: What it is made of.
        sip_port: The UDP port that takes calls.
        manager: Where the manager interface is to be, and who may use it; None: nowhere.

    Returns:
        The path of asterisk.conf.

    Raises:
        LabError: The folder's path is too long, or a device is not a `PJSIP/...` one.
    """
    folder = plan.folder
    _demand_short(folder / "run" / "asterisk.ctl")
    for name in ("etc", "lib/keys", "spool", "run", "log", "data/sounds", "data/music"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    files = _files(plan, sip_port)
    if manager is not None:
        files["manager.conf"] = _manager(manager)
    for name, text in files.items():
        (folder / "etc" / name).write_text(text)
    _link_data(folder / "data", plan.sounds)
    _write_tune(folder / "data" / "music" / "tune.wav")
    return folder / "etc" / "asterisk.conf"


def _files(plan: Plan, sip_port: int) -> dict[str, str]:
    return {
        **dict.fromkeys(EMPTY, ""),
        **{name: _template(name) for name in COPIED},
        "asterisk.conf": _template("asterisk.conf", FOLDER=str(plan.folder)),
        "pjsip.conf": _pjsip(plan, sip_port),
        "queues.conf": _template("queues.conf") + plan.queues,
        "queuerules.conf": plan.queue_rules,
        "musiconhold.conf": _music(plan),
        "extensions.conf": _template(
            "extensions.conf",
            SERVER="{}:{}".format(*plan.server),
            DIALPLAN=plan.dialplan,
            SECRET=plan.secret,
        ),
        "rahyab.conf": resources.files("dialplan").joinpath("extensions.conf").read_text()
        + plan.leaving,
    }


def _template(name: str, **values: str) -> str:
    """A template with each `@NAME@` replaced: `$` and braces have a meaning to Asterisk."""
    text = resources.files("agi_server.lab").joinpath(name).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _pjsip(plan: Plan, sip_port: int) -> str:
    """The caller's endpoint, and one for each agent's phone."""
    names = [phone_name(device) for device in plan.devices]
    head = _template("pjsip.conf", SIP_PORT=str(sip_port), PHONES=",".join(names))
    phones = (f"\n[{name}](lab-phone)\naors = {name}\n\n[{name}](lab-aor)\n" for name in names)
    return head + "".join(phones)


def _manager(access: Access) -> str:
    """The sample that administrators copy, with another port, user and secret."""
    text = resources.files("dialplan").joinpath("manager.conf").read_text()
    for line, ours in (
        ("port = 5038", f"port = {access.port}"),
        ("[rahyab]", f"[{access.user}]"),
        ("secret = replace-this-word", f"secret = {access.secret}"),
    ):
        text = text.replace(f"\n{line}\n", f"\n{ours}\n")
    return text


def phone_name(device: str) -> str:
    """The name of the endpoint of a device: `101` of `PJSIP/101`.

    Raises:
        LabError: It is not a device that the lab can be.
    """
    technology, _, name = device.partition("/")
    if technology != "PJSIP" or not re.fullmatch(r"[\w.-]+", name, re.ASCII):
        raise LabError(
            f"the lab cannot be the phone {device!r}: it plays devices like PJSIP/101 only"
        )
    return name


def _music(plan: Plan) -> str:
    named = re.findall(r"^\s*musicclass\s*=>?\s*([\w.-]+)", plan.queues, re.MULTILINE)
    folder = plan.folder / "data" / "music"
    return "".join(
        f"[{name}]\nmode = files\ndirectory = {folder}\n\n"
        for name in sorted({"default", *named, *plan.music})
    )


def _link_data(data: Path, sounds: Path | None) -> None:
    """Let Asterisk find its own sounds and documentation, and our prompts beside them."""
    links = {data / "documentation": INSTALLED / "documentation"}
    links |= {data / "sounds" / lang: INSTALLED / "sounds" / lang for lang in ("en", "en_US")}
    if sounds:
        links[data / "sounds" / "rahyab"] = sounds / "rahyab"
    for link, target in links.items():
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _write_tune(path: Path) -> None:
    """Write the music on hold: four soft notes and a rest."""
    seconds = 0.5
    count = int(SAMPLE_RATE * seconds)
    notes = [
        LOUDNESS * sin(2 * pi * hertz * at / SAMPLE_RATE) * (1 - at / count)
        for hertz in (*TUNE_HERTZ, 0)
        for at in range(count)
    ]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(b"".join(pack("<h", int(sample)) for sample in notes))


def _demand_short(socket: Path) -> None:
    if len(str(socket).encode()) > LONGEST_SOCKET:
        raise LabError(
            f"{socket} is too long for a socket ({LONGEST_SOCKET} bytes): "
            "choose a folder with a shorter path"
        )
