// Package signature checks that a delivery comes from its sender, and signs samples as the sender
// would. A verdict is a function of the delivery, the endpoint, the time and the sender's Profile, and
// of nothing else but the certificates that a Certificates fetches. It promises that nothing verifies
// without the sender's key: a secret that protects nothing makes no key, signatures are compared in
// constant time, and what could not be read whole never verifies.
//
// Start with Profile, which says how one sender signs, and Profile.Verify. The profiles stand in
// server/provider.
package signature

import (
	"bytes"
	"crypto/hmac"
	"hash"
	"hash/crc32"
	"io"
	"strconv"
	"sync"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Request is a delivery while it is checked: what payload reads of it, the endpoint that received it,
// and the memory that checking needs. NewRequest takes one from a pool, and Release gives it back. One
// goroutine uses it at a time.
type Request struct {
	payload.Request
	ReceiveContext
	Endpoint *hook.Endpoint

	custom  [1]Scheme // that of the endpoint's settings
	scratch []byte    // of put
	keys    [2]keyedHash
	sums    map[string]string // the signatures of RFC 9421 by their labels, once asked for
}

// keyedHash is an HMAC, and what it was made with.
type keyedHash struct {
	hash.Hash
	name string
	key  []byte
}

// keyedHash returns an HMAC that nothing was written to. To make one costs as much as to hash a
// kilobyte, and the next request is likely to be checked with the same secret, or the same two.
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

// requests are used again and again: what is read of a body takes memory for each of its members.
var requests = sync.Pool{New: func() any { return new(Request) }}

// NewRequest returns a delivery to be checked. Its caller releases it.
func NewRequest(e *hook.Endpoint, r *hook.Record, on ReceiveContext) *Request {
	q := requests.Get().(*Request)
	q.Endpoint, q.ReceiveContext = e, on
	q.Reset(r, e.Settings)
	return q
}

// Release drops everything that q was about. Nobody may use it any more.
func (q *Request) Release() {
	q.Request.Release()
	q.Endpoint, q.ReceiveContext, q.sums = nil, ReceiveContext{}, nil
	q.custom[0] = Scheme{}
	requests.Put(q)
}

// maxPiece is how much is written at once.
const maxPiece = 1 << 10

// put writes text by way of a scratch: a hash takes bytes only, and a conversion for each piece costs
// more than hashing it.
func (q *Request) put(w io.Writer, text string) {
	q.Hashed += len(text)
	for text != "" {
		n := min(len(text), maxPiece)
		q.scratch = append(q.scratch[:0], text[:n]...)
		_, _ = w.Write(q.scratch) // hashes and buffers never fail
		text = text[n:]
	}
}

// write writes what is signed; false where a part of it cannot be had.
func (q *Request) write(w io.Writer, text *signedText, secret string) bool {
	for i := range text.Template {
		piece := &text.Template[i]
		q.put(w, piece.Text)
		switch piece.Variable {
		case "":
			if !piece.Selector.IsZero() {
				q.put(w, q.Text(piece.Selector))
			}
		case "body":
			q.Hashed += len(q.Record.Body)
			_, _ = w.Write(q.Record.Body)
		case "time":
			q.put(w, text.timestamp)
		case "url":
			q.put(w, text.address)
		case "secret":
			q.put(w, secret)
		case "method":
			q.put(w, q.Record.Method)
		case "crc32":
			q.put(w, strconv.FormatUint(uint64(crc32.ChecksumIEEE(q.Record.Body)), 10))
		case "form":
			form, isForm := q.SortedForm()
			if !isForm {
				return false
			}
			q.Hashed += len(form)
			_, _ = w.Write(form)
		}
	}
	q.put(w, text.ending)
	return true
}
