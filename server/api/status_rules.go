package api

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/wire"
)

// UpdateStatusRules has the fields of wire.StatusRules that a client may set. A field that is left out stays as
// it is.
type UpdateStatusRules struct {
	References *[]string                `json:"references,omitempty" maxItems:"8" doc:"Replaces the list."`
	Unique     *bool                    `json:"references_unique,omitempty" doc:"Whether the shop never gives two orders the same reference."`
	Scope      *string                  `json:"references_scope,omitempty" maxLength:"200" doc:"Path in the body of a text, such as the shop's address: references are told apart by it. Empty: as the provider's built-in rules say."`
	Only       *string                  `json:"only,omitempty" maxLength:"4096" doc:"A filter: only deliveries that match it are read for statuses. Empty: all are."`
	Mapping    orNull[wire.Mapping]     `json:"mapping,omitempty" doc:"How to read statuses from deliveries; null: the built-in rules of the provider."`
	Unsigned   *bool                    `json:"unsigned,omitempty" doc:"Whether unverified deliveries affect public statuses."`
	Page       *wire.StatusPageSettings `json:"page,omitempty" doc:"Replaces all page settings."`
}

// apply writes the fields that were sent into r. intake.Endpoints validates them.
func (c *UpdateStatusRules) apply(r *hook.StatusRules) {
	setIfSent(&r.References, c.References)
	setIfSent(&r.UniqueReferences, c.Unique)
	setIfSent(&r.ReferenceScope, c.Scope)
	setIfSent(&r.Only, c.Only)
	setIfSent(&r.Unsigned, c.Unsigned)
	if c.Page != nil {
		r.Page = c.Page.Page()
	}
	if c.Mapping.sent {
		r.Mapping = c.Mapping.value.Mapping()
	}
}

// mountLinks mounts the calls that create status links and manage the keys that sign them. They need a session or a
// token. Errors: "endpoint_not_found", "not_found" for an unknown key, and "invalid_request".
func (a *API) mountLinks(h huma.API) {
	create := a.call("POST /status-links", "create-status-link", "Create a status link",
		"Creates a link that shows the status of one subject to anyone who has it. There need not be an event about "+
			"the subject yet. Your back end can also sign such tokens itself, with a link key of the endpoint.")
	create.DefaultStatus = http.StatusCreated
	register(a, h, create, a.createLink)
	register(a, h, a.call("GET /endpoints/{id}/link-keys", "list-link-keys", "List link keys",
		"Returns the keys that sign an endpoint's status links, without the keys themselves."), a.listLinkKeys)
	rotate := a.call("POST /endpoints/{id}/link-keys", "create-link-key", "Create a link key",
		"Creates a new key. Older keys, and the links they signed, stop working after overlap.")
	rotate.DefaultStatus = http.StatusCreated
	register(a, h, rotate, a.createLinkKey)
	register(a, h, a.call("DELETE /endpoints/{id}/link-keys/{key}", "delete-link-key", "Delete a link key",
		"The key and every link that it signed stop working at once."), a.deleteLinkKey)
}

// CreateStatusLinkRequest is the body of POST /status-links.
type CreateStatusLinkRequest struct {
	Endpoint  hook.EndpointID `json:"endpoint" maxLength:"40" example:"ep_abcdefghijklmnopqrstuvwxyz" doc:"The endpoint whose deliveries report the subject."`
	Subject   string          `json:"subject" minLength:"1" maxLength:"250" doc:"One of the subject's aliases. There need not be an event about it yet." example:"payment/pi_3P"`
	Account   string          `json:"account,omitempty" maxLength:"250" doc:"The account at the provider within which the reference is meant. Needed only if several accounts send to the endpoint and have the same order number." example:"acct_1"`
	ExpiresIn string          `json:"expires_in,omitempty" maxLength:"20" doc:"A duration, up to 9600h; default 72h." example:"72h"`
	Mode      string          `json:"mode,omitempty" enum:"live,test" doc:"test: the link shows what test events report. live (default): it never does."`
}

const defaultLinkLifetime = 72 * time.Hour

// createLink signs a token. Nothing is stored, unless the endpoint needs its first key.
func (a *API) createLink(ctx context.Context,
	in *struct{ Body CreateStatusLinkRequest }) (*struct{ Body wire.StatusLink }, error) {
	if err := a.mustSee(caller(ctx), in.Body.Endpoint); err != nil {
		return nil, err
	}
	e, err := a.Endpoints.Get(in.Body.Endpoint)
	if err != nil {
		return nil, err
	}
	lifetime := defaultLinkLifetime
	if in.Body.ExpiresIn != "" {
		lifetime, err = time.ParseDuration(in.Body.ExpiresIn)
	}
	if err != nil || lifetime < time.Second || lifetime > access.LongestLink {
		return nil, invalid(fmt.Sprintf("expires_in must be a duration from 1s to %s, such as 72h.",
			hook.FormatDuration(access.LongestLink)))
	}
	key, err := a.linkKey(ctx, e)
	if err != nil {
		return nil, err
	}
	l := access.Link{
		Endpoint: e.ID, Subject: in.Body.Subject, Account: in.Body.Account,
		Expires: a.Now().Add(lifetime).Truncate(time.Second),
	}
	if in.Body.Mode == hook.ModeTest {
		l.Mode = hook.ModeTest
	}
	if len(l.Subject) > access.LongestSubject {
		return nil, invalid(fmt.Sprintf("subject must have at most %d bytes.", access.LongestSubject))
	}
	token, err := access.SignLink(key, l)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.StatusLink }{wire.StatusLink{URL: a.Site.URL("status/" + token), Token: token,
		ExpiresAt: hook.Time{Time: l.Expires}}}, nil
}

