package signature

import (
	"encoding/json"
	"fmt"

	"hookbeam/server/hook"
)

// maxPublishedKeys is the number of keys of a key set that are read; senders publish fewer than ten.
const maxPublishedKeys = 64

// ReadKeySet parses a JWK Set. It returns its public keys by their ids, each as a JWK that an endpoint's secret may be
// as well. Keys of other kinds, for encryption or without an id are left out (RFC 7517 §5). It returns an error if
// there is no key.
func ReadKeySet(text []byte) (keys map[string]string, err error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("read key set: %w", err)
	}
	keys = map[string]string{}
	for _, raw := range set.Keys[:min(len(set.Keys), maxPublishedKeys)] {
		var one jwk
		if json.Unmarshal(raw, &one) != nil || one.ID == "" || len(one.ID) > maxKeyID {
			continue
		}
		short, err := json.Marshal(one) // without the certificates that some senders add
		if err != nil {
			continue
		}
		if _, ok := publicKeyIn(string(short)); ok {
			keys[one.ID] = string(short)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("key set %w: it has no key", ErrUntrusted)
	}
	return keys, nil
}

// verifyByKeySet verifies the request with the published keys that its tokens name. f is the result of the endpoint's
// own secrets, which the result of the keys replaces.
func (p *Profile) verifyByKeySet(q *Request, f Result) Result {
	var found []hook.Secret
	for i := range p.Schemes {
		sc := &p.Schemes[i]
		if sc.Kind != JWT || !sc.counts(q.Endpoint.Settings) || sc.unfit(q) != "" {
			continue
		}
		texts, _ := sc.tokens(q)
		for _, text := range texts {
			t, ok := parseToken(text)
			if !ok {
				continue
			}
			if t.keyID == "" {
				f.Reason = hook.ReasonKeyUnknown
				return f
			}
			key, err := q.Certificates.Key(p.KeySet, t.keyID, q.At)
			if err != nil {
				f.Reason = notFetched(err, hook.ReasonKeyUnknown, hook.ReasonKeySetUnavailable)
				return f
			}
			found = append(found, hook.Secret{Label: p.FetchedLabel(), Value: key})
		}
	}
	if len(found) == 0 {
		return f
	}
	return p.bestOf(q, p.Schemes, found)
}
