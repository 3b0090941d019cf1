package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// The limits of an event's id and account and of its type, in bytes. A longer value is treated as missing.
const (
	maxEventID = 256
	maxType    = 200
)

// Identity says where a sender's events carry their identity. In each list the first selector that finds a value is
// used. Without an id an event is never recognised as a repeat; a sender that gives no id therefore has a composite
// one, or "sha256", the hash of the body.
type Identity struct {
	Events []payload.Join     // the event's unique id, which a retry keeps; may be composite
	Types  []payload.Selector // the event's type
	// JoinedTypes are types made of several fields, with "." between them. The first complete one is used instead of
	// Types.
	JoinedTypes []payload.Join
	Times       []payload.Selector // when the event happened; the first one that parses is used
	Account     payload.Selector   // account, shop or repository at the sender
	Zone        string             // of times that name none, such as "+07:00"; "" is UTC
	// OtherAccount is where newer or older deliveries carry the account; used if there is none at Account.
	OtherAccount payload.Selector
	// AccountIsNew says that an earlier release did not read the account, so that deliveries are stored without it.
	AccountIsNew bool
	// JoinedAccount is an account of several fields, with "/" between them. If it is complete, it is used instead.
	JoinedAccount payload.Join
	Mode          modeSpec // live or test
}

// joins parses the selectors of Identity.Events and JoinedTypes. One that does not parse is a broken build.
func joins(texts ...string) []payload.Join {
	all := make([]payload.Join, len(texts))
	for i, text := range texts {
		all[i] = payload.SelectJoin(text)
	}
	return all
}

// modeSpec says where a sender marks an event as live or as a test. The zero modeSpec means that it does not.
type modeSpec struct {
	at   payload.Selector
	test bool // true: the affirmative value means test mode
}

// liveIf returns the spec for a field that is affirmative for live events.
func liveIf(at string) modeSpec { return modeSpec{at: payload.Select(at)} }

// testIf returns the spec for a field that is affirmative for test events.
func testIf(at string) modeSpec { return modeSpec{at: payload.Select(at), test: true} }

// read returns hook.ModeLive, hook.ModeTest, or "" if the field is missing or has an unknown value. The hosts are those
// of PayPal's certificates, the only sign of the mode in its deliveries.
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

// identify sets the identity of a request's event in f. A batch of several events has no id; its type, account and mode
// are set only if all events agree. A batch of one event is treated like a single event.
func (p *Provider) identify(q *payload.Request, f *signature.Result) {
	switch items := q.Items(p.Signature.Batch); {
	case len(items) > 1:
		f.Batch = p.batchEvents(q, items)
		f.Type, f.Account, f.Mode = f.Batch[0].Type, f.Batch[0].Account, f.Batch[0].Mode
		for _, e := range f.Batch {
			f.Type = commonValue(f.Type, e.Type)
			f.Account = commonValue(f.Account, e.Account)
			f.Mode = commonValue(f.Mode, e.Mode)
		}
		return
	case len(items) == 1:
		q.Look(0)
	}
	e := p.event(q)
	f.Event, f.Type, f.OccurredAt, f.Account, f.Mode = e.ID, e.Type, e.OccurredAt, e.Account, e.Mode
}

// Events returns every event of a stored batch, at most payload.MaxItems; nil if the body is one event.
func (p *Provider) Events(e *hook.Endpoint, r *hook.Record) []hook.Event {
	var f signature.Result
	var q payload.Request
	q.Reset(r, e.Settings)
	q.Envelope = p.Signature.Envelope
	p.identify(&q, &f)
	return f.Batch
}

// batchEvents reads the events of a batch from its items.
func (p *Provider) batchEvents(q *payload.Request, items []string) []hook.Event {
	events := make([]hook.Event, min(len(items), payload.MaxItems))
	for i := range events {
		q.Look(i)
		events[i] = p.event(q)
	}
	return events
}

// commonValue returns the value that two events share, "" if they differ.
func commonValue(a, b string) string {
	if a != b {
		return ""
	}
	return a
}

// event reads the identity of one event: that of the current item of a batch, or else of the body. An id, account or
// type that is too long is left out, and so is an account or type that is not printable, because people see it. Of the
// ids only the first complete one is considered: with a fallback a repeat could get another id than the first delivery.
func (p *Provider) event(q *payload.Request) hook.Event {
	e := hook.Event{Type: p.typeOf(q), Mode: p.Identity.Mode.read(q)}
	e.Account = p.account(q)
	for _, selector := range p.Identity.Times {
		if at, ok := p.time(q.Text(selector)); ok {
			e.OccurredAt = at
			break
		}
	}
	for _, join := range p.Identity.Events {
		if id, whole := q.Joined(join); whole {
			if len(id) <= maxEventID {
				e.ID = id
			}
			break
		}
	}
	return e
}

// account reads the account of the current event; "" if it is too long, or not printable.
func (p *Provider) account(q *payload.Request) string {
	account := p.accountOf(q)
	if len(account) > maxEventID || !payload.Printable(account) {
		return ""
	}
	return account
}

// accountOf reads the account of the current event as it is.
func (p *Provider) accountOf(q *payload.Request) string {
	if len(p.Identity.JoinedAccount) > 0 {
		if account, whole := q.Joined(p.Identity.JoinedAccount); whole {
			return account
		}
	}
	if account := q.Text(p.Identity.Account); account != "" {
		return account
	}
	return q.Text(p.Identity.OtherAccount)
}

// time parses a time of the sender.
func (p *Provider) time(text string) (hook.Time, bool) {
	if p.Identity.Zone != "" {
		if at, ok := payload.ParseTime(text + p.Identity.Zone); ok {
			return at, true
		}
	}
	return payload.ParseTime(text)
}

// typeOf reads the type of the current event.
func (p *Provider) typeOf(q *payload.Request) string {
	t := ""
	for _, join := range p.Identity.JoinedTypes {
		if joined, whole := q.Dotted(join); whole {
			t = joined
			break
		}
	}
	if t == "" {
		t = q.First(p.Identity.Types)
	}
	if len(t) > maxType || !payload.Printable(t) {
		return ""
	}
	return t
}

// IdentityHeaders counts the headers of a delivery in which this sender carries an id or a type. Package diagnose
// guesses from it which sender a rejected delivery is really from.
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
