package intake

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"hookbeam/server/hook"
)

// TestAChangeIsToldWithoutALock: while one change is told, others are made, and the endpoints can be read.
func TestAChangeIsToldWithoutALock(t *testing.T) {
	w := newWorld(t)
	first := w.create(t, hook.Endpoint{Name: "first"})
	telling, goOn := make(chan struct{}), make(chan struct{})
	var told []string
	w.all.Subscribe(func(e hook.Endpoint) {
		if len(told) == 0 {
			close(telling)
			<-goOn
		}
		told = append(told, e.Name)
	})
	var changes sync.WaitGroup
	change := func(to string) {
		_, err := w.all.Change(t.Context(), first.ID, func(e *hook.Endpoint) error { e.Name = to; return nil })
		if err != nil {
			t.Error(err)
		}
	}
	changes.Go(func() { change("second") })
	<-telling
	stored := make(chan struct{})
	changes.Go(func() {
		_, tell, err := w.all.change(t.Context(), func() (hook.Endpoint, error) {
			e, err := w.all.Get(first.ID)
			e.Name = "third"
			return e, err
		})
		if err != nil {
			t.Error(err)
			close(stored)
			return
		}
		close(stored)
		tell()
	})
	<-stored // would not come under a lock
	if e, err := w.all.Get(first.ID); err != nil || e.Name != "third" {
		t.Errorf("while the change before is told it is %q, %v", e.Name, err)
	}
	close(goOn)
	changes.Wait()
	if len(told) != 2 || told[0] != "second" || told[1] != "third" {
		t.Errorf("told were %q", told)
	}
}

func TestChangesAreToldInTheirOrder(t *testing.T) {
	w := newWorld(t)
	e := w.create(t, hook.Endpoint{Name: "n", SignedURL: "0"})
	var told []string
	w.all.Subscribe(func(e hook.Endpoint) { told = append(told, e.SignedURL) })
	const each, at = 50, 4
	var changes sync.WaitGroup
	for range at {
		changes.Go(func() {
			for range each {
				_, err := w.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error {
					n, err := strconv.Atoi(e.SignedURL)
					e.SignedURL = strconv.Itoa(n + 1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	changes.Wait()
	if now, _ := w.all.Get(e.ID); now.SignedURL != strconv.Itoa(each*at) {
		t.Errorf("it was counted to %s: a change was lost", now.SignedURL)
	}
	for i, n := range told {
		if n != strconv.Itoa(i+1) {
			t.Fatalf("change %d was told as %s", i+1, n)
		}
	}
	if len(told) != each*at {
		t.Errorf("%d of %d changes were told", len(told), each*at)
	}
}

func TestWhatIsNotChangedIsNotTold(t *testing.T) {
	w := newWorld(t)
	e := w.create(t, hook.Endpoint{Name: "n"})
	w.all.Subscribe(func(hook.Endpoint) { t.Error("it was told") })
	got, err := w.all.Change(t.Context(), e.ID, func(*hook.Endpoint) error { return ErrUnchanged })
	if err != nil || got.ID != e.ID {
		t.Errorf("unchanged: %v, %v", got.ID, err)
	}
	failed := errors.New("failed")
	if _, err := w.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error { e.Name = "m"; return failed }); !errors.Is(
		err,
		failed,
	) {
		t.Errorf("a failed edit: %v", err)
	}
	if now, _ := w.all.Get(e.ID); now.Name != "n" {
		t.Errorf("it is called %s", now.Name)
	}
}
