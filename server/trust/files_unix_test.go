//go:build unix

package trust_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestFilesAreTheirOwnersAlone checks S23 with a umask of 0 and a folder of mode 0755. The folder must have mode 0700
// and every file 0600: after the first start, after statuses were rebuilt into new files, after a restart for which all
// modes had been opened, and while a command asks for a rebuild.
func TestFilesAreTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.wrap = []string{"sh", "-c", `umask 0; exec "$@"`, "sh"}
	if err := os.Chmod(s.data, 0o755); err != nil {
		t.Fatal(err)
	}
	// modes checks the folder and all files, and returns how many files there are.
	modes := func(when string) (files int) {
		t.Helper()
		if info, err := os.Stat(s.data); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s the folder has mode %o (%v)", when, info.Mode().Perm(), err)
		}
		entries, err := os.ReadDir(s.data)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			info, err := e.Info()
			switch {
			case errors.Is(err, fs.ErrNotExist): // the server has removed it since
			case err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type()&^fs.ModeSocket != 0:
				t.Errorf("%s %s has mode %o (%v)", when, e.Name(), info.Mode(), err)
			}
		}
		return len(entries)
	}
	// look is modes when all files of a running server must exist.
	look := func(when string) {
		t.Helper()
		if files := modes(when); files < 7 { // two databases, each with a WAL and its index, and the lock
			t.Errorf("%s there are only %d files", when, files)
		}
	}
	drawnAgain := func(times int) {
		t.Helper()
		eventually(t, "rebuilt statuses", func() bool {
			return strings.Count(s.log.String(), "rebuild finished") == times
		})
	}
	s.start()
	look("at first")
	s.api(http.MethodPost, "/api/v1/statuses/rebuild", http.StatusAccepted, nil, nil)
	drawnAgain(1)
	look("after drawing the statuses again")
	// Open all modes while no server runs. The next start must correct them.
	s.kill()
	if err := filepath.WalkDir(s.data, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			err = os.Chmod(path, 0o666)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.data, 0o777); err != nil {
		t.Fatal(err)
	}
	s.start()
	look("after a start where everything was open")
	rebuild := exec.CommandContext(t.Context(), "sh", "-c", `umask 0; exec "$@"`, "sh", hookbeam, "statuses",
		"rebuild", "--data", s.data)
	if out, err := rebuild.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	modes("while a command's statuses are drawn") // one database takes the place of another meanwhile
	drawnAgain(2)
	look("after a command asked for statuses")
}

// TestLinksInTheFolderAreRefused checks S23 and S26: for each file name that the server uses, a link under that name
// points to a file elsewhere. The server must exit with an error and must not write through the link.
func TestLinksInTheFolderAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"hookbeam.db", "hookbeam.db-wal", "hookbeam.db-shm", "hookbeam.lock", "statuses.db",
		"statuses.db-wal", "statuses.new.db", "statuses.rebuild",
		"hookbeam.sock", "hookbeam.port"} {
		t.Run(name, func(t *testing.T) {
			s, target := newServer(t), filepath.Join(t.TempDir(), "target")
			if err := os.WriteFile(target, []byte("text"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, filepath.Join(s.data, name)); err != nil {
				t.Fatal(err)
			}
			s.launch()
			if code := s.awaitExit(); code != 1 || !strings.Contains(s.log.String(), "is a symbolic link") {
				t.Errorf("exit code %d:\n%s", code, s.log.tail(4<<10))
			}
			if text, err := os.ReadFile(target); err != nil || string(text) != "text" {
				t.Errorf("the target holds %q (%v)", text, err)
			}
		})
	}
}
