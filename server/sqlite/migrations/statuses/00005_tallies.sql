-- +goose Up

-- How many subjects have the same endpoint, environment, kind, state and reasons for review, inside of another status
-- or not. A start reads these few rows instead of all subjects. They are written with the subjects, in the same
-- transaction.
-- class tallies: projection
CREATE TABLE tallies (
    endpoint TEXT    NOT NULL,
    world    TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    state    TEXT    NOT NULL,
    inside   INTEGER NOT NULL, -- 1: shown inside another status
    review   TEXT    NOT NULL,
    number   INTEGER NOT NULL, -- never 0
    PRIMARY KEY (endpoint, world, kind, state, inside, review)
) STRICT, WITHOUT ROWID;

INSERT INTO tallies SELECT endpoint, world, kind, state, parent <> '', review, count(*)
    FROM subjects GROUP BY 1, 2, 3, 4, 5, 6;
