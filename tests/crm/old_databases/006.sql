-- A database as the version that knew the steps up to 007 left it when it was killed after
-- step 006: what that version writes, in each table that there was by then.
PRAGMA application_id = 1380010073;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'rahyab','001-customers-journal-cases-answers','2026-11-22 12:08:17.909435+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'rahyab','002-lead-scores','2026-11-22 12:08:17.921090+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'rahyab','003-blocked-numbers','2026-11-22 12:08:17.928774+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'rahyab','004-last-agents','2026-11-22 12:08:17.932768+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'rahyab','005-revisions','2026-11-22 12:08:17.936791+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'rahyab','006-callbacks','2026-11-22 12:08:17.941092+00:00');
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
INSERT INTO "answers" VALUES('call-1','satisfaction','mark','10','2026-03-21T08:30:00.123456+00:00','ali','support','123456789','r1');
CREATE TABLE blocked_numbers (
    number ANY NOT NULL PRIMARY KEY,
    since TEXT NOT NULL,
    reason ANY NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "blocked_numbers" VALUES('+982100000000','2026-03-21T08:30:00.123456+00:00','abusive calls');
CREATE TABLE callbacks (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    number ANY NOT NULL,
    asked_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    queue ANY,
    language ANY NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "callbacks" VALUES('call-2','+98','2026-03-21T08:30:00.123456+00:00',1,NULL,'fa','open');
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
INSERT INTO "calls" VALUES('call-1','2026-03-21T08:30:00.123456+00:00','09121234567',X'7374726179206279746520EDB3BF','+989121234567','+982191000000','website','fa',1,'r1','{"customer":{"status":"known"},"keys":["1"]}',0,'support','ali','2026-03-21T08:30:00.123456+00:00','2026-03-21T08:30:20.123456+00:00','2026-03-21T08:31:20.123456+00:00','2026-03-21T08:31:30.123456+00:00','answered','queue support','{"visit":2}');
INSERT INTO "calls" VALUES('call-2','2026-03-21T09:30:00.123456+00:00','','',NULL,'1',NULL,'en',1,'r1','{}',1,NULL,NULL,NULL,NULL,NULL,NULL,'in-progress',NULL,'{}');
CREATE TABLE cases (
    tracking ANY NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    subject ANY NOT NULL,
    opened_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    call_id ANY NOT NULL UNIQUE REFERENCES calls (id)
) STRICT;
INSERT INTO "cases" VALUES('123456789','waiting','support','2026-03-21T08:30:00.123456+00:00',1,'call-1');
CREATE TABLE contracts (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    level ANY NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    grace_days INTEGER NOT NULL CHECK (grace_days >= 0)
) STRICT;
INSERT INTO "contracts" VALUES(1,1,'gold','2025-01-01','2030-12-31',14);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    reference ANY UNIQUE,
    name ANY NOT NULL,
    language ANY,
    segment ANY,
    search_text TEXT NOT NULL
, lead_score INTEGER CHECK (lead_score BETWEEN 0 AND 100)) STRICT;
INSERT INTO "customers" VALUES(1,'C-1','سارا احمدی','fa','gold','سارا احمدی
c-1',70);
INSERT INTO "customers" VALUES(2,'C-2','Jānis Bērziņš','en',NULL,'janis berzins
c-2',NULL);
INSERT INTO "customers" VALUES(3,NULL,'walk-in',NULL,NULL,'walk-in
',NULL);
CREATE TABLE phone_numbers (
    number ANY NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (number, customer_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "phone_numbers" VALUES('+989121234567',1,0);
INSERT INTO "phone_numbers" VALUES('+982188880000',1,1);
INSERT INTO "phone_numbers" VALUES('+37120000001',2,0);
CREATE TABLE recordings (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    mailbox ANY NOT NULL,
    path ANY NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0),
    recorded_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    PRIMARY KEY (call_id, mailbox)
) STRICT, WITHOUT ROWID;
INSERT INTO "recordings" VALUES('call-1','main','/var/spool/m1.wav',12.5,'2026-03-21T08:30:00.123456+00:00',1);
CREATE TABLE revisions (
    name ANY NOT NULL PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    bundle ANY NOT NULL
) STRICT;
INSERT INTO "revisions" VALUES('r1','2026-03-21T08:30:00.123456+00:00','a bundle of rules');
CREATE TABLE timeline (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    visit INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    at TEXT NOT NULL,
    kind ANY NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (call_id, visit, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO "timeline" VALUES('call-1',1,1,'2026-03-21T08:30:00.123456+00:00','played','{"prompt":"welcome"}');
INSERT INTO "timeline" VALUES('call-1',2,1,'2026-03-21T08:30:00.123456+00:00','left-queue','{"agent":"ali"}');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX customers_by_search_text ON customers (search_text);
CREATE INDEX phone_numbers_by_customer ON phone_numbers (customer_id, position);
CREATE INDEX contracts_by_customer ON contracts (customer_id);
CREATE INDEX calls_by_time ON calls (started_at);
CREATE INDEX calls_by_customer ON calls (customer_id, started_at) WHERE customer_id IS NOT NULL;
CREATE INDEX open_cases_by_customer ON cases (customer_id)
    WHERE customer_id IS NOT NULL AND state NOT IN ('resolved', 'closed');
CREATE INDEX answers_by_case ON answers (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX recordings_by_customer ON recordings (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX talks_by_customer ON calls (customer_id, coalesce(answered_at, started_at))
    WHERE customer_id IS NOT NULL AND agent IS NOT NULL AND trial = 0
;
CREATE INDEX revisions_by_time ON revisions (loaded_at, name);
CREATE INDEX callbacks_by_customer ON callbacks (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX callbacks_by_state ON callbacks (state, asked_at);
COMMIT;
