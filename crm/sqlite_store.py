"""The embedded store: one SQLite file, durable at each commit.

The operations run plain SQL on a connection that sqlite-utils opened: its own `insert` looks up the
schema at each call, which costs more than the insert. The driver keeps the statements prepared.
"""

from crm.sql_store import SqlStore
from crm.sqlite_session import SqliteSession


class SqliteStore(SqlStore, SqliteSession):
    """All operations of a store; made as `crm.sqlite_session.SqliteSession` says."""
