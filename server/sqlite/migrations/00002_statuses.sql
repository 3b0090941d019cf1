-- +goose Up

-- What an endpoint's deliveries tell of, and what of it the public may see: JSON.
ALTER TABLE endpoints ADD COLUMN statuses TEXT NOT NULL DEFAULT '{}';
