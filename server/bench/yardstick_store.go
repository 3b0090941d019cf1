//go:build linux

package main

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"os"

	"modernc.org/sqlite"
)

// group is one writer for many requests (group commit): bodies that arrive during a write go into the next one.
type group struct{ queue chan entry }

// entry is a body that waits for its write. done receives the result.
type entry struct {
	body []byte
	done chan error
}

// newGroup starts the writer. It runs until the process ends.
func newGroup(write func(batch []entry) error) *group {
	g := &group{queue: make(chan entry, 512)}
	go g.run(write)
	return g
}

// append returns when the body is written, or could not be.
func (g *group) append(body []byte) error {
	e := entry{body, make(chan error, 1)}
	g.queue <- e
	return <-e.done
}

// run collects all queued entries, at most 512, and writes them as one batch.
func (g *group) run(write func([]entry) error) {
	var batch []entry
	for first := range g.queue {
		batch = append(batch[:0], first)
		// Everything that is queued now, without waiting for more: as Hookbeam's writer does.
		for more := true; more && len(batch) < 512; {
			select {
			case e := <-g.queue:
				batch = append(batch, e)
			default:
				more = false
			}
		}
		err := write(batch)
		for _, e := range batch {
			e.done <- err
		}
	}
}

// plainLog is the store "file": each batch is appended to the file, as lengths and bodies, and synced once.
func plainLog(path string) (store func([]byte) error, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	var block []byte
	return newGroup(func(batch []entry) error {
		block = block[:0]
		for _, e := range batch {
			block = append(binary.AppendUvarint(block, uint64(len(e.body))), e.body...)
		}
		if _, err := file.Write(block); err != nil {
			return err
		}
		return file.Sync()
	}).append, nil
}

// bareSQLite is the store "sqlite", the least that a log in SQLite can do: it checks nothing, keeps only the body, and
// inserts a batch in one transaction, with the same page size, journal mode and sync setting as Hookbeam.
func bareSQLite(path string) (store func([]byte) error, err error) {
	conn, err := (&sqlite.Driver{}).Open("file:" + path + "?_pragma=page_size(16384)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(256)")
	if err != nil {
		return nil, err
	}
	// Statements are prepared once, and the driver is called without database/sql, as in Hookbeam.
	statements := map[string]driver.StmtExecContext{}
	exec := func(query string, args ...driver.NamedValue) error {
		st := statements[query]
		if st == nil {
			prepared, err := conn.Prepare(query)
			if err != nil {
				return err
			}
			st = prepared.(driver.StmtExecContext)
			statements[query] = st
		}
		_, err := st.ExecContext(context.Background(), args)
		return err
	}
	if err := exec(`CREATE TABLE log (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT`); err != nil {
		return nil, err
	}
	return newGroup(func(batch []entry) error {
		if err := exec("BEGIN IMMEDIATE"); err != nil {
			return err
		}
		for _, e := range batch {
			body := driver.NamedValue{Ordinal: 1, Value: e.body}
			if err := exec(`INSERT INTO log (body) VALUES (?)`, body); err != nil {
				return err
			}
		}
		return exec("COMMIT")
	}).append, nil
}
