package api

import "hookbeam/server/metrics"

// mountMetrics mounts the metrics for Prometheus. Unlike the health checks they need a token: they show how much each
// endpoint receives.
func (a *API) mountMetrics() {
	if a.Metrics == nil {
		a.routes.HandleFunc("GET /metrics", a.unknown)
		return
	}
	a.routes.HandleFunc("GET /metrics", a.Metrics.ServeHTTP)
}

// Readers returns how many readers are connected now, by transport. live returns the number of sockets of the live
// connection.
func (a *API) Readers(live int) []metrics.Readers {
	readers := []metrics.Readers{
		{Transport: "websocket", Open: live},
		{Transport: "status_websocket", Open: a.statusSockets.count()},
		{Transport: "status_polling", Open: a.statusPolls.count()},
	}
	if polls, ok := a.Updates.(*Updates); ok {
		readers = append(readers, metrics.Readers{Transport: "polling", Open: polls.Waiting()})
	}
	return readers
}
