package client

import (
	"context"
	"net/http"

	"hookbeam/server/wire"
)

// The calls of hookbeam doctor.

// About returns what the server says about itself. Only a local server offers this call.
func (s *Server) About(ctx context.Context) (about About, err error) {
	err = s.call(ctx, http.MethodGet, AboutPath, nil, &about)
	return about, err
}

// NewProof returns a question that only this server's process can answer. Only a local server offers this call.
func (s *Server) NewProof(ctx context.Context) (p Proof, err error) {
	err = s.call(ctx, http.MethodPost, ProofsPath, nil, &p)
	return p, err
}

// Info returns what the server stores, and what its operator should fix.
func (s *Server) Info(ctx context.Context) (info wire.ServerInfo, err error) {
	err = s.call(ctx, http.MethodGet, "/api/v1/server", nil, &info)
	return info, err
}

// EndpointViews returns the endpoints as the API shows them, without the values of secrets.
func (s *Server) EndpointViews(ctx context.Context) ([]wire.Endpoint, error) {
	var all struct{ Endpoints []wire.Endpoint }
	err := s.call(ctx, http.MethodGet, "/api/v1/endpoints", nil, &all)
	return all.Endpoints, err
}
