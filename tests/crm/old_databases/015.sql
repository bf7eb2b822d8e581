-- A database as the version whose last step was 015 wrote it (what `.dump` of sqlite3 tells):
-- something in every table.
PRAGMA application_id = 1380010073;
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'rahyab','001-customers-journal-cases-answers','2026-11-22 13:11:38.118769+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'rahyab','002-lead-scores','2026-11-22 13:11:38.126890+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'rahyab','003-blocked-numbers','2026-11-22 13:11:38.127967+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'rahyab','004-last-agents','2026-11-22 13:11:38.128833+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'rahyab','005-revisions','2026-11-22 13:11:38.129740+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'rahyab','006-callbacks','2026-11-22 13:11:38.131044+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'rahyab','007-counting-calls','2026-11-22 13:11:38.131822+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'rahyab','008-more-of-a-customer','2026-11-22 13:11:38.133291+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'rahyab','009-histories-of-cases','2026-11-22 13:11:38.136032+00:00');
INSERT INTO "_sqlite_migrations" VALUES(10,'rahyab','010-leases-of-tracking-numbers','2026-11-22 13:11:38.137228+00:00');
INSERT INTO "_sqlite_migrations" VALUES(11,'rahyab','011-written-in-any-order','2026-11-22 13:11:38.138546+00:00');
INSERT INTO "_sqlite_migrations" VALUES(12,'rahyab','012-messages-answers-agents','2026-11-22 13:11:38.139713+00:00');
INSERT INTO "_sqlite_migrations" VALUES(13,'rahyab','013-people','2026-11-22 13:11:38.141670+00:00');
INSERT INTO "_sqlite_migrations" VALUES(14,'rahyab','014-messages-codes-surveys','2026-11-22 14:57:53.505710+00:00');
INSERT INTO "_sqlite_migrations" VALUES(15,'rahyab','015-queue-visits','2026-11-22 18:18:34.529414+00:00');
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
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject ANY NOT NULL,
    at TEXT NOT NULL
) STRICT;
INSERT INTO "attempts" VALUES(1,'code','+989121234567','2026-03-21T08:30:00.123456+00:00');
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    author ANY NOT NULL,
    action ANY NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    detail ANY NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'2026-03-21T08:30:00.123456+00:00','root','shown',1,'customers show');
