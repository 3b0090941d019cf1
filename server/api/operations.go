package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/metrics"
	"hookbeam/server/wire"
)

// History is the recent past of the server. metrics.History implements it.
type History interface {
	Window(span string, endpoint hook.EndpointID) metrics.Window
}

// mountOperations mounts the call behind the dashboard's page Operations. It needs a session or the administrator's
// token.
func (a *API) mountOperations(h huma.API) {
	register(a, h, a.call("GET /operations", "get-operations", "Get rates, latencies and limits",
		"Returns recent figures of the server: what it received, rejected and refused, how long commits took, how "+
			"far followers are behind, and what is stored. Everything is in memory and begins with the start of the "+
			"server; for longer times, let Prometheus scrape /metrics."), a.getOperations)
}

type operationsIn struct {
	Range    string          `query:"range" enum:"1h,24h,7d" default:"1h" doc:"1h in steps of 10 seconds, 24h of 5 minutes, or 7d of an hour."`
	Endpoint hook.EndpointID `query:"endpoint" maxLength:"40" doc:"Count only deliveries and refused requests of this endpoint, and list only what it turned away."`
}

type operationsOut struct{ Body wire.Operations }

func (a *API) getOperations(_ context.Context, in *operationsIn) (*operationsOut, error) {
	if in.Endpoint != "" {
		if _, err := a.Endpoints.Get(in.Endpoint); err != nil {
			return nil, err
		}
	}
	var w metrics.Window
	if a.History != nil {
		w = a.History.Window(in.Range, in.Endpoint)
	}
	names := map[hook.EndpointID]hook.Endpoint{}
	for _, e := range a.Endpoints.List() {
		names[e.ID] = e
	}
	return &operationsOut{Body: wire.Operations{
		Range: in.Range, Since: hook.Time{Time: w.Since}, Step: int64(w.Span.Step / time.Second),
		Times: notNil(w.Times), Seconds: notNil(w.Seconds), Received: notNil(w.Received), Rejected: notNil(w.Rejected),
		Redelivered: notNil(w.Redelivered), Refused: notNil(w.Refused), Queue: notNil(w.Queue),
		Readers: notNil(w.Readers), CommitP50: notNil(w.CommitP50), CommitP99: notNil(w.CommitP99),
		Totals: wire.OperationsTotals(w.Totals), Reasons: reasonsOf(&w), Endpoints: endpointsOf(&w, names),
		Followers: followersOf(&w), Transport: readersOf(&w), Storage: storageOf(&w),
		Load: wire.OperationsLoad{InFlight: w.Now.BodyBytes, MaxInFlight: w.Now.BodyLimit,
			Connections: w.Now.Connections, ConnectionLimit: w.Now.ConnectionLimit, Queued: int64(w.Now.Queued)},
		Limits: a.turnedAway(in.Endpoint, names),
	}}, nil
}

// notNil returns an empty slice for nil, which would be null in JSON.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func reasonsOf(w *metrics.Window) []wire.OperationsReason {
	list := make([]wire.OperationsReason, len(w.Reasons))
	for i, r := range w.Reasons {
		list[i] = wire.OperationsReason{Reason: r.Reason, Label: r.Reason.Text().Label, Count: r.Count}
	}
	return list
}

// endpointsOf returns the endpoints that were active, and still exist.
func endpointsOf(w *metrics.Window, names map[hook.EndpointID]hook.Endpoint) []wire.OperationsEndpoint {
	list := []wire.OperationsEndpoint{}
	for _, n := range w.Endpoints {
		if e, exists := names[n.Endpoint]; exists {
			list = append(list, wire.OperationsEndpoint{Endpoint: e.ID, Name: e.Name, Provider: e.Provider,
				Received: n.Received, Rejected: n.Rejected, Redelivered: n.Redelivered, Refused: n.Refused})
		}
	}
	return list
}

func followersOf(w *metrics.Window) []wire.OperationsFollower {
	list := []wire.OperationsFollower{}
	for i, f := range w.Now.Followers {
		one := wire.OperationsFollower{Name: f.Name, Behind: f.Behind, Most: f.Behind, Steps: notNil(w.Lag[i])}
		for _, n := range one.Steps {
			one.Most = max(one.Most, n)
		}
		list = append(list, one)
	}
	return list
}

func readersOf(w *metrics.Window) []wire.OperationsReaders {
	list := []wire.OperationsReaders{}
	for _, r := range w.Now.Readers {
		list = append(list, wire.OperationsReaders{Transport: r.Transport, Open: int64(r.Open)})
	}
	return list
}

func storageOf(w *metrics.Window) wire.OperationsStorage {
	s := wire.OperationsStorage{Usage: wire.StorageUsage(w.Now.Usage), Files: []wire.OperationsFile{},
		DiskTotal: w.Now.Disk.Total, DiskFree: w.Now.Disk.Free, KeepFor: int64(w.Now.KeepFor / time.Second),
		KeepsFor: keepsFor(w), Paused: int64(w.Now.Paused / time.Second), Available: w.Now.Storable}
	for _, f := range w.Now.Files {
		s.Files = append(s.Files, wire.OperationsFile(f))
	}
	if !w.Now.Oldest.IsZero() {
		s.Oldest = &hook.Time{Time: w.Now.Oldest}
	}
	return s
}

// keepsFor returns for how many seconds deliveries are kept at the rate of a window: until they are as many as
// --keep-bytes has room for, but not longer than --keep-for.
func keepsFor(w *metrics.Window) int64 {
	limit := int64(w.Now.KeepFor / time.Second)
	u := &w.Now.Usage
	if u.KeepBytes <= 0 || u.Deliveries <= 0 || u.Bytes <= 0 || w.Stored <= 0 || w.Totals.Seconds <= 0 {
		return limit
	}
	perSecond := float64(w.Stored) / float64(w.Totals.Seconds) * float64(u.Bytes) / float64(u.Deliveries)
	const most = 100 * 365 * 24 * 3600
	byBytes := int64(min(float64(u.KeepBytes)/perSecond, most))
	if limit > 0 {
		return min(limit, byBytes)
	}
	return byBytes
}

// turnedAway returns what was refused, of one endpoint or of all and of none.
func (a *API) turnedAway(only hook.EndpointID, names map[hook.EndpointID]hook.Endpoint) []wire.TurnedAway {
	list := []wire.TurnedAway{}
	a.TurnedAway.Forget(func(id string) bool { _, exists := names[hook.EndpointID(id)]; return exists })
	for _, g := range a.TurnedAway.Groups() {
		id := hook.EndpointID(g.Endpoint)
		if only != "" && id != only {
			continue
		}
		list = append(list, wire.TurnedAway{Endpoint: id, Name: names[id].Name, Code: g.Code, Status: g.Status,
			Requests: g.Requests, First: hook.Time{Time: g.First}, Last: hook.Time{Time: g.Last}, Largest: g.Largest,
			From: addressesOf(&g)})
	}
	return list
}

func addressesOf(g *access.TurnedAwayGroup) []wire.TurnedAwayAddress {
	list := make([]wire.TurnedAwayAddress, len(g.From))
	for i, f := range g.From {
		list[i] = wire.TurnedAwayAddress(f)
	}
	return list
}
