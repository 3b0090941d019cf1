package metrics

import (
	"maps"
	"sync"
	"sync/atomic"

	"hookbeam/server/hook"
)

// The limits that turn requests to a webhook URL away, by the code that access.Refusal has. The order is that of the
// columns of endpointCounts.
var doorLimits = [...]string{
	"rate_endpoint", "rate_address", "body_too_large", "too_many_at_once", "address_busy", "busy",
}

// otherLimit is the column of requests that were refused for another reason than a limit: a full disk, an incomplete
// body, an endpoint that is not confirmed.
const otherLimit = len(doorLimits)

// Traffic counts deliveries that were stored, and requests to webhook URLs that were refused. Package intake calls
// Received for each delivery, and package api calls Refused. Both find the endpoint's counters in a map that is never
// changed, only replaced, so that counting takes no lock: one atomic addition for a delivery, two for a redelivery.
//
// Counters exist for endpoints that received something, at most maxCounted at a time; those of deleted endpoints are
// dropped by forget. The zero value is ready for use, and a nil Traffic ignores calls. All methods may be called from
// several goroutines.
type Traffic struct {
	endpoints atomic.Pointer[map[hook.EndpointID]*endpointCounts]
	unnamed   endpointCounts // of requests to URLs that no endpoint has, and of endpoints beyond maxCounted
	reasons   [maxReasons]atomic.Uint64

	mu sync.Mutex // held while the map is replaced
}

const (
	maxCounted = 10_000 // endpoints with counters; a server has no more
	maxReasons = 64     // more than there are: see TestEveryReasonHasACounter
)

// endpointCounts are the counters of one endpoint since the start.
type endpointCounts struct {
	verified, unsigned, rejected atomic.Uint64 // deliveries
	redeliveries                 atomic.Uint64 // those of them whose event was received before
	bytes                        atomic.Uint64 // of their bodies
	refused                      [otherLimit + 1]atomic.Uint64
}

// reasons gives each reason its place among the counters. It is read only.
var reasons = reasonPlaces()

func reasonPlaces() map[hook.Reason]int {
	places := map[hook.Reason]int{}
	for i, r := range hook.Reasons() {
		if i < maxReasons {
			places[r] = i
		}
	}
	return places
}

// Received counts a delivery after it was stored.
func (t *Traffic) Received(r *hook.Record) {
	if t == nil {
		return
	}
	c := t.of(r.Endpoint)
	switch r.Verdict {
	case hook.Verified:
		c.verified.Add(1)
	case hook.Rejected:
		c.rejected.Add(1)
		if at, known := reasons[r.Reason]; known {
			t.reasons[at].Add(1)
		}
	default:
		c.unsigned.Add(1)
	}
	c.bytes.Add(uint64(max(r.Size, 0)))
	if r.DuplicateOf != 0 {
		c.redeliveries.Add(1)
	}
}

// Refused counts a request of which nothing was stored. endpoint is "" if no endpoint has its URL. code says which
// limit it exceeded; any other code counts as another reason.
func (t *Traffic) Refused(endpoint hook.EndpointID, code string) {
	if t == nil {
		return
	}
	c := &t.unnamed
	if endpoint != "" {
		c = t.of(endpoint)
	}
	c.refused[limitPlace(code)].Add(1)
}

// limitPlace returns the column of a limit.
func limitPlace(code string) int {
	for i, limit := range doorLimits {
		if limit == code {
			return i
		}
	}
	return otherLimit
}

// of returns the counters of an endpoint, and adds them if there are none. Callers pass only ids of endpoints that
// exist, never text of a request.
func (t *Traffic) of(id hook.EndpointID) *endpointCounts {
	if all := t.endpoints.Load(); all != nil {
		if c := (*all)[id]; c != nil {
			return c
		}
	}
	return t.add(id)
}

func (t *Traffic) add(id hook.EndpointID) *endpointCounts {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := map[hook.EndpointID]*endpointCounts{}
	if before := t.endpoints.Load(); before != nil {
		if c := (*before)[id]; c != nil {
			return c
		}
		if len(*before) >= maxCounted {
			return &t.unnamed
		}
		all = maps.Clone(*before)
	}
	c := &endpointCounts{}
	all[id] = c
	t.endpoints.Store(&all)
	return c
}

// forget drops the counters of endpoints that do not exist any more, so that those of deleted endpoints vanish.
func (t *Traffic) forget(exists func(hook.EndpointID) bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.endpoints.Load()
	if all == nil {
		return
	}
	kept := map[hook.EndpointID]*endpointCounts{}
	for id, c := range *all {
		if exists(id) {
			kept[id] = c
		}
	}
	if len(kept) < len(*all) {
		t.endpoints.Store(&kept)
	}
}

// counts is what endpointCounts held at one moment.
type counts struct {
	verified, unsigned, rejected, redeliveries, bytes uint64
	refused                                           [otherLimit + 1]uint64
}

func (c *endpointCounts) read() (n counts) {
	n.verified, n.unsigned, n.rejected = c.verified.Load(), c.unsigned.Load(), c.rejected.Load()
	n.redeliveries, n.bytes = c.redeliveries.Load(), c.bytes.Load()
	for i := range c.refused {
		n.refused[i] = c.refused[i].Load()
	}
	return n
}

func (n *counts) received() uint64 { return n.verified + n.unsigned + n.rejected }

// turnedAway returns the number of refused requests, for whatever reason.
func (n *counts) turnedAway() (all uint64) {
	for _, k := range n.refused {
		all += k
	}
	return all
}

// plus returns the sum of two counts.
func (n counts) plus(o counts) counts {
	n.verified, n.unsigned, n.rejected = n.verified+o.verified, n.unsigned+o.unsigned, n.rejected+o.rejected
	n.redeliveries, n.bytes = n.redeliveries+o.redeliveries, n.bytes+o.bytes
	for i := range n.refused {
		n.refused[i] += o.refused[i]
	}
	return n
}

// minus returns what was counted since o.
func (n counts) minus(o counts) counts {
	n.verified, n.unsigned, n.rejected = n.verified-o.verified, n.unsigned-o.unsigned, n.rejected-o.rejected
	n.redeliveries, n.bytes = n.redeliveries-o.redeliveries, n.bytes-o.bytes
	for i := range n.refused {
		n.refused[i] -= o.refused[i]
	}
	return n
}

// read returns the counts of each endpoint, and those that no endpoint has.
func (t *Traffic) read() (byID map[hook.EndpointID]counts, unnamed counts) {
	byID = map[hook.EndpointID]counts{}
	if t == nil {
		return byID, unnamed
	}
	if all := t.endpoints.Load(); all != nil {
		for id, c := range *all {
			byID[id] = c.read()
		}
	}
	return byID, t.unnamed.read()
}

// readReasons returns how many deliveries were rejected, in the order of hook.Reasons.
func (t *Traffic) readReasons() []uint64 {
	all := make([]uint64, len(reasons))
	if t != nil {
		for i := range all {
			all[i] = t.reasons[i].Load()
		}
	}
	return all
}
