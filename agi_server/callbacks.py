"""Callers who want to be called back: put down on disk before they are told that we shall."""

import structlog

from agi_server.journal import Journal
from crm.ports import StoreError
from crm.records import Callback

log = structlog.get_logger(__name__)


async def keep_callback(journal: Journal, wanted: Callback) -> Callback | None:
    """Put down that somebody wants to be called back.

    Args:
        journal: That of the call.
        wanted: The wish.

    Returns:
        What is kept: the wish, or the one that this call asked for before. None when neither the
        store nor the spool can keep it: the caller must not be told that we shall call.
    """
    try:
        return await journal.promise(wanted)
    except StoreError as error:
        log.error("callback not put down", call=journal.call_id, error=str(error))
        return None