CREATE TABLE blocked_numbers (
    number ANY NOT NULL PRIMARY KEY,
    since TEXT NOT NULL,
    reason ANY NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "blocked_numbers" VALUES('+982100000000','2026-03-21T08:30:00.123456+00:00','abusive calls');
CREATE TABLE callback_calls (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    callback ANY NOT NULL REFERENCES callbacks (call_id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "callback_calls" VALUES('call-2','call-2','2026-03-21T08:30:00.123456+00:00');
CREATE TABLE callbacks (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    number ANY NOT NULL,
    asked_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    queue ANY,
    language ANY NOT NULL,
    state TEXT NOT NULL
, since TEXT, earliest TEXT, latest TEXT) STRICT, WITHOUT ROWID;
INSERT INTO "callbacks" VALUES('call-2','+98','2026-03-21T08:30:00.123456+00:00',1,NULL,'fa','open',NULL,NULL,NULL);
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
, visit INTEGER NOT NULL DEFAULT 0, said INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "calls" VALUES('call-1','2026-03-21T08:30:00.123456+00:00','09121234567',X'7374726179206279746520EDB3BF','+989121234567','+982191000000','website','fa',1,'r1','{"customer":{"status":"known"},"keys":["1"]}',0,'support','ali','2026-03-21T08:30:00.123456+00:00','2026-03-21T08:30:20.123456+00:00','2026-03-21T08:31:20.123456+00:00','2026-03-21T08:31:30.123456+00:00','answered','queue support','{"visit":2}',0,0);
INSERT INTO "calls" VALUES('call-2','2026-03-21T09:30:00.123456+00:00','','',NULL,'1',NULL,'en',1,'r1','{}',1,NULL,NULL,NULL,NULL,NULL,NULL,'in-progress',NULL,'{}',0,0);
CREATE TABLE case_calls (
    call_id ANY NOT NULL PRIMARY KEY REFERENCES calls (id) ON DELETE CASCADE,
    tracking ANY NOT NULL REFERENCES cases (tracking) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "case_calls" VALUES('call-1','123456789');
CREATE TABLE case_notes (
    id INTEGER PRIMARY KEY,
    tracking ANY NOT NULL REFERENCES cases (tracking) ON DELETE CASCADE,
    at TEXT NOT NULL,
    author ANY NOT NULL,
    state TEXT,
    text ANY NOT NULL
) STRICT;
INSERT INTO "case_notes" VALUES(1,'123456789','2026-03-21T08:30:00.123456+00:00','ali','waiting','asked for papers');
CREATE TABLE "cases" (
    tracking ANY NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    subject ANY NOT NULL,
    opened_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
    call_id ANY UNIQUE REFERENCES calls (id),
    number ANY
) STRICT;
INSERT INTO "cases" VALUES('123456789','waiting','support','2026-03-21T08:30:00.123456+00:00',1,'call-1','+989121234567');
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
, lead_score INTEGER CHECK (lead_score BETWEEN 0 AND 100), address ANY, notes ANY, preferences TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "customers" VALUES(1,'C-1','سارا احمدی','fa','gold','سارا احمدی
c-1',70,'Azadi 1','calls in the morning','{"channel":"sms"}');
INSERT INTO "customers" VALUES(2,'C-2','Jānis Bērziņš','en',NULL,'janis berzins
c-2',NULL,NULL,NULL,'{}');
INSERT INTO "customers" VALUES(3,NULL,'walk-in',NULL,NULL,'walk-in
',NULL,NULL,NULL,'{}');
INSERT INTO "customers" VALUES(4,NULL,'erased-1',NULL,NULL,'erased-1',NULL,NULL,NULL,'{}');
CREATE TABLE erasures (
    pseudonym TEXT NOT NULL PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    at TEXT NOT NULL,
    author ANY NOT NULL,
    reason ANY NOT NULL,
    counts TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "erasures" VALUES('erased-1',4,'2026-03-21T08:30:00.123456+00:00','root','asked for it','{"timeline":0,"answers":0,"callbacks":0,"recordings":0,"case_notes":0,"cases":0,"calls":0,"audit":0,"marks":0,"phone_numbers":1,"external_ids":0,"contracts":0,"restrictions":0,"legal_holds":0,"customers":1}');
CREATE TABLE external_ids (
    system ANY NOT NULL,
    external_id ANY NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    PRIMARY KEY (system, external_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "external_ids" VALUES('vtiger','12x34',1);
CREATE TABLE legal_holds (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    since TEXT NOT NULL,
    reason ANY NOT NULL,
    until TEXT
) STRICT;
INSERT INTO "legal_holds" VALUES(2,'2026-03-21T08:30:00.123456+00:00','a lawsuit','2031-01-01');
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
INSERT INTO "marks" VALUES('+989121234567','consent','marketing','web form','2026-03-21T08:30:00.123456+00:00','2026-03-22T08:30:00.123456+00:00',NULL);
CREATE TABLE one_time_codes (
    number ANY NOT NULL PRIMARY KEY,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    tries INTEGER NOT NULL,
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
INSERT INTO "one_time_codes" VALUES('+989121234567','73616c74','646967657374','2026-03-21T08:30:00.123456+00:00','2026-03-21T08:35:00.123456+00:00',3,'call-1');
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
INSERT INTO "outbox" VALUES('call-1/tracking/1','call-1','tracking','+989121234567','123-456-789','fa','2026-03-21T08:30:00.123456+00:00',NULL,1,'waiting');
CREATE TABLE phone_numbers (
    number ANY NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (number, customer_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "phone_numbers" VALUES('+989121234567',1,0);
INSERT INTO "phone_numbers" VALUES('+982188880000',1,1);
INSERT INTO "phone_numbers" VALUES('+37120000001',2,0);
CREATE TABLE pins (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    set_at TEXT NOT NULL
) STRICT;
INSERT INTO "pins" VALUES(1,'73616c74','646967657374','2026-03-21T08:30:00.123456+00:00');
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
INSERT INTO "queue_visits" VALUES('call-1',1,'support','fa','support-fa','2026-03-21T08:30:00.123456+00:00','2026-03-21T08:30:00.123456+00:00',5,'answered','2026-03-21T08:31:20.123456+00:00','ali','2026-03-21T08:30:20.123456+00:00',NULL);
INSERT INTO "queue_visits" VALUES('call-1',2,NULL,'fa','sales-fa','2026-03-21T08:31:25.123456+00:00','2026-03-21T08:30:00.123456+00:00',0,'exit-key','2026-03-21T08:31:30.123456+00:00',NULL,NULL,'1');
CREATE TABLE recordings (
    call_id ANY NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    mailbox ANY NOT NULL,
    path ANY NOT NULL,
    seconds REAL NOT NULL CHECK (seconds >= 0),
    recorded_at TEXT NOT NULL,
    customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL, state TEXT NOT NULL DEFAULT 'new', tracking ANY REFERENCES cases (tracking) ON DELETE SET NULL,
    PRIMARY KEY (call_id, mailbox)
) STRICT, WITHOUT ROWID;
INSERT INTO "recordings" VALUES('call-1','case 123456789','/var/spool/n1.wav',3.5,'2026-03-21T08:30:00.123456+00:00',1,'new','123456789');
INSERT INTO "recordings" VALUES('call-1','main','/var/spool/m1.wav',12.5,'2026-03-21T08:30:00.123456+00:00',1,'new',NULL);
CREATE TABLE restrictions (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    since TEXT NOT NULL,
    reason ANY NOT NULL
) STRICT;
INSERT INTO "restrictions" VALUES(3,'2026-03-21T08:30:00.123456+00:00','asked for it');
CREATE TABLE revisions (
    name ANY NOT NULL PRIMARY KEY,
    loaded_at TEXT NOT NULL,
    bundle ANY NOT NULL
) STRICT;
INSERT INTO "revisions" VALUES('r1','2026-03-21T08:30:00.123456+00:00','a bundle of rules');
CREATE TABLE spools (
    name TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "spools" VALUES('spool-1',77);
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
INSERT INTO "surveys_asked" VALUES('call-1','satisfaction','2026-03-21T08:30:00.123456+00:00','complete','+989121234567',1,'ali','support','123456789','r1','fa');
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
CREATE TABLE tracking_leases (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret TEXT NOT NULL,
    next INTEGER NOT NULL
) STRICT;
INSERT INTO "tracking_leases" VALUES(1,'e6c3e9d820a2aced749e9722f7dd4cc6d9a96ea96a015191de4717581913d886',3);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX customers_by_search_text ON customers (search_text);
CREATE INDEX phone_numbers_by_customer ON phone_numbers (customer_id, position);
CREATE INDEX contracts_by_customer ON contracts (customer_id);
CREATE INDEX calls_by_customer ON calls (customer_id, started_at) WHERE customer_id IS NOT NULL;
CREATE INDEX answers_by_case ON answers (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX recordings_by_customer ON recordings (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX talks_by_customer ON calls (customer_id, coalesce(answered_at, started_at))
    WHERE customer_id IS NOT NULL AND agent IS NOT NULL AND trial = 0
;
CREATE INDEX revisions_by_time ON revisions (loaded_at, name);
CREATE INDEX callbacks_by_customer ON callbacks (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX calls_by_time ON calls (started_at, trial);
CREATE UNIQUE INDEX external_ids_by_customer ON external_ids (customer_id, system);
CREATE INDEX cases_by_number ON cases (number, state, opened_at) WHERE customer_id IS NULL;
CREATE INDEX cases_by_customer ON cases (customer_id, state, opened_at)
    WHERE customer_id IS NOT NULL;
CREATE INDEX cases_by_time ON cases (opened_at, tracking);
CREATE INDEX case_calls_by_case ON case_calls (tracking);
CREATE INDEX case_notes_by_case ON case_notes (tracking, at);
CREATE INDEX recordings_by_state ON recordings (state, recorded_at);
CREATE INDEX answers_by_time ON answers (given_at);
CREATE INDEX calls_by_agent ON calls (agent, coalesce(answered_at, started_at), customer_id)
    WHERE agent IS NOT NULL AND trial = 0;
CREATE INDEX marks_by_time ON marks (since);
CREATE INDEX erasures_by_time ON erasures (at);
CREATE INDEX erasures_by_customer ON erasures (customer_id);
CREATE INDEX recordings_by_time ON recordings (recorded_at);
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_customer ON audit (customer_id, at) WHERE customer_id IS NOT NULL;
CREATE INDEX callbacks_by_state ON callbacks (state, coalesce(since, asked_at));
CREATE INDEX callbacks_by_number ON callbacks (number, state);
CREATE INDEX callback_calls_by_callback ON callback_calls (callback);
CREATE INDEX recordings_by_case ON recordings (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX outbox_by_call ON outbox (call_id);
CREATE INDEX outbox_by_customer ON outbox (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX outbox_by_number ON outbox (number);
CREATE INDEX outbox_by_status ON outbox (status, written_at);
CREATE INDEX outbox_by_time ON outbox (written_at);
CREATE INDEX outbox_by_end ON outbox (expires_at) WHERE status = 'waiting';
CREATE INDEX one_time_codes_by_call ON one_time_codes (call_id);
CREATE INDEX one_time_codes_by_end ON one_time_codes (expires_at);
CREATE INDEX attempts_by_subject ON attempts (kind, subject, at);
CREATE INDEX attempts_by_kind ON attempts (kind, at);
CREATE INDEX attempts_by_time ON attempts (at);
CREATE INDEX surveys_asked_by_time ON surveys_asked (at);
CREATE INDEX surveys_asked_by_number ON surveys_asked (number, survey, at)
    WHERE number IS NOT NULL;
CREATE INDEX surveys_asked_by_customer ON surveys_asked (customer_id, survey, at)
    WHERE customer_id IS NOT NULL;
CREATE INDEX surveys_asked_by_case ON surveys_asked (tracking) WHERE tracking IS NOT NULL;
CREATE INDEX queue_visits_by_time ON queue_visits (entered_at);
CREATE INDEX queue_visits_waiting ON queue_visits (asterisk_queue, entered_at)
    WHERE disposition = 'in-progress' AND answered_at IS NULL;
CREATE INDEX queue_visits_by_departure
    ON queue_visits (asterisk_queue, coalesce(answered_at, left_at));
COMMIT;
