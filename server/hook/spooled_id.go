package hook

import "strings"

// spooledPrefix is the prefix of the second form of a delivery's id. No seq begins with a zero, so the two forms cannot
// be confused.
const spooledPrefix = "dlv_0"

// NewSpooledDeliveryID returns the id of a delivery that one node stored and answered while the shared log was not
// available, before the delivery had a seq. It contains the node and the random bits, which stay with the record. Once
// the delivery has a seq, it can also be found by the id that NewDeliveryID returns.
func NewSpooledDeliveryID(node NodeID, random [16]byte) DeliveryID {
	b := make([]byte, 0, 48)
	b = append(b, spooledPrefix...)
	b = appendSeq(b, Seq(node))
	return DeliveryID(alphabet.AppendEncode(b, random[:]))
}

// ParseSpooled returns what NewSpooledDeliveryID was called with. ok is false for any other text.
func (id DeliveryID) ParseSpooled() (node NodeID, random [16]byte, ok bool) {
	rest, found := strings.CutPrefix(string(id), spooledPrefix)
	if !found || len(rest) <= tailLen || len(rest) > tailLen+4 {
		return 0, random, false
	}
	number, tail := rest[:len(rest)-tailLen], rest[len(rest)-tailLen:]
	if n, err := alphabet.Decode(random[:], []byte(tail)); err != nil || n != len(random) {
		return 0, [16]byte{}, false
	}
	n, ok := parseSeq(number) // rejects node 0: a single server has no second form, its ids always have a seq
	if node = NodeID(n); !ok || Seq(node) != n {
		return 0, [16]byte{}, false
	}
	return node, random, true
}

// HasID reports whether id identifies this delivery, in either form.
func (r *Record) HasID(id DeliveryID) bool {
	if id == r.ID {
		return true
	}
	node, random, ok := id.ParseSpooled()
	if !ok || node != r.Node {
		return false
	}
	_, own, ok := r.ID.Parse()
	return ok && own == random
}
