package status

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// redraw waits for what was asked for.
func (h *house) redraw() {
	h.Helper()
	if !h.board.rebuilder.Waiting() {
		h.Fatal("nobody asked for the statuses to be drawn again")
	}
	if err := h.board.Rebuild(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func TestDrawnAgainItIsAsItWas(t *testing.T) {
	h := newHouse(t)
	for n := range 30 {
		h.receive(life(n)...)
	}
	before := h.list(hook.StatusFilter{})
	h.board.Shown(before[3].ID, hook.StatePaid, "page")
	watch := h.board.Watch(shop, "", "payment/pi_7")
	defer watch.Close()
	if err := h.board.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.append(hook.Verified, life(31)[0]) // comes while it is drawn
	h.redraw()
	h.draw()
	after := h.list(hook.StatusFilter{})
	if diff := cmp.Diff(before, after[1:]); diff != "" {
		t.Error(diff)
	}
	if d, err := h.board.Status(t.Context(), before[3].ID); err != nil || len(d.Impressions) != 1 {
		t.Errorf("what was shown: %+v, %v", d.Impressions, err)
	}
	h.receive(event{id: "evt_x", typ: "charge.refunded", minute: 99, object: `{"id":"ch_7","payment_intent":"pi_7","amount":4900,"amount_refunded":4900,"currency":"eur","captured":true}`})
	select {
	case <-watch.C():
	default:
		t.Error("who watches is told no more")
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "statuses.new*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWhatTheLogKeepsNoMoreIsInherited(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)[:4]...)
	h.stop()
	h.move(20 * time.Hour)
	h.open(sqlite.Options{KeepFor: time.Hour})
	if n, err := h.log.SweepOnce(t.Context()); err != nil || n != 3 {
		t.Fatalf("swept %d, %v", n, err)
	}
	before := h.list(hook.StatusFilter{})
	if err := h.board.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.redraw()
	if diff := cmp.Diff(before, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestWhatTheLogLetsGoOfWhileItIsReadIsInherited has the sweeper overtake who draws anew.
func TestWhatTheLogLetsGoOfWhileItIsReadIsInherited(t *testing.T) {
	h := newHouse(t)
	for n := range 3 {
		h.receive(life(n)...)
	}
	h.stop()
	h.move(20 * time.Hour)
	h.open(sqlite.Options{KeepFor: time.Hour})
	before := h.list(hook.StatusFilter{})
	shadow, err := h.board.shadow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := shadow.Close(); err != nil {
			t.Error(err)
		}
	}()
	page, upTo, err := h.log.After(t.Context(), 0, 4)
	if err != nil || shadow.Apply(t.Context(), page, upTo) != nil || upTo != 4 {
		t.Fatal(upTo, err)
	}
	if n, err := h.log.SweepOnce(t.Context()); err != nil || n != 14 {
		t.Fatalf("swept %d, %v", n, err)
	}
	if err := shadow.followBoard(t.Context(), h.board, h.board.Flush); err != nil {
		t.Fatal(err)
	}
	after, _, err := shadow.Statuses(t.Context(), hook.StatusFilter{}, "", 100)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}

func TestWhatWasToBeDrawnAgainStillIsAfterARestart(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	reopened := func() bool {
		h.Helper()
		h.stop()
		h.open(sqlite.Options{})
		return h.board.rebuilder.Waiting()
	}
	half := filepath.Join(h.dir, "statuses.new.db")
	if err := os.WriteFile(half, []byte("drawn in part"), 0o600); err != nil || reopened() {
		t.Errorf("nobody asked for it: %v", err)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("what was drawn in part is left behind")
	}
	h.change(func(e *hook.Endpoint) { e.Statuses.References = []string{"data.object.id"} })
	for range 2 {
		if !reopened() {
			t.Error("an endpoint's rules changed, and past deliveries are no more read by them")
		}
	}
	h.redraw()
	if reopened() {
		t.Error("it is done")
	}
	if p := h.public("", "order/pi_1"); p.Status != hook.StatePartiallyRefunded {
		t.Errorf("by its new name: %+v", p)
	}
	h.release = "v2"
	if !reopened() {
		t.Error("another release reads as the one before did")
	}
	if err := h.board.Rebuild(t.Context()); err != nil || reopened() {
		t.Errorf("it is done by the new release: %v", err)
	}
}

func TestWhoAsksWhileItIsDrawnIsAnsweredByTheNext(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	shadow, err := h.board.shadow(t.Context())
	if err == nil {
		err = shadow.followBoard(t.Context(), h.board, h.board.Flush)
	}
	if err == nil {
		err = h.board.RequestRebuild(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := h.board.take(t.Context(), shadow); err != nil || !h.board.rebuilder.Waiting() || !h.board.store.Stale() {
		t.Errorf("%v, asked %t", err, h.board.rebuilder.Waiting())
	}
}

// TestStatusesThatCannotBePutInPlaceLeaveThoseThatWere takes the file away that was drawn anew.
func TestStatusesThatCannotBePutInPlaceLeaveThoseThatWere(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{})
	shadow, err := h.board.shadow(t.Context())
	if err == nil {
		err = os.Remove(filepath.Join(h.dir, "statuses.new.db"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := h.board.take(t.Context(), shadow); err == nil {
		t.Fatal("it was put in place")
	}
	if err := shadow.Close(); err != nil { // as whoever draws again does, whatever became of it
		t.Error(err)
	}
	if diff := cmp.Diff(want, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
	h.receive(life(2)...)
	if n := len(h.list(hook.StatusFilter{})); n != 2 {
		t.Errorf("%d statuses", n)
	}
}

func TestWhoStopsWhileTheyArePutInPlaceHasAWholeBoard(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{})
	shadow, err := h.board.shadow(t.Context())
	if err == nil {
		err = shadow.followBoard(t.Context(), h.board, h.board.Flush)
	}
	if err == nil {
		err = shadow.Flush()
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err == nil {
		err = h.board.take(stopped, shadow)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestABoardThatCannotBeReadIsClosed is seen by who counts goroutines at the end.
func TestABoardThatCannotBeReadIsClosed(t *testing.T) {
	h := newHouse(t)
	databases := DatabasesOf(sqlite.NewStatusDatabases(t.Context(), t.TempDir(), h.board.Logger, sqlite.Checked{}, false))
	store, err := databases.Open(t.Context(), h.board.origin())
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := h.board.use(stopped, store); err == nil {
		t.Fatal("it was read")
	}
}

func TestARestartGoesOnWhereItStood(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	h.append(hook.Verified, life(2)[0])
	h.stop()
	h.open(sqlite.Options{})
	if at := h.board.Position(); at != 5 {
		t.Errorf("begins at %d", at)
	}
	h.draw()
	if n := len(h.list(hook.StatusFilter{})); n != 2 {
		t.Errorf("%d statuses", n)
	}
	if counts, _ := h.board.Counts(t.Context(), hook.StatusFilter{}); counts[hook.StatePending] != 1 || counts[hook.StatePartiallyRefunded] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func removeAll(files ...string) error {
	for _, file := range files {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func TestALostOrDamagedOrForeignBoardIsDrawnAgain(t *testing.T) {
	h := newHouse(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{})
	file := filepath.Join(h.dir, sqlite.StatusesFile)
	for name, harm := range map[string]func() error{
		"lost":    func() error { return removeAll(file, file+"-wal", file+"-shm") },
		"damaged": func() error { return os.WriteFile(file, []byte(strings.Repeat("not a database ", 4000)), 0o600) },
	} {
		h.stop()
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		h.open(sqlite.Options{})
		h.draw()
		if diff := cmp.Diff(want, h.list(hook.StatusFilter{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	h.stop() // another log, younger than the board
	if err := os.Remove(filepath.Join(h.dir, sqlite.FileName)); err != nil {
		t.Fatal(err)
	}
	h.open(sqlite.Options{})
	if n := len(h.list(hook.StatusFilter{})); n != 0 {
		t.Errorf("%d statuses of another log", n)
	}
}
