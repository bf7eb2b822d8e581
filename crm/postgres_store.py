"""The store that several machines share: a PostgreSQL server, durable at its own commit."""

from crm.postgres_session import PostgresSession
from crm.sql_store import SqlStore


class PostgresStore(SqlStore, PostgresSession):
    """All operations of a store; made as `crm.postgres_session.PostgresSession` says."""
