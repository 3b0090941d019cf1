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
)

// StatusRules are what an endpoint's deliveries tell of, and what of it the public may see, as clients see it.
type StatusRules struct {
	References []string      `json:"references" nullable:"false" doc:"Where else in the body the shop's own reference is: names with dots between." example:"[\"data.object.metadata.cart\"]"`
	Mapping    *hook.Mapping `json:"mapping" doc:"How its deliveries are read; null: as is known of the provider."`
	Unsigned   bool          `json:"unsigned" doc:"Deliveries that nothing was checked of count for what the public sees."`
	Page       hook.Page     `json:"page" doc:"How its status pages look."`
}

// StatusRulesChange is what of StatusRules a client writes. What it leaves out stays as it is.
type StatusRulesChange struct {
	References *[]string            `json:"references,omitempty" maxItems:"8"`
	Mapping    orNull[hook.Mapping] `json:"mapping,omitempty" doc:"null: as is known of the provider."`
	Unsigned   *bool                `json:"unsigned,omitempty"`
	Page       *hook.Page           `json:"page,omitempty" doc:"Replaces the page."`
}

func viewRules(r hook.StatusRules) StatusRules {
	return StatusRules{References: append([]string{}, r.References...), Mapping: r.Mapping, Unsigned: r.Unsigned, Page: r.Page}
}

func (c *StatusRulesChange) apply(r *hook.StatusRules) {
	set(&r.References, c.References)
	set(&r.Unsigned, c.Unsigned)
	set(&r.Page, c.Page)
	if c.Mapping.sent {
		r.Mapping = c.Mapping.value
	}
}

func (a *API) mountLinks(h huma.API) {
	create := a.call("POST /status-links", "create-status-link", "Make a link that lets one person watch one subject")
	create.DefaultStatus = http.StatusCreated
	register(a, h, create, a.createLink)
	register(a, h, a.call("GET /endpoints/{id}/link-keys", "list-link-keys", "The keys that sign an endpoint's status links"), a.listLinkKeys)
	rotate := a.call("POST /endpoints/{id}/link-keys", "create-link-key", "Make a new key; the older ones end when overlap is over")
	rotate.DefaultStatus = http.StatusCreated
	register(a, h, rotate, a.createLinkKey)
	register(a, h, a.call("DELETE /endpoints/{id}/link-keys/{key}", "delete-link-key", "End a key and every link that it signed, at once"), a.deleteLinkKey)
}

// LinkWanted is what a link is to be.
type LinkWanted struct {
	Endpoint  hook.EndpointID `json:"endpoint" maxLength:"40" example:"ep_abcdefghijklmnopqrstuvwxyz"`
	Subject   string          `json:"subject" minLength:"1" maxLength:"250" doc:"One of the subject's names; nothing need be known of it yet." example:"payment/pi_3P"`
	ExpiresIn string          `json:"expires_in,omitempty" maxLength:"20" doc:"A duration, up to 9600h; 72h where left out." example:"72h"`
	Mode      string          `json:"mode,omitempty" enum:"live,test" doc:"test: shows what test events tell; live, or left out: never does."`
}

// Link is a link that was made.
type Link struct {
	URL       string    `json:"url" format:"uri" doc:"The page to send a person to."`
	Token     string    `json:"token" doc:"What the page, the widget and the React package take."`
	ExpiresAt hook.Time `json:"expires_at" format:"date-time"`
}

const usualLink = 72 * time.Hour

func (a *API) createLink(ctx context.Context, in *struct{ Body LinkWanted }) (*struct{ Body Link }, error) {
	e, err := a.Endpoints.Get(in.Body.Endpoint)
	if err != nil {
		return nil, err
	}
	lasts := usualLink
	if in.Body.ExpiresIn != "" {
		lasts, err = time.ParseDuration(in.Body.ExpiresIn)
	}
	if err != nil || lasts < time.Second || lasts > access.LongestLink {
		return nil, invalid(fmt.Sprintf("expires_in is a duration such as 72h, from 1s to %s.", brief(access.LongestLink)))
	}
	key, err := a.linkKey(ctx, e)
	if err != nil {
		return nil, err
	}
	l := access.Link{Endpoint: e.ID, Subject: in.Body.Subject, Expires: a.Now().Add(lasts).Truncate(time.Second)}
	if in.Body.Mode == hook.ModeTest {
		l.Mode = hook.ModeTest
	}
	if len(l.Subject) > access.LongestSubject {
		return nil, invalid(fmt.Sprintf("subject has at most %d bytes.", access.LongestSubject))
	}
	token, err := access.SignLink(key, l)
	if err != nil {
		return nil, err
	}
	return &struct{ Body Link }{Link{URL: a.Site.URL("status/" + token), Token: token, ExpiresAt: hook.Time{Time: l.Expires}}}, nil
}

