package hook

import "time"

// Check says how a delivery was checked. Its zero value: it was not.
type Check struct {
	Scheme string        // "hmac-sha256", "token", "url-token", "basic", "ed25519", …
	Covers Covers        // what nobody can change without being noticed
	Dated  bool          // the time of signing is part of what is signed
	Skew   time.Duration // where it is dated: how much later it was received; negative: signed in the future
}

// Covers is what a signature covers.
type Covers string

// What a signature may cover, from most to least.
const (
	CoversBody    Covers = "body"
	CoversFields  Covers = "fields"  // some of the body's fields
	CoversTime    Covers = "time"    // only when it was made: with another body it is as good
	CoversNothing Covers = "nothing" // it is a secret that is sent along
)

// Strength says in words what a check is worth, from "signed body" down to "none".
func (c Check) Strength() string {
	switch {
	case c.Scheme == "":
		return "none"
	case c.Covers == CoversBody:
		return "signed body"
	case c.Covers == CoversFields:
		return "signed fields"
	case c.Covers == CoversTime:
		return "signed time"
	case c.Scheme == "url-token":
		return "secret in the address"
	default:
		return "shared token"
	}
}
