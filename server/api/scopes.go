package api

import (
	"context"
	"net/http"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// scope is what a route requires of an API token. Administrators, by whatever credential, need no scope. The zero value
// is not declared: no token may use such a route, and a test fails for it.
type scope struct {
	declared bool
	free     bool         // every valid token
	either   []hook.Scope // one of these; none: no token
	also     hook.Scope   // and this one, if it is set
	all      bool         // and the token must not be limited to some endpoints
}

// needs returns the scope of a route for which a token needs one of these scopes.
func needs(either ...hook.Scope) scope { return scope{declared: true, either: either} }

// anyToken returns the scope of a route that shows nothing of any endpoint, so that every valid token may use it.
func anyToken() scope { return scope{declared: true, free: true} }

// administratorOnly returns the scope of a route that no API token may use.
func administratorOnly() scope { return scope{declared: true} }

// and requires a second scope.
func (s scope) and(also hook.Scope) scope { s.also = also; return s }

// ofAllEndpoints requires a token that is not limited to some endpoints.
func (s scope) ofAllEndpoints() scope { s.all = true; return s }

// missing returns the scope that a caller lacks for a route; "" if it lacks none.
func (s scope) missing(who access.Who) hook.Scope {
	lacks := hook.Scope("")
	for i := len(s.either) - 1; i >= 0 && !s.free; i-- {
		if lacks = s.either[i]; who.Has(lacks) {
			lacks = ""
			break
		}
	}
	if lacks == "" && s.also != "" && !who.Has(s.also) {
		lacks = s.also
	}
	return lacks
}

// ofEndpoint begins the patterns of all calls about one endpoint, whose id is the parameter {id}.
const ofEndpoint = prefix + "/endpoints/{id}"

// authorize returns why the holder of an API token may not use a route, or nil:
//
//   - "administrator_required": no API token may use it.
//   - "scope_missing": the token lacks a scope, which the problem names.
//   - "token_limited": the route is about all endpoints, and the token is limited to some.
//   - "endpoint_not_found": the route is about an endpoint that the token does not include. An endpoint that does not
//     exist gets the same answer.
//
// What a call names elsewhere than in the path, and what it lists, is checked by its handler: see visible.
func (a *API) authorize(row *route, r *http.Request, who access.Who) error {
	if who.IsAdmin() {
		return nil
	}
	s := row.scope
	if !s.free && len(s.either) == 0 {
		return &hook.Problem{Kind: hook.ErrForbidden, Code: "administrator_required",
			Detail: "No API token may do this. Use HOOKBEAM_ADMIN_TOKEN, the dashboard, or a command on the server."}
	}
	if lacks := s.missing(who); lacks != "" {
		return scopeMissing(lacks)
	}
	if s.all && who.Endpoints() != nil {
		return &hook.Problem{Kind: hook.ErrForbidden, Code: "token_limited",
			Detail: "This call is about all endpoints, and the token is limited to some. " +
				"Use a token that was created without endpoints."}
	}
	if _, path, _ := strings.Cut(row.pattern, " "); strings.HasPrefix(path, ofEndpoint) {
		return a.mustSee(who, hook.EndpointID(r.PathValue("id")))
	}
	return nil
}

// scopeMissing is the problem of a token without a scope (RFC 6750 §3.1).
func scopeMissing(s hook.Scope) error {
	return &hook.Problem{Kind: hook.ErrForbidden, Code: "scope_missing",
		Detail: "The token lacks the scope " + string(s) + ". Create a token that has it: " +
			"hookbeam token create --scope " + string(s),
		Authenticate: []string{`Bearer realm="hookbeam", error="insufficient_scope", scope="` + string(s) + `"`}}
}

// mustSee returns the error for an endpoint that the caller may not see, which is that for an endpoint that does not
// exist.
func (a *API) mustSee(who access.Who, id hook.EndpointID) error {
	if who.Endpoints().Has(id) {
		return nil
	}
	_, err := a.Endpoints.Get("") // no endpoint has this id
	return err
}

// visible returns the endpoints that the caller may see; nil: all. Every call that lists something, or that finds it by
// another id than the endpoint's, goes by it.
func visible(ctx context.Context) *hook.EndpointSet { return caller(ctx).Endpoints() }
