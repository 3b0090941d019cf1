package api

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

// SecretInput is a secret as clients send it. Its value is never returned.
type SecretInput struct {
	Label string `json:"label" minLength:"1" maxLength:"40" example:"live" doc:"A label that is unique within the endpoint."`
	Value string `json:"value,omitempty" maxLength:"4096" doc:"The secret itself. If it is left out in a PATCH, the stored value of this label stays."`
}

// View returns e as clients of site see it. The server also uses it for the updates of the live connection.
func View(site access.Site, e hook.Endpoint) wire.Endpoint {
	v := wire.NewEndpoint(&e, site.URL("in/"+e.Slug), hook.FormatDuration(e.Tolerance))
	if p, known := provider.For(e.Provider); known && len(e.Secrets) == 0 && p.TakesSecret(&e) {
		v.BringsSecret, v.HandshakeUntil = true, e.HandshakeUntil
	}
	v.Settings, v.SecretSettings = visibleSettings(e.Settings)
	for i, s := range e.Secrets {
		check := provider.CheckSecret(&e, s.Value)
		v.Secrets[i].Weak, v.Secrets[i].Doubts = check.Weak, doubtsOf(check)
	}
	return v
}

// visibleSettings returns the settings that clients may see, and the names of the secret ones that are set.
func visibleSettings(settings map[string]string) (visible map[string]string, secret []string) {
	visible = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		switch {
		case !provider.SecretSetting(name):
			visible[name] = settings[name]
		case settings[name] != "":
			secret = append(secret, name)
		}
	}
	return visible, secret
}

// EndpointChange has the fields that a client may set when it creates or updates an endpoint. A field that is
// left out, nil here, stays as it is; in a new endpoint it gets its default.
type EndpointChange struct {
	Provider  *string               `json:"provider,omitempty" maxLength:"40" doc:"The sender; default: generic. GET /providers lists all."`
	Verify    *hook.Verify          `json:"verify,omitempty" enum:"enforce,observe,off" doc:"What happens to a delivery that fails verification. Default for a new endpoint, and for one that gets its first secret: enforce if there is a secret, otherwise off. enforce and observe require a secret."`
	Tolerance *string               `json:"tolerance,omitempty" maxLength:"20" example:"5m" doc:"Timestamp tolerance, as a duration; 0s disables the check. Default: that of the provider, mostly 5m."`
	Secrets   *[]SecretInput        `json:"secrets,omitempty" maxItems:"10" doc:"Replaces the list. A secret without a value keeps the stored one of its label."`
	MaxBody   *int64                `json:"max_body,omitempty" minimum:"1" maximum:"26214400" doc:"Maximum body size in bytes."`
	Retention *wire.Retention       `json:"retention,omitempty" doc:"Its own limits on what is kept of its deliveries. Replaces them all; {}: only those of the server."`
	Response  orNull[wire.Response] `json:"response,omitempty" doc:"The response to senders; null: the standard response."`
	SignedURL *string               `json:"signed_url,omitempty" maxLength:"2000" doc:"The URL as registered at the provider, if it differs from url."`
	Settings  *map[string]string    `json:"settings,omitempty" doc:"The provider's other settings. Replaces them all, except that a secret one that is left out keeps its value; an empty text removes it."`
	Statuses  *UpdateStatusRules    `json:"statuses,omitempty" doc:"How statuses are read from its deliveries, and what the public can see."`
	Allow     *[]string             `json:"allow,omitempty" maxItems:"200" doc:"IP addresses and CIDRs that may send. Empty: any address."`
}

// CreateEndpointRequest is the body of POST /endpoints.
type CreateEndpointRequest struct {
	Name string `json:"name" minLength:"1" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$" patternDescription:"1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end" example:"stripe" doc:"The name of the endpoint; also the beginning of its webhook URL."`
	EndpointChange
}

// UpdateEndpointRequest is the body of PATCH /endpoints/{id}.
type UpdateEndpointRequest struct {
	Name     *string `json:"name,omitempty" minLength:"1" maxLength:"40" pattern:"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$" patternDescription:"1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end" doc:"The name of the endpoint. The webhook URL does not change with it."`
	Revision string  `json:"revision,omitempty" maxLength:"80" doc:"revision of the endpoint that you changed. 409 endpoint_changed if somebody else changed it meanwhile."`
	EndpointChange
}

// endpointChanged is the problem of a change of an endpoint that somebody else changed meanwhile.
var endpointChanged = &hook.Problem{Kind: hook.ErrConflict, Code: "endpoint_changed",
	Detail: "Somebody else changed this endpoint meanwhile, so nothing was changed. Read it again, then try again."}

