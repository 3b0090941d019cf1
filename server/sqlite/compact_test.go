package sqlite

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// compactIn is the variable with the folder that a child of TestAKilledCompactLeavesAWholeDatabase compacts.
const compactIn = "HOOKBEAM_TEST_COMPACT"

// sparse makes a database of an older release, in which nearly everything was removed, and returns its folder and
// what is kept.
func sparse(t *testing.T) (dir string, kept []int64) {
	t.Helper()
	dir = t.TempDir()
	path := filepath.Join(dir, FileName)
	c, err := openWriter(dsn(path, durable), 2) // without returnsSpace, as older releases did
	if err != nil {
		t.Fatal(err)
	}
	if err := logSchema.create(c); err != nil {
		t.Fatal(err)
	}
	must(t, c.close())
	d := &desk{T: t, dir: dir, at: &clock{at: noon}}
	d.open()
	for range 20 {
		d.together(many(60, hook.Verified, "ep_a", 20_000)...)
	}
	must(t, d.write.exec(`DELETE FROM deliveries WHERE seq % 3 > 0`))
	if used, err := d.Space(t.Context()); err != nil || used.Returns || used.Free < used.Bytes/2 {
		t.Fatalf("%+v (%v)", used, err)
	}
	kept = d.kept(hook.Verified)
	d.kill()
	return dir, kept
}

// demandWhole fails unless the folder has a whole database with these deliveries, and nothing of a copy.
func demandWhole(t *testing.T, dir string, kept []int64) Space {
	t.Helper()
	d := &desk{T: t, dir: dir, at: &clock{at: noon}}
	d.open()
	defer d.kill()
	if got := d.kept(hook.Verified); fmt.Sprint(got) != fmt.Sprint(kept) {
		t.Fatalf("%d deliveries are kept, not %d", len(got), len(kept))
	}
	if err := quickCheck(t.Context(), d.read); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*"+compactEnding+"*")); err != nil || len(left) > 0 {
		t.Fatalf("left over: %v (%v)", left, err)
	}
	used, err := d.Space(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return used
}

func TestCompactReturnsTheSpaceAndMakesADatabaseOfTheNewKind(t *testing.T) {
	dir, kept := sparse(t)
	done, err := Compact(t.Context(), dir)
	if err != nil || len(done) != 1 || done[0].File != FileName || done[0].After > done[0].Before/2 {
		t.Fatalf("%+v (%v)", done, err)
	}
	info, err := os.Stat(filepath.Join(dir, FileName))
	if err != nil || info.Size() != done[0].After || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info, err)
	}
	if used := demandWhole(t, dir, kept); !used.Returns || used.Free != 0 {
		t.Errorf("%+v", used)
	}
	if again, err := Compact(t.Context(), dir); err != nil || again[0].After != again[0].Before {
		t.Errorf("compacted again: %+v (%v)", again, err)
	}
	demandWhole(t, dir, kept)
}

// TestWhatACompactLeavesBehindIsRemoved opens and compacts beside each thing that a killed process can leave.
func TestWhatACompactLeavesBehindIsRemoved(t *testing.T) {
	for name, leave := range map[string]func(path string) error{
		"a part of the copy": func(path string) error {
			return os.WriteFile(path+compactEnding, []byte(strings.Repeat("SQLite format 3\x00", 999)), 0o600)
		},
		"a complete copy": func(path string) error { return prepareCompact(context.Background(), path) },
		"the journal of the copy": func(path string) error {
			return os.WriteFile(path+compactEnding+"-journal", nil, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, kept := sparse(t)
			must(t, leave(filepath.Join(dir, FileName)))
			demandWhole(t, dir, kept)
			must(t, leave(filepath.Join(dir, FileName)))
			if done, err := Compact(t.Context(), dir); err != nil || done[0].After > done[0].Before/2 {
				t.Fatalf("%+v (%v)", done, err)
			}
			demandWhole(t, dir, kept)
		})
	}
}

// TestCompactIsRefusedBesideAnotherProgram has a reader keep a snapshot.
func TestCompactIsRefusedBesideAnotherProgram(t *testing.T) {
	dir, kept := sparse(t)
	s, err := openStore(t.Context(), dir, options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.read.QueryContext(t.Context(), `SELECT seq FROM deliveries`)
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	must(t, s.write.exec(`INSERT INTO probe (only, at) VALUES (1, 2) ON CONFLICT (only) DO UPDATE SET at = at + 1`))
	if _, err := Compact(t.Context(), dir); err == nil {
		t.Error("it was compacted beside a reader")
	}
	must(t, rows.Close())
	must(t, s.Close())
	demandWhole(t, dir, kept)
}

// TestAKilledCompactLeavesAWholeDatabase kills a process that compacts, each time when it has come a little further.
func TestAKilledCompactLeavesAWholeDatabase(t *testing.T) {
	if dir := os.Getenv(compactIn); dir != "" { // the child
		if _, err := Compact(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir, kept := sparse(t)
	copied := filepath.Join(dir, FileName+compactEnding)
	killed := 0
	for round := range int64(8) {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		child.Env = append(os.Environ(), compactIn+"="+dir)
		must(t, child.Start())
		ended := make(chan error, 1)
		go func() { ended <- child.Wait() }()
		for reached, running := false, true; running && !reached; {
			size, err := sizeOf(copied)
			reached = err == nil && size >= round<<20
			select {
			case err := <-ended:
				must(t, err) // it was done before it was seen
				running = false
			default:
				runtime.Gosched()
			}
			if reached && running {
				_ = child.Process.Kill() // it may have ended
				if err := <-ended; err != nil {
					killed++
				}
			}
		}
		demandWhole(t, dir, kept)
	}
	if killed == 0 {
		t.Error("no process was killed while it compacted")
	}
	if _, err := Compact(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if used := demandWhole(t, dir, kept); !used.Returns {
		t.Errorf("%+v", used)
	}
}
