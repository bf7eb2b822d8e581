"""The pages name every setting and every metric that there is, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path

from agi_server.measurements import Measurements
from agi_server.metrics import families
from agi_server.service_state import Health, Phase, ServiceState, health_of
from agi_server.settings import load_settings

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| (?:`([^`]+)`)?", re.MULTILINE)
SUFFIXES = {"counter": "_total", "info": "_info"}
"""What a family's name gets in the exposition, by its type."""

NOTHING = ServiceState(Phase.SERVING, 1, (), 0, 0, "", 0.0, 0, Measurements())


class Asked(dict[str, str]):
    """An environment that knows what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Nothing is set."""
        self.names.add(key)
        return default


def rows(section: str) -> Iterator[tuple[str, str]]:
    """The first two columns of the tables of a section, where they are code."""
    text = OPERATIONS.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return ((row[1], row[2] or "") for row in ROW.finditer(text))


def test_settings_are_those_of_the_program() -> None:
    """Both ways."""
    asked = Asked()
    load_settings(asked)

    assert {name for name, _ in rows("Settings")} == asked.names


def test_defaults_are_those_of_the_program() -> None:
    """Writing the documented default changes nothing."""
    home = load_settings({}).home
    written = {
        name: default.replace("<home>", str(home)) for name, default in rows("Settings") if default
    }

    assert load_settings(written) == load_settings({})


def test_metrics_are_those_of_the_program() -> None:
    """Both ways."""
    documented = {name for name, _ in rows("Metrics") if re.fullmatch("rahyab_[a-z_]+", name)}

    assert documented == {
        family.name + SUFFIXES.get(family.type, "") for family in families(NOTHING)
    }


def test_alerts_name_metrics_that_exist() -> None:
    """Histograms by the name of their buckets."""
    documented = {name for name, _ in rows("Metrics")}
    used = set(re.findall(r"rahyab_[a-z_]+", OPERATIONS))

    assert {name.removesuffix("_bucket") for name in used} <= documented


def test_health_is_that_of_the_program() -> None:
    """Every word, with its HTTP status."""
    table = re.findall(r"^\| `([a-z ]+)` \| (\d+) \|", OPERATIONS, re.MULTILINE)

    assert dict(table) == {health.value: "200" if health.serves else "503" for health in Health}
    assert health_of(NOTHING) is Health.NO_WORKER
