package trust_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const shopSecret = "a-secret-that-nobody-guesses"

// guarded makes an endpoint that takes only what has the secret.
func (s *server) guarded(name string) endpoint {
	s.t.Helper()
	return s.make(map[string]any{"name": name, "secrets": []any{map[string]any{"label": "live", "value": shopSecret}}})
}

// senders has so many at once send n deliveries, numbered from 0.
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

// counted returns how many deliveries are kept with a verdict, and the length of their bodies.
func (s *server) counted(verdict string) (n int, bytes int64) {
	s.t.Helper()
	for _, d := range s.list() {
		if d.Verdict == verdict {
			n, bytes = n+1, bytes+d.Size
		}
	}
	return n, bytes
}

// TestForgedAndUnsignedDeliveriesDisplaceNoVerifiedOne is promise R19: floods of 1 MiB of either kind.
func TestForgedAndUnsignedDeliveriesDisplaceNoVerifiedOne(t *testing.T) {
	t.Parallel()
	s := serve(t, "--keep-bytes", "16MiB")
	shop, open := s.guarded("shop"), s.first()
	const genuine = 100
	senders(t, 8, genuine, func(client *http.Client, i int) error {
		_, err := deliver(t.Context(), client, shop.in(s), fmt.Sprint(i, strings.Repeat("g", 100_000)),
			"X-Webhook-Secret", shopSecret)
		return err
	})
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
	eventually(t, "unsigned deliveries are within their bound", func() bool {
		_, bytes := s.counted("unsigned")
		return bytes <= 16<<20/2
	})
	if n, _ := s.counted("verified"); n != genuine {
		t.Errorf("of %d verified deliveries, %d are left", genuine, n)
	}
}

// TestEventsPushNoDeliveryOut is promise R19, too: many more events than --keep-bytes has room for.
func TestEventsPushNoDeliveryOut(t *testing.T) {
	t.Parallel()
	s := serve(t, "--keep-bytes", "1MiB")
	shop := s.guarded("shop")
	n := scaled(6000)
	if testing.Short() {
		n = 3000
	}
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
