package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/meter"
	"hookbeam/server/sqlite"
	"hookbeam/server/status"
	"hookbeam/server/wire"
)

// projections are the followers that build state from the log and store it in databases of their own. Other files of
// this package open, run and close them together through these methods; only this file does so for each one. To add a
// projection, add it to every method here.
type projections struct {
	statusFiles *sqlite.Projections[*sqlite.Statuses]
	statuses    *status.Projector
}

// startProjections starts to open the databases in the background, while the caller opens the log. close must be called
// in any case.
func startProjections(ctx context.Context, folder string, log *slog.Logger, checked sqlite.Checked) projections {
	return projections{statusFiles: sqlite.NewStatusDatabases(ctx, folder, log, checked, true)}
}

// catchUpAtStart is the time that a start waits for a projection to catch up with the log. It continues in the
// background.
const catchUpAtStart = 2 * time.Second

// open opens the projections of an open log, and lets them apply the deliveries that they do not contain yet, for
// catchUp at most. endpoints finds an endpoint by its id.
func (p *projections) open(
	ctx context.Context, db *sqlite.DB, c Config, log *slog.Logger, counters *meter.Registry,
	endpoints func(hook.EndpointID) (hook.Endpoint, bool), catchUp time.Duration,
) (err error) {
	p.statuses, err = status.Open(ctx, status.Options{
		Log:       db.Log(),
		Records:   db.Log(),
		Retention: db.Log(),
		LogGone:   db.Gone,
		Databases: status.DatabasesOf(p.statusFiles),
		Dir:       c.Data,
		Endpoints: endpoints,
		Now:       time.Now,
		Logger:    log,
		KeepFor:   time.Duration(c.KeepStatuses),
		KeepBytes: int64(c.KeepBytes),
		Release:   c.Version,
		Meter:     counters,
	})
	if err != nil {
		return err
	}
	return p.statuses.CatchUp(ctx, catchUp)
}

// behind returns the log up to the position that all projections have reached.
func (p *projections) behind(log follow.Source) *follow.View { return follow.Behind(log, p.statuses) }

// parts returns the parts that apply new deliveries, rebuild after a change of an endpoint's rules, and delete old
// state. notice sends an update to all dashboards; it is called after a rebuild.
func (p *projections) parts(db *sqlite.DB, notice func(wire.Update), log *slog.Logger) []part {
	return []part{
		{name: "statuses", run: func(ctx context.Context) error { return follow.Run(ctx, db.Log(), p.statuses, log) }},
		{name: "rebuild of statuses", run: func(ctx context.Context) error {
			return p.statuses.Run(ctx, func() {
				notice(wire.Update{Kind: wire.UpdateStatuses, Statuses: wire.StatusesRebuilt})
			})
		}},
		{name: "retention of statuses", run: p.statuses.RunMaintenance},
	}
}

// rebuild rebuilds all projections from the log and returns when they are complete. The parts must not be running.
func (p *projections) rebuild(ctx context.Context) error { return p.statuses.Rebuild(ctx) }

// close closes the databases that were opened, after the parts have ended.
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
