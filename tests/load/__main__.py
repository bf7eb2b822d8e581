"""Hundreds of callers wait at once in many queues of a real Asterisk, while agents answer.

    python -m tests.load --callers 500 --queues 50 --rate 20 --minutes 3

First the queues are filled while every agent is kept busy; then all is at rest for some seconds, in
which AGI connections are counted: there must be none. Then the agents work, and calls come in until
the time is over. At the end the callers, Asterisk's queue_log and our journal must tell the same of
every call. Needs root, as the lab does.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from tests.load.judging import Report, judged, kept_by
from tests.load.office import LANGUAGES, Office
from tests.load.running import Load, Runner, Tell
from tests.load.site import opened

MOST_SHOWN = 20


@click.command(help=__doc__)
@click.option("--callers", default=500, show_default=True, help="Who wait at once.")
@click.option("--queues", default=50, show_default=True, help="Of Asterisk; an even number.")
@click.option("--rate", default=20.0, show_default=True, help="New calls in a second.")
@click.option("--minutes", default=3.0, show_default=True, help="For which calls come in.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures for a program.")
def main(callers: int, queues: int, rate: float, minutes: float, as_json: bool) -> None:
    """Put the load on, and print what came of it."""
    if queues < len(LANGUAGES) or queues % len(LANGUAGES):
        raise click.BadParameter("there is one queue for each of two languages: an even number")
    folder = Path(tempfile.mkdtemp(prefix="rahyab-load-"))
    report = under_load(Load(callers, rate, minutes * 60), queues, folder, _tell_on_standard_error)
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        show(report)
    if report.problems:
        click.echo(f"all that was written lies in {folder}", err=True)
    else:
        shutil.rmtree(folder)
    sys.exit(bool(report.problems))


def under_load(load: Load, queues: int, folder: Path, tell: Tell) -> Report:
    """Put a load on a site of its own, and judge what came of it.

    Args:
        load: How much.
        queues: How many Asterisk queues there are.
        folder: Where everything is written; its path must be short.
        tell: Told every few seconds how things stand.
    """
    with opened(Office(queues, load.agents), folder) as site:
        run = Runner(site, load, tell).run()
        run.problems += [] if site.service.empty_spool() else ["the spool was not emptied"]
        service = site.service
    return judged(load, queues, run, kept_by(service, 2 * run.calls))


def _tell_on_standard_error(words: str) -> None:
    click.echo(words, err=True)


def show(report: Report) -> None:
    """Print the figures, and then each thing that is wrong."""
    table = Table("", "")
    for name, value in _rows(report):
        table.add_row(name, value)
    Console().print(table)
    for problem in report.problems[:MOST_SHOWN]:
        click.echo(f"wrong: {problem}")
    if len(report.problems) > MOST_SHOWN:
        click.echo(f"... and {len(report.problems) - MOST_SHOWN} more")


def _rows(report: Report) -> list[tuple[str, str]]:
    calls = max(1, report.calls)
    return [
        ("calls", f"{report.calls:,}"),
        ("agents, queues", f"{report.agents}, {report.queues}"),
        *((each, f"{count:,}") for each, count in sorted(report.dispositions.items())),
        ("waiting at once, at the height", f"{report.most_waiting:,}"),
        ("waiting at rest", f"{report.waiting_at_rest:,}"),
        ("AGI connections open then", str(report.connections_at_rest)),
        ("waited for the answer: median", f"{report.waited_part(0.5)} s"),
        ("95 %", f"{report.waited_part(0.95)} s"),
        ("longest", f"{report.waited_part(1)} s"),
        ("seconds in all", f"{report.seconds:.0f}"),
        ("CPU of Asterisk", _cpu(report.asterisk_cpu, calls)),
        ("CPU of the server", _cpu(report.server_cpu, calls)),
        ("problems", str(len(report.problems))),
    ]


def _cpu(seconds: float, calls: int) -> str:
    return f"{seconds:.1f} s, {1000 * seconds / calls:.1f} ms a call"


if __name__ == "__main__":
    main()
