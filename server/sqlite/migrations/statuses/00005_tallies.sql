-- +goose Up

-- How many subjects have the same endpoint, environment, kind, state and reasons for review, inside of another status
-- or not. A start reads these few rows instead of all subjects. Triggers keep them: whatever writes subjects, in the
-- same transaction.
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

-- +goose StatementBegin
CREATE TRIGGER subjects_inserted AFTER INSERT ON subjects BEGIN
    INSERT INTO tallies VALUES (NEW.endpoint, NEW.world, NEW.kind, NEW.state, NEW.parent <> '', NEW.review, 1)
        ON CONFLICT DO UPDATE SET number = number + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER subjects_updated AFTER UPDATE ON subjects
    WHEN (OLD.state, OLD.kind, OLD.review, OLD.parent <> '') IS NOT (NEW.state, NEW.kind, NEW.review, NEW.parent <> '')
BEGIN
    UPDATE tallies SET number = number - 1 WHERE (endpoint, world, kind, state, inside, review)
        = (OLD.endpoint, OLD.world, OLD.kind, OLD.state, OLD.parent <> '', OLD.review);
    DELETE FROM tallies WHERE (endpoint, world, kind, state, inside, review)
        = (OLD.endpoint, OLD.world, OLD.kind, OLD.state, OLD.parent <> '', OLD.review) AND number = 0;
    INSERT INTO tallies VALUES (NEW.endpoint, NEW.world, NEW.kind, NEW.state, NEW.parent <> '', NEW.review, 1)
        ON CONFLICT DO UPDATE SET number = number + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER subjects_deleted AFTER DELETE ON subjects BEGIN
    UPDATE tallies SET number = number - 1 WHERE (endpoint, world, kind, state, inside, review)
        = (OLD.endpoint, OLD.world, OLD.kind, OLD.state, OLD.parent <> '', OLD.review);
    DELETE FROM tallies WHERE (endpoint, world, kind, state, inside, review)
        = (OLD.endpoint, OLD.world, OLD.kind, OLD.state, OLD.parent <> '', OLD.review) AND number = 0;
END;
-- +goose StatementEnd
