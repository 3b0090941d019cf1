package live

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// reviewed is the projection of one payment, which the second delivery changed last. A person may review it.
type reviewed struct {
	log *memoryLog
	mu  sync.Mutex
	now hook.Status
}

func (r *reviewed) Changed(_ context.Context, from, upTo hook.Seq) ([]hook.StatusChange, hook.Seq, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.Seq <= from || r.now.Seq > upTo {
		return nil, upTo, nil
	}
	change := hook.StatusChange{Seq: r.now.Seq, Endpoint: r.now.Endpoint, Text: wire.AppendStatus(nil, &r.now)}
	return []hook.StatusChange{change}, upTo, nil
}

func (r *reviewed) Position() hook.Seq { return r.log.Head() }

// clear takes the mark off the payment, and returns the notice of that.
func (r *reviewed) clear() wire.Update {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.NeedsReview = false
	status := wire.NewStatus(&r.now)
	return wire.Update{Kind: wire.UpdateStatus, Status: &status}
}

// reviewedHub is a hub of a log with deliveries of one endpoint, to which new ones are applied by hand.
type reviewedHub struct {
	*Hub
	t        testing.TB
	log      *memoryLog
	statuses *reviewed
	now      time.Time
}

func newReviewedHub(t *testing.T) *reviewedHub {
	log := newMemoryLog()
	h := &reviewedHub{t: t, log: log, now: time.Unix(1000, 0), statuses: &reviewed{log: log, now: hook.Status{
		ID: "sub_a", Endpoint: "ep_a", NeedsReview: true, Seq: 2}}}
	h.Hub = New(log, Options{Now: func() time.Time { return h.now }, Statuses: h.statuses,
		Encode: func(p []byte) []byte { return p }})
	return h
}

// receive adds deliveries and announces them.
func (h *reviewedHub) receive(n int) {
	h.t.Helper()
	from := h.log.Head()
	for range n {
		h.log.add("ep_a")
	}
	page, upTo, err := h.log.After(h.t.Context(), from, n)
	if err == nil {
		err = h.Apply(h.t.Context(), page, upTo)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// marks polls once, and returns for each update about the payment whether it needs review, and the next cursor.
func (h *reviewedHub) marks(after string, endpoint hook.EndpointID, wait time.Duration) (marks []bool, next string) {
	h.t.Helper()
	p, err := h.PositionAfter(after, endpoint)
	if err != nil {
		h.t.Fatal(err)
	}
	payload, err := h.Poll(h.t.Context(), p, wait)
	if err != nil {
		h.t.Fatal(err)
	}
	var f struct {
		To      string
		Updates []wire.Update
	}
	unmarshal(h.t, payload, &f)
	for _, u := range f.Updates {
		if u.Kind == wire.UpdateStatus {
			marks = append(marks, u.Status.NeedsReview)
		}
	}
	return marks, f.To
}

// TestAReviewReachesWhoPollsWhereverTheyAre has readers at the head, behind the notice, and of another endpoint.
func TestAReviewReachesWhoPollsWhereverTheyAre(t *testing.T) {
	h := newReviewedHub(t)
	_, beginning := h.marks("", "", 0)
	h.receive(3)
	marks, head := h.marks(beginning, "", 0)
	if fmt.Sprint(marks) != "[true]" {
		t.Fatalf("before the review: %v", marks)
	}
	if err := h.Notice(h.statuses.clear()); err != nil {
		t.Fatal(err)
	}
	if marks, _ := h.marks(head, "", 0); fmt.Sprint(marks) != "[false]" {
		t.Errorf("a reader that was away between two polls: %v", marks)
	}
	if marks, _ := h.marks(beginning, "", 0); fmt.Sprint(marks) != "[true false]" {
		t.Errorf("a reader from before: %v", marks)
	}
	if marks, _ := h.marks(head, "ep_b", 0); len(marks) != 0 {
		t.Errorf("a reader of another endpoint: %v", marks)
	}
	h.receive(2)
	if marks, _ := h.marks(head, "", 0); fmt.Sprint(marks) != "[false]" {
		t.Errorf("a reader that missed deliveries as well: %v", marks)
	}
	_, head = h.marks("", "", 0)
	h.now = h.now.Add(noticeOverlap)
	if marks, _ := h.marks(head, "", 0); len(marks) != 0 {
		t.Errorf("long afterwards: %v", marks)
	}
}

// TestARepeatedNoticeEndsNoWait: a client that polls again at once would be answered at once for seconds.
func TestARepeatedNoticeEndsNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newReviewedHub(t)
		h.receive(3)
		_, head := h.marks("", "", 0)
		if err := h.Notice(h.statuses.clear()); err != nil {
			t.Fatal(err)
		}
		p, err := h.PositionAfter(head, "")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan []byte, 1)
		go func() {
			payload, _ := h.Poll(ctx, p, time.Hour)
			answer <- payload
		}()
		synctest.Wait()
		if len(answer) > 0 {
			t.Errorf("answered at once")
		}
		cancel()
		if f := parse(t, <-answer); len(f.Updates) != 1 {
			t.Errorf("the answer has %d updates", len(f.Updates))
		}
	})
}

// TestWhoCatchesUpAfterAReviewIsNotToldOfTheMark: the range that they lack was encoded before it.
func TestWhoCatchesUpAfterAReviewIsNotToldOfTheMark(t *testing.T) {
	h := newReviewedHub(t)
	beginning := hook.Cursor{Epoch: h.log.Epoch()}.String()
	for range 2 * blockSize {
		h.log.add("ep_a")
	}
	h.receive(1) // nobody reads, so the ring begins here
	if marks, _ := h.marks(beginning, "", 0); fmt.Sprint(marks) != "[true]" {
		t.Fatalf("before the review: %v", marks)
	}
	if err := h.Notice(h.statuses.clear()); err != nil {
		t.Fatal(err)
	}
	if marks, _ := h.marks(beginning, "", 0); fmt.Sprint(marks) != "[false]" {
		t.Errorf("after the review: %v", marks)
	}
	bytes := 0
	for _, k := range h.blocks.kept {
		bytes += k.bytes
	}
	if bytes != h.blocks.bytes {
		t.Errorf("%d bytes are counted, %d are kept", h.blocks.bytes, bytes)
	}
}
