package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// wrongly finds the senders of a release that believed that GitHub signs in another header and that Stripe signs other
// text.
func wrongly(id string) (*provider.Provider, bool) {
	p, known := provider.For(id)
	if !known {
		return nil, false
	}
	wrong := *p
	switch id {
	case "github":
		wrong.Signature.Schemes = []signature.Scheme{p.Signature.Schemes[0]}
		wrong.Signature.Schemes[0].At = payload.Select("header:X-Hub-Signature-512")
	case "stripe":
		wrong.Signature.Schemes = []signature.Scheme{p.Signature.Schemes[0]}
		wrong.Signature.Schemes[0].Message = signature.Message("{time}:{body}")
	}
	return &wrong, true
}

func hexHMAC(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// fromGitHub is a delivery that was signed with a secret, with a body of at least size bytes.
func fromGitHub(secret string, n, size int) *hook.Record {
	body := fmt.Sprintf(`{"n":%d,"pad":%q}`, n, strings.Repeat("x", size))
	return &hook.Record{
		Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Millis(noon.UnixMilli()),
			Size: int64(len(body))},
		Request: hook.Request{Remote: "192.0.2.1", Body: []byte(body), Headers: []hook.Header{
			{Name: "X-Github-Delivery", Value: fmt.Sprint("event-", n)}, {Name: "X-Github-Event", Value: "push"},
			{Name: "X-Hub-Signature-256", Value: "sha256=" + hexHMAC(secret, body)},
		}},
	}
}

// recheckFixture is a fixture with an endpoint of GitHub, and a rechecker that counts what it does.
type recheckFixture struct {
	*fixture
	endpoint  hook.Endpoint
	rechecker *Rechecker
	reads     []hook.Seq
	rests     []time.Duration
	pause     func() error // called after each delivery; nil: continue
}

// readLog is a log that reports each delivery that is read.
type readLog struct {
	*memoryStore
	read func(*hook.Record)
}

func (l readLog) Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error) {
	r, err := l.memoryStore.Delivery(ctx, id)
	l.read(&r)
	return r, err
}

func newRecheckFixture(t *testing.T) *recheckFixture {
	t.Helper()
	fx := &recheckFixture{fixture: newFixture(t)}
	fx.endpoint = fx.create(t, hook.Endpoint{Name: "code", Provider: "github", Tolerance: 5 * time.Minute,
		Secrets: []hook.Secret{{Label: "live", Value: right}}})
	fx.begin(provider.For)
	return fx
}

// begin makes the rechecker of a start whose catalogue is find.
func (fx *recheckFixture) begin(find func(string) (*provider.Provider, bool)) {
	now := func() time.Time { return fx.at }
	in := New(fx.all, readLog{fx.memoryStore, func(r *hook.Record) {
		fx.reads = append(fx.reads, r.Seq)
		fx.at = fx.at.Add(3 * time.Millisecond) // what it takes
	}}, now, address, nil).With(find)
	fx.intake = in
	fx.rechecker = NewRechecker(in, slog.New(slog.DiscardHandler), now,
		func(ctx context.Context, d time.Duration) error {
			fx.rests = append(fx.rests, d)
			if fx.pause != nil {
				return fx.pause()
			}
			return ctx.Err()
		})
	fx.reads, fx.rests = nil, nil
}

// rejects has the endpoint receive deliveries that it rejects.
func (fx *recheckFixture) rejects(t *testing.T, e hook.Endpoint, records ...*hook.Record) {
	t.Helper()
	for _, r := range records {
		if _, refusal, err := fx.intake.Accept(&e, r); refusal == nil || err != nil {
			t.Fatalf("accepted: %v, %v", refusal, err)
		}
	}
}

