"""`rahyab status`: how the running server stands."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from agi_server.cli.errors import FINDINGS
from agi_server.cli.operating import ask_server, unexpected
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.problems import plural
from agi_server.control import Standing, Status
from agi_server.service_state import (
    FailedReload,
    FileState,
    Health,
    ManagerState,
    Origin,
    WorkerState,
)
from routing.problems import one_line

_MEBIBYTE: Final = 1024 * 1024

_ORIGINS: Final = {
    Origin.START: "at the start",
    Origin.RELOAD: "by a reload",
    Origin.WATCH: "by a change of the file",
    Origin.ROLLBACK: "by a rollback",
}

_MANAGER: Final = {
    ManagerState.UP: "up: queues are watched",
    ManagerState.DOWN: "down: priorities do not rise, and the log tells why",
}


@click.command("status")
@click.option("--json", "for_programs", is_flag=True, help="For programs: one JSON object.")
def status_command(for_programs: bool) -> None:
    """Show how the running server stands: its rules, their file, its workers.

    Exit code 0: it serves. 1: something needs a look: it starts or ends, workers are missing, the
    last reload was refused, or a restart would be, because of the rules file; the link to the
    manager interface of Asterisk is down. 2: no server runs.
    """
    answer = ask_server(Status())
    if not isinstance(answer, Standing):
        raise unexpected(answer)
    well = _is_well(answer)
    if for_programs:
        told = {key: value for key, value in asdict(answer).items() if key != "kind"}
        click.echo(as_json({"well": well, **told}))
    else:
        _print(answer)
    if not well:
        raise click.exceptions.Exit(FINDINGS)


def _is_well(standing: Standing) -> bool:
    """Whether calls are served, and will be after a restart, as somebody wanted."""
    file = standing.file
    usable = not file.trouble and not file.errors
    linked = standing.manager is not ManagerState.DOWN
    return standing.health is Health.OK and standing.failure is None and usable and linked


def _print(standing: Standing) -> None:
    console = table_console()
    facts = Table.grid(padding=(0, 2))
    for name, value in _headline(standing):
        facts.add_row(Text(name, style="dim"), cell(value))
    console.print(facts)
    console.print(_workers_table(standing.workers))


def _headline(standing: Standing) -> Iterator[tuple[str, str]]:
    rules = standing.rules
    health = "" if standing.health == standing.phase.value else f", {standing.health.value}"
    yield "service", f"{standing.phase.value}{health}, started {_moment(standing.started_at)}"
    yield "rules", f"revision {rules.revision}, {_ORIGINS[rules.origin]} {_moment(rules.since)}"
    yield "file", f"{standing.file.file}: {_file(standing.file)}"
    yield "watched", "yes" if standing.watching else "no"
    yield "earlier", f"{rules.earlier} {plural('revision', rules.earlier)} to roll back to"
    if standing.failure is not None:
        yield "refused", _failure(standing.failure)
    yield "workers", f"{len(standing.workers)} of {standing.wanted}"
    yield "spool", _spool(standing)
    if standing.manager is not ManagerState.OFF:
        yield "manager", _MANAGER[standing.manager]


def _spool(standing: Standing) -> str:
    waiting = standing.spool_waiting
    told = f"{waiting} {plural('write', waiting)} of calls for the store" if waiting else "empty"
    refused = standing.spool_refused
    return f"{told}, {refused} refused (see the log)" if refused else told


def _file(file: FileState) -> str:
    if file.trouble:
        return f"{file.trouble}; a restart would be refused"
    if file.errors:
        count = f"{file.errors} {plural('error', file.errors)}"
        return f"revision {file.revision} has {count} (rahyab check); a restart would be refused"
    if file.differs:
        return f"holds revision {file.revision}, which a reload or a restart loads"
    return "holds the same"


def _failure(failure: FailedReload) -> str:
    told = f"the reload of {_moment(failure.at)}: {failure.reason}"
    if (problem := failure.problem) is None:
        return told
    where = f"{problem.file}:{problem.line}:{problem.column}"
    return f"{told}; the first: {where}: {one_line(problem.message)} [{problem.code}]"


def _workers_table(workers: tuple[WorkerState, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("worker", "pid", "phase", "sessions", "revision", "cpu", "memory"):
        table.add_column(column, no_wrap=True)
    for worker in workers:
        table.add_row(
            str(worker.number),
            str(worker.pid),
            worker.phase.value if worker.reports or worker.report_age is None else "silent",
            str(worker.open_sessions),
            cell(worker.revision or "-"),
            f"{worker.cpu_seconds:.1f} s",
            f"{worker.memory_bytes / _MEBIBYTE:.0f} MiB",
        )
    return table


def _moment(moment: datetime) -> str:
    """In the machine's own zone, as `date` and the system's log have it."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
