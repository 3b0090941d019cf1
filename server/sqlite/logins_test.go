package sqlite

import (
	"testing"
	"time"
)

// TestATouchBringsNoSessionBack touches sessions that are there, were ended, and have expired.
func TestATouchBringsNoSessionBack(t *testing.T) {
	at := noon
	s, _ := running(t, t.TempDir(), Options{Now: func() time.Time { return at }})
	k := s.Sessions()
	touch := func(want bool) {
		t.Helper()
		found, err := k.TouchCtx(t.Context(), "a", []byte("touched"), at.Add(time.Hour))
		if err != nil || found != want {
			t.Errorf("touched: %v %v", found, err)
		}
		content, there, err := k.FindCtx(t.Context(), "a")
		if err != nil || there != want || want && string(content) != "touched" {
			t.Errorf("afterwards: %q %v %v", content, there, err)
		}
	}
	touch(false)
	if err := k.CommitCtx(t.Context(), "a", []byte("begun"), at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	touch(true)
	at = at.Add(time.Hour)
	touch(false)
	if err := k.CommitCtx(t.Context(), "a", []byte("begun"), at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := k.DeleteCtx(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	touch(false)
}
