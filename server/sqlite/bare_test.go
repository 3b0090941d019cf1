package sqlite

import (
	"testing"

	"hookbeam/server/hook"
)

// TestARequestWithoutHeadersIsKept on a store whose appends have nothing to use again: such a request must not fail all
// that share its commit.
func TestARequestWithoutHeadersIsKept(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	r := hook.Record{Delivery: hook.Delivery{Endpoint: "ep_a", Method: "GET", Path: "/", Verdict: hook.Unsigned}}
	if err := s.Append(&r); err != nil {
		t.Fatal(err)
	}
	page, _, err := s.After(t.Context(), 0, 10)
	if err != nil || len(page) != 1 {
		t.Fatalf("%d kept, %v", len(page), err)
	}
	err = s.eachStored(t.Context(), page, func(got *hook.Record) error {
		if len(got.Headers) != 0 || len(got.Body) != 0 {
			t.Errorf("%+v", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestTheWriterKeepsNothingOfWhatItWrote: what is used again must not keep a stranger's megabytes.
func TestTheWriterKeepsNothingOfWhatItWrote(t *testing.T) {
	s := resting(t)
	for range 2 { // a first delivery, and a repeat, which is compared with it
		w := &writeRequest{record: verified("evt_1"), done: make(chan struct{}, 1)}
		s.commit([]*writeRequest{w})
		if w.err != nil {
			t.Fatal(w.err)
		}
		for _, v := range s.values[:cap(s.values)] {
			if v != nil {
				t.Errorf("a value stays: %v", v)
			}
		}
		for _, a := range s.write.args[:cap(s.write.args)] {
			if a.Value != nil {
				t.Errorf("an argument stays: %v", a.Value)
			}
		}
	}
}
