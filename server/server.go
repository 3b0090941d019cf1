// Package server runs a Hookbeam server: it validates the configuration, locks the data folder, creates all parts and
// connects them, starts them in order and stops them in reverse. It also holds the control channel, through which
// commands reach the server, and the work of commands on a data folder without a server (Offline).
//
// It promises that one folder has at most one server, that a delivery that was answered 2xx is stored, however the
// process ends, and that Run returns only after every part has ended. Start reading at Run; parts.go lists what is
// started, and wire shows how it is connected.
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
	"hookbeam/server/meter"
	"hookbeam/server/metrics"
	"hookbeam/server/outbound"
	"hookbeam/server/provider"
	"hookbeam/server/sqlite"
	"hookbeam/server/wire"
)

// Deps are the values that main passes to the server, because this package may not import package web.
type Deps struct {
	Calls  func() *api.Calls // the described API; waits until it is ready, and is called once
	Pages  func(access.Site) Pages
	Stdout io.Writer // for the banner
	JSON   bool      // print the banner as JSON
	Log    *slog.Logger
}

// Pages renders all pages that are not part of the dashboard. Package web implements it.
type Pages interface {
	api.Pages
	api.StatusPages
}

// server holds the parts of a running server. Run makes it; prepare sets the first group of fields, and Run and wire
// the second. A field is nil until its part exists, so that close can free what a failed start leaves.
type server struct {
	config   Config
	deps     Deps
	site     access.Site
	listener net.Listener
	// The service manager, its sockets that are not used, and whether the main address is one of its sockets.
	manager   manager
	inherited []inherited
	activated bool
	folder    *dataLock
	channel   *datafile.ControlListener
	began     time.Time
	collect   func()   // restores the garbage collector's setting; see delayCollections
	key       *sealKey // of the secrets in the database

	db        *sqlite.DB
	logins    *access.Logins
	endpoints *intake.Endpoints
	rechecker *intake.Rechecker
	views     projections
	applied   *follow.View // the log up to the position of the projections
	hub       *live.Hub
	sockets   *api.Live
	receive   *api.Receive
	control   *control
	api       *api.API
	http      *http.Server
	conns     *connections
	gate      *gate
	refusals  *access.Refusals
	refused   *access.RefusalList

	away      *access.TurnedAway
	counters  *meter.Registry
	traffic   *metrics.Traffic
	exporter  *metrics.Exporter
	history   *metrics.History
	metricsAt *metricsServer // nil without --metrics-listen

	certificates certificates // nil without TLS of its own
	certName     string       // host name of --tls-cert, for the public URL if none is set
	plain        net.Listener // of --listen-http; nil: none
	plainHTTP    *http.Server // on plain
}

