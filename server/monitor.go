package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/metrics"
	"hookbeam/server/sqlite"
)

// Limits of the address of --metrics-listen. A few scrapers and probes need far less.
const (
	metricsConns       = 64
	metricsHeaderTime  = 5 * time.Second
	metricsWriteTime   = 10 * time.Second
	metricsIdleTime    = time.Minute
	metricsHeaderBytes = 8 << 10
)

// metricsSources connects the exporter and the history to the parts of s. Their functions are called while the server
// runs, so s is complete then.
func (s *server) metricsSources() metrics.Sources {
	return metrics.Sources{
		Version:  s.config.Version,
		Counters: s.counters,
		Commits:  s.db.CommitDurations(),
		Traffic:  s.traffic,
		Endpoints: func() []metrics.Endpoint {
			list := s.endpoints.List()
			named := make([]metrics.Endpoint, len(list))
			for i, e := range list {
				named[i] = metrics.Endpoint{ID: e.ID, Name: e.Name, Provider: e.Provider}
			}
			return named
		},
		Refused: func() map[string]int64 { return s.api.Refused() },
		State:   s.state,
	}
}

// oldestTimeout limits the query for the oldest delivery, so that a busy disk does not delay a scrape for long.
const oldestTimeout = 2 * time.Second

// state reads the state of the server for metrics. It takes no lock of the writer.
func (s *server) state() metrics.State {
	log := s.db.Log()
	ctx, cancel := context.WithTimeout(context.Background(), oldestTimeout)
	defer cancel()
	oldest, err := log.Oldest(ctx)
	if err != nil {
		s.deps.Log.Debug("could not read the oldest delivery for the metrics", "error", err)
	}
	head := log.Head()
	state := metrics.State{
		Queued:    s.db.Queued(),
		BodyBytes: s.receive.InFlight(), BodyLimit: int64(s.config.MaxInFlight),
		Connections: int64(s.gate.quota.Held()), ConnectionLimit: int64(s.gate.limit),
		Readers: s.api.Readers(s.sockets.Open()),
		Followers: []metrics.Follower{
			{Name: "statuses", Behind: int64(max(head-s.views.statuses.Position(), 0))},
			{Name: "live", Behind: int64(max(head-s.hub.Position(), 0))},
		},
		Usage: s.usage(), Oldest: oldest, Paused: log.Paused(), KeepFor: time.Duration(s.config.KeepFor),
		Storable: s.db.Storable(), Gone: s.db.Gone(),
	}
	for _, f := range sqlite.FileSizes(s.config.Data) {
		state.Files = append(state.Files, metrics.File{Database: f.Database, Bytes: f.Bytes, WAL: f.WAL})
	}
	if total, free, err := datafile.Space(s.config.Data); err == nil {
		state.Disk = metrics.Disk{Total: total, Free: free}
	}
	if s.certificates != nil {
		for _, c := range s.certificates.List() {
			if !c.NotAfter.IsZero() { // one that is still being obtained has no end
				state.Certificates = append(state.Certificates, metrics.Certificate{Name: c.Name, NotAfter: c.NotAfter})
			}
		}
	}
	return state
}

// usage returns what the log holds, and how its file is used.
func (s *server) usage() hook.Usage {
	log := s.db.Log()
	ctx, cancel := context.WithTimeout(context.Background(), oldestTimeout)
	defer cancel()
	usage := log.Usage()
	space, err := log.Space(ctx)
	if err != nil {
		s.deps.Log.Debug("could not read how the database file is used", "error", err)
		return usage
	}
	usage.FileBytes, usage.FreeBytes, usage.ReturnsSpace = space.Bytes, space.Free, space.Returns
	return usage
}

// metricsServer serves the metrics and the health checks on --metrics-listen, without a login and to no browser.
type metricsServer struct {
	listener net.Listener
	http     *http.Server
	open     atomic.Int64
}

