package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql migrations/statuses/*.sql
var migrations embed.FS

//go:embed schema/*.sql
var wholeSchemas embed.FS

// schema is where it stands what tables one of the two databases has.
type schema struct {
	migrations string // folder of the steps that bring an older database up to date
	whole      string // file of all that those steps make: a new database need not take them one by one
}

var (
	logSchema   = schema{migrations: "migrations", whole: "schema/log.sql"}
	boardSchema = schema{migrations: "migrations/statuses", whole: "schema/statuses.sql"}
)

// age is how the tables of a database stand to those that this release knows.
type age int

const (
	blank   age = iota // there are none: it is a new file, or the process that made it did not come to the end
	older              // migrations are missing
	current            // it has had all of them
)

// update brings a database of that age up to date.
func (of schema) update(ctx context.Context, db *sql.DB, from age) error {
	switch from {
	case blank:
		return of.create(ctx, db)
	case older:
		return of.migrate(ctx, db)
	}
	return nil
}

// create makes all tables at once: whenever it is interrupted, there are all of them or none.
func (of schema) create(ctx context.Context, db *sql.DB) error {
	statements, err := wholeSchemas.ReadFile(of.whole)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after the commit it does nothing
	if _, err := tx.ExecContext(ctx, string(statements)); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}

// migrate takes the steps that the database has not had yet.
func (of schema) migrate(ctx context.Context, db *sql.DB) error {
	steps, err := fs.Sub(migrations, of.migrations)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
