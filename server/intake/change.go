package intake

import (
	"fmt"
	"regexp"
	"strings"

	"hookbeam/server/filter"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// complete returns a new endpoint with its defaults, its id and its slug. Errors are those of Create.
func (es *Endpoints) complete(e hook.Endpoint) (hook.Endpoint, error) {
	if e.Provider == "" {
		e.Provider = "generic"
	}
	if e.MaxBody == 0 {
		e.MaxBody = hook.DefaultMaxBody
	}
	cleanPEM(&e)
	err := resolveVerify(&e, nil)
	if err != nil {
		return e, err
	}
	if e.ID, err = hook.NewEndpointID(es.random); err != nil {
		return e, err
	}
	tail, err := hook.RandomTail(es.random)
	if err != nil {
		return e, err
	}
	now := es.now()
	e.Slug, e.CreatedAt, e.DeletedAt = e.Name+"-"+tail[:slugTailLength], hook.Millis(now.UnixMilli()), hook.Time{}
	e.HandshakeUntil = handshakeEnd(&e, now)
	return e, nil
}

// edited returns an endpoint that a client has edited, with what no edit changes as it was. Errors are those of Change.
func edited(e hook.Endpoint, was *hook.Endpoint) (hook.Endpoint, error) {
	cleanPEM(&e)
	e.ID, e.Slug, e.CreatedAt, e.DeletedAt = was.ID, was.Slug, was.CreatedAt, was.DeletedAt
	e.HandshakeUntil, e.CheckedAs, e.WouldVerify = was.HandshakeUntil, was.CheckedAs, was.WouldVerify
	if len(e.Secrets) > 0 {
		e.HandshakeUntil = hook.Time{}
	}
	err := resolveVerify(&e, was)
	return e, err
}

// checked returns an endpoint in the form in which it is stored, or why it is not valid together with others, which
// contain its stored version.
func checked(e hook.Endpoint, others map[hook.EndpointID]hook.Endpoint) (hook.Endpoint, error) {
	e.Awaiting = e.Awaiting && Open(e) // an edit of verification confirms it
	allow, problem := normalizeCIDRs(e.Allow)
	if problem != "" {
		return e, &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: problem}
	}
	e.Allow = allow
	e.Statuses.Only = strings.TrimSpace(e.Statuses.Only)
	if err := validate(e, others); err != nil {
		return e, err
	}
	markUnchecked(&e, others)
	return e, nil
}

// namePattern matches valid names. A name is part of a URL, because the endpoint's slug begins with it.
var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// unknownProvider returns a sentence about a provider that does not exist, with the one that may be meant.
func unknownProvider(id string) string {
	var known []string
	for _, p := range provider.All() {
		known = append(known, p.ID)
	}
	if near, found := filter.Nearest(id, known); found {
		return fmt.Sprintf("The provider %q does not exist. Did you mean %q?", id, near)
	}
	return fmt.Sprintf("The provider %q does not exist. GET /providers lists all providers.", id)
}
