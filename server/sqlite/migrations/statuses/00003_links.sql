-- +goose Up

-- What connects payments, orders and references with each other: JSON, empty for other subjects.
ALTER TABLE subjects ADD COLUMN links TEXT NOT NULL DEFAULT '';

-- The id of the status inside which this one is listed; empty: it is listed by itself.
ALTER TABLE subjects ADD COLUMN parent TEXT NOT NULL DEFAULT '';

-- Why a person should look, with a blank before and after each reason; empty: nobody need.
ALTER TABLE subjects ADD COLUMN review TEXT NOT NULL DEFAULT '';
