package follow_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
)

// projection counts its rebuilds. It is its own store.
type projection struct {
	*leader
	during      func() // called in the middle of a rebuild; nil: nothing. Set before the rebuilder runs
	rebuilds    atomic.Int32
	stale, gone atomic.Bool
	broken      atomic.Bool // rebuilds fail
	full        atomic.Bool // nothing can be stored
}

var errBroken, errFull = errors.New("no room"), errors.New("disk full")

func newProjection() *projection { return &projection{leader: newLeader("sums")} }

func (p *projection) Apply(context.Context, []hook.Delivery, hook.Seq) error { return nil }

func (p *projection) Rebuild(context.Context) error {
	p.rebuilds.Add(1)
	if p.during != nil {
		p.during()
	}
	if p.broken.Load() {
		return errBroken
	}
	p.gone.Store(false)
	p.stale.Store(false)
	return nil
}

func (p *projection) Stale() bool { return p.stale.Load() }

func (p *projection) SetStale() error {
	if p.full.Load() {
		return errFull
	}
	p.stale.Store(true)
	return nil
}

func (p *projection) Gone() bool { return p.gone.Load() }

// run runs a rebuilder until the test ends. What it logged may be read when everything in the test's bubble is blocked.
func run(t *testing.T, p *projection, o follow.RebuildOptions) (r *follow.Rebuilder, done *int, logged *bytes.Buffer) {
	t.Helper()
	done, logged = new(int), new(bytes.Buffer)
	o.Now, o.Log = time.Now, slog.New(slog.NewTextHandler(logged, nil))
	r = follow.NewRebuilder(p, p, o)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { // ends with the test
		defer close(ended)
		if err := r.Run(ctx, func() { *done++ }); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { stop(); <-ended })
	synctest.Wait()
	return r, done, logged
}

func TestRequestsDuringARebuildAreOneMoreRebuild(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		var r *follow.Rebuilder
		var done *int
		p.during = func() {
			if p.rebuilds.Load() > 1 {
				return
			}
			for range 3 {
				if err := r.Request(); err != nil {
					t.Error(err)
				}
			}
		}
		r, done, _ = run(t, p, follow.RebuildOptions{})
		if err := r.Request(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if p.rebuilds.Load() != 2 || *done != 2 || r.Waiting() {
			t.Errorf("%d rebuilds, %d reported, waiting %t", p.rebuilds.Load(), *done, r.Waiting())
		}
	})
}

func TestAStaleStoreIsRebuiltAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		p.stale.Store(true)
		if run(t, p, follow.RebuildOptions{}); p.rebuilds.Load() != 1 || p.Stale() {
			t.Errorf("%d rebuilds, stale %t", p.rebuilds.Load(), p.Stale())
		}
	})
}

func TestARebuildThatBeginsElsewhereAnswersTheRequest(t *testing.T) {
	p := newProjection()
	r := follow.NewRebuilder(p, p, follow.RebuildOptions{})
	if err := r.Request(); err != nil || !r.Waiting() || !p.Stale() {
		t.Fatalf("waiting %t, stale %t, %v", r.Waiting(), p.Stale(), err)
	}
	if r.Begin(); r.Waiting() {
		t.Error("the request still waits")
	}
}

func TestARequestThatCannotBeStoredIsDoneAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		p.full.Store(true)
		r, done, _ := run(t, p, follow.RebuildOptions{})
		if err := r.Request(); !errors.Is(err, errFull) || !strings.Contains(err.Error(), "sums") {
			t.Errorf("got %v", err)
		}
		if synctest.Wait(); *done != 1 {
			t.Errorf("%d rebuilds", *done)
		}
	})
}

func TestAFailedRebuildIsLoggedAndNotReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		p.broken.Store(true)
		r, done, logged := run(t, p, follow.RebuildOptions{})
		if err := r.Request(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if said := logged.String(); *done != 0 || !strings.Contains(said, errBroken.Error()) ||
			!strings.Contains(said, "follower=sums") {
			t.Errorf("%d reported; logged %s", *done, said)
		}
		p.broken.Store(false)
		if err := r.Request(); err != nil {
			t.Fatal(err)
		}
		if synctest.Wait(); *done != 1 {
			t.Errorf("%d reported after a second request", *done)
		}
	})
}

// poll lets the rebuilder look around once. The time is that of the test's bubble: nothing is waited for.
func poll() {
	time.Sleep(follow.RequestPoll)
	synctest.Wait()
}

func TestARequestFileIsTakenOnceAndOnlyIfRegular(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sums.rebuild")
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		run(t, p, follow.RebuildOptions{RequestFile: file})
		if err := os.Mkdir(file, 0o700); err != nil {
			t.Fatal(err)
		}
		if poll(); p.rebuilds.Load() != 0 {
			t.Error("a folder is no request")
		}
		if err := errors.Join(os.Remove(file), os.WriteFile(file, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		poll()
		poll()
		if _, err := os.Lstat(file); p.rebuilds.Load() != 1 || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%d rebuilds, the file: %v", p.rebuilds.Load(), err)
		}
	})
}

func TestAMissingDatabaseIsRebuiltUnlessTheLogIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProjection()
		var logGone atomic.Bool
		logGone.Store(true)
		p.gone.Store(true)
		run(t, p, follow.RebuildOptions{LogGone: logGone.Load})
		if poll(); p.rebuilds.Load() != 0 {
			t.Error("rebuilt from a log that is not there")
		}
		logGone.Store(false)
		poll()
		if poll(); p.rebuilds.Load() != 1 || p.Gone() {
			t.Errorf("%d rebuilds, gone %t", p.rebuilds.Load(), p.Gone())
		}
	})
}