// Run runs a server until ctx ends or a part fails. It then stops gracefully: it answers the requests that have begun,
// asks live readers to reconnect, and closes the log last. Its error joins the errors of all parts; it is a
// *client.UsageError for a mistake in c.
func Run(ctx context.Context, c Config, o Deps) (err error) {
	s := &server{config: c, deps: o, collect: delayCollections(), began: time.Now(), manager: findManager(),
		counters: meter.New(), traffic: &metrics.Traffic{}}
	defer s.collect()
	defer func() { err = errors.Join(err, s.close()) }()
	token, addresses, err := s.prepare(ctx)
	if err != nil && ctx.Err() != nil {
		return nil // it was asked to stop while it waited
	}
	if err != nil {
		return err
	}
	checked, err := sqlite.CheckRelease(ctx, c.Data)
	if err != nil {
		return err
	}
	if checked.New() { // they are created while the key is made
		s.views = startProjections(ctx, c.Data, o.Log, checked)
	}
	if err := s.findSealKey(checked); err != nil {
		return err
	}
	if !checked.New() { // they are opened while the log is, and stay as they are if the key is a wrong one
		s.views = startProjections(ctx, c.Data, o.Log, checked)
	}
	if s.db, err = sqlite.Open(ctx, c.Data, s.storeOptions(checked)); err != nil {
		return err
	}
	setMaxProcs()
	// The writer is started first and stopped last, because all other parts may write to the log.
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

// storeOptions returns the options of the log. checked is the result of sqlite.CheckRelease, which is not repeated.
func (s *server) storeOptions(checked sqlite.Checked) sqlite.Options {
	began := time.Now()
	return sqlite.Options{
		KeepFor:    time.Duration(s.config.KeepFor),
		KeepBytes:  int64(s.config.KeepBytes),
		KeepEvents: s.config.keepEvents(),
		Now:        time.Now,
		Running:    func() time.Duration { return time.Since(began) },
		Random:     rand.Reader,
		Log:        s.deps.Log,
		Checked:    checked,
		Seal:       s.key,
		Meter:      s.counters,
	}
}

// limitedKeys is the number of addresses, and of endpoints, for which rate limits are tracked.
const limitedKeys = 50_000

// wire creates the parts and connects them: first authentication, endpoints and statuses, then the hub of live readers,
// then everything that serves requests. Each part gets those below it as interfaces. Nothing is started yet.
func (s *server) wire(ctx context.Context, token access.Token, addresses *access.Addresses) error {
	log := s.deps.Log
	gate := &access.Gate{Token: token, Sessions: access.NewSessions(s.db.Registry().Sessions(), s.site)}
	s.logins = &access.Logins{Store: s.db.Registry(), Random: rand.Reader, Now: time.Now}
	var err error
	if gate.Tokens, err = access.LoadTokens(ctx, s.db.Registry(), time.Now, rand.Reader, log); err != nil {
		return err
	}
	if s.endpoints, err = intake.LoadEndpoints(ctx, s.db.Registry(), time.Now, rand.Reader); err != nil {
		return err
	}
	if err := s.views.open(ctx, s.db, s.config, log, s.counters, s.endpoints.Known, catchUpAtStart); err != nil {
		return err
	}
	began := time.Now()
	clock := monotonicClock(began, func() time.Duration { return time.Since(began) })
	// Live readers follow behind the projections, so that a frame contains a delivery together with the statuses that
	// it changed.
	s.applied = s.views.behind(s.db.Log())
	statuses := s.views.statuses.View()
	s.hub = live.New(s.applied, live.Options{Now: clock, Newest: s.db.Log().Head,
		FirstKeptOf: s.db.Log().FirstKeptOf, Statuses: statuses, Encode: api.EncodeText, Ping: api.Ping,
		Meter: s.counters})
	s.db.Log().HoldBack(func() hook.Seq { return min(s.hub.Position(), s.views.statuses.Stored()) })
	s.endpoints.Subscribe(s.announceEndpoint)
	if err := s.createFirstEndpoint(ctx); err != nil {
		return fmt.Errorf("create the first endpoint: %w", err)
	}
	s.endpoints.WarnOfOpen(log)
	// Some providers name the certificate of a signature by URL. It is fetched through the guard of package outbound.
	address := func(slug string) string { return s.site.URL("in/" + slug) }
	out := outbound.New(outbound.Options{Log: log, Meter: s.counters})
	if err := s.openACME(); err != nil {
		return err
	}
	in := intake.New(s.endpoints, s.db.Log(), time.Now, address,
		intake.NewCertificates(s.db.Registry(), out, log, time.Now))
	in.CountIn(s.traffic)
	s.rechecker = intake.NewRechecker(in, log, clock, intake.Pause)
	if err := s.countRefusals(); err != nil {
		return err
	}
	// Everything below serves requests, and counts those that it refuses in one place.
	s.gate = newGate(s.listener, addresses, s.refusals, s.refused, descriptors())
	s.sockets = api.NewLive(api.LiveOptions{Hub: s.hub, Addresses: addresses, Gate: gate,
		Refusals: s.refusals, Now: time.Now, Log: log})
	s.receive = api.NewReceive(api.ReceiveOptions{
		Endpoints: s.endpoints, Intake: in, Addresses: addresses, Refusals: s.refusals, Now: time.Now, Log: log,
		PerAddress:  access.NewLimiter(float64(s.config.RateAddress), s.config.RateAddress.burst(), limitedKeys),
		PerEndpoint: access.NewLimiter(float64(s.config.RateEndpoint), s.config.RateEndpoint.burst(), limitedKeys),
		MaxInFlight: int64(s.config.MaxInFlight),
		RefusalList: s.refused,
		Traffic:     s.traffic,
	})
	sources := s.metricsSources()
	s.exporter = metrics.NewExporter(sources, log, time.Now)
	s.history = metrics.NewHistory(sources, time.Now)
	pages, proofs := s.deps.Pages(s.site), &api.Proofs{Now: time.Now}
	s.api = api.New(s.deps.Calls(), api.Options{
		Site: s.site, Now: time.Now, Log: log,
		Gate: gate, Logins: s.logins, Addresses: addresses,
		Deliveries: s.db.Log(), Events: s.db.Log(), LogEnd: s.db.Log(), Probe: s.db.Probe, Usage: s.usage,
		Endpoints: s.endpoints, Intake: in, Visitor: intake.NewVisitor(out, outbound.ClientOptions{}),
		Statuses: statuses, PublicStatuses: statuses, Effects: statuses,
		Reviews:  &announcedReviews{reviews: s.views.statuses, notice: s.notice},
		Rebuilds: s.views.statuses,
		Pages:    pages, Status: pages,
		Metrics: s.exporter, History: s.history, TurnedAway: s.away,
		Receive: s.receive, InFlight: s.receive.InFlight, Live: s.sockets, Refusals: s.refusals,
		RefusalList: s.refused,
		Updates: api.NewUpdates(api.UpdatesOptions{Hub: s.hub, Addresses: addresses, Refusals: s.refusals,
			Now: time.Now, Log: log}),
		Proofs:  proofs,
		Notices: s.certificateNotices,
		Checks: []api.ReadinessCheck{
			{Name: "bodies", Run: s.receive.Ready},
			{Name: "connections", Run: s.gate.ready},
		},
	})
	s.conns = newConnections(s.refusals)
	s.http = newHTTP(s.api, s.conns, log)
	s.secure(addresses)
	s.control = newControl(s.channel, s.config.Version, s.controlCalls(proofs), s.refusals, log)
	return nil
}

// countRefusals creates what counts, lists and sums up the requests that are refused.
func (s *server) countRefusals() (err error) {
	s.refusals = access.NewRefusals(s.deps.Log, time.Now)
	s.refused, err = access.NewRefusalList(time.Now, rand.Reader)
	if err != nil {
		return err
	}
	s.away = access.NewTurnedAway(time.Now)
	s.refusals.SumUpIn(s.away)
	s.refused.SumUpIn(s.away)
	return nil
}

// controlCalls returns the parts that the calls of the control channel use.
func (s *server) controlCalls(proofs *api.Proofs) controlCalls {
	return controlCalls{
		API: s.api, Site: s.site, Logins: s.logins, Endpoints: s.endpoints, Summary: s.summary,
		Backups: s.newBackups(), Seal: s.key, About: s.about, Proofs: proofs,
	}
}

// createFirstEndpoint creates an endpoint if there never was one, so that a new server can be tried at once. The
// endpoint accepts requests from private networks only until it is confirmed in the dashboard.
func (s *server) createFirstEndpoint(ctx context.Context) error {
	ever, err := s.db.Registry().Endpoints(ctx) // includes deleted ones
	if err != nil || len(ever) > 0 {
		return err
	}
	_, err = s.endpoints.Create(
		ctx,
		hook.Endpoint{Name: "first", Tolerance: provider.DefaultTolerance, Awaiting: true},
	)
	return err
}

// notice sends an update that is not about a delivery to all dashboards.
func (s *server) notice(u wire.Update) {
	if err := s.hub.Notice(u); err != nil {
		s.deps.Log.Error("could not send a notice to dashboards", "kind", u.Kind, "error", err)
	}
}

// announceEndpoint passes a changed endpoint to the statuses, and notifies all dashboards. It is called for each
// change.
func (s *server) announceEndpoint(e hook.Endpoint) {
	s.views.statuses.Change(e)
	view := api.View(s.site, e)
	s.notice(wire.Update{Kind: wire.UpdateEndpoint, Endpoint: &view})
}

// serve starts all parts, prints the banner, and waits until the server is asked to stop or a part fails. It then stops
// all parts, including those that running had before.
func (s *server) serve(running *group) error {
	running.start(s.parts()...)
	err := s.printBanner(running.outer)
	s.collect()
	defer runtime.KeepAlive(ballast()) // allocated now, freed when the server stops
	if err == nil {
		s.manager.notify(managerReady)
		running.wait()
	}
	running.stop()
	return err
}

// close closes what is still open after all parts have ended: databases first, then the lock of the folder. It also
// works after a start that failed at any point.
func (s *server) close() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	for _, l := range s.inherited {
		errs = append(errs, l.Close())
	}
	if s.metricsAt != nil {
		if err := s.metricsAt.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.plain != nil {
		if err := s.plain.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.certificates != nil {
		s.certificates.Close()
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
