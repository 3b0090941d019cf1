package server

import (
	"context"

	"hookbeam/server/follow"
)

// parts are the long-lived pieces of a server that serves, in the order in which they are started. They are stopped in
// the reverse order: nothing new is begun, readers are sent away, requests are answered, the followers and what keeps
// the
// log in order come to their end. The writer of the log runs before all of them and after them: see Run.
func (s *server) parts() []part {
	log := s.deps.Log
	parts := append(s.views.parts(s.db, s.notice, log), []part{
		{name: "announcer", run: func(ctx context.Context) error { return follow.Run(ctx, s.applied, s.hub, log) }},
		{name: "retention of deliveries", run: s.db.Log().Sweep},
		{name: "integrity check", run: s.db.Check},
		{name: "database watch", run: s.db.Watch},
		{name: "folder lock", run: s.folder.Keep},
		{name: "control channel", run: s.control.Run},
		{name: "control channel watch", run: func(ctx context.Context) error {
			return keepChannel(ctx, s.channel, s.folder.folder, log)
		}},
		{name: "memory", run: func(ctx context.Context) error { return tidy(ctx, s.sockets.Open) }},
		{name: "refusals", run: s.refusals.Run},
	}...)
	return append(parts, s.doors(part{name: "live readers", run: s.hub.Run}, s.sockets.Wait)...)
}

// doors are the parts that let requests in. Stopping them lets every request that has begun, or is on its way, be
// answered: first the server says that it is not ready, then it listens no more, then readers are told to come back,
// then
// those who are connected are asked to leave with their next answer. readers tells live readers, and readersGone waits
// until nothing is left of their connections.
func (s *server) doors(readers part, readersGone func()) []part {
	return []part{
		{
			name: "http",
			run:  func(context.Context) error { return s.listen() },
			stop: func() { s.finishRequests(); readersGone() },
		},
		readers,
		{name: "listener", stop: s.stopListening},
		{name: "readiness", stop: s.leaveReadiness},
	}
}
