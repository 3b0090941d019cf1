package hook

import "strings"

// spooledID begins the second form of a delivery's id. No seq begins with a zero, so the two forms never meet.
const spooledID = "dlv_0"

// NewSpooledDeliveryID returns the id of a delivery that was answered before the log gave it a seq: one node has kept
// it, and the shared log did not have it yet. It holds the node that answered and the random bits, which stay the
// record's own. Once the delivery has a seq it also has the id that NewDeliveryID gives; both find it.
func NewSpooledDeliveryID(node NodeID, random [16]byte) DeliveryID {
	b := make([]byte, 0, 48)
	b = append(b, spooledID...)
	b = appendSeq(b, Seq(node))
	return DeliveryID(alphabet.AppendEncode(b, random[:]))
}

// ParseSpooled splits an id into what NewSpooledDeliveryID joined; ok is false for anything else.
func (id DeliveryID) ParseSpooled() (node NodeID, random [16]byte, ok bool) {
	rest, found := strings.CutPrefix(string(id), spooledID)
	if !found || len(rest) <= tailLen || len(rest) > tailLen+4 {
		return 0, random, false
	}
	number, tail := rest[:len(rest)-tailLen], rest[len(rest)-tailLen:]
	if n, err := alphabet.Decode(random[:], []byte(tail)); err != nil || n != len(random) {
		return 0, [16]byte{}, false
	}
	n, ok := parseSeq(number) // which refuses 0: a server that is alone has given the delivery its seq
	if node = NodeID(n); !ok || Seq(node) != n {
		return 0, [16]byte{}, false
	}
	return node, random, true
}
