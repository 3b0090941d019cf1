package signature

import (
	"strings"
	"testing"
	"time"
)

// FuzzReadings reads any text as a secret in every form: it makes few keys, never one that everybody knows, and the
// text of a public key is never the key of an HMAC where the sender has public keys.
func FuzzReadings(f *testing.F) {
	for _, seed := range []string{
		"", " ", `""`, "whsec_", "v1,whsec_MDEy", "v1a,whpk_AAAA", "whsec_AAAA", "\x00\x00", "00", "“a”",
		"mysecretkey1",
		"whsec_-_8=", "\ufeffuser:password\n", "\xff\xfe", `'-----BEGIN PUBLIC KEY-----\n'`,
	} {
		f.Add(seed)
	}
	forms := []KeyForm{
		AsText, FromHex, FromBase64, FromWhsec, FromWhpk, FromHexPublic, FromSPKI, FromPEM, HashedWithSHA1, AsNFKD,
	}
	f.Fuzz(func(t *testing.T, secret string) {
		var room [maxReadings]reading
		clean := Clean(secret)
		if len(clean) > 2*len(secret) {
			t.Errorf("%q is cleaned to %q", secret, clean)
		}
		for _, form := range forms {
			found := form.readings(&room, secret, time.Time{})
			if len(found) > maxReadings || Blank(secret) && len(found) > 0 {
				t.Errorf("%d readings of %q in form %d", len(found), secret, form)
			}
			for _, r := range found {
				if r.bytes != nil && isZeroKey(r.bytes) {
					t.Errorf("%q is a key of zeros in form %d", secret, form)
				}
				if form == FromWhsec &&
					(strings.Contains(string(r.bytes), "whpk_") && strings.Contains(clean, "whpk_")) {
					t.Errorf("%q is a shared secret", secret)
				}
			}
		}
		if texts, n := messageReadings(secret); n > 1 && hasPublicKey(secret) {
			t.Errorf("%q has the readings %q", secret, texts)
		}
	})
}