// pass does the pass of a start, or a later one, and returns the count that the endpoint then has.
func (fx *recheckFixture) pass(t *testing.T, first bool) int {
	t.Helper()
	if err := fx.rechecker.pass(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	return fx.offered(t)
}

func (fx *recheckFixture) offered(t *testing.T) int {
	t.Helper()
	e, err := fx.all.Get(fx.endpoint.ID)
	if err != nil {
		t.Fatal(err)
	}
	return e.WouldVerify
}

// TestWhatACorrectedLiteralVerifiesIsOffered has two starts with two catalogues.
func TestWhatACorrectedLiteralVerifiesIsOffered(t *testing.T) {
	fx := newRecheckFixture(t)
	fx.begin(wrongly)
	fx.pass(t, true)
	fx.rejects(t, fx.endpoint, fromGitHub(right, 1, 0), fromGitHub(wrong, 2, 0), fromGitHub(right, 3, 0))
	if n := fx.pass(t, true); n != 0 || len(fx.reads) != 0 {
		t.Fatalf("with the same catalogue: %d offered, read %v", n, fx.reads)
	}
	fx.begin(provider.For)
	fx.notified = nil
	if n := fx.pass(t, true); n != 2 {
		t.Fatalf("%d offered, want 2", n)
	}
	if len(fx.notified) != 1 || fx.notified[0].WouldVerify != 2 {
		t.Errorf("dashboards were notified of %+v", fx.notified)
	}
	if len(fx.records) != 3 || fx.records[0].Verdict != hook.Rejected {
		t.Errorf("the check changed a verdict: %+v", fx.records)
	}
	fx.load(t) // as after a restart
	fx.begin(provider.For)
	if n := fx.pass(t, false); n != 2 || len(fx.reads) != 0 {
		t.Errorf("after a restart %d are offered, read %v", n, fx.reads)
	}
	got, err := fx.intake.Reverify(t.Context(), fx.endpoint.ID, true)
	if want := (ReverifyResult{Examined: 3, Verified: 2, Released: 2}); got != want || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if n := fx.offered(t); n != 0 {
		t.Errorf("%d are offered after all were released", n)
	}
	if n := fx.pass(t, true); n != 0 || len(fx.records) != 5 || fx.records[1].Verdict != hook.Rejected {
		t.Errorf("%d offered, %d stored", n, len(fx.records))
	}
}

// TestALiteralThatGetsWorseTakesNothingBack has a release that verifies less than the one before it.
func TestALiteralThatGetsWorseTakesNothingBack(t *testing.T) {
	fx := newRecheckFixture(t)
	if _, refusal, err := fx.intake.Accept(&fx.endpoint, fromGitHub(right, 1, 0)); refusal != nil || err != nil {
		t.Fatal(refusal, err)
	}
	fx.begin(wrongly)
	if n := fx.pass(t, true); n != 0 || len(fx.reads) != 0 {
		t.Errorf("%d offered, read %v", n, fx.reads)
	}
	if _, err := fx.intake.Reverify(t.Context(), fx.endpoint.ID, true); err != nil {
		t.Fatal(err)
	}
	if len(fx.records) != 1 || fx.records[0].Verdict != hook.Verified {
		t.Errorf("%+v", fx.records)
	}
}

// TestACheckCountsAtTheTimeOfArrival has a delivery that was replayed long after it was signed, and one that came in
// time; both were rejected for their signature, and it is much later now.
func TestACheckCountsAtTheTimeOfArrival(t *testing.T) {
	const secret = "whsec_0123456789abcdef"
	fx := newRecheckFixture(t)
	fx.endpoint = fx.create(t, hook.Endpoint{Name: "shop", Provider: "stripe", Tolerance: 5 * time.Minute,
		Secrets: []hook.Secret{{Label: "live", Value: secret}}})
	fx.begin(wrongly)
	fx.pass(t, true)
	signedAt := func(at time.Time) *hook.Record {
		r := fromGitHub(right, 1, 0)
		r.Headers = []hook.Header{{Name: "Stripe-Signature", Value: fmt.Sprintf("t=%d,v1=%s", at.Unix(),
			hexHMAC(secret, fmt.Sprintf("%d.%s", at.Unix(), r.Body)))}}
		return r
	}
	fx.rejects(t, fx.endpoint, signedAt(noon.Add(-time.Hour)), signedAt(noon.Add(-time.Minute)))
	fx.at = fx.at.AddDate(1, 0, 0)
	fx.begin(provider.For)
	if n := fx.pass(t, true); n != 1 {
		t.Errorf("%d offered, want the one that came in time", n)
	}
}

func TestWhatACorrectedSecretVerifiesIsOffered(t *testing.T) {
	fx := newRecheckFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "other", Provider: "github",
		Secrets: []hook.Secret{{Label: "a", Value: wrong}}})
	fx.rejects(t, e, fromGitHub(right, 1, 0))
	offered := make(chan int)
	fx.all.Subscribe(func(e hook.Endpoint) {
		if e.WouldVerify > 0 {
			offered <- e.WouldVerify
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- fx.rechecker.Run(ctx) }()
	for _, edit := range []func(*hook.Endpoint){
		func(e *hook.Endpoint) { e.Name = "renamed" },
		func(e *hook.Endpoint) { e.Secrets = []hook.Secret{{Label: "a", Value: right}} },
	} {
		if _, err := fx.all.Change(ctx, e.ID, func(e *hook.Endpoint) error { edit(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if n := <-offered; n != 1 {
		t.Errorf("%d offered", n)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if len(fx.reads) != 1 {
		t.Errorf("read %v: a new name changes nothing", fx.reads)
	}
}

func TestACheckHasLimits(t *testing.T) {
	for name, c := range map[string]struct{ number, size, reads int }{
		"number": {maxChecked + 150, 0, maxChecked},
		"bytes":  {5, maxCheckedBytes / 4, 3}, // with the rest of each body, the fourth is too much
	} {
		t.Run(name, func(t *testing.T) {
			fx := newRecheckFixture(t)
			for i := range c.number {
				r := fromGitHub(wrong, i, 0)
				r.Size += int64(c.size) // the log has the size of the body, which is not needed here
				r.Endpoint, r.Verdict, r.Reason = fx.endpoint.ID, hook.Rejected, hook.ReasonSignatureMissing
				if err := fx.Append(r); err != nil {
					t.Fatal(err)
				}
			}
			fx.begin(wrongly)
			fx.pass(t, true)
			if len(fx.reads) != c.reads || fx.reads[0] != hook.Seq(c.number) ||
				fx.reads[c.reads-1] != hook.Seq(c.number-c.reads+1) {
				t.Errorf("read %d, from %v", len(fx.reads), fx.reads[0])
			}
			for _, rest := range fx.rests {
				if rest != 3*time.Millisecond {
					t.Fatalf("rested %v after a delivery that took 3ms", rest)
				}
			}
			if len(fx.rests) != c.reads {
				t.Errorf("rested %d times", len(fx.rests))
			}
		})
	}
}

// TestACheckThatARestartEndsIsDoneAgain stops in the midst of an endpoint.
func TestACheckThatARestartEndsIsDoneAgain(t *testing.T) {
	fx := newRecheckFixture(t)
	fx.begin(wrongly)
	fx.pass(t, true)
	fx.rejects(t, fx.endpoint, fromGitHub(right, 1, 0), fromGitHub(right, 2, 0), fromGitHub(right, 3, 0))
	fx.begin(provider.For)
	fx.pause = func() error {
		if len(fx.reads) == 2 {
			return context.Canceled
		}
		return nil
	}
	if err := fx.rechecker.pass(t.Context(), true); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if n := fx.offered(t); n != 0 {
		t.Errorf("half a check offers %d", n)
	}
	fx.load(t)
	fx.begin(provider.For)
	fx.pause = nil
	if n := fx.pass(t, true); n != 3 {
		t.Errorf("%d offered, want 3", n)
	}
}

// TestACheckIsNoReasonToOverwriteAChange changes the secret while the endpoint is checked with the old one.
func TestACheckIsNoReasonToOverwriteAChange(t *testing.T) {
	fx := newRecheckFixture(t)
	fx.begin(wrongly)
	fx.pass(t, true)
	fx.rejects(t, fx.endpoint, fromGitHub(right, 1, 0))
	fx.begin(provider.For)
	fx.pause = func() error {
		fx.pause = nil
		_, err := fx.all.Change(t.Context(), fx.endpoint.ID, func(e *hook.Endpoint) error {
			e.Secrets = []hook.Secret{{Label: "next", Value: wrong}}
			return nil
		})
		return err
	}
	if n := fx.pass(t, true); n != 0 {
		t.Errorf("%d offered with a secret that is no longer there", n)
	}
	if e, _ := fx.all.Get(fx.endpoint.ID); e.Secrets[0].Label != "next" || e.CheckedAs != "" {
		t.Errorf("%+v", e)
	}
	if n := fx.pass(t, false); n != 0 || len(fx.reads) != 2 {
		t.Errorf("%d offered, read %v", n, fx.reads)
	}
}

func TestACheckThatCannotBeStoredIsDoneAgain(t *testing.T) {
	fx := newRecheckFixture(t)
	fx.begin(wrongly)
	fx.pass(t, true)
	fx.rejects(t, fx.endpoint, fromGitHub(right, 1, 0))
	fx.begin(provider.For)
	full := errors.New("the disk is full")
	fx.pause = func() error { fx.broken = full; return nil }
	if err := fx.rechecker.pass(t.Context(), true); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	fx.broken, fx.pause = nil, nil
	if n := fx.pass(t, true); n != 1 {
		t.Errorf("%d offered", n)
	}
}

// TestOffersAreCountedAnewAtAStart has retention remove what was offered.
func TestOffersAreCountedAnewAtAStart(t *testing.T) {
	fx := newRecheckFixture(t)
	fx.begin(wrongly)
	fx.pass(t, true)
	fx.rejects(t, fx.endpoint, fromGitHub(right, 1, 0), fromGitHub(right, 2, 0))
	fx.begin(provider.For)
	fx.pass(t, true)
	fx.records = fx.records[1:]
	if n := fx.pass(t, true); n != 1 {
		t.Errorf("%d offered", n)
	}
}
