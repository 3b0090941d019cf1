package sqlite

import (
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

var update = flag.Bool("update", false, "write the files in schema anew")

var schemas = map[string]schema{FileName: logSchema, StatusesFile: statusesKind.schema}

// schemaHead begins each file in schema.
const schemaHead = `-- This file creates a new database. It is generated from the migrations: after adding one, run
--   go test ./server/sqlite -run TestANewDatabaseIsAsTheMigrationsMakeIt -update
-- schema.go lists who writes and who reads each table.

`

// TestANewDatabaseIsAsTheMigrationsMakeIt makes each database in both ways. With -update it writes down what the
// migrations make; the new file counts from the next build on.
func TestANewDatabaseIsAsTheMigrationsMakeIt(t *testing.T) {
	for name, of := range schemas {
		t.Run(name, func(t *testing.T) {
			migrated := made(t, name, func(dsn string) error { return of.migrate(t.Context(), dsn) })
			if *update {
				if err := os.WriteFile(of.snapshot, []byte(schemaHead+statements(t, migrated)), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(described(t, migrated), described(t, made(t, name, of.createAt))); diff != "" {
				t.Errorf("%s is not what the migrations make; its first lines say how to generate it\n%s",
					of.snapshot, diff)
			}
		})
	}
}

// made opens a new database as Open does, and has it filled beside.
func made(t *testing.T, name string, fill func(dsn string) error) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	db := plainly(t, path)
	if there := tables(t, db); len(there) > 0 {
		t.Fatal(there)
	}
	if err := fill(dsn(path, durable)); err != nil {
		t.Fatal(err)
	}
	return db
}

func (of schema) createAt(dsn string) error {
	c, err := openWriter(dsn, 2)
	if err != nil {
		return err
	}
	return errors.Join(of.create(c), c.close())
}

// plainly opens a database as it is, or an empty one.
func plainly(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, durable))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

// statements make the tables of a database, and write which migrations it has had.
func statements(t *testing.T, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	for _, row := range rows(t, db, `SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite%' ORDER BY rowid`) {
		fmt.Fprintf(&b, "%s;\n\n", row)
	}
	var versions []string
	for _, row := range rows(t, db, `SELECT version_id FROM goose_db_version ORDER BY id`) {
		versions = append(versions, "("+row+", 1)")
	}
	fmt.Fprintf(&b, "INSERT INTO goose_db_version (version_id, is_applied) VALUES\n    %s;\n",
		strings.Join(versions, ",\n    "))
	return b.String()
}

// described is all that is in a new database, but for when that was put there.
func described(t *testing.T, db *sql.DB) []string {
	t.Helper()
	all := tables(t, db)
	all = append(all, rows(t, db, `SELECT m.name, c.* FROM sqlite_schema m, pragma_table_xinfo(m.name) c
		ORDER BY m.name, c.cid`)...)
	all = append(all, rows(t, db, `SELECT name, type, ncol, wr, strict FROM pragma_table_list ORDER BY name`)...)
	all = append(all, rows(t, db, `SELECT id, version_id, is_applied FROM goose_db_version ORDER BY id`)...)
	all = append(all, rows(t, db, `SELECT name, seq FROM sqlite_sequence`)...)
	for _, table := range rows(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`) {
		all = append(all, rows(t, db, `SELECT '`+table+`', count(*) FROM `+table)...)
	}
	for _, pragma := range []string{"page_size", "journal_mode", "encoding", "auto_vacuum", "user_version",
		"application_id"} {
		all = append(all, pragma+" "+rows(t, db, `PRAGMA `+pragma)[0])
	}
	return all
}

// tables are those of a database, with their indexes, as they were made.
func tables(t *testing.T, db *sql.DB) []string {
	t.Helper()
	return rows(t, db, `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name`)
}

// rows are those of a query, their values joined.
func rows(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &sql.NullString{}
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i := range values {
			values[i] = into[i].(*sql.NullString).String
		}
		all = append(all, strings.Join(values, " | "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestADatabaseThatWasNotMadeToTheEndIsMadeAnew opens what a process leaves that ends while it makes a database:
// whatever of it has reached the disk, the next one finds all tables or none.
func TestADatabaseThatWasNotMadeToTheEndIsMadeAnew(t *testing.T) {
	const head, frame = 32, 24 + pageSize // of a WAL, in bytes
	for name, of := range schemas {
		whole := made(t, name, of.createAt)
		want, files := tables(t, whole), contents(t, folderOf(t, whole))
		wal := files[name+"-wal"]
		frames := (len(wal) - head) / frame
		if frames < 5 {
			t.Fatalf("%s: the WAL has %d frames", name, frames)
		}
		for _, left := range []int{0, 1, frames / 2, frames - 1, frames} {
			t.Run(fmt.Sprintf("%s, %d frames of the WAL", name, left), func(t *testing.T) {
				files[name+"-wal"] = wal[:head+left*frame]
				reopened(t, name, files, want)
			})
		}
		t.Run(name+", no WAL", func(t *testing.T) { reopened(t, name, map[string][]byte{name: files[name]}, want) })
		t.Run(name+", nothing", func(t *testing.T) { reopened(t, name, map[string][]byte{name: nil}, want) })
	}
}

func folderOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	return filepath.Dir(rows(t, db, `SELECT file FROM pragma_database_list`)[0])
}

// reopened demands that opening the files makes a database with these tables of them.
func reopened(t *testing.T, name string, files map[string][]byte, want []string) {
	t.Helper()
	dir := t.TempDir()
	restore(t, dir, files)
	seen, err := CheckRelease(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	open := map[string]func() (io.Closer, error){
		FileName: func() (io.Closer, error) {
			return openStore(t.Context(), dir, options(Options{Checked: seen}))
		},
		StatusesFile: func() (io.Closer, error) {
			log := slog.New(slog.DiscardHandler)
			return NewStatusDatabases(t.Context(), dir, log, seen, true).Open(t.Context(), hook.ProjectionOrigin{})
		},
	}[name]
	s, err := open()
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if found, err := schemas[name].check(t.Context(), path); err != nil || found != current {
		t.Errorf("its tables are %d (%v)", found, err)
	}
	if diff := cmp.Diff(want, tables(t, plainly(t, path))); diff != "" {
		t.Error(diff)
	}
}

func TestADatabaseThatWasBegunAndIsNotNeededIsFreed(t *testing.T) {
	dir, log := t.TempDir(), slog.New(slog.DiscardHandler)
	begun := NewStatusDatabases(t.Context(), dir, log, Checked{}, true)
	for range 2 {
		if err := begun.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := begun.Open(t.Context(), hook.ProjectionOrigin{}); err == nil {
		t.Error("opened after it was closed")
	}
	s, err := NewStatusDatabases(t.Context(), dir, log, Checked{}, false).Open(t.Context(), hook.ProjectionOrigin{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
