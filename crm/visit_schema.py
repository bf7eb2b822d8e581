"""The table of visits to queues: a step of either database's schema.

A caller waits for an answer from two of its indexes: who waits in a queue, and who has left it.
"""

from typing import Final

SQLITE: Final = """
CREATE TABLE queue_visits (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    queue ANY,
    language ANY NOT NULL,
    asterisk_queue ANY NOT NULL,
    entered_at TEXT NOT NULL,
    waiting_since TEXT NOT NULL,
    priority INTEGER NOT NULL,
    disposition TEXT NOT NULL,
    left_at TEXT,
    agent ANY,
    answered_at TEXT,
    key ANY,
    PRIMARY KEY (call_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX queue_visits_by_time ON queue_visits (entered_at);
CREATE INDEX queue_visits_waiting ON queue_visits (asterisk_queue, entered_at)
    WHERE disposition = 'in-progress' AND answered_at IS NULL;
CREATE INDEX queue_visits_by_departure
    ON queue_visits (asterisk_queue, coalesce(answered_at, left_at));
"""

POSTGRES: Final = """
CREATE TABLE queue_visits (
    call_id words NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number bigint NOT NULL,
    queue words,
    language words NOT NULL,
    asterisk_queue words NOT NULL,
    entered_at timestamptz NOT NULL,
    waiting_since timestamptz NOT NULL,
    priority bigint NOT NULL,
    disposition words NOT NULL,
    left_at timestamptz,
    agent words,
    answered_at timestamptz,
    key words,
    PRIMARY KEY (call_id, number)
);
CREATE INDEX queue_visits_by_time ON queue_visits (entered_at, call_id, number);
CREATE INDEX queue_visits_waiting ON queue_visits (asterisk_queue, entered_at)
    WHERE disposition = 'in-progress' AND answered_at IS NULL;
CREATE INDEX queue_visits_by_departure
    ON queue_visits (asterisk_queue, coalesce(answered_at, left_at));
"""