// apply writes the change into e. The only errors are a tolerance and an age that are no durations; intake.Endpoints
// validates everything else.
func (c *EndpointChange) apply(e *hook.Endpoint) error {
	setIfSent(&e.Provider, c.Provider)
	setIfSent(&e.Verify, c.Verify)
	setIfSent(&e.MaxBody, c.MaxBody)
	setIfSent(&e.SignedURL, c.SignedURL)
	if c.Settings != nil {
		e.Settings = replaceSettings(e.Provider, e.Settings, *c.Settings)
	}
	setIfSent(&e.Allow, c.Allow)
	if c.Statuses != nil {
		c.Statuses.apply(&e.Statuses)
	}
	if c.Response.sent {
		e.Response = (*hook.Response)(c.Response.value)
	}
	if c.Tolerance != nil {
		d, err := time.ParseDuration(*c.Tolerance)
		if err != nil {
			return invalid("tolerance must be a duration such as 5m, or 0s for no check.")
		}
		e.Tolerance = d
	}
	if c.Retention != nil {
		e.Retention = hook.Retention{MaxDeliveries: c.Retention.MaxDeliveries, MaxBytes: c.Retention.MaxBytes}
		if c.Retention.MaxAge != "" {
			d, err := hook.ParseSpan(c.Retention.MaxAge)
			if err != nil {
				return invalid("retention.max_age must be a duration such as 30d, 12h or 90m.")
			}
			e.Retention.MaxAge = d
		}
	}
	if c.Secrets != nil {
		e.Secrets = replaceSecrets(e.Secrets, *c.Secrets)
	}
	return nil
}

