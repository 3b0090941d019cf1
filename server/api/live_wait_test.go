package api

import "testing"

// TestLiveHandlerWaitsForSocketReaders: after the hub has ended, nothing is left of a socket when Wait returns.
func TestLiveHandlerWaitsForSocketReaders(t *testing.T) {
	h := newTestAPI(t, "")
	door := h.api.Live.(*Live)
	for range 20 {
		if _, res := h.socketFrom("127.0.0.2", "/api/v1/live"); res.StatusCode != 101 {
			t.Fatalf("a socket is answered %s", res.Status)
		}
	}
	waited := make(chan struct{})
	go func() { defer close(waited); door.Wait() }()
	select {
	case <-waited:
		t.Error("it did not wait for sockets that are open")
	default:
	}
	h.stop()
	<-waited
	if n := door.Open(); n != 0 {
		t.Errorf("then %d sockets are open", n)
	}
}
