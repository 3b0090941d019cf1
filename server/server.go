// Package server makes one running Hookbeam of all the parts: it configures, wires, starts and stops them.
// What was answered 2xx is stored before Run returns, however it was ended.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/server/datafile"
	"hookbeam/server/follow"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/live"
	"hookbeam/server/outbound"
	"hookbeam/server/sqlite"
	"hookbeam/server/wire"
)

// Deps is what the program around the server gives to it.
type Deps struct {
	Calls  func() *api.Calls // waits for them; called once
	Pages  func(access.Site) Pages
	Stdout io.Writer // told where the dashboard is
	JSON   bool      // tell it for machines
	Log    *slog.Logger
}

// Pages are all pages that the server draws itself.
type Pages interface {
	api.Pages
	api.StatusPages
}

// server is the parts of a running Hookbeam.
type server struct {
	config   Config
	deps     Deps
	site     access.Site
	listener net.Listener
	folder   *dataLock
	channel  *datafile.ControlListener
	began    time.Time
	collect  func() // ends what collectLater began

	db        *sqlite.DB
	logins    *access.Logins
	endpoints *intake.Endpoints
	views     projections
	applied   *follow.View // the log as far as the projections have applied it
	hub       *live.Hub
	sockets   *api.Live
	receive   *api.Receive
	control   *control
	api       *api.API
	http      *http.Server
	conns     *connections
	gate      *gate
	refusals  *access.Refusals
}

// Run serves until ctx ends, and then stops gracefully: it answers what has begun, tells readers to come back, and
// closes the log last. A *client.UsageError is a mistake in c.
func Run(ctx context.Context, c Config, o Deps) (err error) {
	s := &server{config: c, deps: o, collect: collectLater(), began: time.Now()}
	defer s.collect()
	defer func() { err = errors.Join(err, s.close()) }()
	token, addresses, err := s.prepare()
	if err != nil {
		return err
	}
	checked, err := sqlite.CheckRelease(ctx, c.Data)
	if err != nil {
		return err
	}
	s.views = startProjections(ctx, c.Data, o.Log, checked)
	if s.db, err = sqlite.Open(ctx, c.Data, s.storeOptions(checked)); err != nil {
		return err
	}
	spareThread()
	running := newGroup(ctx)
	running.start(part{name: "writer", run: s.db.Run})
	defer func() {
		running.stop()
		err = errors.Join(err, running.failure())
	}()
	if err := s.wire(ctx, token, addresses); err != nil {
		return err
	}
	return s.serve(running)
}

func (s *server) storeOptions(checked sqlite.Checked) sqlite.Options {
	began := time.Now()
	return sqlite.Options{KeepFor: time.Duration(s.config.KeepFor), KeepBytes: int64(s.config.KeepBytes),
		KeepEvents: s.config.keepEvents(), Now: time.Now, Running: func() time.Duration { return time.Since(began) },
		Random: rand.Reader, Log: s.deps.Log, Checked: checked}
}

// limitedKeys is how many addresses, and how many endpoints, have their rate remembered.
const limitedKeys = 50_000

