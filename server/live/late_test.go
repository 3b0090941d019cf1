package live

import (
	"context"
	"testing"
	"time"
)

// TestWhoJoinsAHubThatHasEndedIsSentAway: nobody else would ever close that socket.
func TestWhoJoinsAHubThatHasEndedIsSentAway(t *testing.T) {
	h := New(newMemory(), Options{Now: time.Now})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Run(ctx); err != nil {
		t.Fatal(err)
	}
	w := newFarEnd()
	join(t, h, w, "", "").Leave()
	if !w.closed || !w.comeOn {
		t.Errorf("closed %v, asked to come back %v", w.closed, w.comeOn)
	}
}
