package intake

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// setWith is a key set with some ids.
func setWith(ids ...string) string {
	var keys []string
	for _, id := range ids {
		keys = append(keys, fmt.Sprintf(`{"kty":"RSA","kid":%q,"e":"AQAB","n":%q}`, id,
			base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 256)))))
	}
	return `{"keys":[` + strings.Join(keys, ",") + `]}`
}

// TestAKeySetIsFetchedAgainOnlyForWhatItMayHaveNow follows a sender that replaces its keys, and then is down.
func TestAKeySetIsFetchedAgainOnlyForWhatItMayHaveNow(t *testing.T) {
	now := noon
	set, status := setWith("a"), http.StatusOK
	f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(set))
	})
	cs := newTestCertificates(f, newAuthority(t), func() time.Time { return now })
	step := func(id string, want error, asked int64) {
		t.Helper()
		key, err := cs.Key(f.URL, id, now)
		if !errors.Is(err, want) || (err == nil) != strings.Contains(key, `"kid":"`+id+`"`) ||
			f.asked.Load() != asked {
			t.Errorf("%q, %v after %d fetches", key, err, f.asked.Load())
		}
	}
	step("a", nil, 1)
	step("a", nil, 1)
	step("b", signature.ErrUntrusted, 1) // just fetched: it does not exist
	if key, err := (cachedOnly{cs}).Key(f.URL, "a", now); err != nil || key == "" {
		t.Errorf("a diagnosis gets %q, %v", key, err)
	}
	set, now = setWith("b"), now.Add(keySetRetry)
	step("b", nil, 2)
	step("a", signature.ErrUntrusted, 2) // was taken back
	status, now = http.StatusBadGateway, now.Add(keySetFresh)
	step("b", nil, 3) // still known
	step("b", nil, 3)
	if _, err := cs.Key(f.URL, "c", now); err == nil || errors.Is(err, signature.ErrUntrusted) {
		t.Errorf("a key of a sender that is down: %v", err)
	}
	now = now.Add(keySetLifetime)
	if _, err := cs.Key(f.URL, "b", now); err == nil || errors.Is(err, signature.ErrUntrusted) {
		t.Errorf("a key that is too old: %v", err)
	}
	status, now = http.StatusOK, now.Add(missLifetime)
	step("b", nil, 5)
}

// TestForgedKeyIDsCauseOneFetch has many deliveries at once that name keys which do not exist.
func TestForgedKeyIDsCauseOneFetch(t *testing.T) {
	f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(setWith("a"))) })
	cs := newTestCertificates(f, newAuthority(t), func() time.Time { return noon })
	var all sync.WaitGroup
	var found atomic.Int64
	for i := range 100 {
		all.Go(func() {
			sender := cs.forSender(fmt.Sprintf("192.0.2.%d", i), &hook.Endpoint{ID: "ep_a"})
			if _, err := sender.Key(f.URL, fmt.Sprint("forged-", i), noon); err == nil {
				found.Add(1)
			}
		})
	}
	all.Wait()
	if f.asked.Load() != 1 || found.Load() != 0 {
		t.Errorf("%d fetches, %d found", f.asked.Load(), found.Load())
	}
	if _, err := cs.forSender("198.51.100.1", &hook.Endpoint{ID: "ep_a"}).Key(f.URL, "a", noon); err != nil {
		t.Errorf("the genuine key: %v", err)
	}
}

// TestAKeySetThatCannotBeReadIsNoFinalAnswer has answers that are no key set.
func TestAKeySetThatCannotBeReadIsNoFinalAnswer(t *testing.T) {
	for _, text := range []string{"", "<html>", `{"keys":[]}`, `{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}`} {
		f := newCertServer(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
		cs := newTestCertificates(f, newAuthority(t), func() time.Time { return noon })
		if _, err := cs.Key(f.URL, "a", noon); err == nil || errors.Is(err, signature.ErrUntrusted) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
