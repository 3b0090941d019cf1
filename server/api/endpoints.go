package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
)

// Endpoint is an endpoint as clients see it. Secrets' values are not in it.
type Endpoint struct {
	ID        hook.EndpointID   `json:"id" doc:"Names the endpoint." example:"ep_abcdefghijklmnopqrstuvwxyz"`
	Name      string            `json:"name" doc:"Chosen by a person." example:"stripe"`
	URL       string            `json:"url" format:"uri" doc:"The address to give to the sender."`
	Provider  string            `json:"provider" example:"generic" doc:"Who sends; GET /providers lists them."`
	Verify    hook.Verify       `json:"verify" enum:"enforce,observe,off" doc:"What happens to a delivery that does not verify: enforce rejects it, observe keeps it marked, off checks nothing."`
	Tolerance string            `json:"tolerance" example:"5m" doc:"How old a signature may be; 0s switches the check off."`
	Secrets   []SecretLabel     `json:"secrets" nullable:"false" doc:"The active secrets, without their values."`
	MaxBody   int64             `json:"max_body" doc:"Largest body in bytes."`
	Response  *hook.Response    `json:"response" doc:"What is answered instead of the standard answer; null: the standard answer."`
	SignedURL string            `json:"signed_url" doc:"The address as registered at the provider, where it differs from url."`
	Settings  map[string]string `json:"settings" doc:"The provider's other facts."`
	Allow     []string          `json:"allow" nullable:"false" doc:"Who may send, as CIDRs; none: any address." example:"[\"203.0.113.0/24\"]"`
	Statuses  StatusRules       `json:"statuses" doc:"What its deliveries tell of, and what of it the public may see."`
	Open      bool              `json:"open" doc:"It takes whatever anybody sends, and checks nothing: verify is off."`
	Confirmed bool              `json:"confirmed" doc:"false for the endpoint that the first start made, until somebody confirms it: POST /endpoints/{id}/confirm. Until then it takes requests from this machine and its private network only."`
	CreatedAt hook.Time         `json:"created_at" format:"date-time"`
	Deleted   bool              `json:"deleted,omitempty" doc:"In a notice: it has just been deleted."`
}

// SecretLabel names one of an endpoint's secrets.
type SecretLabel struct {
	Label string `json:"label" example:"live"`
}

// Secret is a secret as it is written. Its value never comes back.
type Secret struct {
	Label string `json:"label" minLength:"1" maxLength:"40" example:"live" doc:"Names the secret, within its endpoint."`
	Value string `json:"value,omitempty" maxLength:"4096" doc:"The secret itself. Left out in a PATCH, the stored value of this label stays."`
}

// View renders e for clients of site: in answers, and in notices.
func View(site access.Site, e hook.Endpoint) Endpoint {
	v := Endpoint{ID: e.ID, Name: e.Name, URL: site.URL("in/" + e.Slug), Provider: e.Provider, Verify: e.Verify,
		Tolerance: brief(e.Tolerance), Secrets: []SecretLabel{}, MaxBody: e.MaxBody, Response: e.Response,
		SignedURL: e.SignedURL, Settings: e.Settings, Allow: append([]string{}, e.Allow...),
		Statuses: viewRules(e.Statuses), Open: intake.Open(e), Confirmed: !e.Awaiting, CreatedAt: e.CreatedAt, Deleted: !e.DeletedAt.IsZero()}
	for _, s := range e.Secrets {
		v.Secrets = append(v.Secrets, SecretLabel{Label: s.Label})
	}
	if v.Settings == nil {
		v.Settings = map[string]string{}
	}
	return v
}

