package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/archive"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/sqlite"
)

var quietLog = slog.New(slog.DiscardHandler)

// backedUp is the backup of a folder with one secret, and its key.
func backedUp(t *testing.T) (backup []byte, keyFile string) {
	t.Helper()
	dir := sealedFolder(t)
	var b bytes.Buffer
	if err := (Offline{Version: "test"}).Backup(t.Context(), dir, client.SealKey{}, &b, true, quietLog); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), filepath.Join(dir, datafile.SealKeyName)
}

// requestFor is a request to restore a backup into a folder.
func requestFor(dir, keyFile string, backup []byte) client.RestoreRequest {
	return client.RestoreRequest{Folder: dir, Name: "b.hb", Replace: true, Key: client.SealKey{SealKeyFile: keyFile},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(backup)), nil }}
}

func TestABackupHoldsNoPlainSecret(t *testing.T) {
	dir := sealedFolder(t)
	private := filepath.Join(dir, certificateFolder, "acme", "key.pem")
	if err := os.MkdirAll(filepath.Dir(private), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(private, []byte("canary-private-key"), 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(dir, datafile.SealKeyName))
	if err != nil {
		t.Fatal(err)
	}
	for _, withCertificates := range []bool{false, true} {
		var b bytes.Buffer
		err := (Offline{}).Backup(t.Context(), dir, client.SealKey{}, &b, withCertificates, quietLog)
		if err != nil {
			t.Fatal(err)
		}
		to := t.TempDir()
		r := requestFor(to, filepath.Join(dir, datafile.SealKeyName), b.Bytes())
		if _, err := (Offline{}).Restore(t.Context(), r, quietLog); err != nil {
			t.Fatal(err)
		}
		for name, content := range files(t, to) {
			for _, canary := range []string{"canary", strings.TrimSpace(string(key))} {
				if bytes.Contains(content, []byte(canary)) {
					t.Errorf("%s holds %s", name, canary)
				}
			}
		}
		demandSecret(t, to, r.Key)
		restored, err := os.ReadFile(filepath.Join(to, certificateFolder, "acme", "key.pem"))
		if got := string(restored) == "canary-private-key"; got != withCertificates {
			t.Errorf("with certificates %v: restored %q (%v)", withCertificates, restored, err)
		}
	}
}

func TestABackupIsNotBegunOnADiskThatItWouldFill(t *testing.T) {
	dir := sealedFolder(t)
	b := backups{folder: dir, log: quietLog, now: time.Now,
		space: func(string) (int64, int64, error) { return 1 << 40, backupReserve, nil }}
	var out bytes.Buffer
	err := b.write(t.Context(), &out, false)
	if err == nil || !strings.Contains(err.Error(), "has 64 MiB of free space, and a backup needs") || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
	b.space = func(string) (int64, int64, error) { return 0, 0, errors.ErrUnsupported }
	if err := b.write(t.Context(), &out, false); err != nil || out.Len() == 0 {
		t.Errorf("where it is not known: %v, %d bytes", err, out.Len())
	}
}

// TestARestoreThatIsKilledBetweenItsStepsLeavesAFolderThatSaysSo stops a restore over data after each of its steps. No
// command must take the folder for a whole one, none of the previous data may be lost, and a second restore must
// bring the folder into order.
func TestARestoreThatIsKilledBetweenItsStepsLeavesAFolderThatSaysSo(t *testing.T) {
	backup, keyFile := backedUp(t)
	for n, step := range []string{"marked", "unpacked", "moved aside", "statuses moved in", "log moved in"} {
		moved := n >= 2
		t.Run(step, func(t *testing.T) {
			dir := sealedFolder(t)
			before, err := os.ReadFile(filepath.Join(dir, sqlite.FileName))
			if err != nil {
				t.Fatal(err)
			}
			killAfter(t, n, dir, requestFor(dir, keyFile, backup))
			if err := refuseHalfRestored(dir); err == nil ||
				!strings.Contains(err.Error(), "hookbeam restore again") {
				t.Errorf("it says %v", err)
			}
			if _, err := lockOffline(dir, "login", "test", quietLog); datafile.HasDatabase(dir) && err == nil {
				t.Error("a command took the folder for a whole one")
			}
			done, err := (Offline{}).Restore(t.Context(), requestFor(dir, keyFile, backup), quietLog)
			if err != nil {
				t.Fatal(err)
			}
			demandSecret(t, dir, client.SealKey{SealKeyFile: keyFile})
			if err := refuseHalfRestored(dir); err != nil {
				t.Error(err)
			}
			aside, _ := filepath.Glob(filepath.Join(dir, asidePrefix+"*"))
			if len(aside) != 1 || aside[0] != done.Replaced {
				t.Errorf("the previous data is in %q, and the command names %q", aside, done.Replaced)
			}
			if kept := files(t, done.Replaced); !bytes.Equal(kept[sqlite.FileName], before) || len(kept) > 1 && moved {
				t.Errorf("the previous data is not in %s, which has %d files", done.Replaced, len(kept))
			}
		})
	}
}

// TestARestoreThatIsKilledWhileItMovesDataAsideKeepsItTogether stops a restore when it has moved the log and not its
// WAL. A second restore must put both into one folder, and if it fails, the folder must still count as incomplete.
func TestARestoreThatIsKilledWhileItMovesDataAsideKeepsItTogether(t *testing.T) {
	backup, keyFile := backedUp(t)
	dir := sealedFolder(t)
	wal := sqlite.FileName + "-wal"
	if err := os.WriteFile(filepath.Join(dir, wal), []byte("previous WAL"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	first := filepath.Join(dir, asidePrefix+"first")
	r := &restore{request: client.RestoreRequest{Folder: dir}, marker: restoring{Replacing: true, Replaced: first}}
	err := errors.Join(os.Mkdir(first, 0o700), r.mark(),
		os.Rename(filepath.Join(dir, sqlite.FileName), filepath.Join(first, sqlite.FileName)))
	if err != nil {
		t.Fatal(err)
	}
	failing := requestFor(dir, keyFile, backup[:len(backup)-100])
	failing.Once = true
	if _, err := (Offline{}).Restore(t.Context(), failing, quietLog); err == nil {
		t.Error("a backup that was cut off was restored")
	}
	if err := refuseHalfRestored(dir); err == nil || !strings.Contains(err.Error(), "The previous data is in "+first) {
		t.Errorf("after a restore that failed: %v", err)
	}
	done, err := (Offline{}).Restore(t.Context(), requestFor(dir, keyFile, backup), quietLog)
	if err != nil || done.Replaced != first {
		t.Fatalf("%+v (%v)", done, err)
	}
	after := files(t, first)
	if !bytes.Equal(after[sqlite.FileName], before[sqlite.FileName]) || string(after[wal]) != "previous WAL" {
		t.Errorf("the previous data was separated: %d files in %s", len(after), first)
	}
	demandSecret(t, dir, client.SealKey{SealKeyFile: keyFile})
}

// rewritten is a backup whose manifest and files are changed, and whose digests are right: it is not authenticated.
func rewritten(t *testing.T, backup []byte, change func(m *archive.Manifest, contents map[string][]byte)) []byte {
	t.Helper()
	contents := map[string][]byte{}
	m, err := archive.Read(bytes.NewReader(backup), archive.Visitor{
		File: func(f archive.File, from io.Reader) (err error) {
			contents[f.Name], err = io.ReadAll(from)
			return err
		}})
	if err != nil {
		t.Fatal(err)
	}
	change(&m, contents)
	m.Files = nil
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		f, err := archive.Digest(name, bytes.NewReader(contents[name]))
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, f)
	}
	var b bytes.Buffer
	err = archive.Write(&b, m, func(f archive.File) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(contents[f.Name])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestABackupCannotReplaceOtherFilesOfTheDataFolder restores backups that somebody has made up. The key, the lock and
// the control socket are no part of a backup, and neither is a log whose secrets are not sealed.
func TestABackupCannotReplaceOtherFilesOfTheDataFolder(t *testing.T) {
	backup, keyFile := backedUp(t)
	other := sealedFolder(t)
	unsealed := t.TempDir()
	db, err := sqlite.Open(t.Context(), unsealed, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: quietLog})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string) func(*archive.Manifest, map[string][]byte) {
		return func(_ *archive.Manifest, contents map[string][]byte) { contents[name] = []byte("x") }
	}
	logOf := func(dir string) func(*archive.Manifest, map[string][]byte) {
		return func(_ *archive.Manifest, contents map[string][]byte) {
			contents[sqlite.FileName] = files(t, dir)[sqlite.FileName]
		}
	}
	dir := sealedFolder(t)
	before := files(t, dir)
	for name, change := range map[string]func(*archive.Manifest, map[string][]byte){
		"the key":                with(datafile.SealKeyName),
		"the lock":               with(datafile.LockName),
		"the marker":             with(restoreMarker),
		"a WAL":                  with(sqlite.FileName + "-wal"),
		"a folder":               with("hookbeam.replaced-x/a"),
		"only certificates/":     with(certificateFolder),
		"secrets of another key": logOf(other),
		"plain secrets":          logOf(unsealed),
	} {
		r := requestFor(dir, keyFile, rewritten(t, backup, change))
		_, err := (Offline{}).Restore(t.Context(), r, quietLog)
		if !errors.Is(err, archive.ErrDamaged) || !strings.Contains(err.Error(), "Nothing was changed") {
			t.Errorf("%s: %v", name, err)
		}
		after := files(t, dir)
		delete(after, datafile.LockName)
		if len(after) != len(before) || !bytes.Equal(after[datafile.SealKeyName], before[datafile.SealKeyName]) ||
			!bytes.Equal(after[sqlite.FileName], before[sqlite.FileName]) {
			t.Errorf("%s: files were changed: %v", name, slices.Sorted(maps.Keys(after)))
		}
	}
	nothing := func(*archive.Manifest, map[string][]byte) {}
	if _, err := (Offline{}).Restore(t.Context(), requestFor(dir, keyFile, rewritten(t, backup, nothing)),
		quietLog); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

// TestABackupThatDoesNotFitIsNotUnpacked has a manifest that promises more than is free: a megabyte of gzip can stand
// for a gigabyte of zeros.
func TestABackupThatDoesNotFitIsNotUnpacked(t *testing.T) {
	r := &restore{newest: map[string]int64{sqlite.FileName: 1}, request: client.RestoreRequest{Folder: "data"},
		space: func(string) (int64, int64, error) { return 1 << 40, 1 << 30, nil }}
	log := archive.File{Name: sqlite.FileName, Size: 1 << 30}
	if err := r.checkFiles([]archive.File{log}); err != nil {
		t.Error(err)
	}
	more := archive.File{Name: certificateFolder + "/a", Size: 1}
	if err := r.checkFiles([]archive.File{log, more}); err == nil || !strings.Contains(err.Error(), "1025 MiB") {
		t.Errorf("a byte more: %v", err)
	}
	most := archive.File{Name: certificateFolder + "/a", Size: math.MaxInt64}
	if err := r.checkFiles([]archive.File{log, most}); !errors.Is(err, archive.ErrDamaged) {
		t.Errorf("more than can be counted: %v", err)
	}
}

// TestARestoreMarksTheFolderBeforeItUnpacks looks at the folder while the backup is read: a new folder that is left in
// this state must not look empty.
func TestARestoreMarksTheFolderBeforeItUnpacks(t *testing.T) {
	backup, keyFile := backedUp(t)
	r := requestFor(t.TempDir(), keyFile, backup)
	r.Once = true
	looked := false
	r.Open = func() (io.ReadCloser, error) {
		err := refuseHalfRestored(r.Folder)
		if looked = true; err == nil || !strings.Contains(err.Error(), "before it changed anything") {
			t.Errorf("it says %v", err)
		}
		return io.NopCloser(bytes.NewReader(backup)), nil
	}
	if _, err := (Offline{}).Restore(t.Context(), r, quietLog); err != nil || !looked {
		t.Errorf("looked %v (%v)", looked, err)
	}
}

// killAfter does the first steps of a restore: n of those that the test above names, and one more.
func killAfter(t *testing.T, n int, dir string, request client.RestoreRequest) {
	t.Helper()
	r := &restore{request: request, space: datafile.Space, now: time.Now()}
	var err error
	if r.given, err = givenKey(request.Key); err != nil {
		t.Fatal(err)
	}
	if r.newest, err = sqlite.Newest(); err != nil {
		t.Fatal(err)
	}
	staging := filepath.Join(dir, stagingFolder)
	steps := []func() error{
		r.mark,
		func() error { _, err := r.unpack(context.Background(), staging); return err },
		func() error { // moves the previous data aside, and fails for the new one
			hidden := staging + ".hidden"
			if err := os.Rename(staging, hidden); err != nil {
				return err
			}
			if _, err := r.replace(staging); err == nil {
				return errors.New("it replaced without new files")
			}
			return os.Rename(hidden, staging)
		},
		func() error { // there may be no statuses yet
			return os.WriteFile(filepath.Join(dir, sqlite.StatusesFile), []byte("new statuses"), 0o600)
		},
		func() error {
			return os.Rename(filepath.Join(staging, sqlite.FileName), filepath.Join(dir, sqlite.FileName))
		},
	}
	for _, step := range steps[:n+1] {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestARestoreThatFailsChangesNothing uses a backup whose last file does not match its digest, which only shows when it
// is read to the end.
func TestARestoreThatFailsChangesNothing(t *testing.T) {
	backup, keyFile := backedUp(t)
	dir := sealedFolder(t)
	before := files(t, dir)
	for name, broken := range map[string][]byte{"cut": backup[:len(backup)-100], "empty": nil, "text": []byte("text")} {
		for _, once := range []bool{false, true} {
			r := requestFor(dir, keyFile, broken)
			r.Once = once
			_, err := (Offline{}).Restore(t.Context(), r, quietLog)
			if err == nil || !strings.Contains(err.Error(), "Nothing was changed") {
				t.Errorf("%s: %v", name, err)
			}
			after := files(t, dir)
			delete(after, datafile.LockName)
			for file, content := range after {
				if !bytes.Equal(before[file], content) {
					t.Errorf("%s: %s was changed", name, file)
				}
			}
			if len(after) != len(before) {
				t.Errorf("%s: there are %d files, and were %d", name, len(after), len(before))
			}
		}
	}
	demandSecret(t, dir, client.SealKey{})
}
