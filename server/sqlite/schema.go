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

// update brings a database of that age up to date, which is open in c and can be opened as dsn says.
func (of schema) update(ctx context.Context, c *writerConn, dsn string, from age) error {
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
