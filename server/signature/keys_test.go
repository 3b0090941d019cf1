package signature

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"
)

// TestAKeyOfSmallOrderIsNone shows first that such a key is dangerous: one signature fits a message
// that nobody signed.
func TestAKeyOfSmallOrderIsNone(t *testing.T) {
	identity := append([]byte{1}, make([]byte, 31)...)
	signature := append(append([]byte{1}, make([]byte, 31)...), make([]byte, 32)...)
	if !ed25519.Verify(identity, []byte("anything"), signature) {
		t.Skip("this Go refuses such keys itself")
	}
	if ed25519Key(FromHexPublic, hex.EncodeToString(identity)) != nil {
		t.Error("it was taken")
	}
}
