package access

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
	"unicode/utf8"
)

// Limits of a RefusalList. It never takes more than half a megabyte. Of a flood, most requests are only counted.
const (
	refusalsKept       = 1000 // in all
	refusalsOfEndpoint = 200  // of one endpoint, and of requests to no endpoint
	refusalsASecond    = 100  // kept in one second; all others are only counted
	unknownASecond     = 20   // of those, to addresses that no endpoint has, which anybody can send
	refusalsOfAddress  = 50   // of those, from one address
	unknownOfAddress   = 5    // of those, to addresses that no endpoint has
	methodKept         = 20   // bytes of a method
	userAgentKept      = 200  // bytes of a User-Agent
	tailRead           = 1024 // bytes of an unknown address that its hash covers
	noRefusal          = -1   // no element of RefusalList.kept
)

// Codes of requests that the HTTP server itself refuses, before any handler sees them. They are only counted.
const (
	RequestUnreadable = "request_unreadable" // 400: it is no HTTP request
	HeadersTooLarge   = "headers_too_large"  // 431
)

// Refusal is a request that was refused at the door, before anything of it was stored. It has neither body nor headers,
// and of the address only the form: each may contain a secret.
type Refusal struct {
	At        time.Time
	Endpoint  string // id; "" if no endpoint has the address
	Code      string // why; a constant of the program
	Status    int    // what was answered
	Method    string // as received, at most methodKept bytes
	Segments  int    // how many segments the path has after the endpoint's URL
	Query     bool   // whether there was a query
	Tail      string // of an address that no endpoint has: what follows /in/. The list keeps only a hash, in hex
	Size      int64  // announced size of the body; -1: none was announced
	Remote    string // the client's IP address
	UserAgent string // as received, at most userAgentKept bytes
}

// RefusalList keeps the most recent refusals of each endpoint, so that people who wait for a delivery learn that
// something knocked and was turned away. It counts all refusals by code. Everything is in memory: it is lost when the
// server stops, and no other server has it. It is safe for concurrent use. A nil RefusalList ignores calls.
type RefusalList struct {
	now   func() time.Time
	sum   *TurnedAway // nil: nothing is summed up
	since time.Time
	seed  maphash.Seed
	key   [16]byte // of the hash of addresses, so that nobody can find out an address by trying

	mu     sync.Mutex
	counts map[string]int64        // by code
	rings  map[string]*refusalRing // by endpoint
	kept   []keptRefusal           // grows to refusalsKept; then its elements are used again

	second    int64 // the second that the next three are about
	written   int
	unknown   int
	byAddress [256]uint8 // by a hash of the address: addresses that share a place share its limit
}

// refusalRing is what is kept of one endpoint: elements of RefusalList.kept, from the oldest to the newest.
type refusalRing struct {
	oldest, newest, n int
}

// keptRefusal is a Refusal that refers to nothing of the request, whose memory it would keep alive.
type keptRefusal struct {
	Refusal
	next                    int // in the ring
	method                  [methodKept]byte
	userAgent               [userAgentKept]byte
	tail                    [6]byte
	methodBytes, agentBytes int
}

// NewRefusalList returns an empty list. random is for the key of the hashes.
func NewRefusalList(now func() time.Time, random io.Reader) (*RefusalList, error) {
	l := &RefusalList{now: now, since: now(), seed: maphash.MakeSeed(), counts: map[string]int64{},
		rings: map[string]*refusalRing{}}
	_, err := io.ReadFull(random, l.key[:])
	return l, err
}

// SumUpIn makes Note count in t, too. It must be called before the first refusal.
func (l *RefusalList) SumUpIn(t *TurnedAway) { l.sum = t }

// Count counts a refusal of which nothing is kept.
func (l *RefusalList) Count(code string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.counts[code]++
	l.mu.Unlock()
}

// Note counts a refusal and keeps it, unless too many were kept within this second. It sets At.
func (l *RefusalList) Note(f *Refusal) {
	if l == nil {
		return
	}
	l.sum.Count(f.Endpoint, f.Code, f.Status, f.Remote, f.Size)
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts[f.Code]++
	if !l.mayKeep(f, now) {
		return
	}
	at := l.element(f.Endpoint)
	k := &l.kept[at]
	k.write(f, now)
	if f.Tail != "" {
		k.tail = l.hash(f.Tail)
	}
	ring := l.rings[f.Endpoint]
	if ring.n == 0 {
		ring.oldest = at
	} else {
		l.kept[ring.newest].next = at
	}
	ring.newest = at
	ring.n++
}

