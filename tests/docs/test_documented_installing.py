"""docs/operations.md shows what `dialplan diff` and `install` print, of the rules that we ship."""

import re
import shlex
from pathlib import Path

from tests.agi_server.dialplan_site import Site

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Installing the Asterisk side\n")[2].partition("\n## ")[0]
VARYING = re.compile(r"\b[0-9a-f]{12}\b|\d{4}-\d{2}-\d{2}T\d{6}\.\d{6}Z")
LEARNT = ("reception: 3", "reception: 6")
"""What has changed in the rules of the example: how well Sara knows the reception."""


def test_section_shows_what_is_printed(tmp_path: Path) -> None:
    """Command by command, but for revisions, times and the folder."""
    rules = (ROOT / "routing_rules.yaml").read_text(encoding="utf-8")
    assert rules.count(LEARNT[0]) == 1
    site = Site(tmp_path)
    site.write_rules(rules)
    assert site.run("install").exit_code == 0
    site.write_rules(rules.replace(*LEARNT))
    (block,) = re.findall(r"```console\n(.*?)```", SECTION, re.DOTALL)
    shown = re.findall(r"^\$ (.*)\n((?:[^$].*\n)+)", block, re.MULTILINE)

    assert [command.split()[2] for command, _ in shown] == ["diff", "install", "install"]
    for command, expected in shown:
        printed = site.run(*shlex.split(command)[2:]).output
        printed = printed.replace(str(site.ours), "/path/to/rahyab/var/asterisk")
        assert VARYING.sub("#", printed) == VARYING.sub("#", expected)
