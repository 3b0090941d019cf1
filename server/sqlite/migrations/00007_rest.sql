-- What few deliveries have besides their columns: the node that received them, marks, the ids of a batch, the raw head and
-- trailers. hook.AppendRest says how it is encoded. Rows without it are as they were, and so are their checksums.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN rest BLOB; -- NULL: there is none

-- Finds a delivery by the id that it was answered with before it had a seq: its random bits. Nearly no row is in it.
CREATE INDEX deliveries_spooled ON deliveries (random) WHERE rest IS NOT NULL;