// mayKeep reports whether a refusal may be kept now, and counts it if so. The caller holds mu.
func (l *RefusalList) mayKeep(f *Refusal, now time.Time) bool {
	if second := now.Unix(); second != l.second {
		l.second, l.written, l.unknown, l.byAddress = second, 0, 0, [256]uint8{}
	}
	place := &l.byAddress[uint8(maphash.String(l.seed, f.Remote))]
	if l.written >= refusalsASecond || *place >= refusalsOfAddress ||
		f.Endpoint == "" && (l.unknown >= unknownASecond || *place >= unknownOfAddress) {
		return false
	}
	if f.Endpoint == "" {
		l.unknown++
	}
	l.written++
	*place++
	return true
}

// element returns an element of kept that is in no ring, for a refusal of an endpoint, whose ring exists afterwards.
// If there is none left, it takes the oldest of the endpoint, or of the one with most: a flood at one endpoint removes
// nothing of the others. The caller holds mu.
func (l *RefusalList) element(endpoint string) int {
	ring := l.rings[endpoint]
	if ring == nil {
		ring = &refusalRing{}
		l.rings[endpoint] = ring
	}
	if ring.n < refusalsOfEndpoint && len(l.kept) < refusalsKept {
		l.kept = append(l.kept, keptRefusal{})
		return len(l.kept) - 1
	}
	from := endpoint
	if ring.n < refusalsOfEndpoint {
		for other, r := range l.rings {
			if r.n > l.rings[from].n {
				from = other
			}
		}
	}
	most := l.rings[from]
	at := most.oldest
	most.oldest = l.kept[at].next
	if most.n--; most.n == 0 && from != endpoint {
		delete(l.rings, from)
	}
	return at
}

// write copies a refusal into k.
func (k *keptRefusal) write(f *Refusal, now time.Time) {
	k.Refusal, k.next = *f, noRefusal
	k.At, k.Method, k.UserAgent, k.Tail = now, "", "", ""
	k.methodBytes = copy(k.method[:], whole(f.Method, methodKept))
	k.agentBytes = copy(k.userAgent[:], whole(f.UserAgent, userAgentKept))
	k.tail = [6]byte{}
}

// whole returns at most n bytes of s, without a part of a character at the end.
func whole(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for cut := n; cut > n-utf8.UTFMax; cut-- {
		if utf8.RuneStart(s[cut]) {
			return s[:cut]
		}
	}
	return s[:n]
}

// hash returns a hash of an address by the key of l.
func (l *RefusalList) hash(tail string) (sum [6]byte) {
	var b [len(l.key) + tailRead]byte
	n := copy(b[:], l.key[:])
	n += copy(b[n:], tail)
	all := sha256.Sum256(b[:n])
	copy(sum[:], all[:])
	return sum
}

// Newest returns what is kept of an endpoint, newest first. "" stands for requests to addresses that no endpoint has.
func (l *RefusalList) Newest(endpoint string) []Refusal {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.read(l.rings[endpoint], nil)
	slices.Reverse(list)
	return list
}

// NewestOfAll returns everything that is kept, newest first.
func (l *RefusalList) NewestOfAll() []Refusal {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []Refusal
	for _, ring := range l.rings {
		list = l.read(ring, list)
	}
	slices.SortFunc(list, func(a, b Refusal) int { return b.At.Compare(a.At) })
	return list
}

// read appends the refusals of a ring, oldest first. The caller holds mu.
func (l *RefusalList) read(ring *refusalRing, into []Refusal) []Refusal {
	if ring == nil {
		return into
	}
	for at, n := ring.oldest, ring.n; n > 0; n-- {
		k := &l.kept[at]
		f := k.Refusal
		f.Method, f.UserAgent = string(k.method[:k.methodBytes]), string(k.userAgent[:k.agentBytes])
		if k.tail != [6]byte{} {
			f.Tail = hex.EncodeToString(k.tail[:])
		}
		into, at = append(into, f), k.next
	}
	return into
}

// Counts returns the number of refusals by code.
func (l *RefusalList) Counts() map[string]int64 {
	if l == nil {
		return map[string]int64{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.counts)
}

// Since returns when counting began.
func (l *RefusalList) Since() time.Time {
	if l == nil {
		return time.Time{}
	}
	return l.since
}
