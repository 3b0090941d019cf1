package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"hookbeam/server/signature"
)

// The ages of a key set.
const (
	// keySetFresh is how long a set is used without asking for it again, and keySetLifetime how long if the sender does
	// not answer.
	keySetFresh    = time.Hour
	keySetLifetime = 24 * time.Hour
	// keySetRetry is the least time between two fetches of a set. Until then, a key that is not in it does not exist:
	// senders publish a key before they sign with it.
	keySetRetry = 5 * time.Minute
)

// keySet is the last answer for the address of a key set. There is one for each sender that publishes keys, because the
// address is part of the sender's profile.
type keySet struct {
	mu      sync.Mutex // held during a fetch, so that all who wait for it share it
	keys    map[string]string
	fetched time.Time // of keys
	asked   time.Time // the last fetch, whatever came of it
	err     error     // of that fetch
}

// key returns the key with an id, which fetch looks up if it is not known or not fresh.
func (s *keySet) key(id string, now time.Time, fetch func() (map[string]string, error)) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, known := s.keys[id]
	if known && now.Sub(s.fetched) < keySetFresh {
		return key, nil
	}
	retry := keySetRetry
	if s.err != nil {
		retry = missLifetime
	}
	if s.asked.IsZero() || now.Sub(s.asked) >= retry {
		keys, err := fetch()
		if errors.Is(err, errTooManyFetches) { // nothing is known about the sender's answer
			if known && now.Sub(s.fetched) < keySetLifetime {
				return key, nil
			}
			return "", err
		}
		if s.asked, s.err = now, err; err == nil {
			s.keys, s.fetched = keys, now
		}
		key, known = s.keys[id]
	}
	switch {
	case known && now.Sub(s.fetched) < keySetLifetime:
		return key, nil
	case s.err != nil:
		return "", s.err
	default:
		return "", fmt.Errorf("key %w: its key set has no such key", signature.ErrUntrusted)
	}
}

// errKeySet is the failure to fetch a key set. It wraps nothing, because it is never final: the sender may mend it.
type errKeySet struct{ cause error }

func (e errKeySet) Error() string { return "fetch key set: " + e.cause.Error() }

// keySetAt returns the last answer for an address.
func (cs *Certificates) keySetAt(address string) *keySet {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.keySets[address] == nil {
		cs.keySets[address] = &keySet{}
	}
	return cs.keySets[address]
}

// Key implements signature.Certificates without the limits of senders and endpoints.
func (cs *Certificates) Key(set, id string, _ time.Time) (string, error) {
	return cs.key(set, id, requester{})
}

// key is Key within the budget of who. A set that was fetched is stored, for cachedOnly.
func (cs *Certificates) key(set, id string, who requester) (string, error) {
	return cs.keySetAt(set).key(id, cs.now(), func() (map[string]string, error) {
		ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
		defer cancel()
		text, err := cs.fetch(ctx, set, who)
		if errors.Is(err, errTooManyFetches) {
			return nil, err
		}
		var keys map[string]string
		if err == nil {
			keys, err = signature.ReadKeySet(text)
		}
		if err != nil {
			cs.failed.note(cs.log, cs.now(), "the key set of a sender", set, err)
			return nil, errKeySet{err}
		}
		return keys, cs.store.PutCertificate(ctx, set, text)
	})
}

// Key is Certificates.Key within the budget.
func (a budgetedCertificates) Key(set, id string, _ time.Time) (string, error) {
	return a.certificates.key(set, id, a.who)
}

// Key returns a key of the stored set, or errNotCached.
func (c cachedOnly) Key(set, id string, _ time.Time) (string, error) {
	text, found, err := c.certificates.store.Certificate(context.Background(), set)
	if err != nil {
		return "", err
	}
	if !found {
		return "", errNotCached
	}
	keys, err := signature.ReadKeySet(text)
	if err != nil {
		return "", err
	}
	if keys[id] == "" {
		return "", errNotCached
	}
	return keys[id], nil
}
