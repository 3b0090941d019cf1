package hook

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a reader's position in the log: the reader has received everything up to and including Seq. Clients see
// an opaque string, which they may only store, compare for equality, and send back. A cursor is valid for one epoch:
// after a restore from a backup, the same Seq may mean a different delivery.
type Cursor struct {
	Epoch string // identifies one database; a restore starts a new epoch
	Seq   Seq
}

// String returns the cursor as clients get it. The middle part is the shard, which is always 0 today.
func (c Cursor) String() string { return c.Epoch + ".0." + strconv.FormatInt(int64(c.Seq), 10) }

// ParseCursor parses the result of String. Any other text gives a Problem of kind ErrInvalid.
func ParseCursor(s string) (Cursor, error) {
	epoch, rest, _ := strings.Cut(s, ".")
	shard, digits, _ := strings.Cut(rest, ".")
	seq, err := strconv.ParseInt(digits, 10, 64)
	// Only the form that String writes is accepted, so that equal cursors are equal texts.
	if err != nil || seq < 0 || digits != strconv.FormatInt(seq, 10) || shard != "0" || !isEpoch(epoch) {
		return Cursor{}, &Problem{Kind: ErrInvalid, Code: "cursor_unreadable",
			Detail: fmt.Sprintf("%q is not a valid cursor. Send a cursor that this server returned, or omit it.",
				clip(s, 64))}
	}
	return Cursor{Epoch: epoch, Seq: Seq(seq)}, nil
}

// isEpoch reports whether s can be an epoch: 4 to 32 lower-case letters and digits.
func isEpoch(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) >= 4 && len(s) <= 32
}

// clip shortens s to n bytes, for texts that quote a caller's input.
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
