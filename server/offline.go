package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// Offline implements command.Offline: it works on a data folder that no server holds. Each method locks the folder
// before it opens a database, so a running server's database is never changed by another process.
type Offline struct {
	Version string // of this program
}

// lockOffline locks a data folder for a command. It fails with client.ErrNoLog if the folder has no database. The
// caller releases the lock.
func lockOffline(folder, command, version string, log *slog.Logger) (*dataLock, error) {
	if !datafile.HasDatabase(folder) {
		return nil, fmt.Errorf("%s: %w", folder, client.ErrNoLog)
	}
	who := datafile.RunningServer{Version: version, Command: command}
	lock, err := lockDataFolder(folder, who, log)
	if err != nil {
		return nil, err
	}
	if err := refuseHalfRestored(folder); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return lock, nil
}

// NewLogin creates a one-time login in a data folder, and returns its link, which can be used once a server runs there.
// It does not migrate the schema: after a login, the release that last used the folder must still be able to start.
func (o Offline) NewLogin(ctx context.Context, l client.Location, log *slog.Logger) (link string, err error) {
	site, err := siteOf(l, l.Address())
	if err != nil {
		return "", usage("--public-url or --listen", err)
	}
	lock, err := lockOffline(l.Data, "login", o.Version, log)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	store, err := sqlite.OpenBeside(ctx, l.Data, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log})
	if err != nil {
		return "", err
	}
	writing := newGroup(ctx)
	writing.start(part{name: "writer", run: store.Run})
	logins := &access.Logins{Store: store.Registry(), Random: rand.Reader, Now: time.Now}
	code, err := logins.New(ctx)
	writing.stop()
	return site.URL("login/" + code), errors.Join(err, store.Close())
}

// ExportStatuses writes a copy of the statuses of a data folder to a new file. It changes nothing in the folder.
func (o Offline) ExportStatuses(ctx context.Context, folder, file string, log *slog.Logger) (err error) {
	lock, err := lockOffline(folder, "statuses export", o.Version, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	return sqlite.ExportStatuses(ctx, folder, file)
}

// RebuildStatuses rebuilds the statuses of a data folder from its log, and returns the number of deliveries in the log.
// It migrates the schema first, which only the process that holds the folder may do.
func (o Offline) RebuildStatuses(
	ctx context.Context, folder string, at client.SealKey, log *slog.Logger,
) (deliveries int, err error) {
	given, err := givenKey(at)
	if err != nil {
		return 0, err
	}
	lock, err := lockOffline(folder, "statuses rebuild", o.Version, log)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if _, err := sqlite.CheckRelease(ctx, folder); err != nil {
		return 0, err
	}
	need, err := sqlite.SealedWith(ctx, folder)
	if err != nil {
		return 0, err
	}
	key, err := findKey(folder, given, need)
	if err != nil {
		return 0, err
	}
	store, err := sqlite.Open(ctx, folder, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log, Seal: key})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	endpoints, err := store.Registry().Endpoints(ctx)
	if err != nil {
		return 0, err
	}
	known := make(map[hook.EndpointID]hook.Endpoint, len(endpoints))
	for _, e := range endpoints {
		known[e.ID] = e
	}
	views := startProjections(ctx, folder, log, sqlite.Checked{})
	defer func() { err = errors.Join(err, views.close()) }()
	find := func(id hook.EndpointID) (hook.Endpoint, bool) { e, ok := known[id]; return e, ok }
	config := Config{Location: client.Location{Data: folder}, Version: o.Version}
	if err := views.open(ctx, store, config, log, nil, find, time.Hour); err != nil {
		return 0, err
	}
	if err := views.rebuild(ctx); err != nil {
		return 0, err
	}
	return int(store.Log().Head() - store.Log().FirstKept() + 1), nil
}
