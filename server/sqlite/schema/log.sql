-- This file creates a new database. It is generated from the migrations: after adding one, run
--   go test ./server/sqlite -run TestANewDatabaseIsAsTheMigrationsMakeIt -update
-- schema.go lists who writes and who reads each table.

CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);

CREATE TABLE log (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT    NOT NULL,
    swept INTEGER NOT NULL -- everything up to this seq may be gone
, summed_from INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE deliveries (
    seq          INTEGER PRIMARY KEY,
    version      INTEGER NOT NULL, -- of the record's form
    random       BLOB    NOT NULL, -- 16 bytes, part of its id
    endpoint     TEXT    NOT NULL,
    received_at  INTEGER NOT NULL, -- milliseconds since 1970
    took         INTEGER NOT NULL, -- microseconds from the headers to the body's last byte
    method       TEXT    NOT NULL,
    path         TEXT    NOT NULL,
    query        TEXT    NOT NULL,
    content_type TEXT    NOT NULL,
    size         INTEGER NOT NULL,
    type         TEXT    NOT NULL,
    event        TEXT    NOT NULL,
    verdict      TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    secret       TEXT    NOT NULL, -- label of the secret that matched
    duplicate_of INTEGER NOT NULL, -- seq of the event's first delivery, or 0
    try          INTEGER NOT NULL, -- which try of its event, from the second on; or 0
    release_of   INTEGER NOT NULL, -- seq of the rejected delivery that this one is, verified later; or 0
    occurred_at  INTEGER NOT NULL, -- milliseconds since 1970, as the provider says; or 0
    account      TEXT    NOT NULL,
    mode         TEXT    NOT NULL, -- live, test or empty
    events       INTEGER NOT NULL, -- how many are in the body, where there are several; or 0
    scheme       TEXT    NOT NULL, -- how it was checked; empty: it was not
    covers       TEXT    NOT NULL, -- what the signature covers
    skew         INTEGER,          -- milliseconds from signing to receiving; NULL: no time is signed
    host         TEXT    NOT NULL,
    proto        TEXT    NOT NULL,
    remote       TEXT    NOT NULL,
    headers      BLOB    NOT NULL, -- "Name: value\n" for each value
    body         BLOB    NOT NULL
, checksum INTEGER, rest BLOB) STRICT;

CREATE INDEX deliveries_rejected ON deliveries (endpoint, seq) WHERE verdict = 'rejected';

CREATE INDEX deliveries_repeats ON deliveries (duplicate_of) WHERE duplicate_of > 0;

CREATE INDEX deliveries_releases ON deliveries (release_of) WHERE release_of > 0;

CREATE TABLE events (
    endpoint TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    PRIMARY KEY (endpoint, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoints (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    slug       TEXT    NOT NULL UNIQUE,
    provider   TEXT    NOT NULL,
    verify     TEXT    NOT NULL,
    tolerance  INTEGER NOT NULL, -- seconds
    secrets    TEXT    NOT NULL, -- JSON
    max_body   INTEGER NOT NULL,
    response   TEXT    NOT NULL, -- JSON
    signed_url TEXT    NOT NULL,
    settings   TEXT    NOT NULL, -- JSON
    allow      TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    deleted_at INTEGER NOT NULL  -- 0 while it lives
, statuses TEXT NOT NULL DEFAULT '{}', confirmed INTEGER NOT NULL DEFAULT 1, checked_as TEXT NOT NULL
    DEFAULT '', would_verify INTEGER NOT NULL DEFAULT 0, max_age INTEGER NOT NULL
    DEFAULT 0, max_deliveries INTEGER NOT NULL DEFAULT 0, max_bytes INTEGER NOT NULL
    DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token      TEXT    PRIMARY KEY, -- hashed
    content    BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE logins (
    hash       BLOB    PRIMARY KEY, -- SHA-256 of the code
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE probe (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    at   INTEGER NOT NULL
) STRICT;

CREATE TABLE certificates (
    url        TEXT    PRIMARY KEY,
    text       BLOB    NOT NULL, -- PEM
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE retention (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    counted_to   INTEGER NOT NULL, -- the newest seq then; it is never given again, even where its delivery is gone
    events_exact INTEGER NOT NULL, -- 0: the events are still to be counted
    thinned      INTEGER NOT NULL, -- no unsigned delivery up to this seq is kept
    seen_at      INTEGER NOT NULL, -- the clock then, in milliseconds since 1970
    paused       INTEGER NOT NULL  -- milliseconds of running for which nothing is removed by age yet
) STRICT;

CREATE TABLE counts (
    endpoint TEXT    NOT NULL, -- empty for events
    kind     TEXT    NOT NULL, -- verified, unsigned, rejected; events, forgotten, forgotten_early
    number   INTEGER NOT NULL,
    bytes    INTEGER NOT NULL, removed_to INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (endpoint, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE heads (
    day INTEGER PRIMARY KEY, -- days since 1970
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint_blocks (
    endpoint_id TEXT    NOT NULL,
    block       INTEGER NOT NULL, -- seq >> 7
    PRIMARY KEY (endpoint_id, block)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_spooled ON deliveries (random) WHERE rest IS NOT NULL;

CREATE TABLE sealing (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    key_id  TEXT    NOT NULL,
    residue INTEGER NOT NULL -- 1: free space may hold values that are plain or sealed with an earlier key
) STRICT;

CREATE TABLE tokens (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    hash       BLOB    NOT NULL UNIQUE, -- SHA-256 of the token
    scopes     TEXT    NOT NULL,        -- JSON: a list of texts
    endpoints  TEXT    NOT NULL,        -- JSON: null for all, else a list of ids
    created_at INTEGER NOT NULL,        -- milliseconds since 1970
    created_by TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,        -- 0: never
    used_at    INTEGER NOT NULL         -- 0: never
) STRICT, WITHOUT ROWID;

INSERT INTO goose_db_version (version_id, is_applied) VALUES
    (0, 1),
    (1, 1),
    (2, 1),
    (3, 1),
    (4, 1),
    (5, 1),
    (6, 1),
    (7, 1),
    (8, 1),
    (9, 1),
    (10, 1),
    (11, 1);
