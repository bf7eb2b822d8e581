"""`rahyab db prune`: removing what has been kept for as long as the rules say."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo

import click
from rich.table import Table

from agi_server.cli.access import Action, note
from agi_server.cli.errors import FINDINGS
from agi_server.cli.listing import json_option, listing_table, told_time
from agi_server.cli.loading import opened_store, policy_for_command, settings_for_command
from agi_server.cli.printing import as_json, cell, table_console
from agi_server.cli.progressing import Bars
from crm.ports import Store
from crm.pruning import KindPruned, TooOld, count_old, prune_old, too_old
from crm.pruning import Progress as Shown
from crm.sqlite_checkpoint import empty_log
from crm.stores import SqliteFile


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Tell how much would be removed, and remove nothing.")
@json_option
def prune_command(*, dry_run: bool, for_programs: bool) -> None:
    """Remove data on people that is older than `retention` of the rules allows.

    A server may go on meanwhile. Interrupted, it goes on the next time. Nothing of a customer under
    a legal hold is removed.

    Ends with 0, with 1 if recorded files could not be removed, with 2 if it could not be done.
    """
    settings = settings_for_command()
    policy = policy_for_command(settings.rules)
    now = datetime.now(policy.business.timezone)
    wanted = too_old(policy.retention, now)
    with opened_store(settings) as store:
        done = [count_old(store, old) for old in wanted] if dry_run else _prune(store, wanted)
        if not dry_run:
            store.forget_secrets(now)
    if not dry_run and isinstance(settings.store, SqliteFile):
        # What was removed must not lie about in the log; while the server reads, it goes later.
        empty_log(settings.store.path)
    _tell(done, policy.business.timezone, for_programs=for_programs, dry_run=dry_run)
    if any(each.files_left for each in done):
        raise click.exceptions.Exit(FINDINGS)


def _prune(store: Store, wanted: Sequence[TooOld]) -> list[KindPruned]:
    with Bars() as bars:
        return [_prune_one(store, old, bars.show) for old in wanted]


def _prune_one(store: Store, old: TooOld, show: Shown) -> KindPruned:
    # Before the change, which takes many transactions: none goes without an entry.
    if count_old(store, old).records:
        note(store, Action.PRUNED, detail=f"{old.kind} from before {old.before:%Y-%m-%d}")
    return prune_old(store, old, show)


def _tell(done: Sequence[KindPruned], zone: tzinfo, *, for_programs: bool, dry_run: bool) -> None:
    if for_programs:
        click.echo(as_json([asdict(each) for each in done]))
    elif not done:
        click.echo("The rules have no `retention`: everything is kept for ever.")
    else:
        table_console().print(_table(done, zone, "would be removed" if dry_run else "removed"))
    for left in (each for kind in done for each in kind.files_left):
        click.echo(cell(f"{left.path} is left: {left.reason}").plain, err=True)


def _table(done: Sequence[KindPruned], zone: tzinfo, removed: str) -> Table:
    table = listing_table("kind", "older than", removed, "files", whole=("older than",))
    for each in done:
        table.add_row(
            each.kind, told_time(each.before, zone), str(each.records), str(each.files or "")
        )
    return table
