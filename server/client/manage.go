package client

import (
	"context"
	"net/http"
	"net/url"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// The calls by which commands manage endpoints and tokens. The bodies of requests have the fields of the API, which
// validates them.

// ListEndpoints returns the endpoints as the API describes them, oldest first, without the values of their secrets.
func (s *Server) ListEndpoints(ctx context.Context) ([]wire.Endpoint, error) {
	var all wire.EndpointList
	err := s.call(ctx, http.MethodGet, "/api/v1/endpoints", nil, &all)
	return all.Endpoints, err
}

// CreateEndpoint creates an endpoint. body is a CreateEndpointRequest of the API.
func (s *Server) CreateEndpoint(ctx context.Context, body map[string]any) (e wire.Endpoint, err error) {
	err = s.call(ctx, http.MethodPost, "/api/v1/endpoints", body, &e)
	return e, err
}

// UpdateEndpoint changes an endpoint. body is an UpdateEndpointRequest of the API.
func (s *Server) UpdateEndpoint(
	ctx context.Context, id hook.EndpointID, body map[string]any,
) (e wire.Endpoint, err error) {
	err = s.call(ctx, http.MethodPatch, "/api/v1/endpoints/"+url.PathEscape(string(id)), body, &e)
	return e, err
}

// DeleteEndpoint deletes an endpoint.
func (s *Server) DeleteEndpoint(ctx context.Context, id hook.EndpointID) error {
	return s.call(ctx, http.MethodDelete, "/api/v1/endpoints/"+url.PathEscape(string(id)), nil, nil)
}

// Apply makes the endpoints as they are described. body is an ApplyRequest of the API.
func (s *Server) Apply(ctx context.Context, body map[string]any) (plan wire.Plan, err error) {
	err = s.call(ctx, http.MethodPost, "/api/v1/apply", body, &plan)
	return plan, err
}

// Tokens returns the API tokens that were not revoked, oldest first.
func (s *Server) Tokens(ctx context.Context) (all wire.TokenList, err error) {
	err = s.call(ctx, http.MethodGet, "/api/v1/tokens", nil, &all)
	return all, err
}

// CreateToken creates an API token. body is a CreateTokenRequest of the API.
func (s *Server) CreateToken(ctx context.Context, body map[string]any) (t wire.Token, err error) {
	err = s.call(ctx, http.MethodPost, "/api/v1/tokens", body, &t)
	return t, err
}

// RevokeToken revokes an API token.
func (s *Server) RevokeToken(ctx context.Context, id hook.TokenID) error {
	return s.call(ctx, http.MethodDelete, "/api/v1/tokens/"+url.PathEscape(string(id)), nil, nil)
}
