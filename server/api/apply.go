package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

// ConfigEndpoint describes one endpoint completely, by its name: a field that is left out gets its default. Secrets and
// verify are the exceptions, so that a configuration need not hold the secrets. Secret settings count as secrets.
type ConfigEndpoint struct {
	Name      string `json:"name" minLength:"1" maxLength:"40" example:"stripe" doc:"The name of the endpoint, by which it is found."`
	Confirmed *bool  `json:"confirmed,omitempty" doc:"false: until it is confirmed, it accepts requests from this machine and its private network only. Default: true."`
	EndpointChange
}

// ApplyRequest is the body of POST /apply.
type ApplyRequest struct {
	Endpoints []ConfigEndpoint `json:"endpoints" maxItems:"10000" doc:"The endpoints. One with a name that does not exist is created. A field that is left out gets its default; secrets, secret settings and verify that are left out stay as they are."`
	Prune     bool             `json:"prune,omitempty" doc:"Delete the endpoints that are not listed. By default they are left alone."`
	DryRun    bool             `json:"dry_run,omitempty" doc:"Check everything and return what would change, without changing it."`
	Plan      string           `json:"plan,omitempty" maxLength:"80" doc:"plan of the dry run whose changes you want. 409 plan_outdated if an endpoint was changed since."`
}

// maxApplyBody limits the body of POST /apply, in bytes.
const maxApplyBody = 1 << 20

// mountApply mounts the call that makes the endpoints as a configuration describes them. Errors are those of creating
// and updating endpoints, with the place in the request, and "plan_outdated".
func (a *API) mountApply(h huma.API) {
	register(a, h, a.call("POST /apply", "apply-config", "Apply a configuration",
		"Makes the endpoints as they are described: all changes are made, or none. Applied again, it changes nothing. "+
			"With dry_run it only returns what would change."), a.applyConfig)
}

// planOutdated is the problem of a plan that was made for another configuration.
var planOutdated = &hook.Problem{Kind: hook.ErrConflict, Code: "plan_outdated",
	Detail: "Somebody changed an endpoint since the plan was made, so nothing was changed. Make a new plan."}

// applyConfig first makes the plan, and then the changes in it, if nothing has changed in between.
func (a *API) applyConfig(ctx context.Context, in *struct{ Body ApplyRequest }) (*struct{ Body wire.Plan }, error) {
	var edits []intake.Edit
	out := &struct{ Body wire.Plan }{}
	planned, err := a.Endpoints.Batch(ctx, func(stored []hook.Endpoint) (_ []intake.Edit, err error) {
		if out.Body.ID = a.planID(stored); in.Body.Plan != "" && in.Body.Plan != out.Body.ID {
			return nil, planOutdated
		}
		edits, err = a.editsOf(&in.Body, stored)
		return edits, err
	}, true)
	if err != nil {
		return nil, placed(err, edits)
	}
	var needed []intake.Edit
	var made []int // the change of each needed edit
	for i, e := range planned {
		c := a.changeOf(&edits[i], e)
		if out.Body.Changes = append(out.Body.Changes, c); c.Action != unchanged {
			needed, made = append(needed, edits[i]), append(made, i)
		}
	}
	if in.Body.DryRun || len(needed) == 0 {
		return out, nil
	}
	done, err := a.Endpoints.Batch(ctx, func(stored []hook.Endpoint) ([]intake.Edit, error) {
		if a.planID(stored) != out.Body.ID {
			return nil, planOutdated
		}
		return needed, nil
	}, false)
	if err != nil {
		return nil, placed(err, needed)
	}
	out.Body.Applied = true
	for i, e := range done {
		c := &out.Body.Changes[made[i]]
		c.ID, c.URL = e.ID, a.Site.URL("in/"+e.Slug)
		a.Log.InfoContext(ctx, "configuration applied", "action", c.Action, "endpoint", e.ID, "name", e.Name,
			"actor", caller(ctx).Login)
	}
	return out, nil
}

