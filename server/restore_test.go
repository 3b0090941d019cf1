package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
// command must take the folder for a whole one, nothing of the data of before may be lost, and a second restore must
// bring the folder into order.
func TestARestoreThatIsKilledBetweenItsStepsLeavesAFolderThatSaysSo(t *testing.T) {
	backup, keyFile := backedUp(t)
	for n, step := range []string{"marked", "unpacked", "moved aside", "statuses moved in", "log moved in"} {
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
			aside, _ := filepath.Glob(filepath.Join(dir, asidePrefix+"*", sqlite.FileName))
			kept := false
			for _, path := range aside {
				content, err := os.ReadFile(path)
				kept = kept || err == nil && bytes.Equal(content, before)
			}
			if !kept {
				t.Errorf("the data of before is not in %q, the last is %s", aside, done.Replaced)
			}
		})
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
	r := &restore{request: request}
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
		func() error { // moves the data of before aside, and fails for the new one
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
