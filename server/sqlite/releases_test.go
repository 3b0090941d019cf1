package sqlite

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// holds is what a release told of its own data.
type holds struct {
	Endpoints  []struct{ ID, Name, URL, Provider, Verify string }
	Deliveries []wire.Delivery // newest first
	Bodies     map[hook.DeliveryID]string
	Statuses   []struct{ ID, State string }

	seal Sealer // with its own key; nil: its secrets were not sealed
}

// unpack puts the databases of a release into a folder.
func unpack(t *testing.T, release string) (dir string, h holds) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{FileName, StatusesFile} {
		packed, err := os.Open(filepath.Join(release, name+".gz"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := gzip.NewReader(packed)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(text)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), plain, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		packed.Close()
	}
	text, err := os.ReadFile(filepath.Join(release, "holds.json"))
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		t.Fatal(err)
	}
	if key, err := os.ReadFile(filepath.Join(release, "seal.key")); err == nil {
		h.seal = mustParse(strings.TrimSpace(string(key)))
	}
	return dir, h
}

// inFormerNames is a page without the fields that the release did not have.
func (h holds) inFormerNames(page []hook.Delivery) []wire.Delivery {
	list := wire.NewDeliveries(page)
	known := slices.ContainsFunc(h.Deliveries, func(d wire.Delivery) bool { return d.Redelivery != 0 })
	for i := range list {
		if !known {
			list[i].Redelivery = 0
		}
	}
	return list
}

func eachRelease(t *testing.T, test func(t *testing.T, dir string, h holds)) {
	releases, err := filepath.Glob("testdata/releases/*/holds.json")
	if err != nil || len(releases) == 0 {
		t.Fatalf("no release is kept (%v)", err)
	}
	for _, path := range releases {
		release := filepath.Dir(path)
		t.Run(filepath.Base(release), func(t *testing.T) {
			dir, h := unpack(t, release)
			test(t, dir, h)
		})
	}
}

func TestWhatEachReleaseWroteOpensInThisOne(t *testing.T) {
	eachRelease(t, func(t *testing.T, dir string, h holds) {
		s, stop := running(t, dir, Options{Seal: h.seal})
		page, _, err := s.Deliveries(t.Context(), hook.Filter{}, 0, 500)
		if diff := cmp.Diff(h.Deliveries, h.inFormerNames(page)); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		for id, want := range h.Bodies {
			r, err := s.Delivery(t.Context(), id)
			if got := sha256.Sum256(r.Body); err != nil || hex.EncodeToString(got[:]) != want ||
				r.Integrity == hook.IntegrityDamaged {
				t.Errorf("%s: body %x, %s (%v)", id, got, r.Integrity, err)
			}
		}
		endpoints, err := s.Endpoints(t.Context())
		if err != nil || len(endpoints) != len(h.Endpoints)+1 { // and the deleted one
			t.Errorf("%d endpoints (%v), %d were there", len(endpoints), err, len(h.Endpoints))
		}
		var values []string
		for _, e := range endpoints {
			for _, secret := range e.Secrets {
				values = append(values, secret.Value)
			}
		}
		for _, want := range keptSecrets {
			if want != "kept-gone-secret-0123" && !slices.Contains(values, want) { // that endpoint was deleted
				t.Errorf("the secret %s is not among %q", want, values)
			}
		}
		first := h.Deliveries[len(h.Deliveries)-1]
		again := verified(first.Event)
		again.Endpoint = first.Endpoint
		if appended(t, s, again); again.Seq != h.Deliveries[0].Seq+1 || again.DuplicateOf != first.Seq {
			t.Errorf("the next is %d, a duplicate of %d", again.Seq, again.DuplicateOf)
		}
		if r, err := s.Delivery(t.Context(), again.ID); err != nil || r.Integrity != hook.IntegrityOK {
			t.Errorf("the next: %s %v", r.Integrity, err)
		}
		of := hook.ProjectionOrigin{Epoch: s.Epoch(), Head: s.Head()}
		statuses, err := NewStatusDatabases(
			t.Context(),
			dir,
			slog.New(slog.DiscardHandler),
			Checked{},
			false,
		).Open(t.Context(), of)
		if err != nil {
			t.Fatal(err)
		}
		texts, _, err := statuses.List(t.Context(), hook.StatusFilter{}, hook.StatusPageKey{}, 100)
		if err != nil || len(texts) != len(h.Statuses) || statuses.Position() != h.Deliveries[0].Seq {
			t.Errorf("%d statuses at %d (%v), %d were there", len(texts), statuses.Position(), err, len(h.Statuses))
		}
		if err := statuses.Close(); err != nil {
			t.Error(err)
		}
		stop()
		s, _ = running(t, dir, Options{Seal: h.seal}) // and a second time
		if s.Head() != again.Seq || s.Damaged() != 0 {
			t.Errorf("after a restart the head is %d, %d are damaged", s.Head(), s.Damaged())
		}
	})
}

// versionHeading is the heading of a release in CHANGELOG.md, such as "## 1.2.0 – 2027-01-31" or "## [1.2.0]".
var versionHeading = regexp.MustCompile(`(?m)^## \[?v?([0-9]+\.[0-9]+\.[0-9]+[-.0-9A-Za-z]*)`)

