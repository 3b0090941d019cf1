package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// Beside is what a process finds beside a server, in its data folder.
type Beside struct {
	URL       string          // of the server; "" where none is running
	Endpoints []hook.Endpoint // living ones, with their secrets
}

// Address is where an endpoint is sent to; "" where no server is running.
func (b Beside) Address(e hook.Endpoint) string {
	if b.URL == "" {
		return ""
	}
	return b.URL + "/in/" + e.Slug
}

// LookBeside reads the endpoints of a data folder, whose server may be running. It fails with ErrNoLog where there is
// no database.
func LookBeside(ctx context.Context, folder string, log *slog.Logger) (b Beside, err error) {
	if !hasLog(folder) {
		return b, fmt.Errorf("%s: %w", folder, ErrNoLog)
	}
	at, running, err := findOccupier(folder)
	if err != nil {
		return b, err
	}
	if running {
		b.URL = at.URL
	}
	store, err := sqlite.OpenBeside(ctx, folder, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log})
	if err != nil {
		return b, err
	}
	all, err := store.Endpoints(ctx)
	for _, e := range all {
		if e.DeletedAt.IsZero() {
			b.Endpoints = append(b.Endpoints, e)
		}
	}
	return b, errors.Join(err, store.Close())
}
