package trust_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// shopSecret is the shared secret of endpoints made by makeWithSecret.
const shopSecret = "a-secret-that-nobody-guesses"

// makeWithSecret creates an endpoint that accepts only deliveries with shopSecret.
func (s *server) makeWithSecret(name string) endpoint {
	s.t.Helper()
	return s.make(map[string]any{"name": name, "secrets": []any{map[string]any{"label": "live", "value": shopSecret}}})
}

// senders calls one for i from 0 to n-1, in at goroutines that share an HTTP client. A goroutine stops at its first
// error.
func senders(t *testing.T, at, n int, one func(client *http.Client, i int) error) {
	t.Helper()
	client := newClient(t, at)
	var all sync.WaitGroup
	for w := range at {
		all.Go(func() {
			for i := w; i < n; i += at {
				if err := one(client, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// counted returns how many deliveries with a verdict are in the log, and the size of their bodies in bytes.
func (s *server) counted(verdict string) (n int, bytes int64) {
	s.t.Helper()
	for _, d := range s.list() {
		if d.Verdict == verdict {
			n, bytes = n+1, bytes+d.Size
		}
	}
	return n, bytes
}

// TestForgedAndUnsignedDeliveriesDisplaceNoVerifiedOne checks R19: 10 MB of verified deliveries are stored with
// --keep-bytes 16MiB, then 60 MiB of forged and 60 MiB of unsigned ones are sent. All verified deliveries must be kept,
// at most a fifth of the space may be rejected ones, and at most a half unsigned ones.
func TestForgedAndUnsignedDeliveriesDisplaceNoVerifiedOne(t *testing.T) {
	t.Parallel()
	s := serve(t, "--keep-bytes", "16MiB")
	shop, open := s.makeWithSecret("shop"), s.first()
	const genuine = 100
	senders(t, 8, genuine, func(client *http.Client, i int) error {
		_, err := deliver(t.Context(), client, shop.in(s), fmt.Sprint(i, strings.Repeat("g", 100_000)),
			"X-Webhook-Secret", shopSecret)
		return err
	})
	// Floods of 1 MiB each: first with a wrong secret, then to an endpoint that verifies nothing.
	large := strings.Repeat("f", 1<<20)
	senders(t, 4, 60, func(client *http.Client, _ int) error {
		status, _, text, err := send(t.Context(), client, shop.in(s), large, "X-Webhook-Secret", "wrong")
		if err == nil && status != http.StatusForbidden {
			err = fmt.Errorf("a wrong secret is answered %d: %s", status, text)
		}
		return err
	})
	if n, bytes := s.counted("rejected"); n == 0 || bytes > 16<<20/5 {
		t.Errorf("%d rejected deliveries of %d bytes are kept", n, bytes)
	}
	senders(t, 4, 60, func(client *http.Client, _ int) error {
		_, err := deliver(t.Context(), client, open.in(s), large)
		return err
	})
	// Unsigned deliveries are removed a moment after they were stored.
	eventually(t, "unsigned deliveries are within their bound", func() bool {
		_, bytes := s.counted("unsigned")
		return bytes <= 16<<20/2
	})
	if n, _ := s.counted("verified"); n != genuine {
		t.Errorf("of %d verified deliveries, %d are left", genuine, n)
	}
}

// TestEventsPushNoDeliveryOut checks R19 for event ids: with --keep-bytes 1MiB, thousands of deliveries with ids of 200
// characters are sent. At least the newest 1,000 deliveries must be kept, also after a restart, and a repetition of the
// newest event must still be detected.
func TestEventsPushNoDeliveryOut(t *testing.T) {
	t.Parallel()
	s := serve(t, "--keep-bytes", "1MiB")
	shop := s.makeWithSecret("shop")
	n := scaled(6000)
	if testing.Short() {
		n = 3000
	}
	// Long ids: together they are larger than --keep-bytes.
	id := strings.Repeat("e", 200)
	var first stored
	senders(t, 1, 1, func(client *http.Client, _ int) (err error) {
		first, err = deliver(t.Context(), client, shop.in(s), "first", "X-Webhook-Secret", shopSecret)
		return err
	})
	senders(t, 32, n, func(client *http.Client, i int) error {
		_, err := deliver(t.Context(), client, shop.in(s), "x", "Webhook-Id", fmt.Sprint(id, i), "X-Webhook-Secret",
			shopSecret)
		return err
	})
	kept, _ := s.counted("verified")
	if kept < 1000 {
		t.Errorf("%d deliveries are kept", kept)
	}
	// A restart counts from the tables again and must come to the same result.
	s.stop()
	s.start()
	if again, _ := s.counted("verified"); again < min(kept, 1000) {
		t.Errorf("%d deliveries are kept after a restart, and %d before", again, kept)
	}
	_, _, text, err := send(t.Context(), newClient(t, 1), shop.in(s), "again", "Webhook-Id", fmt.Sprint(id, n-1),
		"X-Webhook-Secret", shopSecret)
	var repeat stored
	if err == nil {
		err = json.Unmarshal(text, &repeat)
	}
	if err != nil || repeat.DuplicateOf <= first.Seq {
		t.Errorf("the newest event's repeat is %+v: %v", repeat, err)
	}
}
