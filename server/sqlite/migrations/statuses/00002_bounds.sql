-- +goose Up

-- Which release drew this; NULL: it is to be drawn again, whichever it was.
ALTER TABLE board ADD COLUMN release TEXT;

-- Strangers can make as many of these as they like, so the oldest are looked for often.
CREATE INDEX subjects_unverified ON subjects (seq) WHERE world = 'unsigned';