// metricsAddress returns the address of --metrics-listen. Without a host it is this machine only, because anyone who
// can connect can read the metrics.
func metricsAddress(flag string) (string, error) {
	host, port, err := net.SplitHostPort(flag)
	if err != nil || port == "" {
		return "", usage("--metrics-listen",
			fmt.Errorf("%q is not an address; write it as 127.0.0.1:9464, or 0.0.0.0:9464 for all interfaces", flag))
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// listenForMetrics listens on --metrics-listen, if it is set. During an upgrade it waits while the server before it
// still has the address.
func (s *server) listenForMetrics(ctx context.Context) error {
	if s.config.MetricsListen == "" {
		return nil
	}
	address, err := metricsAddress(s.config.MetricsListen)
	if err != nil {
		return err
	}
	l, err := listenWithin(s.waitFor(ctx, "waiting for the address "+address), address)
	if err != nil {
		return fmt.Errorf("listen on %s for metrics (--metrics-listen): %w", address, err)
	}
	s.metricsAt = &metricsServer{listener: l}
	if !isLoopback(l.Addr()) {
		s.deps.Log.Warn("anyone who can connect to the address of --metrics-listen can read the metrics",
			"listen", l.Addr().String())
	}
	return nil
}

// url returns the address of the metrics for the banner.
func (m *metricsServer) url() string {
	if m == nil {
		return ""
	}
	return "http://" + m.listener.Addr().String() + "/metrics"
}

// handle makes the HTTP server. health serves the health checks.
func (m *metricsServer) handle(exporter, health http.Handler) {
	loopback := isLoopback(m.listener.Addr())
	m.http = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch path := r.URL.Path; {
			case loopback && !isLocalHost(r.Host):
				// A page can make its own name resolve to this machine. Its requests then have that name.
				http.Error(w, "Use the IP address or localhost.", http.StatusForbidden)
			case r.Method != http.MethodGet && r.Method != http.MethodHead:
				w.Header().Set("Allow", "GET, HEAD")
				http.Error(w, "Only GET is allowed here.", http.StatusMethodNotAllowed)
			case path == "/metrics":
				exporter.ServeHTTP(w, r)
			case path == "/healthz" || path == "/readyz" || strings.HasPrefix(path, "/readyz/"):
				health.ServeHTTP(w, r)
			default:
				http.Error(w, "Only /metrics, /healthz and /readyz are here.", http.StatusNotFound)
			}
		}),
		ReadHeaderTimeout: metricsHeaderTime,
		ReadTimeout:       metricsHeaderTime,
		WriteTimeout:      metricsWriteTime,
		IdleTimeout:       metricsIdleTime,
		MaxHeaderBytes:    metricsHeaderBytes,
		ConnState:         m.note,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug), // clients can cause any number
	}
}

// serve answers requests until the server is closed.
func (m *metricsServer) serve() error {
	if err := m.http.Serve(m.listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// stop answers the requests that have begun, and closes all connections.
func (m *metricsServer) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), metricsWriteTime)
	defer cancel()
	if m.http.Shutdown(ctx) != nil {
		_ = m.http.Close()
	}
}

// note closes a new connection that exceeds metricsConns.
func (m *metricsServer) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if m.open.Add(1) > metricsConns {
			_ = conn.Close() // net/http then reports StateClosed
		}
	case http.StateClosed, http.StateHijacked:
		m.open.Add(-1)
	}
}

// isLocalHost reports whether the Host of a request is an IP address or localhost.
func isLocalHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || strings.EqualFold(host, "localhost")
}

// metricsParts returns the part that serves --metrics-listen, if it is set. It outlives the main address, so that the
// stop can be observed.
func (s *server) metricsParts() []part {
	if s.metricsAt == nil {
		return nil
	}
	s.metricsAt.handle(s.exporter, s.api)
	return []part{{name: "metrics", run: func(context.Context) error { return s.metricsAt.serve() },
		stop: s.metricsAt.stop}}
}
