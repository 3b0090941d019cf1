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

// TestAFullDiskIsA503AndRecoversWithoutARestart is promise R5, twice: on a file system that fills up, and with files
// that may not grow, which needs no rights.
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

func testFull(t *testing.T, s *server, fill, free func()) {
	t.Helper()
	address, client := s.first().in(s), newClient(t, 4)
	var answered []stored
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
	v := &view{server: s, cursor: "0"}
	fill()
	refused := 0
	for i := 0; refused < 20; i++ {
		if keep(i) == http.StatusServiceUnavailable {
			refused++
		}
		if i > 2000 {
			t.Fatal("the disk does not fill")
		}
	}
	// Reading goes on: the list, a body, a poll, a page; and readiness tells the truth.
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
	eventually(t, "storing again", func() bool { return keep(0) == http.StatusOK })
	for i := range 20 {
		if keep(i) != http.StatusOK {
			t.Fatal("it stores, and then not")
		}
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
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
