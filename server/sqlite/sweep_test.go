package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

func TestTheSweeperRemovesTheOldestByAge(t *testing.T) {
	at := &clock{at: noon}
	s, _ := running(t, t.TempDir(), Options{KeepFor: time.Hour, Now: at.now})
	for i := range 300 {
		r := record(fmt.Sprint(i))
		if i >= 250 {
			r.ReceivedAt = hook.Time{Time: noon.Add(2 * time.Hour)}
		}
		appended(t, s, r)
	}
	if n, err := s.SweepOnce(t.Context()); err != nil || n != 0 {
		t.Errorf("removed %d too early (%v)", n, err)
	}
	at.move(90 * time.Minute)
	if n, err := s.SweepOnce(t.Context()); err != nil || n != 250 || s.Swept() != 250 {
		t.Errorf("removed %d up to %d (%v), want 250", n, s.Swept(), err)
	}
	at.move(24 * time.Hour)
	if n, err := s.SweepOnce(t.Context()); err != nil || n != 49 || s.Head() != 300 {
		t.Errorf("removed %d, head %d (%v): the newest must stay", n, s.Head(), err)
	}
}

func TestTheSweeperKeepsTheLogUnderItsSize(t *testing.T) {
	const limit = 4 << 20
	dir := t.TempDir()
	s, stop := running(t, dir, Options{KeepBytes: limit})
	body := strings.Repeat("x", 10_000)
	for range 800 {
		appended(t, s, record(body))
	}
	if n, err := s.SweepOnce(t.Context()); err != nil || n < 200 || n > 700 {
		t.Errorf("removed %d (%v)", n, err)
	}
	head, swept := s.Head(), s.Swept()
	stop()
	s, _ = running(t, dir, Options{KeepBytes: limit})
	if s.Head() != head || s.Swept() != swept {
		t.Errorf("after a restart head %d swept %d, want %d and %d", s.Head(), s.Swept(), head, swept)
	}
	if r := appended(t, s, record("next")); r.Seq != head+1 {
		t.Errorf("next seq %d, want %d", r.Seq, head+1)
	}
}
