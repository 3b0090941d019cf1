package client

import "hookbeam/server/hook"

// Protocol is the version of the control protocol. It is raised only for an incompatible change: a new call or a new
// field does not raise it.
const Protocol = 1

// The headers of each request and response on the control channel. Both sides send their protocol and their version,
// and refuse to go on if the protocols differ.
const (
	ProtocolHeader = "Hookbeam-Protocol"
	VersionHeader  = "Hookbeam-Version"
)

// ControlHost is the Host header of requests over a socket, which has no host name of its own.
const ControlHost = "hookbeam"

// The calls that only the control channel has. It also serves those of the API, below /api/v1/.
const (
	LoginsPath    = "/control/v1/logins"
	EndpointsPath = "/control/v1/endpoints"
)

// CheckPath is the call that looks for damage in the databases.
const CheckPath = "/control/v1/check"

// Checked is the result of hookbeam check.
type Checked struct {
	OK         bool             `json:"ok"`
	Bytes      map[string]int64 `json:"bytes"`               // size of each database file
	Deliveries int64            `json:"deliveries"`          // records whose checksum was compared
	Unchecked  int64            `json:"unchecked,omitempty"` // records of releases that stored no checksum
	Damaged    []hook.Seq       `json:"damaged,omitempty"`   // records that do not match their checksum, the first 100
	Findings   []Finding        `json:"findings"`
	Secrets    bool             `json:"secrets"` // the secrets were opened; false if the key is not there
	Took       int64            `json:"ms"`
}

// Finding is one damage, and what to do about it.
type Finding struct {
	File string `json:"file"`
	What string `json:"what"`
	Do   string `json:"do,omitempty"`
}

// Rekeyed is the result of hookbeam rekey.
type Rekeyed struct {
	KeyID    string `json:"key_id"`
	File     string `json:"key_file"`
	OldKeyID string `json:"old_key_id"`
	OldFile  string `json:"old_key_file,omitempty"` // where the old key is kept in the data folder; "" if it is elsewhere
	// Values of the old key may be left in free space, until the next start
	Residue bool `json:"residue,omitempty"`
}

// Login is the response to POST LoginsPath.
type Login struct {
	Link string `json:"login"` // a one-time link to the dashboard
}

// Endpoint is an endpoint with what a command needs to send a signed sample to it. Over the control channel its
// secrets have their values; the API leaves them out.
type Endpoint struct {
	ID        hook.EndpointID   `json:"id"`
	Name      string            `json:"name"`
	URL       string            `json:"url"`
	Provider  string            `json:"provider"`
	SignedURL string            `json:"signed_url,omitempty"`
	Settings  map[string]string `json:"settings,omitempty"`
	Secrets   []Secret          `json:"secrets"`
}

// Secret is one of an endpoint's active secrets.
type Secret struct {
	Label string `json:"label"`
	Value string `json:"value,omitempty"` // empty if the API returned it
}

// Endpoints is the response to GET EndpointsPath.
type Endpoints struct {
	Endpoints []Endpoint `json:"endpoints"`
}
