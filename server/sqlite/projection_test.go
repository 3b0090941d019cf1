package sqlite

import (
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"hookbeam/server/hook"
)

// TestAClearedProjectionIsClearedToTheEnd interrupts the deletion of what was built from another log. A trigger stands
// for whatever ends the process between two of the deletions.
func TestAClearedProjectionIsClearedToTheEnd(t *testing.T) {
	for _, table := range statusesKind.tables {
		t.Run(table, func(t *testing.T) {
			dir := t.TempDir()
			s := openStatuses(t, dir)
			s.put(t, 1, 5)
			err := s.write.script(`INSERT INTO shown (status, state, at, by) VALUES ('sub_1', 'paid', 1, 'page');
				INSERT INTO subjects VALUES (1, 1, 'ep_1', '', 'payment', 'paid', 1, '', 0, '{}', '', '', '', '');
				INSERT INTO tallies VALUES ('ep_1', '', 'payment', 'paid', 0, '', 1);
				CREATE TRIGGER stop BEFORE DELETE ON ` + table + ` BEGIN SELECT raise(ABORT, 'interrupted'); END`)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			open := func() (*Statuses, error) {
				return NewStatusDatabases(t.Context(), dir, slog.New(slog.DiscardHandler), Checked{}, false).
					Open(t.Context(), hook.ProjectionOrigin{Epoch: "two", Head: 1})
			}
			if _, err := open(); err == nil {
				t.Fatal("the deletion was not interrupted")
			}
			write, read, err := connect(filepath.Join(dir, StatusesFile), statusesKind.tuning)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(write.exec(`DROP TRIGGER stop`), closeConns(write, read)); err != nil {
				t.Fatal(err)
			}
			s, err = open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			for _, table := range statusesKind.tables {
				if n, err := s.write.value(`SELECT count(*) FROM ` + table); err != nil || n != int64(0) {
					t.Errorf("%s holds %v rows of another log, %v", table, n, err)
				}
			}
		})
	}
}
