package sqlite

import (
	"context"
	"sync"

	"hookbeam/server/hook"
)

const (
	// tailSize is how many of the newest deliveries stay in memory, so that a follower that keeps up reads no disk.
	tailSize = 2048
	// tailBytes is how much of their headers and bodies stays, and tailMost how much of one.
	tailBytes = 4 << 20
	tailMost  = 64 << 10
	// tailTexts is how many bytes of paths, queries and other texts of deliveries stay: some have one of 60 KB.
	tailTexts = 4 << 20
)

// tail holds the newest deliveries in a ring: the one with seq n in slot n % tailSize.
type tail struct {
	mu    sync.RWMutex
	from  hook.Seq // everything in (from, to] is here
	to    hook.Seq
	ring  []hook.Delivery
	texts int // bytes of all of them
	parts []part
	bytes []byte // a ring, too: byte n stands at n % tailBytes

	scratch []byte // of detach
	end     int64  // how many were ever written
}

// part is where headers and body of one delivery stand among all bytes that were ever written.
type part struct{ headers, body, end int64 }

// add takes the records of a committed batch, in the log's order.
func (t *tail) add(batch []*writeRequest) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ring == nil {
		t.ring, t.parts, t.to = make([]hook.Delivery, tailSize), make([]part, tailSize), t.from
		t.bytes = make([]byte, tailBytes)
	}
	for _, w := range batch {
		if w.record == nil {
			continue
		}
		seq := w.record.Seq
		for t.from+tailSize < seq {
			t.from++
			t.texts -= textBytes(&t.ring[t.from%tailSize])
		}
		d := &t.ring[seq%tailSize]
		*d = w.record.Delivery
		t.texts += t.detach(d)
		t.parts[seq%tailSize] = t.keep(w.flat, w.record.Body)
		for t.from < t.to && t.texts > tailTexts {
			t.drop()
		}
		t.to = seq
	}
}

// drop lets go of the oldest delivery.
func (t *tail) drop() {
	t.from++
	oldest := &t.ring[t.from%tailSize]
	t.texts -= textBytes(oldest)
	*oldest, t.parts[t.from%tailSize] = hook.Delivery{}, part{}
}

// textBytes is the size of those texts of a delivery that strangers write.
func textBytes(d *hook.Delivery) int {
	return len(d.Path) + len(d.Query) + len(d.ContentType) + len(d.Type) + len(d.Event) + len(d.Account)
}

// detach lets a delivery go of the texts that it was read from, which may be a whole body: what it has of them is
// copied
// into one of its own, whose size it returns.
func (t *tail) detach(d *hook.Delivery) int {
	b := append(append(append(t.scratch[:0], d.Path...), d.Query...), d.ContentType...)
	b = append(append(append(b, d.Type...), d.Event...), d.Account...)
	all := string(b)
	cut := func(of *string) {
		n := len(*of)
		*of, all = all[:n], all[n:]
	}
	cut(&d.Path)
	cut(&d.Query)
	cut(&d.ContentType)
	cut(&d.Type)
	cut(&d.Event)
	cut(&d.Account)
	t.scratch = b
	return len(b)
}

func (t *tail) keep(headers, body []byte) part {
	n := int64(len(headers) + len(body))
	if n > tailMost {
		return part{}
	}
	if at := t.end % tailBytes; at+n > tailBytes {
		t.end += tailBytes - at // one piece, not two
	}
	p := part{t.end, t.end + int64(len(headers)), t.end + n}
	copy(t.bytes[p.headers%tailBytes:], headers)
	copy(t.bytes[p.headers%tailBytes+int64(len(headers)):], body)
	t.end += n
	return p
}

// after returns at most limit deliveries after from; ok is false where some of them are not here.
func (t *tail) after(from hook.Seq, limit int) (page []hook.Delivery, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if from < t.from || from >= t.to {
		return nil, false
	}
	n, bytes := min(int(t.to-from), limit), 0
	page = make([]hook.Delivery, 0, n)
	for i := range n {
		d := &t.ring[(int(from)+1+i)%tailSize]
		if bytes += weightOf(d); bytes > pageBytes && i > 0 {
			break
		}
		page = append(page, *d)
	}
	return page, true
}

// record writes headers and body of a delivery behind scratch; ok is false where they are not here.
func (t *tail) record(seq hook.Seq, scratch []byte) (both []byte, headers int, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if seq <= t.from || seq > t.to {
		return scratch, 0, false
	}
	p := t.parts[seq%tailSize]
	if p.end == 0 || t.end-p.headers > tailBytes {
		return scratch, 0, false
	}
	at := p.headers % tailBytes
	return append(scratch, t.bytes[at:at+p.end-p.headers]...), int(p.body - p.headers), true
}

// EachRecord calls do for deliveries of a page that After gave, each whole, in order. What do is given is its own only
// until it returns. Deliveries that are no longer kept, or are damaged, are left out. An error of do ends it.
func (s *Log) EachRecord(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	var scratch []byte
	var r hook.Record
	for i := range page {
		both, headers, ok := s.tail.record(page[i].Seq, scratch[:0])
		if !ok {
			return s.eachStored(ctx, page[i:], do)
		}
		scratch = both
		r = hook.Record{Delivery: page[i], Integrity: hook.IntegrityOK,
			Request: hook.Request{Headers: readHeaders(r.Headers[:0], both[:headers]), Body: both[headers:]}}
		_, r.Random, _ = r.ID.Parse()
		if err := do(&r); err != nil {
			return err
		}
	}
	return nil
}

// eachStored is EachRecord from the disk. Those between that the page has not are not read: their bodies may be large.
func (s *Log) eachStored(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	for len(page) > 0 {
		n := 1
		for n < len(page) && page[n].Seq == page[n-1].Seq+1 {
			n++
		}
		if err := s.eachBetween(ctx, page[:n], do); err != nil {
			return err
		}
		page = page[n:]
	}
	return nil
}

func (s *Log) eachBetween(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	err := s.eachSound(ctx, func(r *hook.Record) error {
		for len(page) > 0 && page[0].Seq < r.Seq {
			page = page[1:]
		}
		if len(page) == 0 || page[0].Seq != r.Seq {
			return nil
		}
		return do(r)
	}, `SELECT `+recordColumns+` FROM deliveries WHERE seq >= ? AND seq <= ? ORDER BY seq`,
		int64(page[0].Seq), int64(page[len(page)-1].Seq))
	return s.failedEach("read deliveries", err)
}
