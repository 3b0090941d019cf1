-- The fingerprint of what verified an endpoint's deliveries when its rejected ones were checked last, and how many of
-- them verified then. Empty: they have to be checked, because a release or a person changed what verifies them.

-- +goose Up
ALTER TABLE endpoints ADD COLUMN checked_as TEXT NOT NULL
    DEFAULT '';
ALTER TABLE endpoints ADD COLUMN would_verify INTEGER NOT NULL DEFAULT 0;
