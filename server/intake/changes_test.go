package intake

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"hookbeam/server/hook"
)

// TestAChangeIsToldWithoutALock: while a subscriber is notified, endpoints can be changed and read.
func TestAChangeIsToldWithoutALock(t *testing.T) {
	fx := newFixture(t)
	first := fx.create(t, hook.Endpoint{Name: "first"})
	notifying, proceed := make(chan struct{}), make(chan struct{})
	var notified []string
	fx.all.Subscribe(func(e hook.Endpoint) {
		if len(notified) == 0 {
			close(notifying)
			<-proceed
		}
		notified = append(notified, e.Name)
	})
	var changes sync.WaitGroup
	change := func(to string) {
		_, err := fx.all.Change(t.Context(), first.ID, func(e *hook.Endpoint) error { e.Name = to; return nil })
		if err != nil {
			t.Error(err)
		}
	}
	changes.Go(func() { change("second") })
	<-notifying
	stored := make(chan struct{})
	changes.Go(func() {
		_, notify, err := fx.all.change(t.Context(), func() (hook.Endpoint, error) {
			e, err := fx.all.Get(first.ID)
			e.Name = "third"
			return e, err
		})
		if err != nil {
			t.Error(err)
			close(stored)
			return
		}
		close(stored)
		notify()
	})
	<-stored // blocks for ever if the lock is held
	if e, err := fx.all.Get(first.ID); err != nil || e.Name != "third" {
		t.Errorf("while the subscriber is notified it is %q, %v", e.Name, err)
	}
	close(proceed)
	changes.Wait()
	if len(notified) != 2 || notified[0] != "second" || notified[1] != "third" {
		t.Errorf("notified of %q", notified)
	}
}

func TestChangesAreToldInTheirOrder(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "n", SignedURL: "0"})
	var notified []string
	fx.all.Subscribe(func(e hook.Endpoint) { notified = append(notified, e.SignedURL) })
	const each, at = 50, 4
	var changes sync.WaitGroup
	for range at {
		changes.Go(func() {
			for range each {
				_, err := fx.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error {
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
	if now, _ := fx.all.Get(e.ID); now.SignedURL != strconv.Itoa(each*at) {
		t.Errorf("it was counted to %s: a change was lost", now.SignedURL)
	}
	for i, n := range notified {
		if n != strconv.Itoa(i+1) {
			t.Fatalf("change %d arrived as %s", i+1, n)
		}
	}
	if len(notified) != each*at {
		t.Errorf("%d of %d changes arrived", len(notified), each*at)
	}
}

func TestWhatIsNotChangedIsNotTold(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "n"})
	fx.all.Subscribe(func(hook.Endpoint) { t.Error("the subscriber was notified") })
	got, err := fx.all.Change(t.Context(), e.ID, func(*hook.Endpoint) error { return ErrUnchanged })
	if err != nil || got.ID != e.ID {
		t.Errorf("unchanged: %v, %v", got.ID, err)
	}
	failed := errors.New("failed")
	_, err = fx.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error { e.Name = "m"; return failed })
	if !errors.Is(err, failed) {
		t.Errorf("a failed edit: %v", err)
	}
	if now, _ := fx.all.Get(e.ID); now.Name != "n" {
		t.Errorf("it is called %s", now.Name)
	}
}
