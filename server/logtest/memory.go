package logtest

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// Memory is a log in memory. It has no retention: it keeps everything that Remove and RemoveUpTo do not remove. It is
// the smallest log that passes the suite, and tests of followers and views use it as their log. Its methods may be used
// from many goroutines.
type Memory struct {
	mu      sync.Mutex // guards the fields below, except epoch, which is fixed
	epoch   string
	records []hook.Record // in the log's order; the seqs have gaps after Remove
	head    hook.Seq
	first   hook.Seq // see FirstKept
	claims  map[claimKey]hook.EventClaim
	changed chan struct{} // closed and replaced when the head moves
}

// claimKey identifies an event: event ids are unique within one endpoint only, so two endpoints may receive the same
// id.
type claimKey struct {
	endpoint hook.EndpointID
	event    string
}

// NewMemory returns an empty log with a random epoch. Its Harness needs no Settle, and it cannot be reopened.
func NewMemory() (*Memory, error) {
	epoch, err := hook.RandomTail(rand.Reader)
	m := newMemory()
	m.epoch = epoch
	return m, err
}

// newMemory returns a log without an epoch, for callers that only need its duplicate rule.
func newMemory() *Memory {
	return &Memory{first: 1, claims: map[claimKey]hook.EventClaim{}, changed: make(chan struct{})}
}

// Epoch identifies the log.
func (m *Memory) Epoch() string { return m.epoch }

// Head is the newest seq.
func (m *Memory) Head() hook.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head
}

// FirstKept is the seq after the last one that RemoveUpTo removed.
func (m *Memory) FirstKept() hook.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.first
}

// Changed returns a channel that is closed when a delivery is appended after this call. Removing deliveries closes
// nothing.
func (m *Memory) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// Append appends a copy of r and sets r's Seq, ID, Integrity, DuplicateOf and Occurrence. Readers see it when Append
// returns.
func (m *Memory) Append(r *hook.Record) error {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.head++
	r.Seq, r.ID, r.Integrity = m.head, hook.NewDeliveryID(m.head, random), hook.IntegrityOK
	m.claim(r)
	kept := *r // a copy, also of the slices: the caller may reuse them
	kept.Headers, kept.Body = slices.Clone(r.Headers), slices.Clone(r.Body)
	m.records = append(m.records, kept)
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

// claim applies the duplicate rule to r and updates the claims. It compares bodies only for a single event, as the rule
// ignores the comparison for batches. The caller holds the lock.
func (m *Memory) claim(r *hook.Record) {
	named := r.NamedEvents(nil)
	before := make([]hook.EventClaim, len(named))
	for i, event := range named {
		before[i] = m.claims[claimKey{r.Endpoint, event.ID}]
	}
	body := hook.BodyUnknown // stays so if the first delivery was removed
	if len(named) == 1 {
		if i := slices.IndexFunc(m.records, func(k hook.Record) bool { return k.Seq == before[0].First }); i >= 0 {
			body = hook.BodyOther
			if string(m.records[i].Body) == string(r.Body) {
				body = hook.BodySame
			}
		}
	}
	out := hook.ResolveDuplicate(r, named, before, body, nil)
	for i, event := range named {
		m.claims[claimKey{r.Endpoint, event.ID}] = out.Claims[i]
	}
	r.SetOutcome(out)
}

// After returns at most limit deliveries after from, oldest first, and up to which seq they are complete: the head, or
// the last delivery of a full page.
func (m *Memory) After(_ context.Context, from hook.Seq, limit int) (page []hook.Delivery, upTo hook.Seq, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if from >= m.head {
		return nil, from, nil
	}
	for i := range m.records {
		if d := m.records[i].Delivery; d.Seq > from {
			if page = append(page, d); len(page) == limit {
				return page, d.Seq, nil
			}
		}
	}
	return page, m.head, nil
}

// EachRecord calls do for the deliveries of a page that are kept. It does not hold the lock meanwhile, so do may use
// the log.
func (m *Memory) EachRecord(_ context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	for i := range page {
		m.mu.Lock()
		at := slices.IndexFunc(m.records, func(r hook.Record) bool { return r.Seq == page[i].Seq })
		var r hook.Record
		if at >= 0 {
			r = m.records[at]
		}
		m.mu.Unlock()
		if at < 0 {
			continue
		}
		if err := do(&r); err != nil {
			return err
		}
	}
	return nil
}

// Remove removes single deliveries and leaves gaps, as retention does with rejected ones.
func (m *Memory) Remove(seqs ...hook.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.DeleteFunc(m.records, func(r hook.Record) bool { return slices.Contains(seqs, r.Seq) })
}

// RemoveUpTo removes the oldest deliveries, up to and including seq.
func (m *Memory) RemoveUpTo(seq hook.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.first = max(m.first, seq+1)
	m.records = slices.DeleteFunc(m.records, func(r hook.Record) bool { return r.Seq <= seq })
}
