-- This file creates a new database. It is generated from the migrations: after adding one, run
--   go test ./server/sqlite -run TestANewDatabaseIsAsTheMigrationsMakeIt -update
-- schema.go lists who writes and who reads each table.

CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);

CREATE TABLE board (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    epoch    TEXT    NOT NULL,
    position INTEGER NOT NULL
, release TEXT) STRICT;

CREATE TABLE subjects (
    key       INTEGER PRIMARY KEY,
    seq       INTEGER NOT NULL, -- the delivery that last counted
    endpoint  TEXT    NOT NULL,
    world     TEXT    NOT NULL, -- empty, test or unsigned: they never mix
    kind      TEXT    NOT NULL,
    state     TEXT    NOT NULL,
    amount    INTEGER NOT NULL,
    words     TEXT    NOT NULL, -- what people look for, in lower case
    took      INTEGER NOT NULL, -- milliseconds from its first event to being told of as paid; or 0
    status    TEXT    NOT NULL, -- JSON, as clients are told
    evidence  TEXT    NOT NULL  -- JSON, one line for each
, links TEXT NOT NULL DEFAULT '', parent TEXT NOT NULL DEFAULT '', review TEXT NOT NULL DEFAULT '') STRICT;

CREATE INDEX subjects_by_seq ON subjects (seq);

CREATE TABLE names (
    hash    BLOB    PRIMARY KEY, -- 16 bytes
    subject INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE shown (
    status TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    at     INTEGER NOT NULL, -- milliseconds since 1970
    by     TEXT    NOT NULL,
    PRIMARY KEY (status, state)
) STRICT, WITHOUT ROWID;

CREATE INDEX subjects_unverified ON subjects (seq) WHERE world = 'unsigned';

CREATE INDEX subjects_reviewed ON subjects (key) WHERE instr(links, '"reviewed":') > 0;

CREATE TABLE tallies (
    endpoint TEXT    NOT NULL,
    world    TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    inside   INTEGER NOT NULL, -- 1: shown inside another status
    review   TEXT    NOT NULL,
    number   INTEGER NOT NULL, -- never 0
    PRIMARY KEY (endpoint, world, kind, state, inside, review)
) STRICT, WITHOUT ROWID;

INSERT INTO goose_db_version (version_id, is_applied) VALUES
    (0, 1),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 1);
