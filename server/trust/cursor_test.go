package trust_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// TestACursorNeverSkipsWhatIsVisibleToIt checks R4 and R14: 50 writers post while 20 pollers and 20 WebSockets read;
// the WebSockets disconnect at random and continue from their cursors. Half of the readers see one endpoint only. In
// the end each must have seen exactly the deliveries of the log, in order, whichever way it read them.
func TestACursorNeverSkipsWhatIsVisibleToIt(t *testing.T) {
	t.Parallel()
	const writers, readers = 50, 20
	each := scaled(40)
	s := serve(t)
	first, second := s.first(), s.make(map[string]any{"name": "second"})

	total := 2 * writers * each
	ctx, cancel := context.WithTimeout(t.Context(), readersTimeout())
	defer cancel()
	views := make([]*view, 2*readers)
	var reading, writing sync.WaitGroup
	for i := range views {
		v := &view{server: s, cursor: "0"}
		// Every second reader filters by the second endpoint.
		if i%2 == 1 {
			v.endpoint = second.ID
		}
		views[i] = v
		want := total
		if v.endpoint != "" {
			want /= 2
		}
		// A reader stops when it has seen as many deliveries as will be sent to its endpoints.
		complete := func() bool { return len(v.seen) >= want }
		random := rand.New(rand.NewPCG(5, uint64(i)))
		reading.Go(func() {
			var err error
			if i < readers {
				err = v.pollUntil(ctx, t, complete)
			} else {
				err = v.listenUntil(ctx, random, complete)
			}
			if err != nil {
				t.Errorf("reader %d, after %d updates: %v", i, len(v.seen), err)
			}
		})
	}
	client := newClient(t, writers)
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				// Both endpoints get the same number of deliveries.
				for _, e := range []endpoint{first, second} {
					if _, err := deliver(ctx, client, e.in(s), fmt.Sprintf("%d of %d", i, w)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	writing.Wait()
	reading.Wait()

	log := s.list()
	// The log itself, read through the list, is the expected result.
	ofSecond := slices.DeleteFunc(slices.Clone(log), func(d delivery) bool { return d.Endpoint != second.ID })
	if len(log) != total {
		t.Fatalf("the log has %d deliveries, %d were answered", len(log), total)
	}
	for i, v := range views {
		want := log
		if v.endpoint != "" {
			want = ofSecond
		}
		if !slices.Equal(v.seen, want) {
			t.Errorf("reader %d saw %d deliveries, which are not the log's %d in their order", i, len(v.seen),
				len(want))
		}
	}
}

// pollUntil polls until the view is complete.
func (v *view) pollUntil(ctx context.Context, t *testing.T, complete func() bool) error {
	client := newClient(t, 1)
	for !complete() {
		if err := v.poll(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

// listenUntil reads over WebSockets until the view is complete. It disconnects after a random number of frames and
// reconnects with its cursor.
func (v *view) listenUntil(ctx context.Context, random *rand.Rand, complete func() bool) error {
	for !complete() {
		conn, err := v.open(ctx)
		if err != nil {
			return err
		}
		frames := 1 + random.IntN(12)
		if err := v.listen(ctx, conn, func() bool { frames--; return frames < 0 || complete() }); err != nil {
			return err
		}
	}
	return nil
}
