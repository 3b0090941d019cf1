package status

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

var noStatus = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found", Detail: "This status does not exist. Check the id."}

// patience is how long an answer waits for what was received before it was asked for.
const patience = time.Second

// Await waits until what is in the log now has been drawn, so that who was told that a delivery is stored finds what it
// moved; not for ever, where much is to be drawn.
func (b *Board) Await(ctx context.Context) {
	head := b.Log.Head()
	if b.Position() >= head {
		return
	}
	over := time.NewTimer(patience)
	defer over.Stop()
	for {
		moved := b.Moved()
		if b.Position() >= head {
			return
		}
		select {
		case <-moved:
		case <-over.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Statuses returns a page of statuses, those that changed last first. next is where the following page begins, "" where
// nothing older is left.
func (b *Board) Statuses(ctx context.Context, f hook.StatusFilter, before string, limit int) (page []hook.Status, next string, err error) {
	at, err := parsePlace(before)
	if err != nil {
		return nil, "", err
	}
	b.Await(ctx)
	_ = b.Flush() // where the disk is full, what is stored can be read all the same; Keep says that it is
	b.using.RLock()
	defer b.using.RUnlock()
	texts, to, err := b.store.List(ctx, f, at, limit)
	if err != nil {
		return nil, "", err
	}
	page = make([]hook.Status, len(texts))
	for i, text := range texts {
		if page[i], err = wire.ParseStatus(text); err != nil {
			return nil, "", err
		}
	}
	if to != (hook.StatusPageKey{}) {
		next = strconv.FormatInt(int64(to.Seq), 10) + "." + strconv.FormatInt(to.Key, 10)
	}
	return page, next, nil
}

func parsePlace(s string) (p hook.StatusPageKey, err error) {
	if s == "" {
		return p, nil
	}
	seq, key, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err == nil {
		p.Seq = hook.Seq(n)
		p.Key, err = strconv.ParseInt(key, 10, 64)
	}
	if err != nil {
		return p, &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: "before is invalid. Send the value of next from the previous page, or omit before.", Cause: err}
	}
	return p, nil
}

// Counts returns how many subjects stand where.
func (b *Board) Counts(ctx context.Context, f hook.StatusFilter) (map[hook.State]int, error) {
	b.Await(ctx)
	b.mu.RLock()
	defer b.mu.RUnlock()
	counts := map[hook.State]int{}
	for t, n := range b.tallies {
		if t.State != "" && (f.Endpoint == "" || f.Endpoint == t.Endpoint) && (f.Kind == "" || f.Kind == t.Kind) &&
			(f.Mode == "" || (f.Mode == hook.ModeTest) == (t.Environment == hook.EnvironmentTest)) {
			counts[t.State] += n
		}
	}
	return counts, nil
}

// find returns the subject of a name as it was last stored, nil where there is none. It must not be changed.
func (b *Board) find(ctx context.Context, name hook.AliasHash) (*hook.Subject, error) {
	b.using.RLock()
	defer b.using.RUnlock()
	for range 3 { // two subjects may turn out to be one between looking up the name and the subject
		key, err := b.keyOf(ctx, name)
		if err != nil || key == 0 {
			return nil, err
		}
		if s, err := b.subject(ctx, key); s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

func (b *Board) keyOf(ctx context.Context, name hook.AliasHash) (int64, error) {
	b.mu.RLock()
	key, ok := b.pending.names[name]
	b.mu.RUnlock()
	if !ok {
		key, ok = b.names.Get(name)
	}
	if !ok {
		return b.store.KeyOfAlias(ctx, name)
	}
	return key, nil
}

func (b *Board) subject(ctx context.Context, key int64) (*hook.Subject, error) {
	b.mu.RLock()
	s, ok := b.pending.subjects[key]
	_, gone := b.pending.gone[key]
	b.mu.RUnlock()
	if gone {
		return nil, nil
	}
	if !ok {
		s, ok = b.subjects.get(key)
	}
	if !ok {
		return b.store.Subject(ctx, key)
	}
	return s, nil
}

// Status returns one status with how it came there; any of its ids finds it.
func (b *Board) Status(ctx context.Context, id hook.StatusID) (hook.StatusDetail, error) {
	key, ok := id.Key()
	if !ok {
		return hook.StatusDetail{}, noStatus
	}
	b.Await(ctx)
	s, err := b.find(ctx, key)
	if err != nil {
		return hook.StatusDetail{}, err
	}
	if s == nil {
		return hook.StatusDetail{}, noStatus
	}
	detail := hook.StatusDetail{Status: s.Status, Steps: steps(s), Timeline: Effects(&s.Status, s.Evidence)}
	b.using.RLock()
	detail.Impressions, err = b.store.ShownOf(ctx, append(s.Status.Merged, s.Status.ID))
	b.using.RUnlock()
	if err == nil {
		detail.TimeToPaid, err = b.usually(ctx, s.Status.Endpoint)
	}
	return detail, err
}

func steps(s *hook.Subject) []hook.Step {
	deliveries := map[hook.Seq]hook.DeliveryID{}
	for _, e := range s.Evidence {
		deliveries[e.Seq] = e.Delivery
	}
	all := []hook.Step{}
	for _, step := range Stand(s.Status.Kind, s.Evidence).Steps {
		all = append(all, hook.Step{State: step.State, At: step.At, Seq: step.Seq, Delivery: deliveries[step.Seq]})
	}
	return all
}

// Effects returns what one delivery did.
func (b *Board) Effects(ctx context.Context, r *hook.Record) ([]hook.Effect, error) {
	effects := []hook.Effect{}
	if r.Verdict == hook.Rejected {
		return effects, nil
	}
	b.Await(ctx)
	statements, world, err := b.readers.read(r)
	if errors.Is(err, hook.ErrTooMuch) {
		return append(effects, tooMuch(r)), nil
	}
	for _, st := range statements {
		if len(st.Aliases) == 0 {
			continue
		}
		if len(effects) == maxEffects {
			break
		}
		s, err := b.find(ctx, hook.HashAlias(r.Endpoint, world, st.Aliases[0]))
		if err != nil {
			return nil, err
		}
		if s == nil {
			continue
		}
		for _, f := range Effects(&s.Status, s.Evidence) {
			if f.Event != st.Event || f.Says != st.Kind {
				continue
			}
			if f.Seq != r.Seq {
				f.Effect, f.Rule = hook.EffectDuplicate, ""
			}
			effects = append(effects, f)
			break
		}
	}
	return effects, nil
}

// maxEffects is how many effects of one delivery are told: for each of them its subject's whole story is gone through.
const maxEffects = 100

// tooMuch is the effect of a delivery of which nothing counts.
func tooMuch(r *hook.Record) hook.Effect {
	f := hook.Effect{Effect: hook.EffectTooMuch, Type: r.Type, Event: r.Event, At: r.OccurredAt, ReceivedAt: r.ReceivedAt,
		Seq: r.Seq, Delivery: r.ID}
	if f.Event == "" {
		f.Event = string(r.ID)
	}
	if f.At.IsZero() {
		f.At = r.ReceivedAt
	}
	return f
}

// isLive reports whether an endpoint has told of anything real. Where it never did, somebody is trying it out, and a link
// shows what tests tell; where it did, nobody can pay an order with a test.
func (b *Board) isLive(endpoint hook.EndpointID) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for t := range b.tallies {
		if t.Endpoint == endpoint && t.Environment == hook.EnvironmentLive {
			return true
		}
	}
	return false
}

// Public returns what a status link may show of the subject of a name: all that its endpoint lets the public see. A mode
// of hook.ModeTest shows what tests tell; without it that is shown only where nothing else ever was told.
func (b *Board) Public(ctx context.Context, endpoint hook.EndpointID, mode, name string) (hook.Public, hook.StatusID, error) {
	e, ok := b.Endpoints(endpoint)
	if !ok || !e.DeletedAt.IsZero() {
		return hook.Public{}, "", noStatus
	}
	s, err := b.find(ctx, hook.HashAlias(endpoint, modeWorld(mode), name))
	if (s == nil || s.Status.State == "") && err == nil && mode != hook.ModeTest && !b.isLive(endpoint) {
		var test *hook.Subject
		if test, err = b.find(ctx, hook.HashAlias(endpoint, hook.EnvironmentTest, name)); test != nil {
			s = test
		}
	}
	p := hook.Public{Status: hook.StateWaiting, Test: mode == hook.ModeTest || s != nil && s.Environment == hook.EnvironmentTest}
	if err != nil {
		return p, "", err
	}
	if s == nil || s.Status.State == "" {
		if p.Kind = kindBefore(&e, name); p.Kind == "" {
			p.TimeToPaid, err = b.usually(ctx, endpoint)
		}
		return p, "", err
	}
	st := &s.Status
	p.Status, p.Kind, p.Tone, p.Fulfilment = st.State, st.Kind, st.Tone, st.Fulfilment
	p.StartedAt, p.UpdatedAt = st.CreatedAt, st.UpdatedAt
	p.Final = st.Final || st.State == hook.StateFailed && b.Now().Sub(st.UpdatedAt.Time) > quiet
	show(&p, s, e.Statuses.Page)
	if !p.Final && st.Kind == hook.KindPayment && st.State != hook.StateFailed && st.State != hook.StateAuthorized { // those wait for a person
		p.TimeToPaid, err = b.usually(ctx, endpoint)
	}
	return p, st.ID, err
}

// kindBefore is the kind of a subject of which nothing is known yet, as far as its name and its endpoint tell; "" for what
// may be paid.
func kindBefore(e *hook.Endpoint, name string) hook.SubjectKind {
	if m := e.Statuses.Mapping; m != nil {
		if m.Kind == hook.KindOwn {
			return hook.KindOwn
		}
		return ""
	}
	switch prefix, _, _ := strings.Cut(name, "/"); prefix {
	case "run", "check", "status", "job":
		return hook.KindRun
	case "deployment":
		return hook.KindDeployment
	default:
		return ""
	}
}

// show fills in what the endpoint lets the public see.
func show(p *hook.Public, s *hook.Subject, page hook.Page) {
	st := &s.Status
	if page.Shows("amount") {
		p.Amount, p.Refunded, p.Currency = st.Amount, st.Refunded, st.Currency
	}
	if page.Shows("reference") {
		p.Reference = st.Reference
	}
	if page.Shows("timeline") {
		for _, step := range steps(s) {
			p.Timeline = append(p.Timeline, hook.PublicStep{Status: step.State, At: step.At})
		}
	}
}

// shownKey is one state of one subject.
type shownKey struct {
	status hook.StatusID
	state  hook.State
}

// Shown notes that a page showed a state of a subject to somebody.
func (b *Board) Shown(id hook.StatusID, state hook.State, by string) {
	key, ok := id.Key()
	if !ok {
		return
	}
	s, err := b.find(context.Background(), key)
	if err != nil || s == nil {
		return
	}
	what := shownKey{s.Status.ID, state}
	if known, _ := b.shown.ContainsOrAdd(what, struct{}{}); known {
		return
	}
	b.using.RLock()
	defer b.using.RUnlock()
	if err := b.store.Show(s.Status.ID, hook.Impression{State: state, At: hook.Time{Time: b.Now().UTC()}, By: by}); err != nil {
		b.Logger.Error("could not note that a page showed a status", "status", id, "error", err)
	}
}

// usuals remember how long the payments of endpoints usually take.
type usuals struct {
	mu  sync.Mutex
	all map[hook.EndpointID]usual
}

type usual struct {
	of    *hook.Latency
	until time.Time
}

// How many payments say what is usual, and for how long what they say is believed.
const (
	fewPayments   = 20
	manyPayments  = 500
	usualLastsFor = time.Minute
)

// usually says how long the payments of an endpoint usually take; nil where too few are known.
func (b *Board) usually(ctx context.Context, endpoint hook.EndpointID) (*hook.Latency, error) {
	b.usuals.mu.Lock()
	defer b.usuals.mu.Unlock()
	if u, ok := b.usuals.all[endpoint]; ok && b.Now().Before(u.until) {
		return u.of, nil
	}
	_ = b.Flush() // as above
	b.using.RLock()
	took, err := b.store.Took(ctx, endpoint, manyPayments)
	b.using.RUnlock()
	if err != nil {
		return nil, err
	}
	u := usual{until: b.Now().Add(usualLastsFor)}
	if n := len(took); n >= fewPayments {
		u.of = &hook.Latency{P50: took[(n-1)/2].Seconds(), P90: took[(n*9-1)/10].Seconds(), Samples: n}
	}
	if b.usuals.all == nil {
		b.usuals.all = map[hook.EndpointID]usual{}
	}
	b.usuals.all[endpoint] = u
	return u.of, nil
}
