package api

import "testing"

// TestLiveHandlerWaitsForSocketReaders ends the hub, after which Wait must return and no socket may be counted.
func TestLiveHandlerWaitsForSocketReaders(t *testing.T) {
	h := newTestAPI(t, "")
	live := h.api.Live.(*Live)
	for range 20 {
		if _, res := h.socketFrom("127.0.0.2", "/api/v1/live"); res.StatusCode != 101 {
			t.Fatalf("the WebSocket was refused: %s", res.Status)
		}
	}
	waited := make(chan struct{})
	go func() { defer close(waited); live.Wait() }()
	select {
	case <-waited:
		t.Error("Wait returned while sockets are open")
	default:
	}
	h.stop()
	<-waited
	if n := live.Open(); n != 0 {
		t.Errorf("%d sockets are open after Wait", n)
	}
}
