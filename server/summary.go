package server

import (
	"os"
	"runtime"
	"time"

	"hookbeam/server/hook"
)

// summary is what GET /control/v1/debug answers: what goes on inside a running server, for whoever looks for the
// cause of
// a problem. It holds numbers only, nothing of what was received.
type summary struct {
	Version   string           `json:"version"`
	PID       int              `json:"pid"`
	Uptime    float64          `json:"uptime_seconds"`
	Runtime   runtimeSummary   `json:"runtime"`
	Queues    queueSummary     `json:"queues"`
	Positions positionSummary  `json:"positions"`
	Refused   map[string]int64 `json:"refused"` // since the start, by code
}

// runtimeSummary is what Go's runtime says of itself.
type runtimeSummary struct {
	Go          string  `json:"go"`
	Procs       int     `json:"procs"` // GOMAXPROCS
	Goroutines  int     `json:"goroutines"`
	HeapBytes   uint64  `json:"heap_bytes"` // that are in use
	HeapObjects uint64  `json:"heap_objects"`
	SystemBytes uint64  `json:"system_bytes"` // that were taken from the system
	Collections uint32  `json:"collections"`
	Paused      float64 `json:"paused_seconds"` // by all collections together
}

// queueSummary is how much waits or is held at this moment.
type queueSummary struct {
	Writes      int   `json:"writes"`      // that wait for the writer of the log
	BodyBytes   int64 `json:"body_bytes"`  // of bodies that are being received
	Connections int64 `json:"connections"` // to the listening address
	Sockets     int   `json:"sockets"`     // of live readers
	Control     int64 `json:"control_connections"`
}

// positionSummary is how far each follower of the log has come, as seqs. What lies behind swept was removed.
type positionSummary struct {
	Swept    hook.Seq `json:"swept"`
	Head     hook.Seq `json:"head"`
	Statuses hook.Seq `json:"statuses"`
	Live     hook.Seq `json:"live"`
}

// readRuntime reads what the runtime says. It stops the world for some microseconds.
func readRuntime() runtimeSummary {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtimeSummary{Go: runtime.Version(), Procs: runtime.GOMAXPROCS(0), Goroutines: runtime.NumGoroutine(),
		HeapBytes: m.HeapInuse, HeapObjects: m.HeapObjects, SystemBytes: m.Sys,
		Collections: m.NumGC, Paused: time.Duration(m.PauseTotalNs).Seconds()}
}

// summary reads what goes on in the server.
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
		Refused: s.refusals.Counts()}
}
