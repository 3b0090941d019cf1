-- What few deliveries have besides their columns: the node that received them, marks, the ids of a batch, the raw head and
-- trailers. hook.AppendRest says how it is encoded. Rows without it are as they were, and so are their checksums.

-- +goose Up
ALTER TABLE deliveries ADD COLUMN rest BLOB; -- NULL: there is none
