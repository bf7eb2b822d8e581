"""Importing customer files (CSV, XLSX) into the store."""

from crm.importing.columns import COLUMNS, OPTIONAL_COLUMNS
from crm.importing.mapping import MappingError, MappingShape
from crm.importing.running import (
    Change,
    ImportReport,
    Plan,
    import_customers,
    sample_of,
    try_customers,
)
from crm.importing.tables import PROGRESS_EVERY, CustomerFileError, Progress

__all__ = [
    "COLUMNS",
    "OPTIONAL_COLUMNS",
    "PROGRESS_EVERY",
    "Change",
    "CustomerFileError",
    "ImportReport",
    "MappingError",
    "MappingShape",
    "Plan",
    "Progress",
    "import_customers",
    "sample_of",
    "try_customers",
]
