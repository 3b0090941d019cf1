-- +goose Up

-- The table of the migrations that this database has had; the migration library makes it.
-- class goose_db_version: node

-- One row: which log this is, and how far retention has removed its oldest deliveries.
-- class log: log
CREATE TABLE log (
    only  INTEGER PRIMARY KEY CHECK (only = 1),
    epoch TEXT    NOT NULL,
    swept INTEGER NOT NULL -- everything up to this seq may be gone
) STRICT;

-- The log itself: one row for each delivery. The body comes last, so that reading the rest leaves its pages alone.
-- class deliveries: log
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
) STRICT;

-- The one index that every append pays for.
CREATE INDEX deliveries_by_endpoint ON deliveries (endpoint, seq);

-- Rejected deliveries are a capped ring per endpoint; only they are in here.
CREATE INDEX deliveries_rejected ON deliveries (endpoint, seq) WHERE verdict = 'rejected';

-- Repeats of an event, and rejected deliveries that verified later: few are in here.
CREATE INDEX deliveries_repeats ON deliveries (duplicate_of) WHERE duplicate_of > 0;
CREATE INDEX deliveries_releases ON deliveries (release_of) WHERE release_of > 0;

-- Which verified event came first with which delivery, for ever: it outlives the delivery.
-- class events: log
CREATE TABLE events (
    endpoint TEXT    NOT NULL,
    event    TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    tries    INTEGER NOT NULL,
    PRIMARY KEY (endpoint, event)
) STRICT, WITHOUT ROWID;

-- class endpoints: registry
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
) STRICT, WITHOUT ROWID;

-- class sessions: registry
CREATE TABLE sessions (
    token      TEXT    PRIMARY KEY, -- hashed
    content    BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One-time logins that have not been used.
-- class logins: registry
CREATE TABLE logins (
    hash       BLOB    PRIMARY KEY, -- SHA-256 of the code
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A single row that the readiness probe writes.
-- class probe: node
CREATE TABLE probe (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    at   INTEGER NOT NULL
) STRICT;

-- Certificates that senders name by an address, as they were found there.
-- class certificates: node
CREATE TABLE certificates (
    url        TEXT    PRIMARY KEY,
    text       BLOB    NOT NULL, -- PEM
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
