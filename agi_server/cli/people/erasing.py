"""`rahyab customers erase`, `erasures`: removing a person for good, and the proof of it."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table

from agi_server.cli.access import Action, note, whoever
from agi_server.cli.errors import FINDINGS, CannotRunError
from agi_server.cli.finding import WHO, Finder, country_option, told_customer
from agi_server.cli.listing import (
    json_option,
    limit_option,
    listing_table,
    print_listed,
    told_time,
    zone_of,
)
from agi_server.cli.loading import opened_store, settings_for_command
from agi_server.cli.printing import as_json, cell
from agi_server.settings import Settings
from crm.erasing import Erased, erase
from crm.ports import Store
from crm.records import Customer
from crm.spool_reading import count_waiting, spool_names
from crm.sqlite_checkpoint import empty_log
from crm.stores import SqliteFile

PROOFS: Final = "erasures"
"""The folder of the home in which proofs are kept."""

_PRIVATE: Final = 0o600


@click.command("erase")
@click.argument("wanted", metavar=WHO)
@click.option("--reason", required=True, metavar="TEXT", help="Why; it must not name the person.")
@click.option("--yes", is_flag=True, help="Do not ask back.")
@click.option(
    "--proof",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the proof goes.  [default: erasures/PSEUDONYM.json in RAHYAB_HOME]",
)
@country_option
def erase_command(
    wanted: str, reason: str, proof: Path | None, country: str | None, *, yes: bool
) -> None:
    """Remove a person for good: customer, numbers, marks, words of calls, recorded files.

    Calls, answers and cases stay countable, under a pseudonym. Prints the proof as JSON, writes it
    to a file, and says what backups still hold. Asks back before, unless --yes says not to.

    Ends with 0, with 1 if a recorded file could not be removed, with 2 if nothing was erased.
    """
    settings = settings_for_command()
    with opened_store(settings) as store:
        customer = Finder(settings, country).one(store, wanted)
        _check_spool(settings, store)
        if not yes:
            _ask_back(store, customer)
        now, by = datetime.now(UTC), whoever()
        with store.transaction():
            erased = erase(store, customer.id or 0, at=now, by=by, reason=reason)
            note(store, Action.ERASED, customer.id, erased.erasure.pseudonym)
    click.echo(as_json(erased.proof()))
    _write_proof(proof or settings.home / PROOFS / f"{erased.erasure.pseudonym}.json", erased)
    _tell_what_is_left(settings, erased)
    if erased.files_left:
        raise click.exceptions.Exit(FINDINGS)


def _check_spool(settings: Settings, store: Store) -> None:
    """What waits there may be of this person, and would be written after the erasure."""
    waiting = sum(
        count_waiting(settings.spool, name, store.spool_position(name))
        for name in spool_names(settings.spool)
    )
    if waiting:
        raise CannotRunError(
            f"The spool {settings.spool} still holds {waiting} writes that are not in the database"
            " yet, perhaps of this person: start the server, wait until `rahyab status` shows none,"
            " then erase"
        )


def _ask_back(store: Store, customer: Customer) -> None:
    file = store.customer_file(customer.id or 0)
    held = (
        f"{told_customer(customer)}: {len(customer.numbers)} numbers, {len(file.calls)} calls,"
        f" {len(file.cases)} cases, {len(file.recordings)} messages"
    )
    click.echo(cell(held).plain, err=True)
    click.confirm("Erase this person? It cannot be undone", abort=True, err=True)


def _write_proof(path: Path, erased: Erased) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(_PRIVATE, exist_ok=False)
        path.write_text(as_json(erased.proof()) + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotRunError(
            f"The person is erased, but the proof cannot be written to {path} ({error.strerror}):"
            " keep what is printed above"
        ) from None
    click.echo(f"The proof: {path}", err=True)


def _tell_what_is_left(settings: Settings, erased: Erased) -> None:
    """Say what the erasure could not reach."""
    for left in erased.files_left:
        click.echo(cell(f"{left.path} is left: {left.reason}").plain, err=True)
    if erased.blocked_numbers:
        click.echo(
            f"{erased.blocked_numbers} of the numbers stay blocked: `rahyab customers unblock`"
            " forgets one",
            err=True,
        )
    match settings.store:
        case SqliteFile(path):
            if not empty_log(path):
                click.echo(
                    f"The log {path}-wal is in use and still holds pages from before: it is emptied"
                    " when the last process that reads the database ends",
                    err=True,
                )
        case _:
            click.echo(
                "PostgreSQL keeps removed rows on its disk until VACUUM, and in its archive of"
                " the write-ahead log",
                err=True,
            )
    click.echo(
        "Still held: backups made before now, exports, files of customers that were imported, and"
        f" what the store has refused ({settings.spool}/*.refused)."
        " Delete them when their time comes; after restoring one of them, erase again.",
        err=True,
    )


@click.command("erasures")
@limit_option()
@json_option
def erasures_command(limit: int, *, for_programs: bool) -> None:
    """List the proofs of erasure, the newest first; they tell nobody's name."""
    settings = settings_for_command()
    with opened_store(settings) as store:
        found = store.erasures(limit=limit + 1)
    shown, zone = found[:limit], zone_of(settings)

    def table() -> Table:
        rows = listing_table(
            "pseudonym", "when", "by", "reason", "rows", whole=("pseudonym", "when")
        )
        for each in shown:
            rows.add_row(
                cell(each.pseudonym),
                told_time(each.at, zone),
                cell(each.by),
                cell(each.reason),
                str(sum(each.counts.values())),
            )
        return rows

    data: list[dict[str, Any]] = [asdict(each) for each in shown]
    print_listed(
        data, table, for_programs=for_programs, cut=len(found) > limit, none="Nobody was erased."
    )
