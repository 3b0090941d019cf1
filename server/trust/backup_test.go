package trust_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// command runs hookbeam with arguments, and returns what it prints on standard output.
func command(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), hookbeam, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("hookbeam %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.Bytes()
}

// made is what hookbeam backup --json prints.
type made struct {
	Head    int64  `json:"head"`
	Bytes   int64  `json:"bytes"`
	KeyFrom string `json:"key_from"`
}

// backup backs up the data folder of a server into a file.
func (s *server) backup(file string) (m made) {
	s.t.Helper()
	if err := json.Unmarshal(command(s.t, "backup", file, "--data", s.data, "--json"), &m); err != nil {
		s.t.Fatal(err)
	}
	return m
}

// acknowledged are deliveries that were answered 200: the digests of their bodies by seq. The bodies are random, so
// that two of them are never taken for each other.
type acknowledged struct {
	mu  sync.Mutex
	all map[int64][sha256.Size]byte
	ids map[int64]string
}

// postUntil posts from several clients until stop is closed.
func (a *acknowledged) postUntil(t *testing.T, address string, stop <-chan struct{}) (wait func()) {
	t.Helper()
	const writers = 8
	client := newClient(t, writers)
	var all sync.WaitGroup
	for w := range writers {
		random := rand.New(rand.NewPCG(uint64(w), 1))
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				body := fmt.Sprintf("%d-%x", w, random.Uint64())
				got, err := deliver(t.Context(), client, address, body)
				if err != nil {
					t.Error(err)
					return
				}
				a.mu.Lock()
				a.all[got.Seq], a.ids[got.Seq] = sha256.Sum256([]byte(body)), got.ID
				a.mu.Unlock()
			}
		})
	}
	return all.Wait
}

// count returns how many deliveries were acknowledged.
func (a *acknowledged) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.all)
}

// TestABackupUnderLoadRestoresToTheSameDigests checks R12 and S28: while clients post, hookbeam backup copies the
// running server, twice. Each backup is restored into a new folder. There, everything that was acknowledged up to the
// backup's head must be there with the same body and id, and nothing after it. A cursor of the old log gets a reset, no
// secret is in the files, and the old server has gone on.
func TestABackupUnderLoadRestoresToTheSameDigests(t *testing.T) {
	t.Parallel()
	const canary = "whsec_canary0123456789abcdef"
	s := serve(t)
	s.make(map[string]any{"name": "shop", "provider": "stripe",
		"secrets": []any{map[string]any{"label": "live", "value": canary}}})
	a := &acknowledged{all: map[int64][sha256.Size]byte{}, ids: map[int64]string{}}
	stop := make(chan struct{})
	wait := a.postUntil(t, s.first().in(s), stop)
	eventually(t, "some deliveries", func() bool { return a.count() > scaled(300) })
	files := []string{filepath.Join(t.TempDir(), "first.hb"), filepath.Join(t.TempDir(), "second.hb")}
	var backups []made
	for i, file := range files {
		backups = append(backups, s.backup(file))
		before := a.count()
		eventually(t, "more deliveries after a backup", func() bool { return a.count() > before+scaled(100) })
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 || info.Size() != backups[i].Bytes {
			t.Errorf("the file is %v (%v)", info, err)
		}
	}
	close(stop)
	wait()
	var live struct{ To string }
	s.api(http.MethodGet, "/api/v1/updates?wait=0s", http.StatusOK, nil, &live)
	s.stop()
	if _, err := os.Stat(filepath.Join(s.data, "hookbeam.backup")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the copies are still there: %v", err)
	}
	for i, file := range files {
		restored := newServer(t)
		key := filepath.Join(s.data, "seal.key")
		restored.env = []string{"HOOKBEAM_SEAL_KEY_FILE=" + key}
		command(t, "restore", file, "--data", restored.data, "--seal-key-file", key)
		noneHolds(t, restored.data, canary)
		restored.start()
		a.compare(t, restored, backups[i].Head)
		var frame struct{ Reset bool }
		restored.api(http.MethodGet, "/api/v1/updates?wait=0s&after="+live.To, http.StatusOK, nil, &frame)
		if !frame.Reset {
			t.Error("a cursor of the old log got no reset")
		}
		restored.stop()
		noneHolds(t, restored.data, canary)
	}
}

