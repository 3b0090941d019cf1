-- +goose Up

-- One row: what retention knows, as of delivery counted_to. It is written where something is removed, and every few
-- seconds under load: what came after counted_to is added up at the next start.
-- class retention: log
CREATE TABLE retention (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    counted_to   INTEGER NOT NULL, -- the newest seq then; it is never given again, even where its delivery is gone
    events_exact INTEGER NOT NULL, -- 0: the events are still to be counted
    thinned      INTEGER NOT NULL, -- no unsigned delivery up to this seq is kept
    seen_at      INTEGER NOT NULL, -- the clock then, in milliseconds since 1970
    paused       INTEGER NOT NULL  -- milliseconds of running for which nothing is removed by age yet
) STRICT;

-- How many rows of each kind there are, and how many bytes they take in the file.
-- class counts: node
CREATE TABLE counts (
    endpoint TEXT    NOT NULL, -- empty for events
    kind     TEXT    NOT NULL, -- verified, unsigned, rejected; events, forgotten, forgotten_early
    number   INTEGER NOT NULL,
    bytes    INTEGER NOT NULL,
    PRIMARY KEY (endpoint, kind)
) STRICT, WITHOUT ROWID;

-- Which delivery was the newest on a day: how old an event is whose delivery is gone.
-- class heads: log
CREATE TABLE heads (
    day INTEGER PRIMARY KEY, -- days since 1970
    seq INTEGER NOT NULL
) STRICT;
