-- +goose Up

-- The table of the migrations that this database has had; the migration library makes it.
-- class goose_db_version: node

-- One row: of which log this is drawn, and how far.
-- class board: projection
CREATE TABLE board (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    epoch    TEXT    NOT NULL,
    position INTEGER NOT NULL
) STRICT;

-- One row for each subject. The evidence comes last, so that reading the rest leaves its pages alone.
-- class subjects: projection
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
) STRICT;

CREATE INDEX subjects_by_seq ON subjects (seq);

-- Every name of a subject, hashed with its endpoint and world. Each is an id of the subject, too.
-- class names: projection
CREATE TABLE names (
    hash    BLOB    PRIMARY KEY, -- 16 bytes
    subject INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a page first showed a state, by the id that the subject had then.
-- Nothing in the log says this, so it cannot be derived again.
-- class shown: log
CREATE TABLE shown (
    status TEXT    NOT NULL,
    state  TEXT    NOT NULL,
    at     INTEGER NOT NULL, -- milliseconds since 1970
    by     TEXT    NOT NULL,
    PRIMARY KEY (status, state)
) STRICT, WITHOUT ROWID;
