package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
	"hookbeam/server/wire"
)

// projections are the followers whose state is built from the log and kept in databases of their own. This file is the
// only one of this package that names each of them where they are opened, run and closed: to add one, add it to every
// method here.
type projections struct {
	statusFiles *sqlite.Projections[*sqlite.Statuses]
	statuses    *status.Board
}

// startProjections starts opening the databases, beside opening the log.
func startProjections(ctx context.Context, folder string, log *slog.Logger, checked sqlite.Checked) projections {
	return projections{statusFiles: sqlite.NewStatusDatabases(ctx, folder, log, checked, true)}
}

// catchUpAtStart is how long a start waits for a projection to apply what came before.
const catchUpAtStart = 2 * time.Second

// open opens the projections of a log that is open, and lets them apply what came before for as long as catchUp.
func (p *projections) open(ctx context.Context, db *sqlite.DB, c Config, log *slog.Logger,
	endpoints func(hook.EndpointID) (hook.Endpoint, bool), catchUp time.Duration) (err error) {
	p.statuses, err = status.Open(ctx, status.Options{Log: db.Log(), Records: db.Log(), Retention: db.Log(),
		LogGone: db.Gone, Databases: status.DatabasesOf(p.statusFiles),
		Dir: c.Data, Endpoints: endpoints, Now: time.Now, Logger: log,
		KeepFor: time.Duration(c.KeepStatuses), KeepBytes: int64(c.KeepBytes), Release: c.Version})
	if err != nil {
		return err
	}
	return p.statuses.CatchUp(ctx, catchUp)
}

// behind returns the log as far as all projections have applied it.
func (p *projections) behind(log follow.Source) *follow.View { return follow.Behind(log, p.statuses) }

// parts are what runs while the server does. Dashboards are sent a notice after a rebuild.
func (p *projections) parts(db *sqlite.DB, notice func(wire.Update), log *slog.Logger) []part {
	return []part{
		{name: "statuses", run: func(ctx context.Context) error { return follow.Run(ctx, db.Log(), p.statuses, log) }},
		{name: "rebuild of statuses", run: func(ctx context.Context) error {
			return p.statuses.Run(ctx, func() {
				notice(wire.Update{Kind: wire.UpdateStatuses, Statuses: wire.StatusesRebuilt})
			})
		}},
		{name: "retention of statuses", run: p.statuses.Keep},
	}
}

// rebuild rebuilds all projections at once. Nothing else may run.
func (p *projections) rebuild(ctx context.Context) error { return p.statuses.Rebuild(ctx) }

// close closes what was opened, when nothing runs any more.
func (p *projections) close() error {
	var errs []error
	if p.statuses != nil {
		errs = append(errs, p.statuses.Close())
	}
	if p.statusFiles != nil {
		errs = append(errs, p.statusFiles.Close())
	}
	return errors.Join(errs...)
}
