package trust_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// endless is a request body without an end. It counts how many bytes the HTTP client read from it. The client reads a
// little more after the response has arrived.
type endless struct{ taken atomic.Int64 }

// Read returns whatever is in p: the content does not matter.
func (e *endless) Read(p []byte) (int, error) {
	e.taken.Add(int64(len(p)))
	return len(p), nil
}

// TestHugeBodiesAndBombsSwellNothing checks S10 with one server that has 32 MiB for bodies: a body without an end,
// announced lengths over the limit, a gzip bomb (64 MiB in 64 KiB), a million opening brackets, and 480 MiB of bodies
// at once. Bodies over the limit must get 413 without being read; the others are stored unchanged, and memory must stay
// far below what the bodies would expand to.
func TestHugeBodiesAndBombsSwellNothing(t *testing.T) {
	t.Parallel()
	s := serveMeasured(t, "--max-in-flight", "33554432")
	client := newClient(t, 64)
	e := s.first()

	t.Run("a body without end is cut off at the limit", func(t *testing.T) {
		body := &endless{}
		answer, err := client.Post(e.in(s), "application/octet-stream", body)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("answered %s, not 413", answer.Status)
		}
		if taken := body.taken.Load(); taken > 16<<20 {
			t.Errorf("%d bytes were taken of it", taken)
		}
	})
	t.Run("a length over the limit is refused before a byte is read", func(t *testing.T) {
		for _, length := range []string{"1048577", "99999999999"} {
			answer := sendRaw(t, s.addr, "POST "+path(e)+" HTTP/1.1\r\nHost: localhost\r\n"+
				"Content-Length: "+length+"\r\n\r\n")
			if answer != http.StatusRequestEntityTooLarge {
				t.Errorf("Content-Length %s is answered %d, not 413", length, answer)
			}
		}
	})
	t.Run("the limit itself is allowed", func(t *testing.T) {
		if _, err := deliver(t.Context(), client, e.in(s), strings.Repeat("b", 1<<20)); err != nil {
			t.Error(err)
		}
	})
	t.Run("a bomb is kept as it came", func(t *testing.T) {
		var bomb bytes.Buffer
		w := gzip.NewWriter(&bomb)
		// 64 MiB of zeros compress to about 64 KiB.
		if _, err := io.CopyN(w, zeros{}, 64<<20); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		before := s.resident()
		for range 30 {
			one, err := deliver(t.Context(), client, e.in(s), bomb.String(), "Content-Encoding", "gzip",
				"Content-Type", "application/json")
			if err != nil {
				t.Fatal(err)
			}
			if s.body(one.ID) != bomb.String() {
				t.Fatal("it was changed")
			}
		}
		if growth := s.resident() - before; growth > 128<<20 {
			t.Errorf("the server grew by %d MiB", growth>>20)
		}
	})
	t.Run("a million brackets are just bytes", func(t *testing.T) {
		if _, err := deliver(t.Context(), client, e.in(s), strings.Repeat("[", 1<<20), "Content-Type",
			"application/json"); err != nil {
			t.Error(err)
		}
	})
	t.Run("many large ones at once are bounded together", func(t *testing.T) { manyAtOnce(t, s, client) })
	// The list shows at least the 30 bombs and the three other bodies that were stored.
	if got := len(s.list()); got < 33 {
		t.Errorf("the list shows %d deliveries", got)
	}
}

// manyAtOnce sends 24 bodies of 20 MiB at once, many times the memory for bodies. Each must be stored or get 503 with
// Retry-After, and the server must not grow by their sum.
func manyAtOnce(t *testing.T, s *server, client *http.Client) {
	t.Helper()
	large := s.make(map[string]any{"name": "large", "max_body": 25 << 20}).in(s)
	body := strings.Repeat("c", 20<<20)
	before := s.resident()
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			status, header, text, err := send(t.Context(), client, large, body)
			if err != nil {
				t.Log(err) // the refusal came while the body was being sent
				return
			}
			if status != http.StatusOK && (status != http.StatusServiceUnavailable || header.Get("Retry-After") == "") {
				t.Errorf("answered %d: %s", status, text)
			}
		})
	}
	all.Wait()
	growth := s.resident() - before
	t.Logf("24 bodies of 20 MiB at once: the server grew by %d MiB", growth>>20)
	if growth > 320<<20 {
		t.Errorf("the server grew by %d MiB", growth>>20)
	}
	if _, err := deliver(t.Context(), client, large, "small"); err != nil {
		t.Error(err)
	}
}

// zeros is an io.Reader of zero bytes, the content of the gzip bomb.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// path is the path of an endpoint's webhook URL, for requests that are written by hand.
func path(e endpoint) string {
	_, rest, _ := strings.Cut(e.URL, "/in/")
	return fmt.Sprintf("/in/%s", rest)
}
