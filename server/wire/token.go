package wire

import "hookbeam/server/hook"

// Token is an API token as administrators see it. Only the response that creates it contains the token itself.
type Token struct {
	ID         hook.TokenID      `json:"id" example:"tok_abcdefghijklmnopqrstuvwxyz" doc:"The token's id, which is not secret."`
	Name       string            `json:"name" example:"deploy" doc:"The name you gave it."`
	Token      string            `json:"token,omitempty" doc:"The token itself: send it as Authorization: Bearer …. Returned once, when it is created; only a hash of it is stored."`
	Scopes     []hook.Scope      `json:"scopes" nullable:"false" example:"[\"read\"]" doc:"What its holder may do. read: read deliveries, statuses, endpoints and live updates. write: change endpoints, and decide about rejected deliveries and reviews. listen: get deliveries as they arrive, with their bodies. sign: create samples that are signed with an endpoint's secret. status:mint: create status links. None includes another one."`
	Endpoints  []hook.EndpointID `json:"endpoints" doc:"The endpoints that it is limited to; null: all, also later ones."`
	CreatedAt  hook.Time         `json:"created_at" format:"date-time" doc:"When it was created."`
	CreatedBy  string            `json:"created_by" example:"admin" doc:"Who created it."`
	ExpiresAt  *hook.Time        `json:"expires_at" format:"date-time" doc:"When it stops working; null: never."`
	LastUsedAt *hook.Time        `json:"last_used_at" format:"date-time" doc:"When it was used last, to within ten minutes; null: never."`
}

// NewToken returns t as clients see it, without the token itself.
func NewToken(t *hook.Token) Token {
	return Token{
		ID: t.ID, Name: t.Name, Scopes: append([]hook.Scope{}, t.Scopes...), Endpoints: t.Endpoints.IDs(),
		CreatedAt: t.CreatedAt, CreatedBy: t.CreatedBy,
		ExpiresAt: timeOrNull(t.ExpiresAt), LastUsedAt: timeOrNull(t.UsedAt),
	}
}

// timeOrNull returns nil, which is written as null, for the zero time.
func timeOrNull(t hook.Time) *hook.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// TokenList is all API tokens that were not revoked.
type TokenList struct {
	Tokens []Token `json:"tokens" nullable:"false" doc:"Oldest first. Those that have expired are listed until they are revoked."`
}

// SessionToken is the API token that a request was authenticated with.
type SessionToken struct {
	ID        hook.TokenID      `json:"id" doc:"The token's id."`
	Name      string            `json:"name" doc:"Its name."`
	Scopes    []hook.Scope      `json:"scopes" nullable:"false" doc:"What its holder may do."`
	Endpoints []hook.EndpointID `json:"endpoints" doc:"The endpoints that it is limited to; null: all."`
}
