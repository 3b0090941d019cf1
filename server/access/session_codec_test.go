package access

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

func TestASessionIsReadAsItWasStored(t *testing.T) {
	deadline := time.UnixMilli(1_800_000_000_123)
	stored, err := sessionCodec{}.Encode(deadline, map[string]any{keyLogin: "someone", keySeen: int64(1 << 60)})
	if err != nil {
		t.Fatal(err)
	}
	read, values, err := sessionCodec{}.Decode(stored)
	if err != nil || !read.Equal(deadline) || len(values) != 2 || values[keyLogin] != "someone" ||
		values[keySeen] != int64(1<<60) {
		t.Errorf("%v %v %v", read, values, err)
	}
	for name, values := range map[string]map[string]any{
		"another key": {"x": "y"}, "a number as login": {keyLogin: int64(1)}, "a text as time": {keySeen: "1"},
	} {
		if stored, err := (sessionCodec{}).Encode(deadline, values); err == nil {
			t.Errorf("%s is stored as %s", name, stored)
		}
	}
}

// TestASessionOfAnEarlierReleaseHasEnded reads a session as scs itself stores it, and damaged ones.
func TestASessionOfAnEarlierReleaseHasEnded(t *testing.T) {
	earlier, err := scs.GobCodec{}.Encode(time.Now().Add(time.Hour), map[string]any{keyLogin: Admin})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"earlier": earlier, "empty": {}, "cut": []byte(`{"deadline":99999`)} {
		store := newShelf()
		s := NewSessions(store, site(t, "http://localhost:8080"))
		cookie := begin(t, s)
		for token := range store.sessions {
			store.sessions[token] = content
		}
		if who, ok, err := s.Find(asking(cookie)); ok || err != nil {
			t.Errorf("%s: %+v %v", name, who, err)
		}
		if again := begin(t, s, cookie); again.Value == cookie.Value {
			t.Errorf("%s: the login has no new token", name)
		}
	}
}

func BenchmarkDecodeASession(b *testing.B) {
	for name, codec := range map[string]scs.Codec{"json": sessionCodec{}, "gob": scs.GobCodec{}} {
		values := map[string]any{keyLogin: Admin, keySeen: int64(1_800_000_000)}
		stored, err := codec.Encode(time.Now(), values)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _, _ = codec.Decode(stored)
			}
		})
	}
}
