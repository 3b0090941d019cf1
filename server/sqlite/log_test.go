package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

func (c *clock) move(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func options(o Options) Options {
	if o.Now == nil {
		o.Now = (&clock{at: noon}).now
	}
	o.Random = rand.Reader
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Seal == nil {
		o.Seal = sealKey
	}
	return o
}

// resting opens a store whose writer does not run: the test commits.
func resting(t *testing.T) *testStore {
	t.Helper()
	s, err := openStore(t.Context(), t.TempDir(), options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// running opens a store in dir and runs its writer until the test ends, or until stop.
func running(t testing.TB, dir string, o Options) (s *testStore, stop func()) {
	t.Helper()
	return runningWith(t, dir, options(o))
}

// runningWith is running with options that are whole.
func runningWith(t testing.TB, dir string, o Options) (s *testStore, stop func()) {
	t.Helper()
	s, err := openStore(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return s, stop
}

func record(body string) *hook.Record {
	return &hook.Record{
		Delivery: hook.Delivery{Endpoint: "ep_a", Method: "POST", Path: "/", Query: "a=%20b",
			ContentType: "application/json", Size: int64(len(body)), Verdict: hook.Unsigned,
			ReceivedAt: hook.Time{Time: noon}},
		Request: hook.Request{Host: "h.example", Proto: "HTTP/1.1", Remote: "192.0.2.1", Took: 42 * time.Microsecond,
			Headers: []hook.Header{{Name: "A", Value: "1"}, {Name: "A", Value: ": 2: "}, {Name: "B", Value: ""}},
			Body:    []byte(body)},
	}
}

func verified(event string) *hook.Record {
	r := record(event)
	r.Verdict, r.Event, r.Secret = hook.Verified, event, "live"
	return r
}

func rejected(body string) *hook.Record {
	r := record(body)
	r.Verdict, r.Reason = hook.Rejected, "signature_mismatch"
	return r
}

func appended(t testing.TB, s *testStore, r *hook.Record) *hook.Record {
	t.Helper()
	if err := s.Append(r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestADeliveryComesBackByteForByteAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	want := appended(t, s, record("\x00\xff not JSON\r\n"))
	epoch := s.Epoch()
	stop()
	s, _ = running(t, dir, Options{})
	got, err := s.Delivery(t.Context(), want.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*want, got); diff != "" {
		t.Error(diff)
	}
	if s.Epoch() != epoch || s.Head() != 1 {
		t.Errorf("epoch %s head %d, want %s and 1", s.Epoch(), s.Head(), epoch)
	}
}

func TestTheWriterSyncsEveryCommit(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for pragma, want := range map[string]any{
		"journal_mode": "wal",
		"synchronous":  int64(2),
		"page_size":    int64(pageSize),
	} {
		var got any
		err := s.do(t.Context(), func(c *writerConn) (err error) { got, err = c.value("PRAGMA " + pragma); return err })
		if err != nil || got != want {
			t.Errorf("%s is %v (%v), want %v", pragma, got, err, want)
		}
	}
}

func TestSixtyFourWritersGetEachTheirOwnSeqWithoutHoles(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for j := range 10 {
				if err := s.Append(record(fmt.Sprint(i, j))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	page, upTo, err := s.After(t.Context(), 0, 1000)
	if err != nil || len(page) != 640 || upTo != 640 {
		t.Fatalf("%d deliveries up to %d: %v", len(page), upTo, err)
	}
	for i, d := range page {
		if d.Seq != hook.Seq(i+1) {
			t.Fatalf("place %d holds seq %d", i, d.Seq)
		}
	}
}

func TestTheTailAndTheDiskTellTheSame(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	for i := range 30 {
		appended(t, s, record(fmt.Sprint(i)))
	}
	fromMemory, _, err := s.After(t.Context(), 3, 20)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	s, _ = running(t, dir, Options{})
	fromDisk, _, err := s.After(t.Context(), 3, 20)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fromMemory, fromDisk); diff != "" {
		t.Error(diff)
	}
}

func TestOneEventIdIsOneEventForEver(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	first := appended(t, s, verified("evt_1"))
	if again := appended(t, s, verified("evt_1")); again.DuplicateOf != first.Seq {
		t.Errorf("duplicate of %d, want %d", again.DuplicateOf, first.Seq)
	}
	stop()
	s, _ = running(t, dir, Options{})
	if again := appended(t, s, verified("evt_1")); again.DuplicateOf != first.Seq {
		t.Errorf("after a restart: duplicate of %d, want %d", again.DuplicateOf, first.Seq)
	}
	other := verified("evt_1")
	other.Endpoint = "ep_b"
	if appended(t, s, other); other.DuplicateOf != 0 {
		t.Errorf("another endpoint's event is a duplicate of %d", other.DuplicateOf)
	}
}

func TestAnUnverifiedDeliveryClaimsNoEvent(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for _, v := range []hook.Verdict{hook.Unsigned, hook.Rejected} {
		r := verified("evt_1")
		r.Verdict = v
		appended(t, s, r)
	}
	if genuine := appended(t, s, verified("evt_1")); genuine.DuplicateOf != 0 {
		t.Errorf("the genuine one counts as a duplicate of %d", genuine.DuplicateOf)
	}
}

func TestRejectedDeliveriesAreARingPerEndpoint(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{KeepRejected: 3})
	kept := appended(t, s, record("kept"))
	for i := range 5 {
		appended(t, s, rejected(fmt.Sprint(i)))
	}
	stop()
	s, _ = running(t, dir, Options{KeepRejected: 3})
	appended(t, s, rejected("5"))
	page, _, err := s.Deliveries(t.Context(), hook.Filter{Endpoint: "ep_a", Verdict: hook.Rejected}, 0, 10)
	if err != nil || len(page) != 3 || page[0].Seq != 7 || page[2].Seq != 5 {
		t.Errorf("kept %v (%v)", page, err)
	}
	if _, err := s.Delivery(t.Context(), kept.ID); err != nil {
		t.Errorf("the ring took a delivery that was not rejected: %v", err)
	}
}

func TestPagesGoBackwardsWithoutHoles(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	for i := range 25 {
		r := record(fmt.Sprint(i))
		if i%3 == 0 {
			r.Method = "GET"
		}
		if i%5 == 0 {
			r.Endpoint = "ep_b"
		}
		appended(t, s, r)
	}
	for name, c := range map[string]struct {
		filter hook.Filter
		want   int
	}{
		"all":         {hook.Filter{}, 25},
		"an endpoint": {hook.Filter{Endpoint: "ep_b"}, 5},
		"a method":    {hook.Filter{Method: "GET"}, 9},
		"both":        {hook.Filter{Endpoint: "ep_b", Method: "GET"}, 2},
		"a verdict":   {hook.Filter{Verdict: hook.Unsigned}, 25},
		"none":        {hook.Filter{Verdict: hook.Rejected}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var got []hook.Delivery
			for before := hook.Seq(0); ; {
				page, next, err := s.Deliveries(t.Context(), c.filter, before, 4)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
				if before = next; next == 0 {
					break
				}
			}
			last := hook.Seq(26)
			for _, d := range got {
				if d.Seq >= last || !filterMatches(c.filter, &d) {
					t.Fatalf("seq %d after %d", d.Seq, last)
				}
				last = d.Seq
			}
			if len(got) != c.want {
				t.Errorf("%d deliveries, want %d", len(got), c.want)
			}
		})
	}
}

func TestADamagedDatabaseIsNotServed(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	for i := range 200 {
		appended(t, s, record(strings.Repeat(fmt.Sprint(i), 500)))
	}
	stop()
	path := filepath.Join(dir, FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 3 * pageSize; i < 3*pageSize+200; i++ {
		file[i] ^= 0xff
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = openStore(t.Context(), dir, options(Options{}))
	if err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("opened a damaged database, or did not say what to do: %v", err)
	}
}

func TestAFullDiskIsAProblemThatPasses(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	pages := func(n any) {
		t.Helper()
		if err := s.do(t.Context(), func(c *writerConn) error {
			_, err := c.value(fmt.Sprintf("PRAGMA max_page_count = %v", n))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	kept := appended(t, s, record("kept"))
	pages(1) // SQLite takes the present size as the least
	var problem error
	for range 100 {
		if problem = s.Append(record(strings.Repeat("x", 10_000))); problem != nil {
			break
		}
	}
	if !isUnavailable(problem) {
		t.Fatalf("a full disk gave %v", problem)
	}
	if err := s.Probe(t.Context()); err != nil && !isUnavailable(err) {
		t.Errorf("the probe said %v", err)
	}
	if _, err := s.Delivery(t.Context(), kept.ID); err != nil {
		t.Errorf("reading stopped: %v", err)
	}
	pages(1 << 20)
	appended(t, s, record("again"))
}

func isUnavailable(err error) bool {
	var p *hook.Problem
	return errors.As(err, &p) && errors.Is(p.Kind, hook.ErrUnavailable) && p.RetryAfter > 0
}

func TestAStoppedStoreAnswersThatItIsStopping(t *testing.T) {
	s, stop := running(t, t.TempDir(), Options{})
	stop()
	if err := s.Append(record("late")); !isUnavailable(err) {
		t.Errorf("append after the end gave %v", err)
	}
}

func TestALoginWorksOnceAndInTime(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	a, b := [32]byte{1}, [32]byte{2}
	for _, hash := range [][32]byte{a, b} {
		if err := s.AddLogin(t.Context(), hash, noon.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []struct {
		hash [32]byte
		now  time.Time
		want bool
	}{{a, noon, true}, {a, noon, false}, {b, noon.Add(time.Minute), false}, {[32]byte{3}, noon, false}} {
		if got, err := s.TakeLogin(t.Context(), c.hash, c.now); err != nil || got != c.want {
			t.Errorf("case %d: %v %v", i, got, err)
		}
	}
}

// filterMatches reports whether a filter selects d.
func filterMatches(f hook.Filter, d *hook.Delivery) bool {
	return (f.Endpoint == "" || f.Endpoint == d.Endpoint) &&
		(f.Verdict == "" || f.Verdict == d.Verdict) &&
		(f.Method == "" || f.Method == d.Method)
}