// wire joins the parts, from the log up to the doors.
func (s *server) wire(ctx context.Context, token access.Token, addresses *access.Addresses) error {
	log := s.deps.Log
	gate := &access.Gate{Token: token, Sessions: access.NewSessions(s.db.Registry().Sessions(), s.site)}
	s.logins = &access.Logins{Store: s.db.Registry(), Random: rand.Reader, Now: time.Now}
	var err error
	if s.endpoints, err = intake.LoadEndpoints(ctx, s.db.Registry(), time.Now, rand.Reader); err != nil {
		return err
	}
	if err := s.views.open(ctx, s.db, s.config, log, s.endpoints.Known, catchUpAtStart); err != nil {
		return err
	}
	began := time.Now()
	steady := steadyClock(began, func() time.Duration { return time.Since(began) })
	s.applied = s.views.behind(s.db.Log())
	s.hub = live.New(s.applied, live.Options{Now: steady, Newest: s.db.Log().Head, Statuses: s.views.statuses,
		Encode: api.EncodeText, Ping: api.Ping})
	s.endpoints.Subscribe(s.announce)
	if err := s.makeFirst(ctx); err != nil {
		return fmt.Errorf("make the first endpoint: %w", err)
	}
	s.endpoints.WarnOfOpen(log)
	address := func(slug string) string { return s.site.URL("in/" + slug) }
	in := intake.New(s.endpoints, s.db.Log(), time.Now, address,
		intake.NewCertificates(s.db.Registry(), outbound.New(outbound.Options{Log: log}), log, time.Now))
	s.refusals = access.NewRefusals(log, time.Now)
	s.gate = newGate(s.listener, addresses, s.refusals, descriptors())
	s.sockets = api.NewLive(api.LiveOptions{Hub: s.hub, Addresses: addresses, Sessions: gate.Sessions,
		Refusals: s.refusals, Now: time.Now, Log: log})
	s.receive = api.NewReceive(api.ReceiveOptions{
		Endpoints: s.endpoints, Intake: in, Addresses: addresses, Refusals: s.refusals, Now: time.Now, Log: log,
		PerAddress:  access.NewLimiter(float64(s.config.RateAddress), s.config.RateAddress.burst(), limitedKeys),
		PerEndpoint: access.NewLimiter(float64(s.config.RateEndpoint), s.config.RateEndpoint.burst(), limitedKeys),
		MaxInFlight: int64(s.config.MaxInFlight),
	})
	pages := s.deps.Pages(s.site)
	s.api = api.New(s.deps.Calls(), api.Options{
		Site: s.site, Now: time.Now, Log: log,
		Gate: gate, Logins: s.logins, Addresses: addresses,
		Deliveries: s.db.Log(), Events: s.db.Log(), LogEnd: s.db.Log(), Probe: s.db.Probe, Usage: s.db.Log().Usage,
		Endpoints: s.endpoints, Intake: in, Statuses: s.views.statuses, PublicStatuses: s.views.statuses, Effects: s.views.statuses,
		Pages: pages, Status: pages,
		Receive: s.receive, InFlight: s.receive.InFlight, Live: s.sockets, Refusals: s.refusals,
		Updates: api.NewUpdates(api.UpdatesOptions{Hub: s.hub, Addresses: addresses, Refusals: s.refusals,
			Now: time.Now, Log: log}),
		Checks: []api.ReadinessCheck{{Name: "bodies", Run: s.receive.Ready}, {Name: "connections", Run: s.gate.ready}},
	})
	s.conns = newConnections(s.refusals)
	s.http = newHTTP(s.api, s.conns, log)
	s.control = newControl(s.channel, s.config.Version, controlCalls{
		API: s.api, Site: s.site, Logins: s.logins, Endpoints: s.endpoints, Summary: s.summary}, s.refusals, log)
	return nil
}

// makeFirst makes an endpoint where there never was one, so that a first start has something to try.
func (s *server) makeFirst(ctx context.Context) error {
	ever, err := s.db.Registry().Endpoints(ctx) // deleted ones, too
	if err != nil || len(ever) > 0 {
		return err
	}
	_, err = s.endpoints.Create(ctx, hook.Endpoint{Name: "first", Tolerance: api.DefaultTolerance, Awaiting: true})
	return err
}

// notice sends an update that is not about a delivery to every dashboard.
func (s *server) notice(u wire.Update) {
	if err := s.hub.Notice(u); err != nil {
		s.deps.Log.Error("could not send a notice to dashboards", "kind", u.Kind, "error", err)
	}
}

// announce tells the board and every dashboard of a changed endpoint.
func (s *server) announce(e hook.Endpoint) {
	s.views.statuses.Change(e)
	view := api.View(s.site, e)
	s.notice(wire.Update{Kind: wire.UpdateEndpoint, Endpoint: &view})
}

// serve answers until it is told to stop or a part fails.
func (s *server) serve(running *group) error {
	running.start(s.parts()...)
	err := s.printBanner(running.outer)
	s.collect()
	defer runtime.KeepAlive(ballast())
	if err == nil {
		running.wait()
	}
	running.stop()
	return err
}

// close frees what is left when everything has stopped.
func (s *server) close() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, s.views.close())
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.channel != nil {
		if err := s.channel.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.folder != nil {
		errs = append(errs, s.folder.release())
	}
	return errors.Join(errs...)
}
