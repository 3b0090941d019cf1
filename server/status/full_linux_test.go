package status

import (
	"testing"

	system "golang.org/x/sys/unix"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// fill lets no file of this process grow until free is called: SQLite is told what a full disk tells it.
func fill(t *testing.T) (free func()) {
	t.Helper()
	var was system.Rlimit
	if err := system.Prlimit(0, system.RLIMIT_FSIZE, nil, &was); err != nil {
		t.Fatal(err)
	}
	set := func(l system.Rlimit) {
		if err := system.Prlimit(0, system.RLIMIT_FSIZE, &l, nil); err != nil {
			t.Error(err)
		}
	}
	free = func() { set(was) }
	t.Cleanup(free)
	set(system.Rlimit{Cur: 1, Max: was.Max})
	return free
}

// TestWhileTheDiskIsFullStatusesAreStillShown is promise R5 for what is applied and cannot be stored: pages show it,
// readers with a cursor get it, lists show what was stored before, and with room again everything is there.
func TestWhileTheDiskIsFullStatusesAreStillShown(t *testing.T) {
	for _, after := range []string{"room again", "a restart"} {
		t.Run(after, func(t *testing.T) {
			h := newHarness(t)
			h.receive(life(1)...)
			if err := h.projector.Flush(); err != nil {
				t.Fatal(err)
			}
			stored := h.projector.Position()
			for _, e := range life(2) {
				h.append(hook.Verified, e)
			}
			free := fill(t)
			h.apply()
			if err := h.projector.Flush(); err == nil {
				t.Fatal("the disk is not full")
			}
			for _, order := range []string{"order/10-1", "order/10-2"} {
				if p := h.public("", order); p.Status != hook.StatePartiallyRefunded || p.Amount != 4900 {
					t.Errorf("%s: %+v", order, p)
				}
			}
			if list := h.list(hook.StatusFilter{}); len(list) != 1 || list[0].Reference != "10-1" {
				t.Errorf("listed: %+v", list)
			}
			if counts, err := h.view.Counts(t.Context(), hook.StatusFilter{}); err != nil || counts.States[hook.StatePartiallyRefunded] != 2 {
				t.Errorf("counted: %v, %v", counts, err)
			}
			h.projector.recent = recent{floor: h.projector.Position()} // as for a reader who was away for long
			if changes, _, err := h.view.Changed(t.Context(), 0, h.projector.Position()); err != nil || len(changes) != 4 || changes[3].Seq <= stored {
				t.Errorf("changes: %v, %v", changes, err)
			}
			if after == "a restart" {
				h.stop()
				free()
				h.open(sqlite.Options{})
				if at := h.projector.Position(); at != stored {
					t.Errorf("begins at %d, not at %d", at, stored)
				}
				h.apply()
			}
			free()
			list := h.list(hook.StatusFilter{})
			if len(list) != 2 || list[0].Reference != "10-2" || h.projector.store.Position() != h.projector.Position() {
				t.Errorf("with room again: %+v", list)
			}
		})
	}
}
