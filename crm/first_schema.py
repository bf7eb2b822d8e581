"""The tables of the first version: a step of the schema of the SQLite database."""

from typing import Final

SQLITE: Final = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    reference ANY UNIQUE,
    name ANY NOT NULL,
    language ANY,
    segment ANY,
    search_text TEXT NOT NULL
) STRICT;
CREATE INDEX customers_by_search_text ON customers (search_text);

CREATE TABLE phone_numbers (
    number ANY NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (number, customer_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_numbers_by_customer ON phone_numbers (customer_id, position);

CREATE TABLE contracts (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    level ANY NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    grace_days INTEGER NOT NULL CHECK (grace_days >= 0)
) STRICT;
CREATE INDEX contracts_by_customer ON contracts (customer_id);

CREATE TABLE calls (
    id ANY NOT NULL PRIMARY KEY,
    started_at TEXT NOT NULL,
    caller_as_sent ANY NOT NULL,
    name_as_sent ANY NOT NULL,
    caller ANY,
    dialled ANY NOT NULL,
    source ANY,
    language ANY NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    revision ANY NOT NULL,
    facts TEXT NOT NULL,
    trial INTEGER NOT NULL CHECK (trial IN (0, 1)),
    queue ANY,
    agent ANY,
    queued_at TEXT,
    answered_at TEXT,
    left_queue_at TEXT,
    ended_at TEXT,
    outcome TEXT NOT NULL DEFAULT 'in-progress',
    stage ANY,
    state TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX calls_by_time ON calls (started_at);
CREATE INDEX calls_by_customer ON calls (customer_id, started_at) WHERE customer_id IS NOT NULL;

CREATE TABLE timeline (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    visit INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind ANY NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (call_id, visit, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE cases (
    tracking ANY NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    subject ANY NOT NULL,
    opened_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    call_id ANY NOT NULL UNIQUE REFERENCES calls (id)
) STRICT;
CREATE INDEX open_cases_by_customer ON cases (customer_id)
    WHERE customer_id IS NOT NULL AND state NOT IN ('resolved', 'closed');

CREATE TABLE answers (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    survey ANY NOT NULL,
    question ANY NOT NULL,
    value ANY NOT NULL,
    given_at TEXT NOT NULL,
    agent ANY,
    queue ANY,
    tracking ANY REFERENCES cases (tracking) ON DELETE SET NULL,
    revision ANY NOT NULL,
    PRIMARY KEY (call_id, survey, question)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_case ON answers (tracking) WHERE tracking IS NOT NULL;

CREATE TABLE recordings (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    mailbox ANY NOT NULL,
    path ANY NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0),
    recorded_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    PRIMARY KEY (call_id, mailbox)
) STRICT, WITHOUT ROWID;
CREATE INDEX recordings_by_customer ON recordings (customer_id) WHERE customer_id IS NOT NULL;
"""
