package access

import "sync"

// Quota counts what is held at once, in all and by the client that holds it: connections, sockets, waiting requests.
// It remembers only clients that hold something, so its memory is bounded by what it counts.
type Quota struct {
	mu       sync.Mutex
	inAll    int
	ofClient int
	held     int
	byClient map[string]int // by Client.Key
}

// Room says what Quota.Take found.
type Room int

// What a quota may have for a client.
const (
	HasRoom    Room = iota
	ClientFull      // the client holds as much as one may
	AllFull         // all together hold as much as they may
)

// NewQuota allows inAll at once, ofClient of them to one client.
func NewQuota(inAll, ofClient int) *Quota {
	return &Quota{inAll: inAll, ofClient: ofClient, byClient: map[string]int{}}
}

// Take counts one more where there is room; Give undoes it. A client that stands for many is counted, but only
// what all together may hold ends it.
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

// Give counts one less of the client whose key is key.
func (q *Quota) Give(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held--
	if q.byClient[key]--; q.byClient[key] == 0 {
		delete(q.byClient, key)
	}
}

// Held returns how many are held at the moment.
func (q *Quota) Held() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.held
}

// Full reports whether nobody can take one more.
func (q *Quota) Full() bool { return q.Held() >= q.inAll }
