package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// sealedFolder makes a data folder with a key in it and one endpoint with a secret.
func sealedFolder(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	key, err := findKey(dir, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	db := openSealed(t, dir, key)
	writing := newGroup(t.Context())
	writing.start(part{name: "writer", run: db.Run})
	err = db.Registry().PutEndpoint(t.Context(), hook.Endpoint{ID: "ep_a", Name: "a", Slug: "a",
		Secrets: []hook.Secret{{Label: "live", Value: "canary-secret"}}})
	writing.stop()
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openSealed(t *testing.T, dir string, key *sealKey) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir, sqlite.Options{Now: time.Now, Random: rand.Reader,
		Log: slog.New(slog.DiscardHandler), Seal: key})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// demandSecret opens a folder with the key that a server would find, and demands that the secret is there.
func demandSecret(t *testing.T, dir string, at client.SealKey) {
	t.Helper()
	given, err := givenKey(at)
	if err != nil {
		t.Fatal(err)
	}
	need, err := sqlite.SealedWith(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := findKey(dir, given, need)
	if err != nil {
		t.Fatal(err)
	}
	db := openSealed(t, dir, key)
	all, err := db.Registry().Endpoints(t.Context())
	if err != nil || len(all) != 1 || all[0].Secrets[0].Value != "canary-secret" {
		t.Errorf("%v (%v)", all, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// files returns the content of all files in a folder.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, e := range entries {
		if e.Type().IsRegular() {
			if all[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

// TestARekeyThatIsKilledBetweenItsStepsLeavesAFolderThatOpens stops a rekey after each of its steps: the new key is
// stored, the database is sealed with it, the old key has its lasting name, and then the new one. The folder must open
// each time, and a second rekey must bring it into order.
func TestARekeyThatIsKilledBetweenItsStepsLeavesAFolderThatOpens(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	steps := []string{"the new key is stored", "the database is sealed", "the old key is renamed"}
	for n, step := range steps {
		t.Run(step, func(t *testing.T) {
			dir := sealedFolder(t)
			from, err := findKey(dir, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			to, err := makeNewKey(dir, "")
			if err != nil {
				t.Fatal(err)
			}
			if n >= 1 {
				if _, err := reseal(t.Context(), dir, from.Key, to.Key, log); err != nil {
					t.Fatal(err)
				}
			}
			if n >= 2 {
				if err := os.Rename(filepath.Join(dir, datafile.SealKeyName),
					filepath.Join(dir, datafile.SealKeyNameOf(from.ID()))); err != nil {
					t.Fatal(err)
				}
			}
			demandSecret(t, dir, client.SealKey{})
			done, err := Offline{}.Rekey(t.Context(), dir, client.SealKey{}, "", log)
			if err != nil {
				t.Fatal(err)
			}
			demandSecret(t, dir, client.SealKey{})
			current, err := readKey(filepath.Join(dir, datafile.SealKeyName))
			if err != nil || current.ID() != done.KeyID {
				t.Errorf("seal.key is %v (%v), not %s", current, err, done.KeyID)
			}
			for _, id := range []string{from.ID(), done.OldKeyID} {
				if _, err := readKey(filepath.Join(dir, datafile.SealKeyNameOf(id))); err != nil {
					t.Errorf("the old key was not kept: %v", err)
				}
			}
		})
	}
}

// TestARekeyLeavesNoValueOfTheOldKey: with the old key and the new files, nothing can be opened.
func TestARekeyLeavesNoValueOfTheOldKey(t *testing.T) {
	dir := sealedFolder(t)
	old, err := findKey(dir, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "elsewhere.key")
	done, err := Offline{}.Rekey(t.Context(), dir, client.SealKey{}, file, slog.New(slog.DiscardHandler))
	if err != nil || done.Residue || done.OldKeyID != old.ID() {
		t.Fatalf("%+v (%v)", done, err)
	}
	for name, content := range files(t, dir) {
		if bytes.Contains(content, []byte("sealed:1:"+old.ID())) || bytes.Contains(content, []byte("canary")) {
			t.Errorf("%s holds a value of the old key", name)
		}
	}
	demandSecret(t, dir, client.SealKey{SealKeyFile: file})
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the new key has the mode %v (%v)", info.Mode(), err)
	}
	if _, err := findKey(dir, nil, done.KeyID); err == nil || !strings.Contains(err.Error(), done.KeyID) {
		t.Errorf("without the new key: %v", err)
	}
}

func TestARekeyThatFailsChangesNothing(t *testing.T) {
	dir := sealedFolder(t)
	unusable := filepath.Join(t.TempDir(), "unusable.key")
	if err := os.WriteFile(unusable, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	ctx, log := context.Background(), slog.New(slog.DiscardHandler)
	if _, err := (Offline{}).Rekey(ctx, dir, client.SealKey{}, unusable, log); err == nil {
		t.Error("an unusable key was taken")
	}
	if _, err := (Offline{}).Rekey(ctx, dir, client.SealKey{SealKeyText: strings.Repeat("ab", 31) + "cd"},
		filepath.Join(t.TempDir(), "new.key"), log); err == nil {
		t.Error("a wrong current key was taken")
	}
	missing := filepath.Join(t.TempDir(), "missing.key")
	if err := os.Rename(filepath.Join(dir, datafile.SealKeyName), missing); err != nil {
		t.Fatal(err)
	}
	made := filepath.Join(t.TempDir(), "made.key")
	for _, newFile := range []string{"", made} {
		if _, err := (Offline{}).Rekey(ctx, dir, client.SealKey{}, newFile, log); err == nil {
			t.Error("a missing current key was not missed")
		}
	}
	if _, err := os.Lstat(made); err == nil {
		t.Error("a new key was made that nothing is sealed with")
	}
	if err := os.Rename(missing, filepath.Join(dir, datafile.SealKeyName)); err != nil {
		t.Fatal(err)
	}
	delete(before, datafile.LockName)
	after := files(t, dir)
	delete(after, datafile.LockName)
	for name, content := range after {
		if !bytes.Equal(content, before[name]) {
			t.Errorf("%s was changed", name)
		}
	}
	demandSecret(t, dir, client.SealKey{})
}
