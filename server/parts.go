package server

import (
	"context"

	"hookbeam/server/follow"
)

// parts returns the long-lived parts of a server in the order in which they are started. They are stopped in reverse
// order: first the server stops accepting connections, then it closes the connections of readers and answers the
// remaining requests, and then followers, retention and the other background work end. The writer of the log is started
// before all of them and stopped after them, see Run.
func (s *server) parts() []part {
	log := s.deps.Log
	parts := append(s.views.parts(s.db, s.notice, log), []part{
		// The hub of live readers follows behind the projections.
		{name: "announcer", run: func(ctx context.Context) error { return follow.Run(ctx, s.applied, s.hub, log) }},
		// The upkeep of the databases and of the data folder.
		{name: "retention of deliveries", run: s.db.Log().Sweep},
		{name: "integrity check", run: s.db.Check},
		{name: "database watch", run: s.db.Watch},
		{name: "folder lock", run: s.folder.Watch},
		// The channel of commands. It stops after the requests of other clients are answered.
		{name: "control channel", run: s.control.Run},
		{name: "control channel watch", run: func(ctx context.Context) error {
			return watchChannel(ctx, s.channel, s.folder.folder, log)
		}},
		// Finds rejected deliveries that verify after an update or a change of an endpoint.
		{name: "check of rejected deliveries", run: s.rechecker.Run},
		{name: "memory", run: func(ctx context.Context) error { return freeMemoryAfterWaves(ctx, s.sockets.Open) }},
		{name: "refusals", run: s.refusals.Run},
		{name: "signs of life", run: func(ctx context.Context) error { return s.manager.watch(ctx, s.db.Probe) }},
		{name: "history", run: s.history.Run},
	}...)
	parts = append(parts, s.metricsParts()...)
	if s.certificates != nil {
		parts = append(parts, part{name: "certificates", run: s.certificates.Run})
	}
	return append(parts, s.requestParts(part{name: "live readers", run: s.hub.Run}, s.sockets.Wait)...)
}

// requestParts returns the parts through which requests come in. Stopping them, from the last to the first, answers
// every request that has begun or is on its way:
//
//  1. readiness: the readiness check fails, and --stop-after passes.
//  2. listener: no new connections are accepted.
//  3. readers: WebSocket readers are asked to reconnect.
//  4. http: the remaining requests are answered with Connection: close.
//
// readers is the part that serves live readers, and readersGone waits until their connections are closed.
func (s *server) requestParts(readers part, readersGone func()) []part {
	parts := []part{
		{
			name: "http",
			run:  func(context.Context) error { return s.listen() },
			stop: func() { s.finishRequests(); readersGone() },
		},
		readers,
		{name: "listener", stop: s.stopListening},
	}
	if s.plain != nil { // it answers nothing that takes time, so it ends before the rest
		parts = append(parts, part{name: "plain http", run: s.servePlain, stop: s.stopPlain})
	}
	return append(parts, part{name: "readiness", stop: s.leaveService})
}