// brief writes a duration as people do: 5m, not 5m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// EndpointChange is what a client writes. What it leaves out stays as it is, or gets its default.
type EndpointChange struct {
	Provider  *string               `json:"provider,omitempty" maxLength:"40" doc:"Who sends; \"generic\" where left out."`
	Verify    *hook.Verify          `json:"verify,omitempty" enum:"enforce,observe,off" doc:"Left out when an endpoint is made, or given its first secret: enforce where there is something to check with, off where there is not. enforce and observe without a secret are refused."`
	Tolerance *string               `json:"tolerance,omitempty" maxLength:"20" example:"5m" doc:"A duration; 0s switches the check of a signature's age off."`
	Secrets   *[]Secret             `json:"secrets,omitempty" maxItems:"10" doc:"Replaces the list."`
	MaxBody   *int64                `json:"max_body,omitempty" minimum:"1" maximum:"26214400"`
	Response  orNull[hook.Response] `json:"response,omitempty" doc:"null: the standard answer."`
	SignedURL *string               `json:"signed_url,omitempty" maxLength:"2000"`
	Settings  *map[string]string    `json:"settings,omitempty"`
	Statuses  *StatusRulesChange    `json:"statuses,omitempty"`
	Allow     *[]string             `json:"allow,omitempty" maxItems:"200" doc:"Addresses and CIDRs that may send; an empty list: any address."`
}

// NewEndpoint is what POST /endpoints takes.
type NewEndpoint struct {
	Name string `json:"name" minLength:"1" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$" patternDescription:"1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end" example:"stripe"`
	EndpointChange
}

// EndpointPatch is what PATCH /endpoints/{id} takes.
type EndpointPatch struct {
	Name *string `json:"name,omitempty" minLength:"1" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$" patternDescription:"1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end"`
	EndpointChange
}

// apply writes the change into e.
func (c *EndpointChange) apply(e *hook.Endpoint) error {
	set(&e.Provider, c.Provider)
	set(&e.Verify, c.Verify)
	set(&e.MaxBody, c.MaxBody)
	set(&e.SignedURL, c.SignedURL)
	set(&e.Settings, c.Settings)
	set(&e.Allow, c.Allow)
	if c.Statuses != nil {
		c.Statuses.apply(&e.Statuses)
	}
	if c.Response.sent {
		e.Response = c.Response.value
	}
	if c.Tolerance != nil {
		d, err := time.ParseDuration(*c.Tolerance)
		if err != nil {
			return invalid("tolerance is a duration such as 5m, or 0s for no check.")
		}
		e.Tolerance = d
	}
	if c.Secrets != nil {
		e.Secrets = replaceSecrets(e.Secrets, *c.Secrets)
	}
	return nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// replaceSecrets is the new list; a secret without a value keeps the stored one of its label.
func replaceSecrets(old []hook.Secret, sent []Secret) []hook.Secret {
	list := make([]hook.Secret, 0, len(sent))
	for _, s := range sent {
		for _, o := range old {
			if s.Value == "" && o.Label == s.Label {
				s.Value = o.Value
			}
		}
		list = append(list, hook.Secret{Label: s.Label, Value: s.Value})
	}
	return list
}

func invalid(detail string) error {
	return &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: detail}
}

// orNull is a field that may be left out, null, or a T.
type orNull[T any] struct {
	sent  bool
	value *T // nil: null
}

// UnmarshalJSON is called where the field was sent.
func (o *orNull[T]) UnmarshalJSON(b []byte) error {
	o.sent = true
	return json.Unmarshal(b, &o.value)
}

