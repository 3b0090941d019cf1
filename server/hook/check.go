package hook

import "time"

// Check describes how a delivery was verified. The zero value means that it was not verified. Package provider fills it
// in. The dashboard shows it beside the verdict, because schemes differ in what they protect: a valid HMAC covers the
// whole body, a valid token covers nothing.
type Check struct {
	Scheme string        // "hmac-sha256", "token", "url-token", "basic", "ed25519", …
	Covers Covers        // the part of the request that cannot be changed without failing the check
	Dated  bool          // the signature covers the time of signing
	Skew   time.Duration // if Dated: how long after signing it was received; negative: the timestamp is in the future
}

// Covers is the part of a request that a signature covers.
type Covers string

// The values of Covers, from most to least.
const (
	CoversBody    Covers = "body"
	CoversFields  Covers = "fields"  // some of the body's fields
	CoversTime    Covers = "time"    // only the timestamp: the same signature is valid for any body
	CoversNothing Covers = "nothing" // the request contains the secret itself
)

// Strength describes the check for people, from "signed body" down to "none".
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
