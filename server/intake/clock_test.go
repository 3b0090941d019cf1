package intake

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// onDisk opens a real log, which decides what is a duplicate.
func onDisk(t *testing.T, now func() time.Time) *sqlite.DB {
	t.Helper()
	options := sqlite.Options{Now: now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)}
	db, err := sqlite.Open(t.Context(), t.TempDir(), options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- db.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestAClockThatJumpsLosesAndDoublesNothing has a sender whose clock is right, and a server whose clock jumps by up to
// an hour. A delivery that arrives while the clock is wrong by more than five minutes is rejected, stored, and claims
// no event. Sent again when the clock is right, it is the event's first delivery. An event that was verified before a
// jump is a duplicate after it.
func TestAClockThatJumpsLosesAndDoublesNothing(t *testing.T) {
	const secret = "whsec_0123456789abcdef"
	at := noon
	db := onDisk(t, func() time.Time { return at })
	all, err := LoadEndpoints(t.Context(), db.Registry(), func() time.Time { return at }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	in := New(all, db.Log(), func() time.Time { return at }, address, nil)
	e, err := all.Create(t.Context(), hook.Endpoint{
		Name:      "shop",
		Provider:  "stripe",
		Verify:    hook.Enforce,
		Tolerance: 5 * time.Minute,
		Secrets:   []hook.Secret{{Label: "live", Value: secret}},
	})
	if err != nil {
		t.Fatal(err)
	}
	right := noon // the sender's clock
	for i, c := range []struct {
		wrong    time.Duration // how far the server's clock is off
		event    string
		verdict  hook.Verdict
		reason   hook.Reason
		repeated hook.Seq
	}{
		{0, "evt_a", hook.Verified, "", 0},
		{-time.Hour, "evt_b", hook.Rejected, "timestamp_in_future", 0},
		{-time.Hour, "evt_a", hook.Rejected, "timestamp_in_future", 0},
		{time.Hour, "evt_b", hook.Rejected, "timestamp_too_old", 0},
		{0, "evt_b", hook.Verified, "", 0},
		{time.Hour, "evt_b", hook.Rejected, "timestamp_too_old", 0},
		{4*time.Minute + 59*time.Second, "evt_b", hook.Verified, "", 5},
		{-4*time.Minute - 59*time.Second, "evt_a", hook.Verified, "", 1},
		{5*time.Minute + time.Second, "evt_c", hook.Rejected, "timestamp_too_old", 0},
		{-5*time.Minute - time.Second, "evt_c", hook.Rejected, "timestamp_in_future", 0},
		{time.Minute, "evt_c", hook.Verified, "", 0},
		{-time.Minute, "evt_c", hook.Verified, "", 11},
	} {
		right = right.Add(time.Second)
		at = right.Add(c.wrong)
		body := fmt.Sprintf(`{"id":%q,"type":"charge.succeeded"}`, c.event)
		sum := hmac.New(sha256.New, []byte(secret))
		_, _ = fmt.Fprintf(sum, "%d.%s", right.Unix(), body)
		signature := fmt.Sprintf("t=%d,v1=%s", right.Unix(), hex.EncodeToString(sum.Sum(nil)))
		r := &hook.Record{
			Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Time{Time: at}},
			Request: hook.Request{
				Body:    []byte(body),
				Headers: []hook.Header{{Name: "Stripe-Signature", Value: signature}},
			},
		}
		_, refusal, err := in.Accept(&e, r)
		if err != nil {
			t.Fatal(err)
		}
		if (refusal != nil) != (c.verdict == hook.Rejected) {
			t.Errorf("%d: refusal %v", i, refusal)
		}
		if r.Seq != hook.Seq(i+1) || r.Verdict != c.verdict || r.Reason != c.reason || r.DuplicateOf != c.repeated {
			t.Errorf("%d, clock wrong by %v, %s: seq %d, %s %q, repeat of %d; want %d, %s %q, %d", i, c.wrong, c.event,
				r.Seq, r.Verdict, r.Reason, r.DuplicateOf, i+1, c.verdict, c.reason, c.repeated)
		}
	}
}
