package hook

import "time"

// Verify says what an endpoint does with a delivery that does not verify.
type Verify string

// The ways of verifying. Without anything to check with, Enforce and Observe verify nothing, and reject everything.
const (
	Enforce Verify = "enforce" // answer 401 or 403, keep it as rejected
	Observe Verify = "observe" // answer as usual, keep it as rejected, never act on it
	Off     Verify = "off"     // check nothing: every delivery is unsigned
)

// DefaultMaxBody and MostMaxBody bound a request's body in bytes.
const (
	DefaultMaxBody = 1 << 20
	MostMaxBody    = 25 << 20
)

// Endpoint is the address that a provider is given, with its rules.
type Endpoint struct {
	ID        EndpointID
	Name      string // chosen by a person: lower-case letters, digits and hyphens
	Slug      string // the last part of the address: the name when it was made, and an unguessable tail
	Provider  string // "generic"
	Verify    Verify
	Tolerance time.Duration // of a signature's age, both ways; 0 switches the check off
	Secrets   []Secret
	MaxBody   int64
	Response  *Response // nil: the standard answer
	SignedURL string    // the address as registered at the provider, where it differs
	Settings  map[string]string
	Allow     []string // CIDRs that may send; none: any address
	Statuses  StatusRules
	CreatedAt Time
	Awaiting  bool // made by the first start, and not confirmed yet: it is open to this machine and its network only
	DeletedAt Time // zero while it lives; a deleted endpoint answers 404 and can be brought back for a while
}

// Secret is one of an endpoint's active secrets. Its value is written once and never shown again.
type Secret struct {
	Label string
	Value string
}

// Response is what an endpoint answers instead of the standard answer.
type Response struct {
	Status      int    `json:"status" minimum:"200" maximum:"299" doc:"A 2xx status: the delivery was stored."`
	ContentType string `json:"content_type,omitempty" maxLength:"200"`
	Body        string `json:"body,omitempty" maxLength:"65536"`
}
