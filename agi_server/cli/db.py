"""`rahyab db`: the database as such."""

import click

from agi_server.cli.db_prune import prune_command


@click.group("db")
def db() -> None:
    """The database: remove what has been kept long enough."""


db.add_command(prune_command)
