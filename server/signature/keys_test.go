package signature

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"
)

// TestAKeyOfSmallOrderIsNone refuses keys for which one signature fits any message. Where Go refuses them as well, the
// log of the test says so.
func TestAKeyOfSmallOrderIsNone(t *testing.T) {
	identity := append([]byte{1}, make([]byte, 31)...)
	signature := append(append([]byte{1}, make([]byte, 31)...), make([]byte, 32)...)
	if !ed25519.Verify(identity, []byte("anything"), signature) {
		t.Log("this Go refuses such signatures itself")
	}
	if ed25519Key(FromHexPublic, hex.EncodeToString(identity)) != nil {
		t.Error("it was taken")
	}
}
