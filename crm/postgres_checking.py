"""Whether a PostgreSQL database is fit for use: version, rights, schema, indexes, clock."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

import psycopg

from crm import postgres_schema
from crm.checked import Checked, bad, good, listed
from crm.postgres_connections import Records, connected, place_of
from crm.postgres_errors import store_error
from crm.postgres_session import check_database

_MOST_CLOCK_SECONDS: Final = 1.0
"""How far the server's clock may be from ours: a call's times come from several machines."""

_SCRATCH: Final = "rahyab_check"
"""A schema that is made to see how the steps make the tables, and undone."""

_COLUMNS: Final = """
SELECT 'column ' || table_name || '.' || column_name,
    concat_ws(' ', data_type, domain_name, is_nullable, is_identity)
FROM information_schema.columns WHERE table_schema = %(schema)s AND table_name = ANY(%(tables)s)
"""
_INDEXES: Final = """
SELECT 'index ' || indexname, replace(indexdef, quote_ident(schemaname) || '.', '')
FROM pg_indexes WHERE schemaname = %(schema)s AND tablename = ANY(%(tables)s)
"""
_CONSTRAINTS: Final = """
SELECT 'constraint ' || conrelid::regclass::text || '.' || conname,
    replace(pg_get_constraintdef(oid), quote_ident(%(schema)s) || '.', '')
FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace AND contype <> 'n'
    AND conrelid = ANY(SELECT oid FROM pg_class WHERE relname = ANY(%(tables)s))
"""

_INVALID: Final = """
SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = current_schema()::regnamespace AND NOT (indisvalid AND indisready)
"""

_UNALLOWED: Final = """
SELECT DISTINCT tablename
FROM pg_tables, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted
WHERE schemaname = current_schema() AND NOT has_table_privilege(
    quote_ident(schemaname) || '.' || quote_ident(tablename), wanted)
ORDER BY tablename
"""
_FOREIGN: Final = """
SELECT tablename FROM pg_tables
WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE')
"""

_AMCHECK: Final = "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"
_TREES: Final = """
SELECT pg_class.oid::regclass::text FROM pg_class JOIN pg_am ON pg_am.oid = relam
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'i' AND amname = 'btree'
ORDER BY 1
"""


def check_postgres(address: str) -> Sequence[Checked]:
    """Look at everything; nothing is left behind and nothing is migrated.

    Raises:
        StoreError: It cannot be looked at.
    """
    with closing(connected(address)) as connection:
        try:
            check_database(connection, place_of(address))
            return list(_all(connection))
        except psycopg.Error as error:
            raise store_error(error, place_of(address)) from None


def _all(connection: Records) -> Iterator[Checked]:
    yield _server(connection)
    yield _clock(connection)
    if not postgres_schema.applied(connection):
        yield good("schema", "there is nothing of rahyab yet: the first server makes it")
        return
    yield _rights(connection)
    yield _schema(connection)
    yield _indexes(connection)
    yield _trees(connection)


def _server(connection: Records) -> Checked:
    ((version, standby),) = connection.execute(
        "SELECT current_setting('server_version'), pg_is_in_recovery()"
    ).fetchall()
    if standby:
        return bad(
            "server",
            f"PostgreSQL {version}, a standby, which takes no writes: let RAHYAB_STORE name the"
            " primary",
        )
    return good("server", f"PostgreSQL {version}")


def _clock(connection: Records) -> Checked:
    before = time.time()
    ((theirs,),) = connection.execute("SELECT clock_timestamp()").fetchall()
    ours = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    difference = (theirs - ours).total_seconds()
    told = f"the server's clock is {difference:+.3f} s from ours"
    if abs(difference) <= _MOST_CLOCK_SECONDS:
        return good("clock", told)
    return bad("clock", f"{told}: let both machines keep time (NTP)")


def _rights(connection: Records) -> Checked:
    if names := _names(connection, _UNALLOWED):
        return bad(
            "rights",
            f"this user may not read and write {listed(names)}: make it the owner (ALTER TABLE ..."
            " OWNER TO ...)",
        )
    if names := _names(connection, _FOREIGN):
        return good("rights", f"enough, but `db migrate` needs the owner of {listed(names)}")
    return good("rights", "this user may do all that is needed")


def _schema(connection: Records) -> Checked:
    if pending := postgres_schema.pending(connection):
        return bad("schema", f"{len(pending)} steps are pending: `rahyab db migrate` applies them")
    try:
        differences = _differences(connection)
    except psycopg.errors.InsufficientPrivilege:
        return good("schema", "all steps are applied; to compare, this user may make no schema")
    if differences:
        return bad("schema", f"not as this version makes it: {listed(differences)}")
    return good("schema", "as this version makes it")


def _differences(connection: Records) -> list[str]:
    """What is other than in a schema that the steps make now, and that is undone at once."""
    ((ours,),) = connection.execute("SELECT current_schema()").fetchall()
    with connection.transaction(force_rollback=True):
        connection.execute(f"CREATE SCHEMA {_SCRATCH}".encode())
        connection.execute(f"SET LOCAL search_path = {_SCRATCH}".encode())
        for step in postgres_schema.STEPS.values():
            step(connection)
        tables = list(postgres_schema.tables(connection))
        wanted = _entries(connection, _SCRATCH, tables)
        connection.execute("SELECT set_config('search_path', %s, true)", (ours,))
        found = _entries(connection, ours, tables)
    names = sorted(wanted.keys() | found.keys())
    return [
        f"{name} {_verdict(name, wanted, found)}"
        for name in names
        if wanted.get(name) != found.get(name)
    ]


def _verdict(name: str, wanted: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "is missing"
    return "is different" if name in wanted else "is not ours"


def _entries(connection: Records, schema: str, tables: Sequence[str]) -> Mapping[str, str]:
    values = {"schema": schema, "tables": tables}
    return {
        name: told
        for query in (_COLUMNS, _INDEXES, _CONSTRAINTS)
        for name, told in connection.execute(query.encode(), values).fetchall()
    }


def _indexes(connection: Records) -> Checked:
    if names := _names(connection, _INVALID):
        return bad("indexes", f"not valid, and not used: REINDEX {listed(names)}")
    return good("indexes", "all are valid")


def _trees(connection: Records) -> Checked:
    """Read every index beside its table, where the server's own checker is installed."""
    if connection.execute(_AMCHECK).fetchone() == (0,):
        return good("integrity", "not looked at: CREATE EXTENSION amcheck lets this command do so")
    damaged = [name for name in _names(connection, _TREES) if _damage(connection, name)]
    if damaged:
        return bad("integrity", f"damaged: restore a backup, or REINDEX {listed(damaged)}")
    return good("integrity", "every index agrees with its table (amcheck)")


def _damage(connection: Records, index: str) -> bool:
    try:
        connection.execute("SELECT bt_index_check(%s::regclass, true)", (index,))
    except (psycopg.errors.IndexCorrupted, psycopg.errors.DataCorrupted):
        return True
    return False


def _names(connection: Records, query: str) -> list[str]:
    return [name for (name,) in connection.execute(query.encode()).fetchall()]
