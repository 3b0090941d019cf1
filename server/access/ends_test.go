package access

import (
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatHangsOnASessionEndsWithIt(t *testing.T) {
	s := NewSessions(newShelf(), site(t, "http://localhost/"))
	c, other := begin(t, s), begin(t, s)
	ended := map[string]int{}
	s.OnEnd(asking(c), func() { ended["first"]++ })
	forget := s.OnEnd(asking(c), func() { ended["forgotten"]++ })
	s.OnEnd(asking(other), func() { ended["another's"]++ })
	s.OnEnd(asking(), func() { ended["nobody's"]++ })
	forget()
	for range 2 {
		if err := s.End(httptest.NewRecorder(), asking(c)); err != nil {
			t.Fatal(err)
		}
	}
	if len(ended) != 1 || ended["first"] != 1 {
		t.Errorf("ended: %v", ended)
	}
	s.OnEnd(asking(c), func() { ended["too late"]++ })
	if ended["too late"] != 1 {
		t.Error("what came after the session's end was not told")
	}
	if begin(t, s, other); ended["another's"] != 1 {
		t.Error("a new login left the old session's connections open")
	}
	if n := len(s.onEnd.sessions); n != 0 {
		t.Errorf("%d ended sessions are still remembered", n)
	}
}

func TestATokensConnectionsHangOnNoSession(t *testing.T) {
	s := NewSessions(newShelf(), site(t, "http://localhost/"))
	c := begin(t, s)
	r := asking(c)
	r.Header.Set("Authorization", "Bearer x")
	s.OnEnd(r, func() { t.Error("ended") })()
	if err := s.End(httptest.NewRecorder(), asking(c)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatHangsOnASessionDoesNotOutliveItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSessions(newShelf(), site(t, "http://localhost/"))
		c := begin(t, s)
		began, ended := time.Now(), time.Time{}
		s.OnEnd(asking(c), func() { ended = time.Now() })
		time.Sleep(sessionLife + time.Minute)
		synctest.Wait()
		if got := ended.Sub(began); got != sessionLife {
			t.Errorf("it ended after %v, want %v", got, sessionLife)
		}
	})
}
