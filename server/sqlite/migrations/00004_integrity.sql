-- +goose Up

-- CRC-32C of all the rest of the record, as integrity.go encodes it; NULL: it was written before there were checksums.
ALTER TABLE deliveries ADD COLUMN checksum INTEGER;

-- The seq from which on each record has one.
ALTER TABLE log ADD COLUMN summed_from INTEGER NOT NULL DEFAULT 0;
UPDATE log SET summed_from = (SELECT coalesce(max(seq), 0) + 1 FROM deliveries);