// Schema describes a T or null.
func (o orNull[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

type endpointID struct {
	ID hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
}

type endpointOut struct{ Body Endpoint }

func (a *API) mountEndpoints(h huma.API) {
	register(a, h, a.call("GET /endpoints", "list-endpoints", "All endpoints, oldest first"), a.listEndpoints)
	create := a.call("POST /endpoints", "create-endpoint", "Make an endpoint")
	create.DefaultStatus = http.StatusCreated
	register(a, h, create, a.createEndpoint)
	register(a, h, a.call("GET /endpoints/{id}", "get-endpoint", "One endpoint"), a.getEndpoint)
	register(a, h, a.call("PATCH /endpoints/{id}", "change-endpoint", "Change an endpoint; what is left out stays"), a.changeEndpoint)
	register(a, h, a.call("DELETE /endpoints/{id}", "delete-endpoint", "Delete an endpoint: its address answers 404 at once"), a.deleteEndpoint)
	register(a, h, a.call("POST /endpoints/{id}/restore", "restore-endpoint", "Bring a deleted endpoint back"), a.restoreEndpoint)
	register(a, h, a.call("POST /endpoints/{id}/confirm", "confirm-endpoint",
		"Let everybody send to the endpoint that the first start made; for any other nothing changes"), a.confirmEndpoint)
	sample := a.call("POST /endpoints/{id}/sample", "send-sample", "Send a sample delivery such as the endpoint's provider sends, on the way that all take")
	sample.DefaultStatus = http.StatusCreated
	register(a, h, sample, a.sendSample)
	register(a, h, a.call("POST /endpoints/{id}/verify-again", "verify-again",
		"Examine the endpoint's rejected deliveries with the secrets that it has now, and release those that verify"), a.verifyAgain)
}

type endpointsOut struct {
	Body struct {
		Endpoints []Endpoint `json:"endpoints" nullable:"false"`
	}
}

func (a *API) listEndpoints(context.Context, *struct{}) (*endpointsOut, error) {
	out := &endpointsOut{}
	out.Body.Endpoints = []Endpoint{}
	for _, e := range a.Endpoints.List() {
		out.Body.Endpoints = append(out.Body.Endpoints, View(a.Site, e))
	}
	return out, nil
}

func (a *API) createEndpoint(ctx context.Context, in *struct{ Body NewEndpoint }) (*endpointOut, error) {
	e := hook.Endpoint{Name: in.Body.Name, Tolerance: DefaultTolerance}
	if err := in.Body.apply(&e); err != nil {
		return nil, err
	}
	e, err := a.Endpoints.Create(ctx, e)
	return a.endpoint(e, err)
}

// DefaultTolerance is what providers recommend for a signature's age.
const DefaultTolerance = 5 * time.Minute

func (a *API) getEndpoint(_ context.Context, in *endpointID) (*endpointOut, error) {
	e, err := a.Endpoints.Get(in.ID)
	return a.endpoint(e, err)
}

func (a *API) changeEndpoint(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body EndpointPatch
}) (*endpointOut, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	set(&e.Name, in.Body.Name)
	e.Verify = "" // left out, unless it is sent
	if err := in.Body.apply(&e); err != nil {
		return nil, err
	}
	e, err = a.Endpoints.Update(ctx, e)
	return a.endpoint(e, err)
}

func (a *API) deleteEndpoint(ctx context.Context, in *endpointID) (*struct{}, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	return nil, a.Endpoints.Delete(ctx, in.ID)
}

func (a *API) restoreEndpoint(ctx context.Context, in *endpointID) (*endpointOut, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	e, err := a.Endpoints.Restore(ctx, in.ID)
	return a.endpoint(e, err)
}

func (a *API) confirmEndpoint(ctx context.Context, in *endpointID) (*endpointOut, error) {
	a.changing.Lock()
	defer a.changing.Unlock()
	e, err := a.Endpoints.Confirm(ctx, in.ID)
	return a.endpoint(e, err)
}

func (a *API) endpoint(e hook.Endpoint, err error) (*endpointOut, error) {
	if err != nil {
		return nil, err
	}
	return &endpointOut{Body: View(a.Site, e)}, nil
}

type sampleOut struct {
	Body struct {
		ID  hook.DeliveryID `json:"id"`
		Seq hook.Seq        `json:"seq"`
	}
}

// SampleWanted is what a sample is to be.
type SampleWanted struct {
	Type string            `json:"type,omitempty" maxLength:"200" example:"payment_intent.succeeded" doc:"One of the provider's types; left out: its first."`
	Set  map[string]string `json:"set,omitempty" maxProperties:"50" doc:"What is changed in it: a value by its path in a JSON body (one that is JSON itself stays so, any other is a string), a form's field or an XML element by its name."`
}

func (a *API) sendSample(_ context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body *SampleWanted
}) (*sampleOut, error) {
	var want intake.Wanted
	if in.Body != nil {
		want = intake.Wanted(*in.Body)
	}
	id, seq, err := a.Intake.Sample(in.ID, want)
	if err != nil {
		return nil, err
	}
	out := &sampleOut{}
	out.Body.ID, out.Body.Seq = id, seq
	return out, nil
}

func (a *API) verifyAgain(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body struct {
		Release bool `json:"release,omitempty" doc:"Append what verifies to the log; without it they are only counted."`
	}
}) (*struct{ Body intake.Again }, error) {
	again, err := a.Intake.VerifyAgain(ctx, in.ID, in.Body.Release)
	return &struct{ Body intake.Again }{again}, err
}
