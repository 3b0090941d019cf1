-- +goose Up

-- Which release drew this; NULL: it is to be drawn again, whichever it was.
ALTER TABLE board ADD COLUMN release TEXT;
