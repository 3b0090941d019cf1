package server

import (
	"os"
	"runtime"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/https"
)

// summary is the response to GET /control/v1/debug: the internal state of a running server, for finding the cause of a
// problem. It contains numbers and codes only, no received data, so that it can be shared.
type summary struct {
	Version   string           `json:"version"`
	PID       int              `json:"pid"`
	Uptime    float64          `json:"uptime_seconds"`
	Runtime   runtimeSummary   `json:"runtime"`
	Queues    queueSummary     `json:"queues"`
	Positions positionSummary  `json:"positions"`
	Refused   map[string]int64 `json:"refused"` // since the start, by code
	Listening listening        `json:"listening"`
}

// listening is how the server is reached: the addresses that it listens on, whether it speaks TLS itself, and with
// which certificates.
type listening struct {
	Address      string              `json:"address"`
	TLS          bool                `json:"tls"`
	PlainHTTP    string              `json:"plain_http,omitempty"` // beside TLS: challenges, health checks and redirects
	PublicURL    string              `json:"public_url"`
	Certificates []https.Certificate `json:"certificates,omitempty"`
}

// listening describes how the server is reached.
func (s *server) listening() listening {
	l := listening{Address: s.listener.Addr().String(), PublicURL: s.site.URL("")}
	if s.plain != nil {
		l.PlainHTTP = s.plain.Addr().String()
	}
	if s.certificates != nil {
		l.TLS, l.Certificates = true, s.certificates.List()
	}
	return l
}

// runtimeSummary is the state of Go's runtime.
type runtimeSummary struct {
	Go          string  `json:"go"`
	Procs       int     `json:"procs"` // GOMAXPROCS
	Goroutines  int     `json:"goroutines"`
	HeapBytes   uint64  `json:"heap_bytes"` // in use
	LiveBytes   uint64  `json:"live_bytes"` // that the last collection kept, without the ballast; see liveBytes
	HeapObjects uint64  `json:"heap_objects"`
	SystemBytes uint64  `json:"system_bytes"` // obtained from the operating system
	Collections uint32  `json:"collections"`
	Paused      float64 `json:"paused_seconds"` // total of all collections
}

// queueSummary is the length of queues and the number of open connections at this moment.
type queueSummary struct {
	Writes      int   `json:"writes"`      // waiting for the writer of the log
	BodyBytes   int64 `json:"body_bytes"`  // of bodies that are being received
	Connections int64 `json:"connections"` // to the listening address, without sockets
	Sockets     int   `json:"sockets"`     // of live readers
	Control     int64 `json:"control_connections"`
}

// positionSummary is the position of each follower of the log, as a seq. Deliveries up to swept were removed. A
// position that stays behind head shows a follower that is stuck.
type positionSummary struct {
	Swept    hook.Seq `json:"swept"`
	Head     hook.Seq `json:"head"`
	Statuses hook.Seq `json:"statuses"`
	Live     hook.Seq `json:"live"`
}

// readRuntime reads the state of the runtime. It stops all goroutines for some microseconds.
func readRuntime() runtimeSummary {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtimeSummary{
		Go:          runtime.Version(),
		Procs:       runtime.GOMAXPROCS(0),
		Goroutines:  runtime.NumGoroutine(),
		HeapBytes:   m.HeapInuse,
		LiveBytes:   liveBytes(),
		HeapObjects: m.HeapObjects,
		SystemBytes: m.Sys,
		Collections: m.NumGC,
		Paused:      time.Duration(m.PauseTotalNs).Seconds(),
	}
}

// summary collects the current state of the server. The numbers are read one after another, so they need not describe
// the same instant.
func (s *server) summary() summary {
	return summary{Version: s.config.Version, PID: os.Getpid(), Uptime: time.Since(s.began).Seconds(),
		Runtime: readRuntime(),
		Queues: queueSummary{Writes: s.db.Queued(), BodyBytes: s.receive.InFlight(), Connections: s.conns.open.Load(),
			Sockets: s.sockets.Open(), Control: s.control.open.Load()},
		Positions: positionSummary{
			Swept:    s.db.Log().FirstKept() - 1,
			Head:     s.db.Log().Head(),
			Statuses: s.views.statuses.Position(),
			Live:     s.hub.Position(),
		},
		Refused: s.refusals.Counts(), Listening: s.listening()}
}

// about returns what hookbeam doctor compares with what it finds.
func (s *server) about() client.About {
	return client.About{
		Version: s.config.Version, PID: os.Getpid(), Listen: s.listener.Addr().String(), PublicURL: s.site.URL(""),
		Public: s.config.URL() != "", TLS: s.config.ownTLS(), OpenFiles: descriptors(),
		Head: s.db.Log().Head(), Statuses: s.views.statuses.Position(), Live: s.hub.Position(),
	}
}
