package sqlite

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// inspected is a folder with some deliveries, an endpoint with secrets, and statuses.
func inspected(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, stop := running(t, dir, Options{})
	if err := s.PutEndpoint(t.Context(), canaryEndpoint()); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"first body", "second body", strings.Repeat("third body", 4000)} {
		if err := s.Append(record(body)); err != nil {
			t.Fatal(err)
		}
	}
	epoch := s.Epoch()
	stop()
	d := NewStatusDatabases(t.Context(), dir, slog.New(slog.DiscardHandler), Checked{}, false)
	statuses, err := d.Open(t.Context(), hook.ProjectionOrigin{Epoch: epoch, Head: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := statuses.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// execute runs statements on a database that nothing has open.
func execute(t *testing.T, dir, name string, statements ...string) {
	t.Helper()
	c, err := openWriter(dsn(filepath.Join(dir, name), durable), 2)
	for _, statement := range statements {
		if err == nil {
			err = c.script(statement)
		}
	}
	if err = errors.Join(err, c.close()); err != nil {
		t.Fatal(err)
	}
}

// patch replaces a text in a file.
func patch(t *testing.T, dir, name, from, to string) {
	t.Helper()
	path := filepath.Join(dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(content, []byte(from)) != 1 {
		t.Fatalf("%q is in %s %d times", from, name, bytes.Count(content, []byte(from)))
	}
	if err := os.WriteFile(path, bytes.Replace(content, []byte(from), []byte(to), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// scramble overwrites the middle of each page of a file but the first.
func scramble(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := pageSize; page < len(content); page += pageSize {
		copy(content[page:], bytes.Repeat([]byte{0xa5}, 64))
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEachDamageIsFoundAndSaysWhatToDo(t *testing.T) {
	other := mustParse("1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	sql := func(name string, statements ...string) func(string) {
		return func(dir string) { execute(t, dir, name, statements...) }
	}
	for name, c := range map[string]struct {
		harm func(dir string)
		file string // "" if there is no damage
		what string
		do   string
		key  Sealer
	}{
		"none":            {func(string) {}, "", "", "", sealKey},
		"no statuses":     {func(dir string) { _ = os.Remove(filepath.Join(dir, StatusesFile)) }, "", "", "", sealKey},
		"without the key": {sql(FileName, `UPDATE endpoints SET signed_url = ''`), "", "", "", nil},
		"a body": {func(dir string) { patch(t, dir, FileName, "second body", "second bodY") },
			FileName, "1 deliveries do not match their checksums: 2.", "deliver them again", sealKey},
		"a column": {sql(FileName, `UPDATE deliveries SET verdict = 'verified' WHERE seq > 1`),
			FileName, "2 deliveries do not match their checksums: 2, 3.", "deliver them again", sealKey},
		"a type": {sql(FileName, `PRAGMA writable_schema = ON`,
			`UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'deliveries'`,
			`PRAGMA writable_schema = RESET`, `UPDATE deliveries SET took = 'x' WHERE seq = 1`),
			FileName, "1 deliveries do not match", "deliver them again", sealKey},
		"the structure of the log": {func(dir string) { scramble(t, dir, FileName) },
			FileName, "", "hookbeam restore FILE --replace", sealKey},
		"no database": {func(dir string) {
			restore(t, dir, map[string][]byte{FileName: bytes.Repeat([]byte("text"), 9000)})
		},
			FileName, "cannot be read", "hookbeam restore FILE --replace", sealKey},
		"the index of blocks": {sql(FileName, `DELETE FROM endpoint_blocks`),
			FileName, "1 blocks of deliveries are missing", "hookbeam restore", sealKey},
		"a secret": {sql(FileName, `UPDATE endpoints SET signed_url = checked_as`),
			FileName, "signed_url: the sealed value was changed, or moved", "hookbeam restore", sealKey},
		"the wrong key": {func(string) {}, FileName, "sealed with another key", "hookbeam restore", other},
		"the structure of statuses": {func(dir string) { scramble(t, dir, StatusesFile) },
			StatusesFile, "", "hookbeam statuses rebuild", sealKey},
		"statuses of another log": {sql(StatusesFile, `UPDATE board SET epoch = 'another'`),
			StatusesFile, "the statuses were built from another log", "Start the server", sealKey},
		"statuses ahead of the log": {sql(StatusesFile, `UPDATE board SET position = 4`),
			StatusesFile, "up to 4", "Start the server", sealKey},
		"a name of no status": {sql(StatusesFile, `INSERT INTO names (hash, subject) VALUES (x'00', 7)`),
			StatusesFile, "1 names belong to no status", "hookbeam statuses rebuild", sealKey},
		"an older release": {func(dir string) {
			old, _ := unpack(t, "testdata/releases/43c954e")
			restore(t, dir, contents(t, old))
		}, FileName, "an older release wrote it", "Start hookbeam serve", nil},
		"a newer release": {sql(FileName, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`),
			FileName, "newer Hookbeam", "", sealKey},
	} {
		t.Run(name, func(t *testing.T) {
			dir := inspected(t)
			c.harm(dir)
			before := contents(t, dir)
			got, err := Inspect(t.Context(), dir, c.key)
			if err != nil {
				t.Fatal(err)
			}
			if c.file == "" && (len(got.Findings) > 0 || got.Deliveries != 3) {
				t.Errorf("%+v", got)
			}
			found := c.file == ""
			for _, f := range got.Findings {
				found = found || f.File == c.file && strings.Contains(f.What, c.what) && strings.Contains(f.Do, c.do)
			}
			if !found {
				t.Errorf("found %+v", got.Findings)
			}
			for file, content := range before {
				after, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil || !strings.HasSuffix(file, "-shm") && !bytes.Equal(content, after) {
					t.Errorf("%s was changed (%v)", file, err)
				}
			}
		})
	}
}

// TestADatabaseInUseIsInspected does so while deliveries are appended.
func TestADatabaseInUseIsInspected(t *testing.T) {
	dir := inspected(t)
	s, stop := running(t, dir, Options{})
	for range 20 {
		if err := s.Append(record("more")); err != nil {
			t.Fatal(err)
		}
		if got, err := Inspect(t.Context(), dir, sealKey); err != nil || len(got.Findings) > 0 || got.Deliveries < 4 {
			t.Fatalf("%+v (%v)", got, err)
		}
	}
	stop()
	if _, err := Inspect(t.Context(), t.TempDir(), nil); err == nil {
		t.Error("inspected an empty folder")
	}
}