// setIfSent assigns a field that the client has sent.
func setIfSent[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// replaceSecrets returns the new list of secrets. A secret without a value keeps the stored value of the same
// label, so that a client, which never sees values, can send the list back.
func replaceSecrets(old []hook.Secret, sent []SecretInput) []hook.Secret {
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

// replaceSettings returns the new settings of an endpoint of a provider. A secret one that is left out keeps its stored
// value, so that a client, which never sees it, can send the others back.
func replaceSettings(id string, old, sent map[string]string) map[string]string {
	settings := map[string]string{}
	for name, value := range old {
		if provider.SecretSetting(name) && provider.HasSetting(id, name) {
			settings[name] = value
		}
	}
	maps.Copy(settings, sent)
	return settings
}

// invalid returns a problem with status 400 and the code "invalid_request".
func invalid(detail string) error {
	return &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: detail}
}

// orNull is a field that may be left out, null, or a T. A pointer could not tell the first two apart.
type orNull[T any] struct {
	sent  bool
	value *T // nil: null
}

// UnmarshalJSON is called only if the field was sent.
func (o *orNull[T]) UnmarshalJSON(b []byte) error {
	o.sent = true
	return json.Unmarshal(b, &o.value)
}

// element returns the type T. schemaOf calls it.
func (o orNull[T]) element() reflect.Type { return reflect.TypeFor[T]() }

// Schema describes a T or null. huma calls it.
func (o orNull[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

type endpointID struct {
	ID hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
}

type endpointOut struct{ Body wire.Endpoint }

// mountEndpoints mounts the calls that manage endpoints. They need a session or a token. An unknown id answers
// "endpoint_not_found", invalid fields "invalid_request", a name in use "name_taken", and a verify mode that needs a
// secret "secret_missing".
func (a *API) mountEndpoints(h huma.API) {
	register(a, h, a.call("GET /endpoints", "list-endpoints", "List endpoints",
		"Returns all endpoints, oldest first, without the values of their secrets."), a.listEndpoints)
	create := a.call("POST /endpoints", "create-endpoint", "Create an endpoint",
		"Creates an endpoint with a webhook URL that cannot be guessed. verify defaults to enforce if a secret is "+
			"given and to off otherwise. A secret that looks wrong is saved all the same: the response lists the "+
			"doubts about it.")
	create.DefaultStatus = http.StatusCreated
	register(a, h, create, a.createEndpoint)
	register(a, h, a.call("GET /endpoints/{id}", "get-endpoint", "Get an endpoint",
		"Returns one endpoint, without the values of its secrets."), a.getEndpoint)
	register(a, h, a.call("PATCH /endpoints/{id}", "update-endpoint", "Update an endpoint",
		"Changes the fields in the request and leaves the others as they are. The webhook URL never changes."),
		a.changeEndpoint)
	register(a, h, a.call("DELETE /endpoints/{id}", "delete-endpoint", "Delete an endpoint",
		"From then on its webhook URL answers 404. For a while the endpoint can be restored."), a.deleteEndpoint)
	register(a, h, a.call("POST /endpoints/{id}/restore", "restore-endpoint", "Restore a deleted endpoint",
		"Undoes the deletion: the endpoint gets its webhook URL, secrets and settings back."), a.restoreEndpoint)
	register(a, h, a.call("POST /endpoints/{id}/confirm", "confirm-endpoint", "Confirm the first endpoint",
		"Opens the endpoint that was created on the first start to the internet. Other endpoints do not change."),
		a.confirmEndpoint)
	register(a, h, a.call("POST /endpoints/{id}/await-secret", "await-secret", "Wait for the sender's secret",
		"For the next ten minutes the endpoint takes the secret that its sender brings in a handshake, once. "+
			"Answers 409 "+
			"secret_present if it has a secret, and no_handshake if its sender does not bring one."), a.awaitSecret)
	sample := a.call(
		"POST /endpoints/{id}/sample",
		"create-sample",
		"Send a sample",
		"Makes a request like the endpoint's provider sends, signs it with the endpoint's secret and delivers it like "+
			"any other. It is marked as a test. With flow, it is one step in the life of a payment: send the steps 0 "+
			"to steps−1 with the same run, and create a status link for the subject in the response.",
	)
	sample.DefaultStatus = http.StatusCreated
	register(a, h, sample, a.sendSample)
	register(a, h, a.call("POST /endpoints/{id}/reverify", "reverify-deliveries", "Verify rejected deliveries again",
		"Verifies the endpoint's kept rejected deliveries with its current secrets and settings, each at the time "+
			"when it was received. With release, those that verify are appended to the log as new, verified "+
			"deliveries. Verified deliveries stay verified. The endpoint's would_verify says how many there are."),
		a.reverify)
	register(a, h, a.formerCall("POST /endpoints/{id}/verify-again", "verify-again", "reverify-deliveries"),
		a.reverify)
}

func (a *API) listEndpoints(ctx context.Context, _ *struct{}) (*struct{ Body wire.EndpointList }, error) {
	list := []wire.Endpoint{}
	for _, e := range a.Endpoints.List() {
		if visible(ctx).Has(e.ID) {
			list = append(list, a.view(e))
		}
	}
	return &struct{ Body wire.EndpointList }{wire.EndpointList{Endpoints: list}}, nil
}

func (a *API) createEndpoint(ctx context.Context, in *struct{ Body CreateEndpointRequest }) (*endpointOut, error) {
	e := hook.Endpoint{Name: in.Body.Name}
	if err := in.Body.apply(&e); err != nil {
		return nil, err
	}
	if in.Body.Tolerance == nil {
		e.Tolerance = provider.ToleranceOf(e.Provider)
	}
	e, err := a.Endpoints.Create(ctx, e)
	return a.endpoint(e, err)
}

func (a *API) getEndpoint(_ context.Context, in *endpointID) (*endpointOut, error) {
	e, err := a.Endpoints.Get(in.ID)
	return a.endpoint(e, err)
}

func (a *API) changeEndpoint(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body UpdateEndpointRequest
}) (*endpointOut, error) {
	e, err := a.Endpoints.Change(ctx, in.ID, func(e *hook.Endpoint) error {
		if in.Body.Revision != "" && in.Body.Revision != a.Endpoints.Revision(*e) {
			return endpointChanged
		}
		setIfSent(&e.Name, in.Body.Name)
		e.Verify = "" // empty means that the client did not send it: see EndpointChange
		return in.Body.apply(e)
	})
	return a.endpoint(e, err)
}

func (a *API) deleteEndpoint(ctx context.Context, in *endpointID) (*struct{}, error) {
	return nil, a.Endpoints.Delete(ctx, in.ID)
}

func (a *API) restoreEndpoint(ctx context.Context, in *endpointID) (*endpointOut, error) {
	e, err := a.Endpoints.Restore(ctx, in.ID)
	return a.endpoint(e, err)
}

func (a *API) confirmEndpoint(ctx context.Context, in *endpointID) (*endpointOut, error) {
	e, err := a.Endpoints.Confirm(ctx, in.ID)
	return a.endpoint(e, err)
}

func (a *API) awaitSecret(ctx context.Context, in *endpointID) (*endpointOut, error) {
	e, err := a.Endpoints.AwaitSecret(ctx, in.ID)
	return a.endpoint(e, err)
}

// endpoint returns the response with e, or err.
func (a *API) endpoint(e hook.Endpoint, err error) (*endpointOut, error) {
	if err != nil {
		return nil, err
	}
	return &endpointOut{Body: a.view(e)}, nil
}

// view is View with the revision, which a client sends back with a change.
func (a *API) view(e hook.Endpoint) wire.Endpoint {
	v := View(a.Site, e)
	v.Revision = a.Endpoints.Revision(e)
	return v
}

// ReverifyRequest is the body of POST /endpoints/{id}/reverify.
type ReverifyRequest struct {
	Release bool `json:"release,omitempty" doc:"Append them to the log as verified deliveries. By default they are only counted."`
}

// reverify verifies the endpoint's rejected deliveries again, for instance after a secret was corrected.
func (a *API) reverify(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body ReverifyRequest
}) (*struct{ Body wire.ReverifyResult }, error) {
	result, err := a.Intake.Reverify(ctx, in.ID, in.Body.Release)
	return &struct{ Body wire.ReverifyResult }{wire.ReverifyResult(result)}, err
}
