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
var schemaFiles embed.FS

// schema is the set of embedded files that define the tables of a database. The migrations are the
// source. The snapshot is generated from them, and a test compares both. Creating a new database from the snapshot is
// faster than running all migrations.
type schema struct {
	migrations string // folder of the migrations, which update the database of an older release
	snapshot   string // file that creates all tables as the migrations leave them
}

// logSchema are the tables of the log's database. These files write and read them:
//
//	log              epoch and log.swept: written by log.go and remove.go, read by log.go
//	deliveries       inserted by deliveries.go, deleted by remove.go; read by deliveries.go, records.go and tail.go
//	endpoint_blocks  which deliveries an endpoint has: blocks.go
//	events           claims of event ids: written by events.go, deleted by forget.go
//	counts           the ledger: ledger.go
//	retention        the rest of the ledger, and the clock: ledger.go
//	heads            the newest seq of each day: forget.go
//	endpoints        endpoints.go; its limits are also read by endpoint_limits.go
//	sealing          which key sealed the secrets in endpoints: sealing.go
//	sessions, logins logins.go
//	tokens           tokens.go
//	certificates     certificates.go
//	probe            one row that Probe writes: health.go
//
// For the tables of the statuses' database see Statuses. Migrations give the class of each table, which says where it
// is stored when there are several machines.
var logSchema = schema{migrations: "migrations", snapshot: "schema/log.sql"}

// schemaState is the state of a database's tables, compared with this release.
type schemaState int

const (
	blank   schemaState = iota // no tables: a new file, or one whose creation was interrupted
	older                      // some migrations were not applied
	current                    // all migrations were applied
)

// update creates or migrates the tables of a database whose state is from. c is a connection to it, and dsn opens
// another one. Only the process that holds the folder's lock may call it.
func (of schema) update(ctx context.Context, c *writerConn, dsn string, from schemaState) error {
	switch from {
	case blank:
		return of.create(c)
	case older:
		return of.migrate(ctx, dsn)
	}
	return nil
}

// create creates all tables in one transaction, so an interruption leaves either none of them or all.
func (of schema) create(c *writerConn) error {
	statements, err := schemaFiles.ReadFile(of.snapshot)
	if err != nil {
		return err
	}
	if err := c.begin(); err != nil {
		return fmt.Errorf("create the tables: %w", err)
	}
	if err = c.script(string(statements)); err == nil {
		err = c.commit()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("create the tables: %w", err), c.rollback())
	}
	return nil
}

// migrate applies the migrations that are missing, each in a transaction of its own. It uses a connection of
// database/sql, which goose requires.
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
