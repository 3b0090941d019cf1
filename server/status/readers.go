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

// readers extract the statements of each endpoint's deliveries. A reader is cached when an endpoint is first used, and
// Projector.Change replaces it when the endpoint's settings change.
type readers struct {
	endpoints func(hook.EndpointID) (hook.Endpoint, bool)

	mu    sync.Mutex
	known map[hook.EndpointID]*reader // nil: the endpoint's deliveries report nothing
}

// reader is how one endpoint's deliveries are read: by the definition of its provider or by its own mapping, and
// restricted by its filter. It is immutable.
type reader struct {
	endpoint hook.Endpoint
	provider *provider.Provider
	mapping  *expr.Mapping  // nil: the provider's own definition is used
	only     *filter.Filter // nil: all deliveries report
}

// of returns how an endpoint's deliveries are read; nil if they report nothing.
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

// newReader returns how an endpoint's deliveries are read, as its settings are now; nil if it does not exist, or if
// there is neither a mapping nor a provider whose events report statuses.
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
	if !p.HasRules() {
		return nil
	}
	return r
}

// change makes the endpoint's new settings count from now on, and reports whether its earlier deliveries may give other
// statements now. It compares exactly the settings that extraction and derivation use; the others cause no rebuild.
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
		o.Statuses.ReferenceScope != e.Statuses.ReferenceScope ||
		!maps.Equal(o.Settings, e.Settings) ||
		!slices.Equal(
			o.Statuses.References,
			e.Statuses.References,
		) || !reflect.DeepEqual(o.Statuses.Mapping, e.Statuses.Mapping)
}

// reads reports whether an endpoint's deliveries may report anything.
func (rs *readers) reads(id hook.EndpointID) bool { return rs.of(id) != nil }

// unique reports whether an endpoint's references identify orders.
func (rs *readers) unique(id hook.EndpointID) bool {
	from := rs.of(id)
	return from != nil && from.endpoint.Statuses.UniqueReferences
}

// read returns the statements of a delivery, and the environment in which they count. Its only error is
// hook.ErrTooMuch; what cannot be read otherwise reports nothing.
func (rs *readers) read(r *hook.Record) (statements []hook.Statement, environment string, err error) {
	from := rs.of(r.Endpoint)
	if from == nil || r.Marks&hook.MarkChallenge != 0 {
		return nil, "", nil
	}
	environment = environmentOf(&from.endpoint, &r.Delivery)
	if from.mapping == nil {
		statements, err = from.provider.Statements(&from.endpoint, r)
	} else if statements, err = from.mapping.Statements(&from.endpoint, r); !errors.Is(err, hook.ErrTooMuch) {
		err = nil // what it cannot read reports nothing; the mapping's preview shows why
	}
	if !from.admits(r, statements) {
		return nil, environment, err
	}
	return statements, environment, err
}

// admits reports whether the endpoint's filter lets a delivery report anything. The filter sees what the delivery
// itself reports about its subjects, and not their statuses: a status must not depend on itself.
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

// environmentOf returns the environment in which a delivery's statements count. Unverified deliveries have one of their
// own, since anybody can send them, unless the endpoint's settings accept them. Nothing crosses from one to another.
func environmentOf(e *hook.Endpoint, d *hook.Delivery) string {
	switch {
	case d.Verdict != hook.Verified && !e.Statuses.Unsigned:
		return hook.EnvironmentUnsigned
	case d.Mode == hook.ModeTest:
		return hook.EnvironmentTest
	default:
		return hook.EnvironmentLive
	}
}
