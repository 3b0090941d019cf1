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
	AboutPath     = "/control/v1/about"
	ProofsPath    = "/control/v1/proofs"
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

// Compacted is the result of hookbeam compact.
type Compacted struct {
	Files []CompactedFile `json:"files"`
}

// CompactedFile is a database file that was rewritten. Sizes are in bytes.
type CompactedFile struct {
	File   string `json:"file"`
	Before int64  `json:"before"`
	After  int64  `json:"after"`
}

// About is the response to GET AboutPath: what hookbeam doctor compares with what it finds.
type About struct {
	Version   string `json:"version"`
	PID       int    `json:"pid"`
	Listen    string `json:"listen"`     // the address, with its port
	PublicURL string `json:"public_url"` // with the base path; the listen address if none is configured
	Public    bool   `json:"public"`     // a public URL is configured
	TLS       bool   `json:"tls"`        // the server speaks TLS itself
	OpenFiles uint64 `json:"open_files"` // that the process may have; 0: unlimited, or not known

	// Positions: the newest delivery, and those up to which statuses and live readers have come.
	Head     hook.Seq `json:"head"`
	Statuses hook.Seq `json:"statuses"`
	Live     hook.Seq `json:"live"`
}

// Proof is the response to POST ProofsPath. The server that made it answers Ask with Answer at ProofPath below its
// public URL, for a minute.
type Proof struct {
	Ask    string `json:"ask"`
	Answer string `json:"answer"`
}

// ProofPath is the path at which a server answers a Proof, relative to its base path.
const ProofPath = "api/v1/live/check"

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
