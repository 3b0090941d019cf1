package access

import "sync"

// Quota limits how many things exist at the same time, in all and for each client: connections, sockets, waiting
// requests. Take acquires a place, and Give releases it. It stores only clients that hold a place, so its memory is
// bounded by its own limit. It is safe for concurrent use.
type Quota struct {
	mu       sync.Mutex
	inAll    int
	ofClient int
	held     int
	byClient map[string]int // places held, by Client.Key
}

// Room is the result of Quota.Take.
type Room int

// The results of Quota.Take.
const (
	HasRoom    Room = iota // a place was acquired
	ClientFull             // the client has reached its limit
	AllFull                // all clients together have reached the limit
)

// NewQuota returns a quota of inAll places, of which one client may hold ofClient.
func NewQuota(inAll, ofClient int) *Quota {
	return &Quota{inAll: inAll, ofClient: ofClient, byClient: map[string]int{}}
}

// Another returns a quota with the same limits, of which no place is held.
func (q *Quota) Another() *Quota { return NewQuota(q.inAll, q.ofClient) }

// Take acquires a place for a client, if it returns HasRoom. The limit of one client does not apply to a Shared one.
func (q *Quota) Take(c Client) Room {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.held >= q.inAll:
		return AllFull
	case !c.Shared && q.byClient[c.Key] >= q.ofClient:
		return ClientFull
	}
	q.held++
	q.byClient[c.Key]++
	return HasRoom
}

// Give releases a place of the client with this key. It must be called once for each Take that returned HasRoom.
func (q *Quota) Give(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held--
	if q.byClient[key]--; q.byClient[key] == 0 {
		delete(q.byClient, key)
	}
}

// Held returns the number of places that are held.
func (q *Quota) Held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held
}

// Full reports whether no client can acquire a place.
func (q *Quota) Full() bool { return q.Held() >= q.inAll }
