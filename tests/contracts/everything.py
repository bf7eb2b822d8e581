"""All that is stored of anybody, as one text: to find whether something of a person is left."""

from crm.memory_store import MemoryStore
from crm.ports import Store
from crm.sql_session import SqlSession
from crm.sqlite_store import SqliteStore

_TABLES_OF_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table'"
_TABLES_OF_POSTGRES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def everything(store: Store) -> str:
    """Every value of every record, whichever table it stands in and whoever may ask for it."""
    if isinstance(store, MemoryStore):
        return repr(store._database.tables)
    assert isinstance(store, SqlSession)
    tables = _TABLES_OF_SQLITE if isinstance(store, SqliteStore) else _TABLES_OF_POSTGRES
    names = [row[0] for row in store._read(tables, ())]
    return repr({name: store._read(f'SELECT * FROM "{name}"', ()) for name in names})  # noqa: S608  no value
