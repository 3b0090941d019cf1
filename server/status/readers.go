package status

import (
	"cmp"
	"errors"
	"maps"
	"reflect"
	"slices"
	"sync"

	"hookbeam/server/extract/expr"
	"hookbeam/server/filter"
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
	mapping  *expr.Mapping  // nil: as is known of the provider
	only     *filter.Filter // nil: all deliveries report
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
	if e.Statuses.Only != "" {
		r.only, _ = filter.Parse(e.Statuses.Only) // one that cannot be parsed was refused when it was saved
	}
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
	return o.Provider != e.Provider || o.Statuses.Unsigned != e.Statuses.Unsigned ||
		o.Statuses.UniqueReferences != e.Statuses.UniqueReferences || o.Statuses.Only != e.Statuses.Only ||
		!maps.Equal(o.Settings, e.Settings) ||
		!slices.Equal(
			o.Statuses.References,
			e.Statuses.References,
		) || !reflect.DeepEqual(o.Statuses.Mapping, e.Statuses.Mapping)
}

func (rs *readers) tells(id hook.EndpointID) bool { return rs.of(id) != nil }

// unique reports whether an endpoint's references identify orders.
func (rs *readers) unique(id hook.EndpointID) bool {
	from := rs.of(id)
	return from != nil && from.endpoint.Statuses.UniqueReferences
}

// read returns what a delivery reports, and in which environment. Its error is hook.ErrTooMuch.
func (rs *readers) read(r *hook.Record) (statements []hook.Statement, world string, err error) {
	from := rs.of(r.Endpoint)
	if from == nil {
		return nil, "", nil
	}
	world = worldOf(&from.endpoint, &r.Delivery)
	if from.mapping == nil {
		statements, err = from.provider.Statements(&from.endpoint, r)
	} else if statements, err = from.mapping.Statements(&from.endpoint, r); !errors.Is(err, hook.ErrTooMuch) {
		err = nil // what it cannot read reports nothing; trying the mapping says why
	}
	if !from.admits(r, statements) {
		return nil, world, err
	}
	return statements, world, err
}

// admits reports whether the endpoint's filter lets a delivery report anything. The filter sees what the delivery
// itself says of its subjects, and not what is known of them: a status must not depend on itself.
func (r *reader) admits(record *hook.Record, statements []hook.Statement) bool {
	if r.only == nil {
		return true
	}
	item := filter.Item{Record: record, EndpointName: r.endpoint.Name, Provider: r.endpoint.Provider}
	item.Subjects = func() (all []filter.Subject) {
		for i := range statements {
			s := &statements[i]
			all = append(all, filter.Subject{
				Names:     slices.Concat(s.Aliases, s.Orders, s.References),
				Reference: s.Reference, Amount: cmp.Or(s.Amount, s.Total),
			})
		}
		return all
	}
	return r.only.Match(item, record.ReceivedAt.Time)
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
