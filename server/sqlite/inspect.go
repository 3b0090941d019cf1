package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Inspection is the result of Inspect.
type Inspection struct {
	Bytes      map[string]int64 // size of each database file
	Deliveries int64            // records whose checksum was compared
	Unchecked  int64            // records of releases that stored no checksum
	Damaged    []hook.Seq       // records that do not match their checksum, at most maxListed
	Findings   []Finding
}

// Finding is one damage, and what the operator can do about it.
type Finding struct{ File, What, Do string }

const (
	maxListed    = 100 // damaged records, and complaints of SQLite about one file, that are listed
	inspectBatch = 200 // records that are read in one transaction: a long one would let the WAL grow
)

// What the operator can do.
const (
	doRestore = "Restore a backup with hookbeam restore FILE --replace, and check the disk."
	doRebuild = "Stop the server and run hookbeam statuses rebuild, and check the disk."
	doAgain   = "Ask the senders to deliver them again, or restore a backup that has them. Check the disk."
)

// inspection is an inspection in progress.
type inspection struct {
	Inspection
	dir  string
	key  Sealer // nil: secrets are not opened
	head hook.Seq
}

// Inspect looks for damage in the databases of dir: in their structure, in every record, in the secrets if key is not
// nil, and between the log and its projections. It changes nothing, and a server may use the databases. Its error means
// that it could not look.
func Inspect(ctx context.Context, dir string, key Sealer) (Inspection, error) {
	in := &inspection{dir: dir, key: key, Inspection: Inspection{Bytes: map[string]int64{}}}
	var attached []func(*sql.DB) error
	for _, kind := range projectionKinds() { // before the log, so that they cannot seem to be ahead of it
		check, err := in.projection(ctx, kind)
		if err != nil {
			return in.Inspection, err
		}
		if check != nil {
			attached = append(attached, check)
		}
	}
	return in.Inspection, in.log(ctx, attached)
}

// find notes a damage.
func (in *inspection) find(file, do, what string, values ...any) {
	in.Findings = append(in.Findings, Finding{File: file, What: fmt.Sprintf(what, values...), Do: do})
}

// trouble notes err as a damage of a file if it is one, and otherwise returns it.
func (in *inspection) trouble(ctx context.Context, file, do string, err error) error {
	switch {
	case err == nil || ctx.Err() != nil:
		return ctx.Err()
	case damage(err):
		in.find(file, do, "it cannot be read: %v", err)
		return nil
	case errors.Is(err, errForeign), errors.Is(err, errNewer):
		in.find(file, "", "%v", err)
		return nil
	}
	return fmt.Errorf("inspect %s: %w", file, err)
}

// structure opens a database and checks its structure. The database is nil if it cannot be inspected further.
func (in *inspection) structure(ctx context.Context, name, do string, of schema) (db *sql.DB, err error) {
	path := filepath.Join(in.dir, name)
	if in.Bytes[name], err = sizeOf(path); err != nil {
		delete(in.Bytes, name)
		return nil, err
	}
	found, err := of.check(ctx, path)
	if err != nil {
		return nil, in.trouble(ctx, name, do, err)
	}
	if db, err = openUnchanged(path); err != nil {
		return nil, err
	}
	whole, err := in.complaints(ctx, db, name, do)
	if err = in.trouble(ctx, name, do, err); err == nil && whole && found == older {
		in.find(name, "Start hookbeam serve of this release once, which upgrades it, and check it again.",
			"an older release wrote it, so only its structure was checked")
	}
	if err != nil || !whole || found != current {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// complaints runs SQLite's own check and reports whether it found nothing.
func (in *inspection) complaints(ctx context.Context, db *sql.DB, name, do string) (whole bool, err error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`PRAGMA integrity_check(%d)`, maxListed))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return false, err
		}
		all = append(all, strings.Join(strings.Fields(text), " "))
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	if len(all) == 1 && all[0] == "ok" {
		return true, nil
	}
	const shown = 3
	more := ""
	if len(all) > shown {
		more = fmt.Sprintf("; and %d more", len(all)-shown)
	}
	in.find(name, do, "its structure is damaged: %s%s", strings.Join(all[:min(shown, len(all))], "; "), more)
	return false, nil
}

