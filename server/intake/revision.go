package intake

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"hookbeam/server/hook"
)

// revisions makes the revisions of endpoints. Its zero value is ready.
type revisions struct {
	once sync.Once
	key  [32]byte
}

// Revision identifies the present configuration of an endpoint: it is another one after each change, also of a secret.
// A client that read an endpoint sends it back with its change, which is refused if somebody else changed the endpoint
// meanwhile. It is keyed, so that nobody can guess secrets with it. The key is new in each process, so a restart counts
// as a change.
func (es *Endpoints) Revision(e hook.Endpoint) string {
	es.revisions.once.Do(func() { _, _ = rand.Read(es.revisions.key[:]) }) // never fails: see crypto/rand
	e.CheckedAs, e.WouldVerify, e.HandshakeUntil = "", 0, hook.Time{}      // no configuration
	text, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	sum := hmac.New(sha256.New, es.revisions.key[:])
	sum.Write(text)
	return hex.EncodeToString(sum.Sum(nil)[:12])
}