// compare demands that a restored server has all acknowledged deliveries up to head, and none after it.
func (a *acknowledged) compare(t *testing.T, restored *server, head int64) {
	t.Helper()
	kept := map[int64]string{}
	for _, d := range restored.list() {
		kept[d.Seq] = d.ID
		if d.Seq > head {
			t.Errorf("delivery %d is there, and the head is %d", d.Seq, head)
		}
	}
	compared := 0
	for seq, want := range a.all {
		if seq > head {
			continue
		}
		if kept[seq] != a.ids[seq] {
			t.Fatalf("delivery %d is %q, not %s", seq, kept[seq], a.ids[seq])
		}
		if seq%7 == 0 { // bodies are fetched one by one
			compared++
			if got := sha256.Sum256([]byte(restored.body(kept[seq]))); got != want {
				t.Errorf("delivery %d has another body", seq)
			}
		}
	}
	if compared < 20 {
		t.Errorf("only %d bodies were compared, up to %d", compared, head)
	}
}

// noneHolds demands that no file below a folder contains a text.
func noneHolds(t *testing.T, dir, text string) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("%s contains %s", path, text)
		}
		seen++
		return err
	})
	if err != nil || seen < 2 {
		t.Errorf("read %d files in %s (%v)", seen, dir, err)
	}
}

// TestARestoreThatIsKilledIsNotTakenForAWholeOne checks R12: hookbeam restore --replace is killed after a random time,
// again and again. Afterwards the server either starts, with all that was before or all that the backup has, or it says
// that a restore was interrupted, and another restore puts it right.
func TestARestoreThatIsKilledIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	s := serve(t)
	client, address := newClient(t, 1), s.first().in(s)
	var ids []string
	for i := range 3 {
		got, err := deliver(t.Context(), client, address, fmt.Sprint("delivery ", i))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, got.ID)
		if i == 1 {
			s.backup(filepath.Join(s.data, "..", "two.hb"))
		}
	}
	file := filepath.Join(s.data, "..", "two.hb")
	t.Cleanup(func() { _ = os.Remove(file) })
	s.stop()
	random := rand.New(rand.NewPCG(3, 4))
	took := 100 * time.Millisecond
	interrupted := 0
	for round := range scaled(6) {
		cmd := exec.Command(hookbeam, "restore", file, "--data", s.data, "--replace")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		began := time.Now()
		go func() { _ = cmd.Wait(); close(ended) }() // it may be killed
		select {
		case <-ended:
			took = time.Since(began)
		case <-time.After(time.Duration(random.Int64N(int64(took * 5 / 4)))):
			_ = cmd.Process.Kill()
			<-ended
		}
		out, err := exec.Command(hookbeam, "login", "--data", s.data).CombinedOutput()
		if err != nil {
			if !strings.Contains(string(out), "hookbeam restore again") &&
				!strings.Contains(string(out), "no database") {
				t.Fatalf("round %d: %s", round, out)
			}
			interrupted++
			command(t, "restore", file, "--data", s.data, "--replace")
		}
		s.start()
		list := s.list()
		if n := len(list); n != 2 && n != 3 {
			t.Fatalf("round %d: %d deliveries", round, n)
		}
		for i, d := range list {
			if want := ids[i]; d.ID != want || s.body(d.ID) != fmt.Sprint("delivery ", i) {
				t.Errorf("round %d: delivery %d is %s, not %s", round, d.Seq, d.ID, want)
			}
		}
		s.stop()
	}
	t.Logf("%d restores were interrupted", interrupted)
}
