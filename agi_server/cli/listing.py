"""What the commands that list records share: their options, their tables, their times."""

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, TypeVar

import click
from rich.table import Table

from agi_server.cli.loading import business_for_command
from agi_server.cli.printing import as_json, table_console
from agi_server.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

json_option: Final = click.option("--json", "for_programs", is_flag=True, help="Print JSON.")

customer_option: Final = click.option(
    "--customer",
    "whose",
    metavar="REFERENCE-OR-NUMBER",
    help="Only what is this customer's.",
)

since_option: Final = click.option(
    "--since",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only what came on this day or later.",
)


def limit_option(what: str = "How many to list.") -> Callable[[F], F]:
    """`--limit`, with what it cuts."""
    at_least_one = click.IntRange(min=1)
    return click.option("--limit", default=50, show_default=True, type=at_least_one, help=what)


class ListingGroup(click.Group):
    """A group of commands that lists where none of them is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; options alone are those of `list`."""
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


def zone_of(settings: Settings) -> tzinfo | None:
    """The zone of shown times: the business's, or the machine's while the rules are broken."""
    business = business_for_command(settings)
    return None if business is None else business.timezone


def told_time(moment: datetime | None, zone: tzinfo | None) -> str:
    """A moment to the minute by the clock of `zone`; empty for None."""
    return "" if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def midnight(day: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which a day begins in `zone`, in UTC."""
    return (day.astimezone() if zone is None else day.replace(tzinfo=zone)).astimezone(UTC)


def listing_table(*columns: str, whole: Collection[str] = ()) -> Table:
    """An empty table; the columns in `whole` are never broken."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=column in whole)
    return table


def print_listed(
    data: Sequence[object], table: Callable[[], Table], *, for_programs: bool, cut: bool, none: str
) -> None:
    """Print a list.

    Args:
        data: The records for programs, as many as are shown.
        table: Makes the table for people.
        for_programs: Whether it is for programs.
        cut: Whether there are more than are shown.
        none: What is said where there are none.
    """
    if for_programs:
        click.echo(as_json(data))
        return
    if not data:
        click.echo(none)
        return
    table_console().print(table())
    if cut:
        click.echo(f"These are the first {len(data)}: see more with --limit.")
