-- +goose Up

-- A block range index: which blocks of 128 seqs contain deliveries of an endpoint. An index on every delivery would make
-- every append more expensive. A block may be listed although the endpoint's deliveries in it were removed, but a block
-- that contains some is never missing.
-- class endpoint_blocks: projection
CREATE TABLE endpoint_blocks (
    endpoint_id TEXT    NOT NULL,
    block       INTEGER NOT NULL, -- seq >> 7
    PRIMARY KEY (endpoint_id, block)
) STRICT, WITHOUT ROWID;

INSERT INTO endpoint_blocks (endpoint_id, block)
SELECT DISTINCT endpoint, seq >> 7 FROM deliveries INDEXED BY deliveries_by_endpoint ORDER BY endpoint, seq;

DROP INDEX deliveries_by_endpoint;

-- A delivery was counted with 56 bytes for its entry in the index.
UPDATE counts SET bytes = bytes - 56 * number WHERE kind IN ('verified', 'unsigned', 'rejected');
