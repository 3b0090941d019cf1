package client

import "hookbeam/server/hook"

// Protocol is the version of what commands and servers say to each other over the control channel. It is raised when a
// command and a server of different releases would misunderstand each other; a new call or field does not raise it.
const Protocol = 1

// The headers of each request and of each answer on the control channel, by which the two sides know each other.
const (
	ProtocolHeader = "Hookbeam-Protocol"
	VersionHeader  = "Hookbeam-Version"
)

// ControlHost is the host of requests on the control channel. No browser can be made to ask for it.
const ControlHost = "hookbeam"

// The calls that only the control channel has. Beside them it has those of the API, below /api/v1/.
const (
	LoginsPath    = "/control/v1/logins"
	EndpointsPath = "/control/v1/endpoints"
)

// Login is the answer of POST LoginsPath.
type Login struct {
	Link string `json:"login"` // logs in once
}

// Endpoint is an endpoint as a command needs it to send to it. The API gives the same without the values of secrets.
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
	Value string `json:"value,omitempty"` // "" from the API
}

// Endpoints is the answer of GET EndpointsPath.
type Endpoints struct {
	Endpoints []Endpoint `json:"endpoints"`
}
