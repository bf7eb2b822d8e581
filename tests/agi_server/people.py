"""A home with a customer of whom everything is kept that there is, and one who shares a number."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from agi_server.cli import main
from crm.people import AuditEntry, Mark, MarkKind
from crm.records import (
    Answer,
    Callback,
    CallChange,
    Case,
    CaseNote,
    CaseState,
    ContractRecord,
    Customer,
    NewCall,
    Outcome,
    Recording,
    TimelineEvent,
)
from crm.sqlite_store import SqliteStore
from tests.conversations.site import RULES

AT: Final = datetime(2026, 3, 21, 8, 30, tzinfo=UTC)
"""Noon in Tehran, the business's zone."""

SARA: Final = Customer(
    "Sara Ahmadi",
    reference="C-1",
    language="fa",
    segment="gold",
    numbers=("+989121234567", "+982188880000"),
    contracts=(ContractRecord("gold", date(2026, 1, 1), date(2030, 12, 31), 14),),
    address="12 Ferdowsi",
    notes="=HYPERLINK(1)",
    preferences={"channel": "sms"},
    external_ids={"vtiger": "12x34"},
)
REZA: Final = Customer("Reza", reference="C-2", numbers=("+982188880000",))
SECRETS: Final = ("Sara", "9121234567", "Ferdowsi", "HYPERLINK", "spoken words", "12x34")
"""What must be nowhere once Sara is erased."""

SOUND: Final = b"RIFF of a message"


def make_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home for the program, with the shipped rules, and a wide terminal."""
    monkeypatch.setenv("RAHYAB_HOME", str(folder))
    monkeypatch.setenv("RAHYAB_RULES", str(RULES))
    for name in ("RAHYAB_DATABASE", "RAHYAB_STORE", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")


@contextmanager
def opened(folder: Path) -> Iterator[SqliteStore]:
    """The store of a home."""
    with closing(SqliteStore(folder / "rahyab.db")) as store:
        yield store


def new_call(call_id: str, customer_id: int | None = None, at: datetime = AT) -> NewCall:
    """A call of nobody in particular."""
    return NewCall(call_id, at, "", "", None, "", None, "fa", customer_id, "r", {"some": "fact"})


def message(call_id: str, path: str, customer_id: int | None = None) -> Recording:
    """A recorded message."""
    return Recording(call_id, "support", path, 12.0, AT, customer_id)


def fill(folder: Path) -> str:
    """Fill the database of a home; return the tracking number of Sara's request."""
    sound = folder / "messages" / "call-1-support.wav"
    sound.parent.mkdir()
    sound.write_bytes(SOUND)
    with opened(folder) as store:
        store.put_customers([SARA, REZA])
        begun = NewCall(
            "call-1",
            AT,
            "09121234567",
            "Sara",
            "+989121234567",
            "+982191000000",
            "website",
            "fa",
            1,
            "r",
            {"who": "Sara"},
        )
        store.begin_call(begun)
        store.change_call(
            "call-1",
            CallChange(
                agent="ali",
                answered_at=AT,
                outcome=Outcome.ANSWERED,
                ended_at=AT + timedelta(seconds=83),
            ),
        )
        heard = {"keys": "1", "dialogue": "menu welcome"}
        store.add_to_timeline([TimelineEvent("call-1", 1, 1, AT, "pressed", heard)])
        (tracking,) = store.lease_tracking(1)
        minute = timedelta(minutes=1)
        store.open_case(
            Case(tracking, CaseState.NEW, "support", AT + minute, 1, "call-1", "+989121234567"),
            join=False,
        )
        store.note_on_case(CaseNote(tracking, AT + 2 * minute, "ali", CaseState.WAITING, "Sara!"))
        store.keep_answer(
            Answer(
                "call-1", "nps", "why", "spoken words", AT + 3 * minute, "ali", "q", tracking, "r"
            )
        )
        store.ask_callback(Callback("call-1", "+989121234567", AT + 4 * minute, 1, "q", "fa"))
        store.keep_recording(Recording("call-1", "support", str(sound), 12.0, AT + 5 * minute, 1))
        store.put_mark(
            Mark("+989121234567", MarkKind.CONSENT, "survey", "web form", AT + 6 * minute)
        )
    return tracking


def run(*arguments: str, answer: str | None = None) -> Result:
    """Run `rahyab`; no command may end in a traceback."""
    result = CliRunner().invoke(main, arguments, input=answer)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def audit(folder: Path) -> list[AuditEntry]:
    """The audit log, the oldest entry first."""
    with opened(folder) as store:
        return list(reversed(store.audit_log(limit=1000)))
