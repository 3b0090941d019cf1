-- Limits of one endpoint on what is kept of its deliveries, and what they have removed.

-- +goose Up
ALTER TABLE endpoints ADD COLUMN max_age INTEGER NOT NULL
    DEFAULT 0; -- seconds; 0: no limit of its own
ALTER TABLE endpoints ADD COLUMN max_deliveries INTEGER NOT NULL DEFAULT 0; -- 0: no limit of its own
ALTER TABLE endpoints ADD COLUMN max_bytes INTEGER NOT NULL
    DEFAULT 0; -- 0: no limit of its own
-- The newest seq of this endpoint and kind that a limit of the endpoint removed; 0: none.
ALTER TABLE counts ADD COLUMN removed_to INTEGER NOT NULL DEFAULT 0;