// linkKey returns the key of the endpoint that has no end yet. If there is none, it creates one.
func (a *API) linkKey(ctx context.Context, e hook.Endpoint) (hook.LinkKey, error) {
	for _, k := range e.Statuses.LinkKeys {
		if k.ExpiresAt.IsZero() {
			return k, nil
		}
	}
	return a.rotate(ctx, e.ID, 0, true)
}

// rotate creates a key. Existing keys stop working after overlap. With first, it creates one only if no other
// request has created one in the meantime, and otherwise returns that one.
func (a *API) rotate(ctx context.Context, id hook.EndpointID, overlap time.Duration, first bool) (key hook.LinkKey,
	err error) {
	_, err = a.Endpoints.Change(ctx, id, func(e *hook.Endpoint) error {
		if first && len(e.Statuses.LinkKeys) > 0 && e.Statuses.LinkKeys[0].ExpiresAt.IsZero() {
			key = e.Statuses.LinkKeys[0]
			return intake.ErrUnchanged
		}
		var err error
		if key, err = access.NewLinkKey(rand.Reader, a.Now()); err != nil {
			return err
		}
		e.Statuses.LinkKeys, e.Verify = a.keysWith(key, e.Statuses.LinkKeys, overlap), ""
		return nil
	})
	return key, err
}

// keysWith returns the list with key in front. The other keys expire after overlap, or earlier if they already had an
// end. Expired keys are dropped, and so are the oldest ones beyond maxLinkKeys.
func (a *API) keysWith(key hook.LinkKey, others []hook.LinkKey, overlap time.Duration) []hook.LinkKey {
	ends := hook.Millis(a.Now().Add(overlap).UnixMilli())
	keys := []hook.LinkKey{key}
	for _, k := range others {
		if k.ExpiresAt.IsZero() || ends.Before(k.ExpiresAt.Time) {
			k.ExpiresAt = ends
		}
		if a.Now().Before(k.ExpiresAt.Time) && len(keys) < maxLinkKeys {
			keys = append(keys, k)
		}
	}
	return keys
}

// maxLinkKeys limits the keys of an endpoint that are valid at the same time.
const maxLinkKeys = 5

type linkKeysOut struct{ Body wire.LinkKeyList }

// listLinkKeys lists the valid keys without their values.
func (a *API) listLinkKeys(_ context.Context, in *endpointID) (*linkKeysOut, error) {
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	out := &linkKeysOut{}
	out.Body.LinkKeys = []wire.LinkKey{}
	for _, k := range e.Statuses.LinkKeys {
		if k.ExpiresAt.IsZero() || a.Now().Before(k.ExpiresAt.Time) {
			out.Body.LinkKeys = append(out.Body.LinkKeys, wire.LinkKey{ID: k.ID, CreatedAt: k.CreatedAt,
				ExpiresAt: k.ExpiresAt})
		}
	}
	return out, nil
}

// CreateLinkKeyRequest is the body of POST /endpoints/{id}/link-keys.
type CreateLinkKeyRequest struct {
	Overlap string `json:"overlap,omitempty" maxLength:"20" doc:"How long older keys keep working; default 24h." example:"24h"`
}

// rotateIn is the input of createLinkKey.
type rotateIn struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body CreateLinkKeyRequest
}

// createLinkKey creates a key, and returns its value, the only time that it leaves the server.
func (a *API) createLinkKey(ctx context.Context, in *rotateIn) (*struct{ Body wire.LinkKey }, error) {
	overlap, err := 24*time.Hour, error(nil)
	if in.Body.Overlap != "" {
		overlap, err = time.ParseDuration(in.Body.Overlap)
	}
	if err != nil || overlap < 0 || overlap > access.LongestLink {
		return nil, invalid(fmt.Sprintf("overlap must be a duration from 0s to %s, such as 24h.",
			hook.FormatDuration(access.LongestLink)))
	}
	k, err := a.rotate(ctx, in.ID, overlap, false)
	if err != nil {
		return nil, err
	}
	return &struct{ Body wire.LinkKey }{wire.LinkKey{ID: k.ID, Key: k.Value, CreatedAt: k.CreatedAt}}, nil
}

// deleteLinkKey revokes a key. Open connections with links of the key end, too: see API.watch.
func (a *API) deleteLinkKey(ctx context.Context, in *struct {
	ID  hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Key string          `path:"key" maxLength:"40" doc:"The key's id."`
}) (*struct{}, error) {
	_, err := a.Endpoints.Change(ctx, in.ID, func(e *hook.Endpoint) error {
		at := slices.IndexFunc(e.Statuses.LinkKeys, func(k hook.LinkKey) bool { return k.ID == in.Key })
		if at < 0 {
			return &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
				Detail: "This link key does not exist or has expired. " +
					"GET /endpoints/{id}/link-keys lists the current keys."}
		}
		e.Statuses.LinkKeys, e.Verify = slices.Delete(slices.Clone(e.Statuses.LinkKeys), at, at+1), ""
		return nil
	})
	return nil, err
}
