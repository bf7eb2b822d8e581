"""The tables of messages, codes, PINs and surveys: a step of either database's schema.

Secrets are digests, as hexadecimal digits. `callback_calls` says which callback each call belongs
to that ever asked for one, and when it asked last.
"""

from typing import Final

SQLITE: Final = """
ALTER TABLE callbacks ADD COLUMN since TEXT;
ALTER TABLE callbacks ADD COLUMN earliest TEXT;
ALTER TABLE callbacks ADD COLUMN latest TEXT;
DROP INDEX callbacks_by_state;
CREATE INDEX callbacks_by_state ON callbacks (state, coalesce(since, asked_at));
CREATE INDEX callbacks_by_number ON callbacks (number, state);

CREATE TABLE callback_calls (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    callback ANY NOT NULL REFERENCES callbacks (call_id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX callback_calls_by_callback ON callback_calls (callback);
INSERT INTO callback_calls SELECT call_id, call_id, asked_at FROM callbacks;

ALTER TABLE recordings ADD COLUMN tracking ANY REFERENCES cases (tracking) ON DELETE SET NULL;
CREATE INDEX recordings_by_case ON recordings (tracking) WHERE tracking IS NOT NULL;

CREATE TABLE outbox (
    id ANY NOT NULL PRIMARY KEY,
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    number ANY NOT NULL,
    text ANY NOT NULL,
    language ANY NOT NULL,
    written_at TEXT NOT NULL,
    expires_at TEXT,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    status TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_by_call ON outbox (call_id);
CREATE INDEX outbox_by_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_by_number ON outbox (number);
CREATE INDEX outbox_by_status ON outbox (status, written_at);
CREATE INDEX outbox_by_time ON outbox (written_at);
CREATE INDEX outbox_by_end ON outbox (expires_at) WHERE status = 'waiting';

CREATE TABLE one_time_codes (
    number ANY NOT NULL PRIMARY KEY,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    tries INTEGER NOT NULL,
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX one_time_codes_by_call ON one_time_codes (call_id);
CREATE INDEX one_time_codes_by_end ON one_time_codes (expires_at);

CREATE TABLE pins (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT;

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject ANY NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_by_subject ON attempts (kind, subject, at);
CREATE INDEX attempts_by_kind ON attempts (kind, at);
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE surveys_asked (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    survey ANY NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number ANY,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    agent ANY,
    queue ANY,
    tracking ANY REFERENCES cases (tracking) ON DELETE SET NULL,
    revision ANY NOT NULL,
    language ANY NOT NULL,
    PRIMARY KEY (call_id, survey)
) STRICT, WITHOUT ROWID;
CREATE INDEX surveys_asked_by_time ON surveys_asked (at);
CREATE INDEX surveys_asked_by_number ON surveys_asked (number, survey, at)
    WHERE number IS NOT NULL;
CREATE INDEX surveys_asked_by_customer ON surveys_asked (customer_id, survey, at)
    WHERE customer_id IS NOT NULL;
CREATE INDEX surveys_asked_by_case ON surveys_asked (tracking) WHERE tracking IS NOT NULL;
"""

POSTGRES: Final = """
ALTER TABLE callbacks ADD COLUMN since timestamptz;
ALTER TABLE callbacks ADD COLUMN earliest timestamptz;
ALTER TABLE callbacks ADD COLUMN latest timestamptz;
DROP INDEX callbacks_by_state;
CREATE INDEX callbacks_by_state ON callbacks (state, coalesce(since, asked_at), call_id);
CREATE INDEX callbacks_by_number ON callbacks (number, state);

CREATE TABLE callback_calls (
    call_id words PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    callback words NOT NULL REFERENCES callbacks (call_id) ON DELETE CASCADE,
    asked_at timestamptz NOT NULL
);
CREATE INDEX callback_calls_by_callback ON callback_calls (callback);
INSERT INTO callback_calls SELECT call_id, call_id, asked_at FROM callbacks;

ALTER TABLE recordings ADD COLUMN tracking words REFERENCES cases (tracking) ON DELETE SET NULL;
CREATE INDEX recordings_by_case ON recordings (tracking) WHERE tracking IS NOT NULL;

DROP INDEX answers_by_time;
CREATE INDEX answers_by_time ON answers (given_at, call_id, survey, question);

CREATE TABLE outbox (
    id words PRIMARY KEY,
    call_id words NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    kind words NOT NULL,
    number words NOT NULL,
    text words NOT NULL,
    language words NOT NULL,
    written_at timestamptz NOT NULL,
    expires_at timestamptz,
    customer_id bigint REFERENCES customers (id) ON DELETE SET NULL,
    status words NOT NULL
);
CREATE INDEX outbox_by_call ON outbox (call_id);
CREATE INDEX outbox_by_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_by_number ON outbox (number);
CREATE INDEX outbox_by_status ON outbox (status, written_at, id);
CREATE INDEX outbox_by_time ON outbox (written_at, id);
CREATE INDEX outbox_by_end ON outbox (expires_at) WHERE status = 'waiting';

CREATE TABLE one_time_codes (
    number words PRIMARY KEY,
    salt text NOT NULL,
    digest text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL,
    call_id words NOT NULL REFERENCES calls (id) ON DELETE CASCADE
);
CREATE INDEX one_time_codes_by_call ON one_time_codes (call_id);
CREATE INDEX one_time_codes_by_end ON one_time_codes (expires_at);

CREATE TABLE pins (
    customer_id bigint PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    salt text NOT NULL,
    digest text NOT NULL,
    set_at timestamptz NOT NULL
);

CREATE TABLE attempts (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    kind words NOT NULL,
    subject words NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX attempts_by_subject ON attempts (kind, subject, at);
CREATE INDEX attempts_by_kind ON attempts (kind, at);
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE surveys_asked (
    call_id words NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    survey words NOT NULL,
    at timestamptz NOT NULL,
    outcome words NOT NULL,
    number words,
    customer_id bigint REFERENCES customers (id) ON DELETE SET NULL,
    agent words,
    queue words,
    tracking words REFERENCES cases (tracking) ON DELETE SET NULL,
    revision words NOT NULL,
    language words NOT NULL,
    PRIMARY KEY (call_id, survey)
);
CREATE INDEX surveys_asked_by_time ON surveys_asked (at, call_id, survey);
CREATE INDEX surveys_asked_by_number ON surveys_asked (number, survey, at)
    WHERE number IS NOT NULL;
CREATE INDEX surveys_asked_by_customer ON surveys_asked (customer_id, survey, at)
    WHERE customer_id IS NOT NULL;
CREATE INDEX surveys_asked_by_case ON surveys_asked (tracking) WHERE tracking IS NOT NULL;
"""
