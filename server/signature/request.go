// Package signature verifies that a delivery comes from its sender, and signs samples as the sender would. A verdict is
// a function of the delivery, the endpoint, the time of receipt and the sender's Profile, and of the certificate or
// key that a Certificates looks up if the sender names one.
//
// It promises that nothing verifies without the sender's key. A secret that protects nothing (blank, zeros, a public
// key of small order) makes no key. Signatures are compared in constant time. A delivery that could not be read
// completely never verifies.
//
// Start with Profile and Scheme, which describe how a sender signs, and Profile.Verify; Profile.Sign is its mirror. The
// profiles of all senders are in server/provider.
package signature

import (
	"bytes"
	"crypto/hmac"
	"hash"
	"io"
	"sync"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Request is one delivery while it is verified: what payload reads of it, the endpoint that received it, and
// buffers. NewRequest takes one from a pool, and Release returns it. One goroutine uses it at a time.
type Request struct {
	payload.Request
	ReceiveContext
	Endpoint *hook.Endpoint

	custom [1]Scheme // that of the endpoint's settings
	buffer []byte    // of put
	keys   [2]keyedHash
	sums   map[string]string // the signatures of RFC 9421 by their labels, once asked for

	soundAsked, sound bool // whether the body is sound, once asked for
}

// keyedHash is an HMAC with the name of its hash and its key, to find it again.
type keyedHash struct {
	hash.Hash
	name string
	key  []byte
}

// keyedHash returns an empty HMAC, if possible one that was used before. Creating one costs as much as hashing a
// kilobyte, and the next request is likely to be verified with the same one or two secrets.
func (q *Request) keyedHash(name string, key []byte) hash.Hash {
	for i := range q.keys {
		if k := &q.keys[i]; k.Hash != nil && k.name == name && bytes.Equal(k.key, key) {
			k.Reset()
			return k
		}
	}
	q.keys[1] = q.keys[0]
	q.keys[0] = keyedHash{hmac.New(newHash(name), key), name, key}
	return q.keys[0]
}

// requests are reused, because parsing a body allocates memory for each of its members.
var requests = sync.Pool{New: func() any { return new(Request) }}

// NewRequest returns a request for a delivery. The caller releases it.
func NewRequest(e *hook.Endpoint, r *hook.Record, on ReceiveContext) *Request {
	q := requests.Get().(*Request)
	q.Endpoint, q.ReceiveContext = e, on
	q.Reset(r, e.Settings)
	return q
}

// Release drops everything that belongs to the delivery, and returns q to the pool. Nobody may use q after that.
func (q *Request) Release() {
	q.Request.Release()
	q.Endpoint, q.ReceiveContext, q.sums = nil, ReceiveContext{}, nil
	if q.soundAsked = false; !q.custom[0].At.IsZero() { // clearing a scheme takes as long as comparing a signature
		q.custom[0] = Scheme{}
	}
	requests.Put(q)
}

// bufferSize is the size in bytes of the buffer of writeText.
const bufferSize = 1 << 10

// writeText writes text in parts, by way of a buffer: a hash accepts bytes only, and converting each part to bytes
// would allocate memory for it.
func (q *Request) writeText(w io.Writer, text string) {
	q.Hashed += len(text)
	for text != "" {
		n := min(len(text), bufferSize)
		q.buffer = append(q.buffer[:0], text[:n]...)
		_, _ = w.Write(q.buffer) // hashes and buffers never fail
		text = text[n:]
	}
}
