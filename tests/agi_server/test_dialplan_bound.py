"""Rules that make more Asterisk queues than anybody has tried are refused."""

from pathlib import Path

from click.testing import CliRunner

from agi_server.cli import main
from dialplan.requirements import MOST_QUEUES
from tests.sample import TEXT


def _queue(number: int) -> str:
    """A queue that no other can share: its callers wait for so many seconds."""
    return (
        f"  line{number}:\n    need: [{{skill: support}}]\n"
        f"    give_up: {{after: {number + 100}s, then: {{hangup: true}}}}\n"
    )


def _rules(queues: int) -> str:
    """The sample rules with so many queues more, each of which a number leads to."""
    numbers = "".join(
        f'  "+9821930{number:05}": {{start: {{queue: line{number}}}}}\n' for number in range(queues)
    )
    added = "".join(map(_queue, range(queues)))
    return TEXT.replace("numbers:\n", f"numbers:\n{numbers}", 1).replace(
        "queues:\n", f"queues:\n{added}", 1
    )


def test_nothing_is_written_beyond_the_bound(tmp_path: Path) -> None:
    """The message names the queue that makes most of them."""
    rules, target = tmp_path / "rules.yaml", tmp_path / "out"
    rules.write_text(_rules(MOST_QUEUES), encoding="utf-8")
    environment = {"RAHYAB_RULES": str(rules), "RAHYAB_HOME": str(tmp_path / "home")}
    done = CliRunner(env=environment).invoke(main, ["dialplan", "build", "--to", str(target)])
    assert done.exit_code == 2
    assert f"nothing is written beyond {MOST_QUEUES} queues" in done.output
    assert 'queue "' in done.output
    assert not (target / "queues.conf").exists()
