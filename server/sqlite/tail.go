package sqlite

import (
	"context"
	"sync"

	"hookbeam/server/hook"
)

const (
	// tailSize is how many of the newest deliveries are kept in memory.
	tailSize = 4096
	// tailBytes is how many bytes of headers and bodies are kept. Records with more than maxTailRecord are left out.
	tailBytes     = 6 << 20
	maxTailRecord = 64 << 10
	// tailTexts is how many bytes of paths, queries and other texts are kept: a single one may have 60 KB.
	tailTexts = 4 << 20
)

// tail is a cache of the newest deliveries. With it, followers that keep up with the log read nothing from disk: After
// takes deliveries from it, and EachRecord their headers and bodies.
//
// Deliveries are in a ring: seq n is in slot n % tailSize. Headers and bodies are in a second ring of bytes, where
// parts says what belongs to which delivery; these may be overwritten before the delivery is. The writer adds to it
// after each commit; any goroutine may read.
type tail struct {
	mu    sync.RWMutex
	from  hook.Seq // the deliveries in (from, to] are here
	to    hook.Seq
	ring  []hook.Delivery // nil until the first add
	texts int             // length of the texts of all deliveries here
	parts []part          // by slot, like ring
	bytes []byte          // byte n of all that were ever written is at n % tailBytes

	scratch []byte // of detach
	end     int64  // number of bytes that were ever written to bytes
}

// part is where the headers and the body of one delivery are, counted in all bytes that were ever written. The zero
// part means that they are not here.
type part struct{ headers, body, end int64 }

// add adds the records of a committed batch, in the log's order. The oldest deliveries are evicted.
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
		t.parts[seq%tailSize] = t.keepBytes(w.flat, w.record.Body)
		for t.from < t.to && t.texts > tailTexts {
			t.evictOldest()
		}
		t.to = seq
	}
}

// evictOldest removes the oldest delivery.
func (t *tail) evictOldest() {
	t.from++
	oldest := &t.ring[t.from%tailSize]
	t.texts -= textBytes(oldest)
	*oldest, t.parts[t.from%tailSize] = hook.Delivery{}, part{}
}

// textBytes returns the length of those texts of a delivery whose length the sender determines.
func textBytes(d *hook.Delivery) int {
	return len(d.Path) + len(d.Query) + len(d.ContentType) + len(d.Type) + len(d.Event) + len(d.Account)
}

// detach copies these texts of a delivery into one new string, and returns its length. They may be substrings of a
// body, which would otherwise stay in memory as long as the delivery is here.
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

// keepBytes copies headers and body into the ring of bytes, overwriting the oldest ones, and returns where they are.
func (t *tail) keepBytes(headers, body []byte) part {
	n := int64(len(headers) + len(body))
	if n > maxTailRecord {
		return part{}
	}
	if at := t.end % tailBytes; at+n > tailBytes {
		t.end += tailBytes - at // skip the end of the ring, so that they are contiguous
	}
	p := part{t.end, t.end + int64(len(headers)), t.end + n}
	copy(t.bytes[p.headers%tailBytes:], headers)
	copy(t.bytes[p.headers%tailBytes+int64(len(headers)):], body)
	t.end += n
	return p
}

// after returns at most limit deliveries after from. ok is false if some of them are not in the tail.
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

// record appends the headers and the body of a delivery to scratch; headers is the length of the former. ok is false if
// they are not in the tail, or were overwritten.
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

// EachRecord calls do with the full records of a page that After returned, in order. A record is valid until do
// returns. Deliveries that were removed meanwhile, or are damaged, are skipped. It returns the first error of do.
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

// eachStored is EachRecord from the database. It makes one query for each range of consecutive seqs, so that it does
// not read deliveries that are not in the page: their bodies may be large.
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

// eachBetween is eachStored for a page of consecutive seqs.
func (s *Log) eachBetween(ctx context.Context, page []hook.Delivery, do func(*hook.Record) error) error {
	err := s.eachIntact(ctx, func(r *hook.Record) error {
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
