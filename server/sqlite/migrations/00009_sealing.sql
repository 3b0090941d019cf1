-- With which key the secrets in this database are sealed. There is no row until they are: Go code seals those of an
-- older release in one transaction, and writes the row with it (sealing.go).

-- +goose Up
-- class sealing: registry
CREATE TABLE sealing (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    key_id  TEXT    NOT NULL,
    residue INTEGER NOT NULL -- 1: free space may hold values that are plain or sealed with an earlier key
) STRICT;
