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

// rebuild does the rebuild that was requested.
func (h *harness) rebuild() {
	h.Helper()
	if !h.projector.rebuilder.Waiting() {
		h.Fatal("no rebuild was requested")
	}
	if err := h.projector.Rebuild(h.Context()); err != nil {
		h.Fatal(err)
	}
}

func TestARebuildGivesTheSameStatuses(t *testing.T) {
	h := newHarness(t)
	for n := range 30 {
		h.receive(life(n)...)
	}
	before := h.list(hook.StatusFilter{})
	h.view.RecordImpression(before[3].ID, hook.StatePaid, "page")
	watch := h.view.Watch(shop, "", "payment/pi_7")
	defer watch.Close()
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.append(hook.Verified, life(31)[0]) // is received during the rebuild
	h.rebuild()
	h.apply()
	after := h.list(hook.StatusFilter{})
	if diff := cmp.Diff(before, after[1:]); diff != "" {
		t.Error(diff)
	}
	if d, err := h.view.Status(t.Context(), before[3].ID); err != nil || len(d.Impressions) != 1 {
		t.Errorf("what was shown: %+v, %v", d.Impressions, err)
	}
	h.receive(event{id: "evt_x", typ: "charge.refunded", minute: 99, object: `{"id":"ch_7","payment_intent":"pi_7","amount":4900,"amount_refunded":4900,"currency":"eur","captured":true}`})
	select {
	case <-watch.C():
	default:
		t.Error("a watch was not woken")
	}
	left, err := filepath.Glob(filepath.Join(h.dir, "statuses.new*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestARebuildImportsWhatTheLogNoLongerKeeps(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)[:4]...)
	h.stop()
	h.move(20 * time.Hour)
	h.open(sqlite.Options{KeepFor: time.Hour})
	if n, err := h.log.SweepOnce(t.Context()); err != nil || n != 3 {
		t.Fatalf("swept %d, %v", n, err)
	}
	before := h.list(hook.StatusFilter{})
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	if diff := cmp.Diff(before, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestARebuildImportsWhatIsRemovedWhileItReads removes deliveries from the log that the rebuild has not read yet.
func TestARebuildImportsWhatIsRemovedWhileItReads(t *testing.T) {
	h := newHarness(t)
	for n := range 3 {
		h.receive(life(n)...)
	}
	h.stop()
	h.move(20 * time.Hour)
	h.open(sqlite.Options{KeepFor: time.Hour})
	before := h.list(hook.StatusFilter{})
	next, err := h.projector.newReplacement(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := next.Close(); err != nil {
			t.Error(err)
		}
	}()
	page, upTo, err := h.log.After(t.Context(), 0, 4)
	if err != nil || next.Apply(t.Context(), page, upTo) != nil || upTo != 4 {
		t.Fatal(upTo, err)
	}
	if n, err := h.log.SweepOnce(t.Context()); err != nil || n != 14 {
		t.Fatalf("swept %d, %v", n, err)
	}
	if err := next.applyUpTo(t.Context(), h.projector, h.projector.Flush); err != nil {
		t.Fatal(err)
	}
	after, _, err := next.View().Statuses(t.Context(), hook.StatusFilter{}, "", 100)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}

func TestARequestedRebuildSurvivesARestart(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	reopened := func() bool {
		h.Helper()
		h.stop()
		h.open(sqlite.Options{})
		return h.projector.rebuilder.Waiting()
	}
	half := filepath.Join(h.dir, "statuses.new.db")
	if err := os.WriteFile(half, []byte("unfinished"), 0o600); err != nil || reopened() {
		t.Errorf("nobody asked for it: %v", err)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("the tables of an unfinished rebuild are left behind")
	}
	h.change(func(e *hook.Endpoint) { e.Statuses.References = []string{"data.object.id"} })
	for range 2 {
		if !reopened() {
			t.Error("an endpoint's rules changed, and past deliveries are no more read by them")
		}
	}
	h.rebuild()
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
	if err := h.projector.Rebuild(t.Context()); err != nil || reopened() {
		t.Errorf("it is done by the new release: %v", err)
	}
}

func TestARequestDuringARebuildCausesAnotherOne(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	next, err := h.projector.newReplacement(t.Context())
	if err == nil {
		err = next.applyUpTo(t.Context(), h.projector, h.projector.Flush)
	}
	if err == nil {
		err = h.projector.RequestRebuild(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := h.projector.replaceTables(t.Context(), next); err != nil || !h.projector.rebuilder.Waiting() || !h.projector.store.Stale() {
		t.Errorf("%v, asked %t", err, h.projector.rebuilder.Waiting())
	}
}

// TestTablesThatCannotBePutInPlaceLeaveTheOldOnes removes the file with the new tables.
func TestTablesThatCannotBePutInPlaceLeaveTheOldOnes(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{})
	next, err := h.projector.newReplacement(t.Context())
	if err == nil {
		err = os.Remove(filepath.Join(h.dir, "statuses.new.db"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := h.projector.replaceTables(t.Context(), next); err == nil {
		t.Fatal("it was put in place")
	}
	if err := next.Close(); err != nil { // as Rebuild does after an error
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

func TestReplacingTheTablesIsNotInterrupted(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	want := h.list(hook.StatusFilter{})
	next, err := h.projector.newReplacement(t.Context())
	if err == nil {
		err = next.applyUpTo(t.Context(), h.projector, h.projector.Flush)
	}
	if err == nil {
		err = next.Flush()
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err == nil {
		err = h.projector.replaceTables(stopped, next)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestTablesThatCannotBeReadAreClosed fails in the count of goroutines at the end of the package's tests.
func TestTablesThatCannotBeReadAreClosed(t *testing.T) {
	h := newHarness(t)
	databases := DatabasesOf(sqlite.NewStatusDatabases(t.Context(), t.TempDir(), h.projector.Logger, sqlite.Checked{}, false))
	store, err := databases.Open(t.Context(), h.projector.origin())
	if err != nil {
		t.Fatal(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := h.projector.use(stopped, store); err == nil {
		t.Fatal("it was read")
	}
}

func TestARestartContinuesAtItsPosition(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	h.append(hook.Verified, life(2)[0])
	h.stop()
	h.open(sqlite.Options{})
	if at := h.projector.Position(); at != 5 {
		t.Errorf("begins at %d", at)
	}
	h.apply()
	if n := len(h.list(hook.StatusFilter{})); n != 2 {
		t.Errorf("%d statuses", n)
	}
	if counts, _ := h.view.Counts(t.Context(), hook.StatusFilter{}); counts.States[hook.StatePending] != 1 || counts.States[hook.StatePartiallyRefunded] != 1 {
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

func TestLostDamagedOrForeignTablesAreRebuilt(t *testing.T) {
	h := newHarness(t)
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
		h.apply()
		if diff := cmp.Diff(want, h.list(hook.StatusFilter{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	h.stop() // another log, younger than the statuses
	if err := os.Remove(filepath.Join(h.dir, sqlite.FileName)); err != nil {
		t.Fatal(err)
	}
	h.open(sqlite.Options{})
	if n := len(h.list(hook.StatusFilter{})); n != 0 {
		t.Errorf("%d statuses of another log", n)
	}
}
