package hook

import "time"

// Verify is an endpoint's verify mode: what happens to a delivery that fails verification.
type Verify string

// The verify modes. An endpoint without a secret in mode Enforce or Observe rejects every delivery.
const (
	Enforce Verify = "enforce" // respond with 401 or 403, store it as rejected
	Observe Verify = "observe" // respond as usual, store it as rejected, never act on it
	Off     Verify = "off"     // verify nothing: every delivery is unsigned
)

// DefaultMaxBody and MostMaxBody are the default and the highest limit of a request body, in bytes.
const (
	DefaultMaxBody = 1 << 20
	MostMaxBody    = 25 << 20
)

// Endpoint is a webhook URL that you give to one provider, with the settings for what arrives there. Package intake
// creates and validates endpoints; every other package gets copies and must not change their slices or maps.
type Endpoint struct {
	ID        EndpointID
	Name      string // chosen by the user: lower-case letters, digits and hyphens
	Slug      string // the last part of the URL: the name at creation and a random suffix
	Provider  string // id of the provider in the catalogue, such as "stripe" or "generic"
	Verify    Verify
	Tolerance time.Duration // how far a timestamp may be from now, in both directions; 0 disables the check
	Secrets   []Secret      // all are tried, so that a secret can be rotated without rejecting deliveries
	MaxBody   int64         // bytes
	Retention Retention
	Response  *Response         // nil: the standard response
	SignedURL string            // the URL as registered at the provider, if it differs
	Settings  map[string]string // further facts that the provider's scheme needs, such as "webhook_id"
	Allow     []string          // CIDRs that may send; empty: any address
	Statuses  StatusRules
	CreatedAt Time
	Awaiting  bool // created at the first start and not confirmed yet: only this machine and its network may send
	DeletedAt Time // zero unless deleted; a deleted endpoint responds with 404 and can be restored for a while

	// CheckedAs is the fingerprint of what verified deliveries when the rejected ones were checked last; "" if they
	// have to be checked. WouldVerify is how many of them verified then. Package intake maintains both, see its
	// Rechecker.
	CheckedAs   string
	WouldVerify int

	// HandshakeUntil is the end of the time in which the sender may bring its secret; zero if that is over. It is not
	// stored: a restart ends it.
	HandshakeUntil Time
}

// AwaitsSecret reports whether the endpoint takes the secret that its sender brings at a time. An endpoint that has a
// secret never does.
func (e *Endpoint) AwaitsSecret(at time.Time) bool {
	return len(e.Secrets) == 0 && at.Before(e.HandshakeUntil.Time)
}

// Secret is one of an endpoint's active secrets. The API accepts its value but never returns it.
type Secret struct {
	Label string // chosen by the user, shown beside a verdict: "live"
	Value string // the text that the provider shows; package signature decodes it
}

// Response is what an endpoint responds instead of the standard response. It is stored as JSON with its endpoint.
// wire.Response has the same fields and describes their limits to clients; package intake validates them.
type Response struct {
	Status      int    `json:"status"`
	ContentType string `json:"content_type,omitempty"`
	Body        string `json:"body,omitempty"`
}
