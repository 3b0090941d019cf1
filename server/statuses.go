package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
)

// RebuildStatuses draws the statuses of a data folder again from its log, or has the server do it that runs on it.
func RebuildStatuses(ctx context.Context, folder, version string, log *slog.Logger) (done client.Rebuilt, err error) {
	if !hasLog(folder) {
		return done, fmt.Errorf("%s: %w", folder, client.ErrNoLog)
	}
	if _, running, err := findRunningServer(folder); err != nil || running {
		if err == nil {
			err = datafile.Create(filepath.Join(folder, status.AskFile))
		}
		return client.Rebuilt{Running: true}, err
	}
	held, err := lockDataFolder(folder, "", log)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, held.release()) }()
	if _, err := sqlite.CheckRelease(ctx, folder); err != nil {
		return done, err
	}
	began := time.Now()
	store, err := sqlite.Open(ctx, folder, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	endpoints, err := store.Endpoints(ctx)
	if err != nil {
		return done, err
	}
	known := make(map[hook.EndpointID]hook.Endpoint, len(endpoints))
	for _, e := range endpoints {
		known[e.ID] = e
	}
	board, err := status.Open(ctx, status.Options{Log: store, Dir: folder, Now: time.Now, Logger: log, Release: version,
		Endpoints: func(id hook.EndpointID) (hook.Endpoint, bool) { e, ok := known[id]; return e, ok }})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, board.Close()) }()
	if err := board.CatchUp(ctx, time.Hour); err != nil {
		return done, err
	}
	if err := board.Redraw(ctx); err != nil {
		return done, err
	}
	return client.Rebuilt{Deliveries: int(store.Head() - store.Swept()), Took: time.Since(began)}, nil
}
