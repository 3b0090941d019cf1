-- +goose Up

-- A block range index: which blocks of 128 places in the log have deliveries of an endpoint. There they are looked for;
-- an index of every delivery would be paid for by every append. A block may be listed whose deliveries of the endpoint
-- were removed, never one left out that has some.
CREATE TABLE endpoint_blocks (
    endpoint_id TEXT    NOT NULL,
    block       INTEGER NOT NULL, -- seq >> 7
    PRIMARY KEY (endpoint_id, block)
) STRICT, WITHOUT ROWID;

INSERT INTO endpoint_blocks (endpoint_id, block)
SELECT DISTINCT endpoint, seq >> 7 FROM deliveries INDEXED BY deliveries_by_endpoint ORDER BY endpoint, seq;

DROP INDEX deliveries_by_endpoint;

-- A delivery's entry in the index was counted with 56 bytes.
UPDATE counts SET bytes = bytes - 56 * number WHERE kind IN ('verified', 'unsigned', 'rejected');
