package hook

import (
	"fmt"
	"strconv"
	"strings"
)

// Cursor is a reader's place in the log: everything up to Seq has been told. Outside the server it is an opaque
// string, compared for equality only.
type Cursor struct {
	Epoch string // names one database; a restore begins a new one
	Seq   Seq
}

// String returns the cursor as readers are given it. The middle part is the shard: one today.
func (c Cursor) String() string { return c.Epoch + ".0." + strconv.FormatInt(int64(c.Seq), 10) }

// ParseCursor reads what String wrote; anything else is a problem of kind ErrInvalid.
func ParseCursor(s string) (Cursor, error) {
	epoch, rest, _ := strings.Cut(s, ".")
	shard, place, _ := strings.Cut(rest, ".")
	seq, err := strconv.ParseInt(place, 10, 64)
	if err != nil || seq < 0 || place != strconv.FormatInt(seq, 10) || shard != "0" || !epochForm(epoch) {
		return Cursor{}, &Problem{Kind: ErrInvalid, Code: "cursor_unreadable",
			Detail: fmt.Sprintf("%q is not a valid cursor. Send a cursor that this server returned, or omit it.", clip(s, 64))}
	}
	return Cursor{Epoch: epoch, Seq: Seq(seq)}, nil
}

func epochForm(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) >= 4 && len(s) <= 32
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