// planID identifies the configuration of all endpoints.
func (a *API) planID(stored []hook.Endpoint) string {
	sum := sha256.New()
	for _, e := range stored {
		_, _ = io.WriteString(sum, string(e.ID)+a.Endpoints.Revision(e)) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// editsOf returns the edit for each described endpoint, and then the deletions.
func (a *API) editsOf(in *ApplyRequest, stored []hook.Endpoint) ([]intake.Edit, error) {
	byName := map[string]*hook.Endpoint{}
	for _, e := range stored {
		byName[e.Name] = &e
	}
	var edits []intake.Edit
	listed := map[string]bool{}
	for i := range in.Endpoints {
		c := &in.Endpoints[i]
		if listed[c.Name] {
			return nil, at(invalid(fmt.Sprintf("Two endpoints are named %q. Give each another name.", c.Name)), i)
		}
		listed[c.Name] = true
		one := intake.Edit{Was: byName[c.Name], Now: hook.Endpoint{Name: c.Name, Provider: "generic",
			MaxBody: hook.DefaultMaxBody, Awaiting: c.Confirmed != nil && !*c.Confirmed}}
		if one.Was != nil {
			one.Now.Secrets, one.Now.Statuses.LinkKeys = one.Was.Secrets, one.Was.Statuses.LinkKeys
			one.Now.Settings = one.Was.Settings
		}
		if c.Settings == nil {
			c.Settings = &map[string]string{}
		}
		if err := c.apply(&one.Now); err != nil {
			return nil, at(err, i)
		}
		if c.Tolerance == nil {
			one.Now.Tolerance = provider.ToleranceOf(one.Now.Provider)
		}
		edits = append(edits, one)
	}
	for _, e := range stored {
		if in.Prune && !listed[e.Name] {
			edits = append(edits, intake.Edit{Was: &e, Delete: true})
		}
	}
	return edits, nil
}

// placed returns the error of a batch with the name and the place of the endpoint that it is about.
func placed(err error, edits []intake.Edit) error {
	edit, ok := errors.AsType[*intake.EditError](err)
	if !ok {
		return err
	}
	p := problemOf(edit.Err)
	name := edits[edit.Index].Now.Name
	return at(&hook.Problem{Kind: edit.Err, Code: p.Code, Detail: fmt.Sprintf("endpoint %q: %s", name, p.Detail)},
		edit.Index)
}

// at returns a problem with the place of an endpoint in the request.
func at(err error, index int) error {
	p := problemOf(err)
	p.Errors = []wire.ProblemDetail{{Message: p.Detail, Location: fmt.Sprintf("body.endpoints[%d]", index)}}
	return p
}

// unchanged is the action of a change without fields.
const unchanged = "unchanged"

// changeOf returns what an edit changes. e is the endpoint that it makes.
func (a *API) changeOf(edit *intake.Edit, e hook.Endpoint) wire.PlanChange {
	c := wire.PlanChange{Name: e.Name, Fields: []wire.PlanField{}}
	before := map[string]any{}
	var secrets, settings []hook.Secret
	if edit.Was != nil {
		c.ID, c.URL = edit.Was.ID, a.Site.URL("in/"+edit.Was.Slug)
		before, secrets, settings = a.fieldsOf(*edit.Was), edit.Was.Secrets, secretSettings(edit.Was)
	}
	if edit.Delete {
		c.Action = "delete"
		return c
	}
	after := a.fieldsOf(e)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if was := before[name]; !reflect.DeepEqual(was, after[name]) {
			c.Fields = append(c.Fields, planField(name, was, after[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[name]; !stays {
			c.Fields = append(c.Fields, planField(name, before[name], nil))
		}
	}
	c.Fields = append(c.Fields, secretsOf("settings.", settings, secretSettings(&e))...)
	c.Fields = append(c.Fields, secretsOf("secrets.", secrets, e.Secrets)...)
	switch {
	case edit.Was == nil:
		c.Action = "create"
	case len(c.Fields) > 0:
		c.Action = "update"
	default:
		c.Action = unchanged
	}
	return c
}

// planField returns one field of a plan. Plans end up in the logs of what runs hookbeam apply, so a URL that may
// contain a secret is left out.
func planField(name string, was, now any) wire.PlanField {
	secret := false
	if name == "signed_url" {
		for _, address := range []any{was, now} {
			text, _ := address.(string)
			secret = secret || provider.SecretURL(text)
		}
	}
	switch {
	case !secret:
		return wire.PlanField{Field: name, From: was, To: now}
	case was == nil:
		return wire.PlanField{Field: name, Secret: "added"}
	case now == nil:
		return wire.PlanField{Field: name, Secret: "removed"}
	}
	return wire.PlanField{Field: name, Secret: "changed"}
}

// secretSettings returns the secret settings of an endpoint that are set, as secrets with their names as labels.
func secretSettings(e *hook.Endpoint) (list []hook.Secret) {
	_, names := visibleSettings(e.Settings)
	for _, name := range names {
		list = append(list, hook.Secret{Label: name, Value: e.Settings[name]})
	}
	return list
}

// secretsOf returns what happens to each secret, without values. prefix begins the names of the fields.
func secretsOf(prefix string, was, now []hook.Secret) (fields []wire.PlanField) {
	find := func(list []hook.Secret, label string) *hook.Secret {
		if i := slices.IndexFunc(list, func(s hook.Secret) bool { return s.Label == label }); i >= 0 {
			return &list[i]
		}
		return nil
	}
	for _, s := range now {
		switch old := find(was, s.Label); {
		case old == nil:
			fields = append(fields, wire.PlanField{Field: prefix + s.Label, Secret: "added"})
		case old.Value != s.Value:
			fields = append(fields, wire.PlanField{Field: prefix + s.Label, Secret: "changed"})
		}
	}
	for _, s := range was {
		if find(now, s.Label) == nil {
			fields = append(fields, wire.PlanField{Field: prefix + s.Label, Secret: "removed"})
		}
	}
	return fields
}

// notConfigured are the fields of an endpoint that a configuration does not describe, and those that are compared in
// another form.
var notConfigured = []string{"id", "url", "name", "secrets", "open", "created_at", "brings_secret", "handshake_until",
	"would_verify", "deleted", "revision", "secret_settings"}

// fieldsOf returns the configuration of an endpoint as JSON values by name, except the secrets. The parts of settings,
// statuses and retention are fields of their own. Values that are empty, or false where that is the default, are left
// out.
func (a *API) fieldsOf(e hook.Endpoint) map[string]any {
	fields := map[string]any{}
	text, err := json.Marshal(View(a.Site, e))
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		return nil // impossible: View has a JSON encoding
	}
	for _, name := range notConfigured {
		delete(fields, name)
	}
	for _, group := range []string{"settings", "statuses", "retention"} {
		parts, _ := fields[group].(map[string]any)
		delete(fields, group)
		for name, value := range parts {
			fields[group+"."+name] = value
		}
	}
	for name, value := range fields {
		if isEmpty(value) || value == false && name != "confirmed" { // false is the default of all others
			delete(fields, name)
		}
	}
	return fields
}

// isEmpty reports whether a JSON value says nothing.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
