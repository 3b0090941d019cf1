package access

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Limits of TurnedAway. It never takes more than about 300 KiB.
const (
	groupsKept    = 256 // pairs of an endpoint and a code
	addressesKept = 8   // addresses of each
	addressMost   = 64  // bytes of an address
)

// TurnedAway sums up the refused requests and connections by endpoint and code, with the addresses that most of them
// came from. It answers "which limit turns whom away", also after a flood of which the RefusalList kept little.
//
// Its memory is bounded by the space-saving algorithm (Metwally, Agrawal and El Abbadi, 2005): when a table is full, a
// new key takes the place of the one with the smallest count, and inherits that count as its possible error. So
// everything with more than its share of the requests is in the table, and count minus error is never too large. It is
// safe for concurrent use, and a nil TurnedAway ignores calls.
type TurnedAway struct {
	now func() time.Time

	mu     sync.Mutex
	groups map[groupKey]*turnedGroup
}

type groupKey struct{ endpoint, code string }

// turnedGroup counts what one code refused at one endpoint.
type turnedGroup struct {
	count, possible int64 // possible of them may have been of another group that was there before
	status          int
	first, last     time.Time
	largest         int64
	addresses       []addressCount
}

// addressCount counts the requests of one address, or of one /64 network.
type addressCount struct {
	key             string
	count, possible int64
}

// TurnedAwayGroup is what one code refused at one endpoint.
type TurnedAwayGroup struct {
	Endpoint string // id; "" if no endpoint has the URL, or the connection was refused before there was a request
	Code     string
	Status   int   // what was answered; 0: the connection was closed
	Requests int64 // at least so many
	First    time.Time
	Last     time.Time
	Largest  int64           // announced bytes of the largest body; -1: none was announced
	From     []TurnedAddress // those that sent most, at most addressesKept
}

// TurnedAddress is an address, or the /64 network of an IPv6 address, whose requests were refused.
type TurnedAddress struct {
	Address  string
	Requests int64 // at least so many
}

// NewTurnedAway returns an empty summary.
func NewTurnedAway(now func() time.Time) *TurnedAway {
	return &TurnedAway{now: now, groups: map[groupKey]*turnedGroup{}}
}

// Count counts one refusal. endpoint is the id of an endpoint that exists, or "". size is the announced length of the
// body, -1 if none was announced.
func (t *TurnedAway) Count(endpoint, code string, status int, address string, size int64) {
	if t == nil {
		return
	}
	now := t.now()
	key := AddressKey(address)
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.group(groupKey{endpoint, code}, now)
	g.count++
	g.last, g.status, g.largest = now, status, max(g.largest, size)
	g.from(key)
}

// group returns the group of a key. The caller holds mu.
func (t *TurnedAway) group(key groupKey, now time.Time) *turnedGroup {
	if g := t.groups[key]; g != nil {
		return g
	}
	g := &turnedGroup{first: now, largest: -1}
	if len(t.groups) >= groupsKept {
		var least groupKey
		fewest := int64(-1)
		for k, other := range t.groups {
			if fewest < 0 || other.count < fewest {
				least, fewest = k, other.count
			}
		}
		delete(t.groups, least)
		g.count, g.possible = fewest, fewest
	}
	// Both strings belong to the program: an endpoint's id, and a constant. They keep no request in memory.
	t.groups[key] = g
	return g
}

// from counts an address.
func (g *turnedGroup) from(address string) {
	least := 0
	for i := range g.addresses {
		a := &g.addresses[i]
		if a.key == address {
			a.count++
			return
		}
		if a.count < g.addresses[least].count {
			least = i
		}
	}
	if len(address) > addressMost {
		address = address[:addressMost]
	}
	address = strings.Clone(address) // it may be a part of a request
	if len(g.addresses) < addressesKept {
		g.addresses = append(g.addresses, addressCount{key: address, count: 1})
		return
	}
	fewest := g.addresses[least].count
	g.addresses[least] = addressCount{key: address, count: fewest + 1, possible: fewest}
}

// Groups returns all groups, the most recent first. An address is left out if it may have sent nothing but what was
// counted for another one.
func (t *TurnedAway) Groups() []TurnedAwayGroup {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]TurnedAwayGroup, 0, len(t.groups))
	for key, g := range t.groups {
		one := TurnedAwayGroup{Endpoint: key.endpoint, Code: key.code, Status: g.status, Requests: g.count - g.possible,
			First: g.first, Last: g.last, Largest: g.largest}
		for _, a := range g.addresses {
			one.From = append(one.From, TurnedAddress{Address: a.key, Requests: a.count - a.possible})
		}
		slices.SortFunc(one.From, func(a, b TurnedAddress) int {
			return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Address, b.Address))
		})
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b TurnedAwayGroup) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Code, b.Code))
	})
	return list
}

// Forget drops the groups of endpoints that do not exist any more.
func (t *TurnedAway) Forget(exists func(endpoint string) bool) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for key := range t.groups {
		if key.endpoint != "" && !exists(key.endpoint) {
			delete(t.groups, key)
		}
	}
}