// TestADatabaseOfEachReleaseIsKept compares the releases in CHANGELOG.md with the kept databases, and requires one
// whose secrets are sealed, as those of each release from now on are.
func TestADatabaseOfEachReleaseIsKept(t *testing.T) {
	changes, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range missingReleases(string(changes), "testdata/releases") {
		t.Errorf("CHANGELOG.md has a release %[1]s, and no database of it is kept. Run, with the binary of that "+
			"release and never with one that was built later:\n\tscripts/keep-release path/to/hookbeam\nand commit "+
			"server/sqlite/testdata/releases/%[1]s. The folder is named by hookbeam version.", version)
	}
	sealed, err := filepath.Glob("testdata/releases/*/seal.key")
	if err != nil || len(sealed) == 0 {
		t.Errorf("no kept database has sealed secrets (%v)", err)
	}
}

// missingReleases returns the releases in the text of a changelog of which folder has no database, with or without a v
// before the version.
func missingReleases(changes, folder string) (missing []string) {
	for _, found := range versionHeading.FindAllStringSubmatch(changes, -1) {
		_, plain := os.Stat(filepath.Join(folder, found[1], "holds.json"))
		_, tagged := os.Stat(filepath.Join(folder, "v"+found[1], "holds.json"))
		if plain != nil && tagged != nil {
			missing = append(missing, found[1])
		}
	}
	return missing
}

func TestAReleaseThatIsNotKeptIsNoticed(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"1.0.0", "v1.1.0"} {
		kept := filepath.Join(folder, name)
		err := errors.Join(os.Mkdir(kept, 0o700), os.WriteFile(filepath.Join(kept, "holds.json"), nil, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	changes := "# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2027-02-01\n\n## v1.1.0\n\n### Added\n\n" +
		"## 1.0.0-rc.1\n\n## 1.0.0\n"
	if diff := cmp.Diff([]string{"1.2.0", "1.0.0-rc.1"}, missingReleases(changes, folder)); diff != "" {
		t.Error(diff)
	}
}

// TestDataOfANewerReleaseIsRefusedUntouched has each database be one of tomorrow, with and without a WAL.
func TestDataOfANewerReleaseIsRefusedUntouched(t *testing.T) {
	for _, name := range []string{FileName, StatusesFile} {
		for _, wal := range []bool{false, true} {
			t.Run(name+map[bool]string{true: " with a WAL"}[wal], func(t *testing.T) {
				dir, _ := unpack(t, "testdata/releases/33ed6df")
				path := filepath.Join(dir, name)
				c, err := openWriter("file:"+path+"?_journal_mode=WAL&_synchronous=FULL", 2)
				if err == nil {
					err = c.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
				}
				if err != nil {
					t.Fatal(err)
				}
				held := contents(t, dir) // as after a crash
				if err := c.close(); err != nil {
					t.Fatal(err)
				}
				if wal {
					restore(t, dir, held)
				}
				before := contents(t, dir)
				if _, there := before[name+"-wal"]; there != wal || wal && len(before[name+"-wal"]) == 0 {
					t.Fatalf("WAL %v, wanted %v", there, wal)
				}
				for what, open := range map[string]func() error{
					"the check": func() error { _, err := CheckRelease(t.Context(), dir); return err },
					"the log":   func() error { return openAndClose(t, dir) },
					"beside": func() error {
						s, err := openStoreBeside(t.Context(), dir, options(Options{}))
						if err == nil {
							return s.Close()
						}
						return err
					},
					"the statuses": func() error {
						s, err := NewStatusDatabases(t.Context(), dir, slog.New(slog.DiscardHandler), Checked{}, false).
							Open(t.Context(), hook.ProjectionOrigin{Epoch: "x"})
						if err == nil {
							return s.Close()
						}
						return err
					},
				} {
					concerned := what == "the check" || (what == "the statuses") == (name == StatusesFile)
					if !concerned {
						continue
					}
					if err := open(); err == nil ||
						!strings.Contains(err.Error(), "newer Hookbeam; nothing was changed") {
						t.Errorf("%s: %v", what, err)
					}
					after := contents(t, dir)
					for file, text := range before {
						if !bytes.Equal(after[file], text) && !strings.HasSuffix(file, "-shm") {
							t.Errorf("%s: %s was changed", what, file)
						}
					}
				}
			})
		}
	}
}

func openAndClose(t *testing.T, dir string) error {
	s, err := openStore(t.Context(), dir, options(Options{}))
	if err != nil {
		return err
	}
	return s.Close()
}

// contents are all files of a folder.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func restore(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOnlyWhoHoldsTheFolderBringsADatabaseUpToDate(t *testing.T) {
	dir, _ := unpack(t, "testdata/releases/33ed6df")
	before := contents(t, dir)
	if _, err := openStoreBeside(t.Context(), dir, options(Options{})); err == nil ||
		!strings.Contains(err.Error(), "older Hookbeam") {
		t.Errorf("beside: %v", err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error("who looked beside changed something")
	}
	if err := openAndClose(t, dir); err != nil {
		t.Fatal(err)
	}
	s, err := openStoreBeside(t.Context(), dir, options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestADatabaseOfSomethingElseIsRefusedUntouched(t *testing.T) {
	dir := t.TempDir()
	c, err := openWriter("file:"+filepath.Join(dir, FileName)+"?_journal_mode=WAL&_synchronous=FULL", 2)
	if err == nil {
		err = c.exec(`CREATE TABLE photographs (id INTEGER PRIMARY KEY)`)
	}
	if err == nil {
		err = c.close()
	}
	if err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if err := openAndClose(t, dir); err == nil ||
		!strings.Contains(err.Error(), "not a Hookbeam database; nothing was changed") {
		t.Errorf("%v", err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error("it was changed")
	}
}