// projection inspects the database of a projection. check compares it with the log, and is nil if it cannot be
// compared.
func (in *inspection) projection(ctx context.Context, kind *projectionKind) (check func(*sql.DB) error, err error) {
	db, err := in.structure(ctx, kind.file, doRebuild, kind.schema)
	if errors.Is(err, fs.ErrNotExist) || err == nil && db == nil {
		return nil, nil // a projection that is missing is built again
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for query, what := range kind.consistent {
		var n int64
		if err := db.QueryRowContext(ctx, query).Scan(&n); err != nil {
			return nil, in.trouble(ctx, kind.file, doRebuild, err)
		}
		if n > 0 {
			in.find(kind.file, doRebuild, what, n)
		}
	}
	var epoch string
	var position hook.Seq
	err = db.QueryRowContext(ctx, `SELECT epoch, position FROM `+kind.origin).Scan(&epoch, &position)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil // new
	}
	if err != nil {
		return nil, in.trouble(ctx, kind.file, doRebuild, err)
	}
	return func(log *sql.DB) error {
		var current string
		if err := log.QueryRowContext(ctx, `SELECT epoch FROM log`).Scan(&current); err != nil {
			return err
		}
		if current != epoch || position > in.head {
			in.find(kind.file, "Start the server, which builds them again.",
				"the %s were built from another log (%s up to %d; this is %s up to %d)", kind.name, epoch, position,
				current, in.head)
		}
		return nil
	}, nil
}

// log inspects the database of the log and the registry, and then runs the checks that need it.
func (in *inspection) log(ctx context.Context, attached []func(*sql.DB) error) (err error) {
	db, err := in.structure(ctx, FileName, doRestore, logSchema)
	if err != nil || db == nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// noteDamage logs; here the inspection reports.
	s := newDatabase(in.dir, Options{Now: time.Now, Log: slog.New(slog.DiscardHandler), Seal: in.key})
	s.read = db
	err = db.QueryRowContext(ctx, `SELECT epoch, summed_from, max(swept,
		coalesce((SELECT max(seq) FROM deliveries), 0), coalesce((SELECT counted_to FROM retention), 0)) FROM log`).
		Scan(&s.log.epoch, &s.log.summedFrom, &in.head)
	if err != nil {
		return in.trouble(ctx, FileName, doRestore, err)
	}
	steps := []func() error{
		func() error { return in.records(ctx, s.log) },
		func() error { return in.blocks(ctx, db) },
		func() error { return in.secrets(ctx, s) },
	}
	for _, check := range attached {
		steps = append(steps, func() error { return check(db) })
	}
	for _, step := range steps {
		if err := in.trouble(ctx, FileName, doRestore, step()); err != nil {
			return err
		}
	}
	return nil
}

// records compares every record with its checksum.
func (in *inspection) records(ctx context.Context, log *Log) error {
	var damaged int64
	for after, read := hook.Seq(0), inspectBatch; read == inspectBatch; {
		read = 0
		err := log.eachRow(ctx, func(r *hook.Record) error {
			read++
			after = r.Seq
			switch r.Integrity {
			case hook.IntegrityDamaged:
				if damaged++; damaged <= maxListed {
					in.Damaged = append(in.Damaged, r.Seq)
				}
			case hook.IntegrityUnknown:
				in.Unchecked++
			default:
				in.Deliveries++
			}
			return nil
		}, `SELECT `+recordColumns+` FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?`, int64(after), inspectBatch)
		if err != nil {
			return err
		}
	}
	if damaged > 0 {
		in.find(
			FileName,
			doAgain,
			"the records of %d deliveries do not match their checksums: %s. They are shown as "+
				"damaged and have no effect",
			damaged,
			listSeqs(in.Damaged, damaged),
		)
	}
	return nil
}

// listSeqs returns the first seqs of a list as text. total is how many there are.
func listSeqs(seqs []hook.Seq, total int64) string {
	const shown = 10
	var b strings.Builder
	for i, seq := range seqs[:min(shown, len(seqs))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%d", seq)
	}
	if total > shown {
		b.WriteString(", …")
	}
	return b.String()
}

// blocks checks that the block index contains every delivery: one that it lacks would be missing in the lists of its
// endpoint.
func (in *inspection) blocks(ctx context.Context, db *sql.DB) error {
	var missing int64
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT DISTINCT endpoint, seq >> 7 FROM deliveries
		EXCEPT SELECT endpoint_id, block FROM endpoint_blocks)`).Scan(&missing)
	if err == nil && missing > 0 {
		in.find(FileName, doRestore, "%d blocks of deliveries are missing in the index of their endpoints", missing)
	}
	return err
}

// secrets opens the secrets of all endpoints.
func (in *inspection) secrets(ctx context.Context, s *database) error {
	if in.key == nil {
		return nil
	}
	if _, err := (&Registry{s}).Endpoints(ctx); err != nil {
		if damage(err) || ctx.Err() != nil {
			return err
		}
		in.find(FileName, doRestore, "%v", err)
	}
	return nil
}
