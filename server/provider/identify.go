package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// maxEvent and maxType bound what an event is called, in bytes; a longer name is taken for none.
const (
	maxEvent = 256
	maxType  = 200
)

// Identity says where a sender's events carry what they are called. Of several selectors the first
// counts where something is.
type Identity struct {
	Events  []payload.Join     // the event's unique id, which may be made of parts
	Types   []payload.Selector // the event's type
	Times   []payload.Selector // when the event happened; the first that can be read counts
	Account payload.Selector   // whose event it is at the sender
	Mode    modeSpec           // whether it is real or a test
}

// joins reads the selectors of Identity.Events.
func joins(texts ...string) []payload.Join {
	all := make([]payload.Join, len(texts))
	for i, text := range texts {
		all[i] = payload.SelectJoin(text)
	}
	return all
}

// modeSpec says where a sender tells events from tests.
type modeSpec struct {
	at   payload.Selector
	test bool // a yes means a test
}

// liveIf is a field whose yes means that the event is real.
func liveIf(at string) modeSpec { return modeSpec{at: payload.Select(at)} }

// testIf is a field whose yes means that the event is a test.
func testIf(at string) modeSpec { return modeSpec{at: payload.Select(at), test: true} }

// read returns hook.ModeLive, hook.ModeTest, or "" where the sender does not say.
func (m modeSpec) read(q *payload.Request) string {
	yes := false
	switch strings.ToLower(q.Text(m.at)) {
	case "true", "live", "production", "api.paypal.com", "api-m.paypal.com":
		yes = true
	case "false", "test", "sandbox", "api.sandbox.paypal.com", "api-m.sandbox.paypal.com":
	default:
		return ""
	}
	if yes != m.test {
		return hook.ModeLive
	}
	return hook.ModeTest
}

// identify reads what the event is called and what else the sender says of it. A body of several events
// has no id of its own, and of the rest only what all of them share.
func (p *Provider) identify(q *payload.Request, f *signature.Result) {
	switch items := q.Items(p.Signature.Batch); {
	case len(items) > 1:
		f.Batch = p.batchOf(q, items)
		f.Type, f.Account, f.Mode = f.Batch[0].Type, f.Batch[0].Account, f.Batch[0].Mode
		for _, e := range f.Batch {
			f.Type, f.Account, f.Mode = agreed(f.Type, e.Type), agreed(f.Account, e.Account), agreed(f.Mode, e.Mode)
		}
		return
	case len(items) == 1:
		q.Look(items[0])
	}
	e := p.event(q)
	f.Event, f.Type, f.OccurredAt, f.Account, f.Mode = e.ID, e.Type, e.OccurredAt, e.Account, e.Mode
}

// Events returns every event of a body that has several; none where it has one.
func (p *Provider) Events(e *hook.Endpoint, r *hook.Record) []hook.Event {
	var f signature.Result
	var q payload.Request
	q.Reset(r, e.Settings)
	p.identify(&q, &f)
	return f.Batch
}

// batchOf reads the events of a batch.
func (p *Provider) batchOf(q *payload.Request, items []string) []hook.Event {
	events := make([]hook.Event, min(len(items), payload.MaxItems))
	for i := range events {
		q.Look(items[i])
		events[i] = p.event(q)
	}
	return events
}

// agreed returns what two events both say, "" where they differ.
func agreed(a, b string) string {
	if a != b {
		return ""
	}
	return a
}

// event reads one event: that of the body, or of the item that is being looked at.
func (p *Provider) event(q *payload.Request) hook.Event {
	e := hook.Event{Type: p.typeOf(q), Mode: p.Identity.Mode.read(q)}
	if e.Account = q.Text(p.Identity.Account); len(e.Account) > maxEvent || !payload.Printable(e.Account) {
		e.Account = ""
	}
	for _, selector := range p.Identity.Times {
		if at, ok := payload.ParseTime(q.Text(selector)); ok {
			e.OccurredAt = at
			break
		}
	}
	for _, join := range p.Identity.Events {
		if id, whole := q.Joined(join); whole {
			if len(id) <= maxEvent {
				e.ID = id
			}
			break
		}
	}
	return e
}

// typeOf reads the type of an event.
func (p *Provider) typeOf(q *payload.Request) string {
	t := q.First(p.Identity.Types)
	if len(t) > maxType || !payload.Printable(t) {
		return ""
	}
	return t
}

// IdentityHeaders counts the headers of a delivery that carry an event's id or type of this sender.
func (p *Provider) IdentityHeaders(r *hook.Record) (n int) {
	has := func(s payload.Selector) bool {
		name, isHeader := s.Header()
		return isHeader && r.Header(name) != ""
	}
	for _, join := range p.Identity.Events {
		if len(join) == 1 && has(join[0]) {
			n++
		}
	}
	for _, selector := range p.Identity.Types {
		if has(selector) {
			n++
		}
	}
	return n
}
