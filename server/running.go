package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/sqlite"
)

// InspectFolder reads the endpoints of a data folder, whose server may be running. It fails with client.ErrNoLog where there is
// no database.
func InspectFolder(ctx context.Context, folder string, log *slog.Logger) (b client.LocalServer, err error) {
	if !hasLog(folder) {
		return b, fmt.Errorf("%s: %w", folder, client.ErrNoLog)
	}
	at, running, err := findRunningServer(folder)
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
