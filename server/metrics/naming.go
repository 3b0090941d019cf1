package metrics

import (
	"cmp"
	"slices"
	"time"

	"hookbeam/server/hook"
)

const (
	// maxNamed is how many endpoints have series of their own. All others are counted together.
	maxNamed = 100
	// rebalanceEvery is how often busier endpoints may take the places of others.
	rebalanceEvery = 5 * time.Minute
)

// naming decides which endpoints have series of their own: all of them up to maxNamed, and beyond that those that
// received most. The others share one series. It keeps every series a counter, which never falls: an endpoint's own
// series begins at zero when it gets one, and the shared series grows only by what endpoints without their own receive.
// The exporter calls update at each scrape, under its lock.
type naming struct {
	own      map[hook.EndpointID]*ownSeries
	shared   counts
	seen     map[hook.EndpointID]counts // at the last update
	balanced map[hook.EndpointID]uint64 // activity at the last rebalance
	at       time.Time                  // of the last rebalance
}

// ownSeries is an endpoint with its own series: they show what was counted since base.
type ownSeries struct{ base counts }

func newNaming() *naming {
	return &naming{own: map[hook.EndpointID]*ownSeries{}, seen: map[hook.EndpointID]counts{},
		balanced: map[hook.EndpointID]uint64{}}
}

// update takes the counters of all endpoints. It returns the counts of those with their own series, and of the others
// together.
func (n *naming) update(byID map[hook.EndpointID]counts, now time.Time) (map[hook.EndpointID]counts, counts) {
	for id := range n.seen {
		if _, exists := byID[id]; !exists {
			delete(n.seen, id)
			delete(n.own, id)
			delete(n.balanced, id)
		}
	}
	if n.at.IsZero() {
		n.at = now
	}
	shown := make(map[hook.EndpointID]counts, min(len(byID), maxNamed))
	for id, c := range byID {
		before := n.seen[id]
		n.seen[id] = c
		own := n.own[id]
		if own == nil && len(n.own) < maxNamed {
			own = &ownSeries{base: before}
			n.own[id] = own
		}
		if own == nil {
			n.shared = n.shared.plus(c.minus(before))
			continue
		}
		shown[id] = c.minus(own.base)
	}
	if len(byID) > maxNamed && now.Sub(n.at) >= rebalanceEvery {
		n.rebalance(byID, now)
	}
	return shown, n.shared
}

// rebalance gives the places of the least active endpoints to those without a place that were more than twice as
// active since the last rebalance. It takes effect at the next update.
func (n *naming) rebalance(byID map[hook.EndpointID]counts, now time.Time) {
	type active struct {
		id hook.EndpointID
		by uint64
	}
	var named, others []active
	for id, c := range byID {
		all := c.received() + c.turnedAway()
		a := active{id, all - n.balanced[id]}
		n.balanced[id] = all
		if n.own[id] != nil {
			named = append(named, a)
		} else {
			others = append(others, a)
		}
	}
	byActivity := func(a, b active) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.id, b.id)) }
	slices.SortFunc(named, byActivity)
	slices.SortFunc(others, func(a, b active) int { return byActivity(b, a) })
	for i, busy := range others {
		if i >= len(named) || busy.by <= 2*named[i].by {
			break
		}
		delete(n.own, named[i].id)
		n.own[busy.id] = &ownSeries{base: n.seen[busy.id]}
	}
	n.at = now
}
