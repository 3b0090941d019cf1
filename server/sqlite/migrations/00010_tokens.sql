-- API tokens. A token itself is never stored, only its hash.

-- +goose Up

-- class tokens: registry
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
