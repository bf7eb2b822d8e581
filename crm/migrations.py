"""The schema of the SQLite database, as named steps that each run once.

A step and the record that it ran are one transaction. Steps are never edited once released: a
change of the schema is a new step at the end. Tables are STRICT and only a step changes them.

A column of type ANY holds text that comes from outside: TEXT, or a BLOB where it is not valid UTF-8
(`crm.encoding`). Times are UTC in ISO 8601, `facts`, `state` and `data` are JSON.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Final

from sqlite_utils import Database, Migrations

from crm import asking_schema, first_schema, visit_schema
from crm.tracking import KEY_BYTES

STEPS: Final = Migrations("rahyab")
"""Every step that this version knows, in order."""

APPLICATION_ID: Final = 0x52414859
"""`RAHY`, in the header of the file: by this the database is known for ours."""


@STEPS(name="001-customers-journal-cases-answers")
def _first_schema(db: Database) -> None:
    db.executescript(first_schema.SQLITE)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@STEPS(name="002-lead-scores")
def _lead_scores(db: Database) -> None:
    db.execute(
        "ALTER TABLE customers ADD COLUMN lead_score INTEGER CHECK (lead_score BETWEEN 0 AND 100)"
    )


@STEPS(name="003-blocked-numbers")
def _blocked_numbers(db: Database) -> None:
    db.execute("""
CREATE TABLE blocked_numbers (
    number ANY NOT NULL PRIMARY KEY,
    since TEXT NOT NULL,
    reason ANY NOT NULL
) STRICT, WITHOUT ROWID
""")


@STEPS(name="004-last-agents")
def _last_agents(db: Database) -> None:
    """Who last spoke with a customer is found at once, however often others did not answer."""
    db.execute("""
CREATE INDEX talks_by_customer ON calls (customer_id, coalesce(answered_at, started_at))
    WHERE customer_id IS NOT NULL AND agent IS NOT NULL AND trial = 0
""")


@STEPS(name="005-revisions")
def _revisions(db: Database) -> None:
    """The bundle stands last: a list does not read over it."""
    db.executescript("""
CREATE TABLE revisions (
    name ANY NOT NULL PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    bundle ANY NOT NULL
) STRICT;
CREATE INDEX revisions_by_time ON revisions (loaded_at, name);
""")


@STEPS(name="006-callbacks")
def _callbacks(db: Database) -> None:
    db.executescript("""
