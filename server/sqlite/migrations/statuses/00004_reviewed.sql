-- +goose Up

-- A rebuild copies reviews while no delivery is applied, so it must find them without reading every row. Links are JSON
-- that this program writes: the name of a member, in quotes and with a colon, occurs in no text.
CREATE INDEX subjects_reviewed ON subjects (key) WHERE instr(links, '"reviewed":') > 0;
