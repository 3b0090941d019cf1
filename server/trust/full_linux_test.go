package trust_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestAFullDiskIsA503AndRecoversWithoutARestart checks R5 and R17 with two kinds of full disk: a file system of 24 MiB
// that is filled by another file (mounting it needs root), and a process limit on the size of files (RLIMIT_FSIZE),
// which needs no rights. testFull is the test itself.
func TestAFullDiskIsA503AndRecoversWithoutARestart(t *testing.T) {
	t.Parallel()
	t.Run("a small file system", func(t *testing.T) {
		s := newServer(t)
		if err := unix.Mount("tmpfs", s.data, "tmpfs", 0, "size=24m"); err != nil {
			t.Skipf("NOT TESTED: a small file system cannot be mounted here: %v", err)
		}
		t.Cleanup(func() {
			s.kill()
			if err := unix.Unmount(s.data, 0); err != nil {
				t.Error(err)
			}
		})
		s.start()
		ballast := filepath.Join(s.data, "ballast")
		// The ballast file takes all remaining space, block by block.
		fill := func() {
			file, err := os.Create(ballast)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			for block := make([]byte, 4096); err == nil; {
				_, err = file.Write(block)
			}
		}
		testFull(t, s, fill, func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("files that may not grow", func(t *testing.T) {
		s := serve(t)
		// The soft limit of the running process can be lowered and raised again.
		limit := func(soft uint64) {
			var now unix.Rlimit
			if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &now); err != nil {
				t.Fatal(err)
			}
			now.Cur = min(soft, now.Max)
			if err := unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_FSIZE, &now, nil); err != nil {
				t.Fatal(err)
			}
		}
		testFull(t, s, func() { limit(64 << 10) }, func() { limit(unix.RLIM_INFINITY) })
	})
}

// testFull posts until 20 deliveries got 503, checks that everything can still be read and that /readyz reports the
// state, and makes room again. The server must then store without a restart. After a kill, the log must hold exactly
// the deliveries that were answered 200, in order. fill makes the disk full, free undoes it.
func testFull(t *testing.T, s *server, fill, free func()) {
	t.Helper()
	address, client := s.first().in(s), newClient(t, 4)
	var answered []stored
	// keep posts 32 KiB and records the answer. Only 200 and a complete 503 are allowed.
	keep := func(i int) int {
		body := fmt.Sprint(i, strings.Repeat("y", 32<<10))
		status, header, text, err := send(t.Context(), client, address, body)
		if err != nil {
			t.Fatal(err)
		}
		switch status {
		case http.StatusOK:
			var one stored
			if err := json.Unmarshal(text, &one); err != nil {
				t.Fatal(err)
			}
			answered = append(answered, one)
		case http.StatusServiceUnavailable:
			if wait, err := strconv.Atoi(header.Get("Retry-After")); err != nil || wait <= 0 {
				t.Fatalf("503 with Retry-After %q", header.Get("Retry-After"))
			}
			if got := header.Get("Content-Type"); got != "application/problem+json" {
				t.Fatalf("503 as %q", got)
			}
		default:
			t.Fatalf("a full disk is answered %d: %s", status, text)
		}
		return status
	}
	for i := range 20 {
		if keep(i) != http.StatusOK {
			t.Fatal("the disk is full already")
		}
	}
	// A reader from the beginning, to poll while the disk is full.
	v := &view{server: s, cursor: "0"}
	fill()
	// Post until 20 deliveries were refused. The first few may still fit into free pages.
	refused := 0
	for i := 0; refused < 20; i++ {
		if keep(i) == http.StatusServiceUnavailable {
			refused++
		}
		if i > 2000 {
			t.Fatal("the disk does not fill")
		}
	}
	// Reading still works: the list, a body, a poll, the statuses. /readyz reports that nothing can be stored.
	if got := len(s.list()); got != len(answered) {
		t.Errorf("while full, the list shows %d of %d", got, len(answered))
	}
	if got := s.body(answered[0].ID); len(got) != 32<<10+1 {
		t.Errorf("while full, a body has %d bytes", len(got))
	}
	for len(v.seen) < len(answered) {
		if err := v.poll(t.Context(), client); err != nil {
			t.Fatal(err)
		}
	}
	s.api(http.MethodGet, "/readyz", http.StatusServiceUnavailable, nil, nil)
	for _, path := range []string{"/healthz", "/api/v1/statuses", "/api/v1/statuses/counts"} {
		s.api(http.MethodGet, path, http.StatusOK, nil, nil)
	}

	free()
	// No restart: the next delivery that fits is stored.
	eventually(t, "storing again", func() bool { return keep(0) == http.StatusOK })
	for i := range 20 {
		if keep(i) != http.StatusOK {
			t.Fatal("it stores, and then not")
		}
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
	// The log must be exactly what was answered 200: nothing refused is in it, nothing answered is missing.
	s.kill()
	quickCheck(t, s)
	s.start()
	kept := s.list()
	if len(kept) != len(answered) {
		t.Fatalf("%d deliveries are kept, %d were answered", len(kept), len(answered))
	}
	for i, d := range kept {
		if d.ID != answered[i].ID {
			t.Fatalf("delivery %d is %s, answered was %s", i, d.ID, answered[i].ID)
		}
	}
}
