package status

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"

	"hookbeam/server/extract/expr"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// readers know how to read each endpoint's deliveries.
type readers struct {
	endpoints func(hook.EndpointID) (hook.Endpoint, bool)

	mu    sync.Mutex
	known map[hook.EndpointID]*reader
}

// reader is how one endpoint's deliveries are read.
type reader struct {
	endpoint hook.Endpoint
	provider *provider.Provider
	mapping  *expr.Mapping // nil: as is known of the provider
}

// of returns how an endpoint's deliveries are read; nil where they tell of nothing.
func (rs *readers) of(id hook.EndpointID) *reader {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if r, ok := rs.known[id]; ok {
		return r
	}
	if rs.known == nil {
		rs.known = map[hook.EndpointID]*reader{}
	}
	rs.known[id] = newReader(rs.endpoints, id)
	return rs.known[id]
}

func newReader(endpoints func(hook.EndpointID) (hook.Endpoint, bool), id hook.EndpointID) *reader {
	e, ok := endpoints(id)
	if !ok {
		return nil
	}
	p, ok := provider.For(e.Provider)
	if !ok {
		return nil
	}
	r := &reader{endpoint: e, provider: p}
	if e.Statuses.Mapping != nil {
		if m, err := expr.Compile(*e.Statuses.Mapping); err == nil { // it was refused when it was saved otherwise
			r.mapping = m
			return r
		}
	}
	if !p.Tells() {
		return nil
	}
	return r
}

// change has an endpoint read as it is from now on, and reports whether what was read of it before may be read
// otherwise now.
func (rs *readers) change(e *hook.Endpoint) bool {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	was := rs.known[e.ID]
	delete(rs.known, e.ID)
	if was == nil {
		return newReader(func(hook.EndpointID) (hook.Endpoint, bool) { return *e, true }, e.ID) != nil
	}
	o := &was.endpoint
	return o.Provider != e.Provider || o.Statuses.Unsigned != e.Statuses.Unsigned || !maps.Equal(o.Settings, e.Settings) ||
		!slices.Equal(o.Statuses.References, e.Statuses.References) || !reflect.DeepEqual(o.Statuses.Mapping, e.Statuses.Mapping)
}

func (rs *readers) tells(id hook.EndpointID) bool { return rs.of(id) != nil }

// read returns what a delivery says, and in which world. Its error is hook.ErrTooMuch. All that names a subject is one of
// its aliases.
func (rs *readers) read(r *hook.Record) (statements []hook.Statement, world string, err error) {
	statements, world, err = rs.readStatements(r)
	for i := range statements {
		s := &statements[i]
		s.Aliases = slices.Concat(s.Aliases, s.Orders, s.References)
	}
	return statements, world, err
}

func (rs *readers) readStatements(r *hook.Record) (statements []hook.Statement, world string, err error) {
	from := rs.of(r.Endpoint)
	if from == nil {
		return nil, "", nil
	}
	world = worldOf(&from.endpoint, &r.Delivery)
	if from.mapping == nil {
		statements, err = from.provider.Statements(&from.endpoint, r)
		return statements, world, err
	}
	statements, err = from.mapping.Statements(&from.endpoint, r)
	if err != nil && !errors.Is(err, hook.ErrTooMuch) {
		return nil, world, nil // what it cannot read tells of nothing; trying the mapping says why
	}
	return statements, world, err
}

// worldOf is where what a delivery says counts: what nothing was checked of counts only among its like, unless the
// endpoint says otherwise.
func worldOf(e *hook.Endpoint, d *hook.Delivery) string {
	switch {
	case d.Verdict != hook.Verified && !e.Statuses.Unsigned:
		return hook.EnvironmentUnsigned
	case d.Mode == hook.ModeTest:
		return hook.EnvironmentTest
	default:
		return hook.EnvironmentLive
	}
}
