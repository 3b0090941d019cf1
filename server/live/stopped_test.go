package live

import (
	"context"
	"testing"
	"time"
)

// TestWhoJoinsAHubThatHasEndedIsSentAway: otherwise nothing would close that socket.
func TestWhoJoinsAHubThatHasEndedIsSentAway(t *testing.T) {
	h := New(newMemoryLog(), Options{Now: time.Now})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Run(ctx); err != nil {
		t.Fatal(err)
	}
	w := newFakeConn()
	join(t, h, w, "", "").Leave()
	if !w.closed || !w.reconnect {
		t.Errorf("closed %v, asked to come back %v", w.closed, w.reconnect)
	}
}
