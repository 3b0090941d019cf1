package hook

import (
	"io"
	"slices"
)

// TokenID identifies an API token: "tok_" and 26 random characters. It is not secret: lists and log lines have it.
type TokenID string

// NewTokenID returns a new random id.
func NewTokenID(random io.Reader) (TokenID, error) {
	tail, err := RandomTail(random)
	return TokenID("tok_" + tail), err
}

// Scope is one kind of action that an API token may be allowed.
type Scope string

// The scopes of API tokens. None includes another one.
const (
	ScopeRead       Scope = "read"        // read deliveries, statuses, endpoints and live updates
	ScopeWrite      Scope = "write"       // change endpoints, and decide about rejected deliveries and reviews
	ScopeListen     Scope = "listen"      // get deliveries as they arrive, with their bodies
	ScopeSign       Scope = "sign"        // create requests that are signed with an endpoint's secret
	ScopeStatusMint Scope = "status:mint" // create status links
)

// Scopes returns all scopes, in the order in which people read them.
func Scopes() []Scope {
	return []Scope{ScopeRead, ScopeWrite, ScopeListen, ScopeSign, ScopeStatusMint}
}

// Token is an API token as it is stored: what its holder may do, and the hash by which it is recognized. The token
// itself is returned once, when it is created. Package access creates tokens and authenticates requests with them. A
// token never changes; it is only revoked.
type Token struct {
	ID        TokenID
	Name      string
	Hash      [32]byte // SHA-256 of the token
	Scopes    []Scope
	Endpoints *EndpointSet // that the token is limited to; nil: all, also later ones
	CreatedAt Time
	CreatedBy string // the login of who created it
	ExpiresAt Time   // zero: never
	UsedAt    Time   // about when it was used last; zero: never
}

// Has reports whether the token has a scope.
func (t *Token) Has(s Scope) bool { return slices.Contains(t.Scopes, s) }

// EndpointSet is a set of endpoints, such as those that a token is limited to. A nil set contains every endpoint. A set
// never changes, so it is compared by its address, and may be shared.
type EndpointSet struct{ ids []EndpointID }

// NewEndpointSet returns the set of these endpoints, which may be none.
func NewEndpointSet(ids ...EndpointID) *EndpointSet {
	sorted := append([]EndpointID{}, ids...)
	slices.Sort(sorted)
	return &EndpointSet{slices.Compact(sorted)}
}

// Has reports whether the set contains an endpoint.
func (s *EndpointSet) Has(id EndpointID) bool {
	if s == nil {
		return true
	}
	_, found := slices.BinarySearch(s.ids, id)
	return found
}

// IDs returns the endpoints of the set, sorted; nil for the set of every endpoint. The caller must not change it.
func (s *EndpointSet) IDs() []EndpointID {
	if s == nil {
		return nil
	}
	return s.ids
}
