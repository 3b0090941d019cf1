package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"hookbeam/server/seal"
)

// raw is the key of the tests.
var raw = bytes.Repeat([]byte("0123456789abcdef"), 2)

func parse(t testing.TB, text string) *seal.Key {
	t.Helper()
	k, err := seal.Parse(text, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASealedValueOpensOnlyWithItsKeyAndAtItsPlace(t *testing.T) {
	k := parse(t, hex.EncodeToString(raw))
	other, _, err := seal.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"", "x", "whsec_0123456789", strings.Repeat("long", 5000), "sealed:1:", "\x00\xff"} {
		sealed, err := k.Seal("endpoint/a/secret/live", plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) > 3 && strings.Contains(sealed[len("sealed:1:"):], plain) {
			t.Errorf("%q shows in %q", plain, sealed)
		}
		if got, err := k.Open("endpoint/a/secret/live", sealed); err != nil || got != plain {
			t.Errorf("opened %q (%v), want %q", got, err, plain)
		}
		for place, want := range map[string]error{
			"endpoint/b/secret/live": seal.ErrChanged,
			"endpoint/a/secret/test": seal.ErrChanged,
			"":                       seal.ErrChanged,
		} {
			if _, err := k.Open(place, sealed); !errors.Is(err, want) {
				t.Errorf("opened at %q: %v", place, err)
			}
		}
		if _, err := other.Open("endpoint/a/secret/live", sealed); !errors.Is(err, seal.ErrOtherKey) ||
			!strings.Contains(err.Error(), k.ID()) {
			t.Errorf("with another key: %v", err)
		}
		if again, err := k.Seal("endpoint/a/secret/live", plain); err != nil || again == sealed {
			t.Errorf("sealed the same twice (%v)", err)
		}
	}
}

// TestNoByteOfASealedValueCanBeChanged turns each character into another one.
func TestNoByteOfASealedValueCanBeChanged(t *testing.T) {
	k := parse(t, hex.EncodeToString(raw))
	sealed, err := k.Seal("p", "a secret value")
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		for _, c := range []byte("A0-_") {
			changed := []byte(sealed)
			if changed[i] == c {
				continue
			}
			changed[i] = c
			if plain, err := k.Open("p", string(changed)); err == nil {
				t.Fatalf("character %d as %c: %q", i, c, plain)
			}
		}
	}
	for n := range sealed {
		if _, err := k.Open("p", sealed[:n]); err == nil {
			t.Fatalf("opened the first %d characters", n)
		}
	}
	_, err = k.Open("p", "whsec_plain")
	if !errors.Is(err, seal.ErrNotSealed) || strings.Contains(err.Error(), "whsec") {
		t.Errorf("plain: %v", err)
	}
}

// TestTheLengthOfASealedValueDependsOnTheLengthAlone: how much longer it is tells nothing about the value.
func TestTheLengthOfASealedValueDependsOnTheLengthAlone(t *testing.T) {
	k := parse(t, hex.EncodeToString(raw))
	for _, n := range []int{0, 1, 32, 4096} {
		lengths := map[int]bool{}
		for _, plain := range []string{strings.Repeat("a", n), strings.Repeat("\x00", n)} {
			sealed, err := k.Seal("p", plain)
			if err != nil {
				t.Fatal(err)
			}
			lengths[len(sealed)] = true
		}
		want := len("sealed:1::") + 16 + base64.RawURLEncoding.EncodedLen(24+n+16)
		if !lengths[want] || len(lengths) != 1 {
			t.Errorf("%d bytes: %v, want %d", n, lengths, want)
		}
	}
}

func TestKeysAreReadInTheFormsInWhichToolsWriteThem(t *testing.T) {
	odd := append([]byte{0xfb, 0xff, 0xfe}, raw[3:]...) // has + and / in base64
	id := parse(t, hex.EncodeToString(odd)).ID()
	for _, text := range []string{
		base64.StdEncoding.EncodeToString(odd), base64.RawStdEncoding.EncodeToString(odd),
		base64.URLEncoding.EncodeToString(odd), base64.RawURLEncoding.EncodeToString(odd),
		strings.ToUpper(hex.EncodeToString(odd)), "\n " + base64.StdEncoding.EncodeToString(odd) + "\r\n",
	} {
		if got := parse(t, text).ID(); got != id || len(id) != 16 {
			t.Errorf("%q is the key %s, not %s", text, got, id)
		}
	}
	for _, text := range []string{"", "  ", "short", hex.EncodeToString(odd[:31]), hex.EncodeToString(append(odd, 1)),
		base64.StdEncoding.EncodeToString(odd) + "x", strings.Repeat("00", 32), strings.Repeat("A", 43)} {
		_, err := seal.Parse(text, rand.Reader)
		if err == nil || !strings.Contains(err.Error(), "openssl rand -base64 32") {
			t.Errorf("%q: %v", text, err)
		}
		if len(text) > 4 && err != nil && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes the key: %v", err)
		}
	}
}

func TestANewKeyIsReadBack(t *testing.T) {
	k, text, err := seal.New(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, text); got.ID() != k.ID() {
		t.Errorf("%s is not %s", got.ID(), k.ID())
	}
	if _, _, err := seal.New(strings.NewReader("too short")); err == nil {
		t.Error("a key of nine bytes")
	}
	short, err := seal.Parse(text, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := short.Seal("p", "x"); err == nil {
		t.Error("sealed without randomness")
	}
}

// FuzzOpen: no text crashes it, and none that it did not make opens.
func FuzzOpen(f *testing.F) {
	k, err := seal.Parse(hex.EncodeToString(raw), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("p", "sealed:1:"+k.ID()+":AAAA")
	f.Add("", "sealed:1:"+k.ID()+":")
	f.Fuzz(func(t *testing.T, place, text string) {
		if plain, err := k.Open(place, text); err == nil {
			t.Errorf("%q opened as %q", text, plain)
		}
	})
}