// linkKey is the newest key of an endpoint that has not ended; where there is none, one is made.
func (a *API) linkKey(ctx context.Context, e hook.Endpoint) (hook.LinkKey, error) {
	for _, k := range e.Statuses.LinkKeys {
		if k.ExpiresAt.IsZero() {
			return k, nil
		}
	}
	return a.rotate(ctx, e.ID, 0, true)
}

// rotate makes a new key. Those that were there end when overlap is over. With first, a key that somebody else has just
// made will do.
func (a *API) rotate(ctx context.Context, id hook.EndpointID, overlap time.Duration, first bool) (hook.LinkKey, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	e, err := a.Endpoints.Get(id)
	if err != nil {
		return hook.LinkKey{}, err
	}
	if first && len(e.Statuses.LinkKeys) > 0 && e.Statuses.LinkKeys[0].ExpiresAt.IsZero() {
		return e.Statuses.LinkKeys[0], nil
	}
	key, err := access.NewLinkKey(rand.Reader, a.Now())
	if err != nil {
		return key, err
	}
	ends := hook.Millis(a.Now().Add(overlap).UnixMilli())
	keys := []hook.LinkKey{key}
	for _, k := range e.Statuses.LinkKeys {
		if k.ExpiresAt.IsZero() || ends.Before(k.ExpiresAt.Time) {
			k.ExpiresAt = ends
		}
		if a.Now().Before(k.ExpiresAt.Time) && len(keys) < mostLinkKeys {
			keys = append(keys, k)
		}
	}
	e.Statuses.LinkKeys, e.Verify = keys, ""
	_, err = a.Endpoints.Update(ctx, e)
	return key, err
}

const mostLinkKeys = 5

// LinkKey is a key as clients see it.
type LinkKey struct {
	ID        string    `json:"id"`
	Key       string    `json:"key,omitempty" doc:"Signs tokens (JWT, HS256, the whole text as the secret). Shown once, when it is made."`
	CreatedAt hook.Time `json:"created_at" format:"date-time"`
	ExpiresAt hook.Time `json:"expires_at,omitzero" format:"date-time" doc:"When it ends, where it was replaced."`
}

type linkKeysOut struct {
	Body struct {
		LinkKeys []LinkKey `json:"link_keys" nullable:"false" doc:"Newest first."`
	}
}

func (a *API) listLinkKeys(_ context.Context, in *endpointID) (*linkKeysOut, error) {
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	out := &linkKeysOut{}
	out.Body.LinkKeys = []LinkKey{}
	for _, k := range e.Statuses.LinkKeys {
		if k.ExpiresAt.IsZero() || a.Now().Before(k.ExpiresAt.Time) {
			out.Body.LinkKeys = append(out.Body.LinkKeys, LinkKey{ID: k.ID, CreatedAt: k.CreatedAt, ExpiresAt: k.ExpiresAt})
		}
	}
	return out, nil
}

type rotateIn struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body struct {
		Overlap string `json:"overlap,omitempty" maxLength:"20" doc:"How long older keys stay good; 24h where left out." example:"24h"`
	}
}

func (a *API) createLinkKey(ctx context.Context, in *rotateIn) (*struct{ Body LinkKey }, error) {
	overlap, err := 24*time.Hour, error(nil)
	if in.Body.Overlap != "" {
		overlap, err = time.ParseDuration(in.Body.Overlap)
	}
	if err != nil || overlap < 0 || overlap > access.LongestLink {
		return nil, invalid(fmt.Sprintf("overlap is a duration such as 24h, from 0s to %s.", brief(access.LongestLink)))
	}
	k, err := a.rotate(ctx, in.ID, overlap, false)
	if err != nil {
		return nil, err
	}
	return &struct{ Body LinkKey }{LinkKey{ID: k.ID, Key: k.Value, CreatedAt: k.CreatedAt}}, nil
}

func (a *API) deleteLinkKey(ctx context.Context, in *struct {
	ID  hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Key string          `path:"key" maxLength:"40" doc:"The key's id."`
}) (*struct{}, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(e.Statuses.LinkKeys, func(k hook.LinkKey) bool { return k.ID == in.Key })
	if at < 0 {
		return nil, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found", Detail: "There is no such key: its id is wrong, or it has ended."}
	}
	e.Statuses.LinkKeys, e.Verify = slices.Delete(slices.Clone(e.Statuses.LinkKeys), at, at+1), ""
	_, err = a.Endpoints.Update(ctx, e)
	return nil, err
}