CREATE TABLE callbacks (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    number ANY NOT NULL,
    asked_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    queue ANY,
    language ANY NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX callbacks_by_customer ON callbacks (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX callbacks_by_state ON callbacks (state, asked_at);
""")


@STEPS(name="007-counting-calls")
def _counting_calls(db: Database) -> None:
    """Calls that are no trials are counted from the index alone."""
    db.executescript("""
DROP INDEX calls_by_time;
CREATE INDEX calls_by_time ON calls (started_at, trial);
""")


@STEPS(name="008-more-of-a-customer")
def _more_of_a_customer(db: Database) -> None:
    db.executescript("""
ALTER TABLE customers ADD COLUMN address ANY;
ALTER TABLE customers ADD COLUMN notes ANY;
ALTER TABLE customers ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';
CREATE TABLE external_ids (
    system ANY NOT NULL,
    external_id ANY NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    PRIMARY KEY (system, external_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX external_ids_by_customer ON external_ids (customer_id, system);
""")


@STEPS(name="009-histories-of-cases")
def _histories_of_cases(db: Database) -> None:
    """A case may be opened by a person, without a call, and several calls may belong to it."""
    db.executescript("""
CREATE TABLE new_cases (
    tracking ANY NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    subject ANY NOT NULL,
    opened_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    call_id ANY UNIQUE REFERENCES calls (id),
    number ANY
) STRICT;
INSERT INTO new_cases SELECT tracking, state, subject, opened_at, customer_id, call_id,
    (SELECT caller FROM calls WHERE calls.id = cases.call_id) FROM cases;
DROP TABLE cases;
ALTER TABLE new_cases RENAME TO cases;
CREATE INDEX cases_by_number ON cases (number, state, opened_at) WHERE customer_id IS NULL;
CREATE INDEX cases_by_customer ON cases (customer_id, state, opened_at)
    WHERE customer_id IS NOT NULL;
CREATE INDEX cases_by_time ON cases (opened_at, tracking);

CREATE TABLE case_calls (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    tracking ANY NOT NULL REFERENCES cases (tracking) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX case_calls_by_case ON case_calls (tracking);
INSERT INTO case_calls SELECT call_id, tracking FROM cases;

CREATE TABLE case_notes (
    id INTEGER PRIMARY KEY,
    tracking ANY NOT NULL REFERENCES cases (tracking) ON DELETE CASCADE,
    at TEXT NOT NULL,
    author ANY NOT NULL,
    state TEXT,
    text ANY NOT NULL
) STRICT;
CREATE INDEX case_notes_by_case ON case_notes (tracking, at);
""")


@STEPS(name="010-leases-of-tracking-numbers")
def _leases(db: Database) -> None:
    db.executescript("""
CREATE TABLE tracking_leases (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL,
    next INTEGER NOT NULL
) STRICT;
""")
    db.execute("INSERT INTO tracking_leases VALUES (1, ?, 0)", (new_secret(),))


@STEPS(name="011-written-in-any-order")
def _written_in_any_order(db: Database) -> None:
    """What a spool holds is written late, and once. `said` is for `crm.said`."""
    db.executescript("""
ALTER TABLE calls ADD COLUMN visit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN said INTEGER NOT NULL DEFAULT 0;
CREATE TABLE spools (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
""")


@STEPS(name="012-messages-answers-agents")
def _lists(db: Database) -> None:
    db.executescript("""
ALTER TABLE recordings ADD COLUMN state TEXT NOT NULL DEFAULT 'new';
CREATE INDEX recordings_by_state ON recordings (state, recorded_at);
CREATE INDEX answers_by_time ON answers (given_at);
CREATE INDEX calls_by_agent ON calls (agent, coalesce(answered_at, started_at), customer_id)
    WHERE agent IS NOT NULL AND trial = 0;
""")


@STEPS(name="013-people")
def _people(db: Database) -> None:
    db.executescript("""
CREATE TABLE marks (
    number ANY NOT NULL,
    kind TEXT NOT NULL,
    purpose ANY NOT NULL,
    source ANY NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    withdrawn_at TEXT,
    PRIMARY KEY (number, kind, purpose)
) STRICT, WITHOUT ROWID;
CREATE INDEX marks_by_time ON marks (since);

CREATE TABLE restrictions (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    since TEXT NOT NULL,
    reason ANY NOT NULL
) STRICT;

CREATE TABLE legal_holds (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    since TEXT NOT NULL,
    reason ANY NOT NULL,
    until TEXT
) STRICT;

CREATE TABLE erasures (
    pseudonym TEXT NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    at TEXT NOT NULL,
    author ANY NOT NULL,
    reason ANY NOT NULL,
    counts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_by_time ON erasures (at);
CREATE INDEX erasures_by_customer ON erasures (customer_id);
CREATE INDEX recordings_by_time ON recordings (recorded_at);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    author ANY NOT NULL,
    action ANY NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    detail ANY NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_customer ON audit (customer_id, at) WHERE customer_id IS NOT NULL;
""")


@STEPS(name="014-messages-codes-surveys")
def _asking(db: Database) -> None:
    db.executescript(asking_schema.SQLITE)


@STEPS(name="015-queue-visits")
def _queue_visits(db: Database) -> None:
    db.executescript(visit_schema.SQLITE)


def new_secret() -> str:
    """What makes the order of this database's tracking numbers its own."""
    return secrets.token_hex(KEY_BYTES)


def pending(db: Database) -> Sequence[str]:
    """The names of the steps that the database still lacks, in order. Writes nothing."""
    return [step.name for step in STEPS.pending(db)]


def unknown(db: Database) -> Sequence[str]:
    """The names of steps that the database has had and this version does not know."""
    with Database(memory=True, execute_plugins=False) as empty:
        known = set(pending(empty))
    return [step.name for step in STEPS.applied(db) if step.name not in known]


def apply(db: Database, told: Callable[[str], None] = lambda _: None) -> Sequence[str]:
    """Apply what is pending, each step in a transaction of its own; return the names applied.

    The lock is taken before looking, so that of several processes that open an old database at the
    same moment one migrates and the others find nothing left to do.

    Args:
        db: On a connection whose transactions begin and end where we say.
        told: Is told the name of each step when it is done.
    """
    applied: list[str] = []
    while pending(db):
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            names = _apply_next(db)
        except BaseException:
            db.conn.execute("ROLLBACK")
            raise
        db.conn.execute("COMMIT")
        for name in names:
            told(name)
        applied += names
    return applied


def _apply_next(db: Database) -> Sequence[str]:
    names = pending(db)
    if names:
        STEPS.apply(db, stop_before=names[1:])
    return names[:1]
