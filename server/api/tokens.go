package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// mountTokens mounts the calls that manage API tokens. They need an administrator: no token can create another one.
func (a *API) mountTokens(h huma.API) {
	register(a, h, a.call("GET /tokens", "list-tokens", "List API tokens",
		"Returns all API tokens that were not revoked, without the tokens themselves."), a.listTokens)
	create := a.call("POST /tokens", "create-token", "Create an API token",
		"Creates a token for a program. The response is the only one that contains the token itself.")
	create.DefaultStatus = http.StatusCreated
	register(a, h, create, a.createToken)
	register(a, h, a.call("DELETE /tokens/{id}", "delete-token", "Revoke an API token",
		"The token stops working at once, and the connections and polls that it opened are closed."), a.deleteToken)
}

func (a *API) listTokens(context.Context, *struct{}) (*struct{ Body wire.TokenList }, error) {
	list := []wire.Token{}
	for _, t := range a.Gate.Tokens.List() {
		list = append(list, wire.NewToken(&t))
	}
	return &struct{ Body wire.TokenList }{wire.TokenList{Tokens: list}}, nil
}

// CreateTokenRequest is the body of POST /tokens.
type CreateTokenRequest struct {
	Name      string             `json:"name" minLength:"1" maxLength:"60" example:"deploy" doc:"What it is for, for people."`
	Scopes    []hook.Scope       `json:"scopes" minItems:"1" maxItems:"5" enum:"read,write,listen,sign,status:mint" example:"[\"read\"]" doc:"What its holder may do. None includes another one."`
	Endpoints *[]hook.EndpointID `json:"endpoints,omitempty" minItems:"1" maxItems:"200" doc:"Limits it to these endpoints, by id. Left out: all endpoints, also later ones."`
	ExpiresIn string             `json:"expires_in,omitempty" maxLength:"20" example:"90d" doc:"How long it works: a duration such as 90d or 12h. Left out: until it is revoked."`
}

// longestToken is the longest time for which a token can work, if it ends at all.
const longestToken = 10 * 366 * 24 * time.Hour

func (a *API) createToken(ctx context.Context,
	in *struct{ Body CreateTokenRequest }) (*struct{ Body wire.Token }, error) {
	t := hook.Token{Name: strings.TrimSpace(in.Body.Name), CreatedBy: caller(ctx).Login}
	if t.Name == "" || strings.ContainsFunc(t.Name, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return nil, invalid("name must have a visible character, and no control characters.")
	}
	for _, s := range hook.Scopes() { // in their usual order, each once
		if slices.Contains(in.Body.Scopes, s) {
			t.Scopes = append(t.Scopes, s)
		}
	}
	if in.Body.Endpoints != nil {
		for _, id := range *in.Body.Endpoints {
			if _, err := a.Endpoints.Get(id); err != nil {
				return nil, err
			}
		}
		t.Endpoints = hook.NewEndpointSet(*in.Body.Endpoints...)
	}
	if in.Body.ExpiresIn != "" {
		span, err := hook.ParseSpan(in.Body.ExpiresIn)
		if err != nil || span < time.Second || span > longestToken {
			return nil, invalid("expires_in must be a duration from 1s to 3660d, such as 90d.")
		}
		t.ExpiresAt = hook.Millis(a.Now().Add(span).UnixMilli())
	}
	t, text, err := a.Gate.Tokens.Create(ctx, t)
	if err != nil {
		return nil, err
	}
	a.Log.InfoContext(ctx, "token created", "token", t.ID, "name", t.Name, "scopes", t.Scopes,
		"endpoints", t.Endpoints.IDs(), "expires", t.ExpiresAt, "actor", t.CreatedBy)
	out := &struct{ Body wire.Token }{wire.NewToken(&t)}
	out.Body.Token = text
	return out, nil
}

// deleteToken revokes a token. Its WebSockets and polls end at the same time: see guard and Live.
func (a *API) deleteToken(ctx context.Context, in *struct {
	ID hook.TokenID `path:"id" maxLength:"40" doc:"The token's id."`
}) (*struct{}, error) {
	t, err := a.Gate.Tokens.Revoke(ctx, in.ID)
	if err == nil {
		a.Log.InfoContext(ctx, "token revoked", "token", t.ID, "name", t.Name, "actor", caller(ctx).Login)
	}
	return nil, err
}
