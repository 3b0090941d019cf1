package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

//go:embed schema
var wholeSchemas embed.FS

// schema names the files that define the tables of a database.
type schema struct {
	migrations string // folder of the steps that bring an older database up to date
	whole      string // file of all that those steps make: a new database need not take them one by one
}

var logSchema = schema{migrations: "migrations", whole: "schema/log.sql"}

// schemaState says whether the tables of a database are those of this release.
type schemaState int

const (
	blank   schemaState = iota // no tables: a new file, or one whose creation was interrupted
	older                      // migrations are missing
	current                    // all migrations were applied
)

// update brings a database up to date. c is a connection to it, dsn opens another, and from is its present state.
func (of schema) update(ctx context.Context, c *writerConn, dsn string, from schemaState) error {
	switch from {
	case blank:
		return of.create(c)
	case older:
		return of.migrate(ctx, dsn)
	}
	return nil
}

// create makes all tables at once: whenever it is interrupted, there are all of them or none.
func (of schema) create(c *writerConn) error {
	statements, err := wholeSchemas.ReadFile(of.whole)
	if err != nil {
		return err
	}
	if err := c.begin(); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	if err = c.script(string(statements)); err == nil {
		err = c.commit()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("make the tables: %w", err), c.rollback())
	}
	return nil
}

// migrate takes the steps that the database has not had yet.
func (of schema) migrate(ctx context.Context, dsn string) error {
	steps, err := fs.Sub(migrations, of.migrations)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, steps)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
