"""A machine on which `rahyab dialplan install` works, with a program that stands for Asterisk."""

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from agi_server.cli.dialplan import dialplan_group
from tests.sample import TEXT

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("console_asterisk.py")
NAMES = ("extensions.conf", "queues.conf", "queuerules.conf")
HOUR = 3600


@dataclass
class Site:
    """A machine with rules, a home folder and an Asterisk."""

    folder: Path
    version: str = "Asterisk 22.10.1 built by somebody"

    def __post_init__(self) -> None:
        (self.folder / "etc").mkdir()
        for name in NAMES:
            general = "[general]\nshared_lastcall=yes\n" if name == "queues.conf" else ""
            text = f'{general}#include "{self.ours / name}"\n'
            (self.folder / "etc" / name).write_text(text)
        self.write_rules(TEXT)
        self.start(self.version)

    @property
    def ours(self) -> Path:
        """Where our files go."""
        return self.folder / "home" / "asterisk"

    def write_rules(self, text: str) -> None:
        """Have these rules."""
        (self.folder / "rules.yaml").write_text(text, encoding="utf-8")

    def start(self, version: str) -> None:
        """Have this Asterisk run."""
        (self.folder / "version").write_text(version)

    def stop(self) -> None:
        """Have no Asterisk run."""
        (self.folder / "version").unlink()

    def let_wait(self, callers: Mapping[str, int]) -> None:
        """Have callers wait in queues."""
        (self.folder / "waiting.json").write_text(json.dumps(callers))

    def let_time_pass(self) -> None:
        """Make what Asterisk has read an hour old."""
        read = self.folder / "loaded" / "queues.conf"
        long_ago = read.stat().st_mtime - HOUR
        os.utime(read, (long_ago, long_ago))

    def let_an_hour_pass(self) -> None:
        """Have been left out of the rules long ago what is kept in our files."""
        for name in NAMES:
            path = self.ours / name
            stamped = r"(?<=^; Not in the rules since )\S+(?=,)"
            text = re.sub(stamped, "2026-01-31T12:00:00Z", path.read_text(), flags=re.MULTILINE)
            path.write_text(text)

    def run(self, *arguments: str) -> Result:
        """Run `rahyab dialplan ...`."""
        environment = {
            "PYTHONPATH": str(ROOT),
            "RAHYAB_RULES": str(self.folder / "rules.yaml"),
            "RAHYAB_HOME": str(self.folder / "home"),
            "RAHYAB_ASTERISK_COMMAND": f"{sys.executable} -S {PROGRAM} {self.folder}",
        }
        return CliRunner(env=environment).invoke(dialplan_group, arguments)

    def asked(self) -> list[str]:
        """What Asterisk was asked since this was asked the last time."""
        file = self.folder / "asked"
        commands = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return commands
