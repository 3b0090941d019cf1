package logtest

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"hookbeam/server/hook"
)

// Memory is a log in memory that keeps everything but what it is told to remove. It is the smallest log that passes the
// suite, and a log for tests of what follows one.
type Memory struct {
	mu      sync.Mutex
	epoch   string
	records []hook.Record // in the log's order
	head    hook.Seq
	first   hook.Seq
	claims  map[claimKey]hook.EventClaim
	changed chan struct{} // closed and replaced when the head moves
}

type claimKey struct {
	endpoint hook.EndpointID
	event    string
}

// NewMemory returns an empty log.
func NewMemory() (*Memory, error) {
	epoch, err := hook.RandomTail(rand.Reader)
	m := newMemory()
	m.epoch = epoch
	return m, err
}

func newMemory() *Memory {
	return &Memory{first: 1, claims: map[claimKey]hook.EventClaim{}, changed: make(chan struct{})}
}

// Epoch names the log.
func (m *Memory) Epoch() string { return m.epoch }

// Head is the newest seq.
func (m *Memory) Head() hook.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head
}

// FirstKept is the seq behind the last one that RemoveUpTo removed.
func (m *Memory) FirstKept() hook.Seq {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.first
}

// Changed returns a channel that is closed when a delivery is appended after this call.
func (m *Memory) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

// Append appends a record.
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
	kept := *r
	kept.Headers, kept.Body = slices.Clone(r.Headers), slices.Clone(r.Body)
	m.records = append(m.records, kept)
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

// claim applies the duplicate rule. The caller holds the lock.
func (m *Memory) claim(r *hook.Record) {
	named := r.NamedEvents(nil)
	before := make([]hook.EventClaim, len(named))
	for i, event := range named {
		before[i] = m.claims[claimKey{r.Endpoint, event.ID}]
	}
	body := hook.BodyUnknown
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

// After returns deliveries after from, oldest first, and up to which seq they are complete.
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

// EachRecord calls do for the deliveries of a page that are kept.
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

// Remove removes deliveries.
func (m *Memory) Remove(seqs ...hook.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records = slices.DeleteFunc(m.records, func(r hook.Record) bool { return slices.Contains(seqs, r.Seq) })
}

// RemoveUpTo removes the oldest deliveries.
func (m *Memory) RemoveUpTo(seq hook.Seq) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.first = max(m.first, seq+1)
	m.records = slices.DeleteFunc(m.records, func(r hook.Record) bool { return r.Seq <= seq })
}
