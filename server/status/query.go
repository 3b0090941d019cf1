package status

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// noStatus is the error for an id or endpoint that leads to no status.
var noStatus = &hook.Problem{
	Kind:   hook.ErrNotFound,
	Code:   "not_found",
	Detail: "This status does not exist. Check the id.",
}

// patience is how long a request waits for deliveries that were received before it.
const patience = time.Second

// Await waits until the deliveries that are in the log now have been applied, at most for patience. A client that got
// the answer "stored" for a delivery therefore finds its effect. During a long catch-up the statuses are read as they
// are.
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
// nothing older is left. Pages are cut by (seq, key), so that a status that changes between two pages moves to the
// front and no other one is skipped.
func (b *Board) Statuses(
	ctx context.Context,
	f hook.StatusFilter,
	before string,
	limit int,
) (page []hook.Status, next string, err error) {
	at, err := parsePlace(before)
	if err != nil {
		return nil, "", err
	}
	b.Await(ctx)
	_ = b.Flush() // if the disk is full, what is stored can still be read; Keep logs the error
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

// parsePlace parses a place as Statuses writes it: "SEQ.KEY". The zero place is the beginning.
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
		return p, &hook.Problem{
			Kind:   hook.ErrInvalid,
			Code:   "invalid_request",
			Detail: "before is invalid. Send the value of next from the previous page, or omit before.",
			Cause:  err,
		}
	}
	return p, nil
}

// Counts returns the number of statuses in each state, for those that a list with the filter shows. It reads the
// tallies in memory. Statuses that are shown inside another one are not counted.
func (b *Board) Counts(ctx context.Context, f hook.StatusFilter) (map[hook.State]int, error) {
	b.Await(ctx)
	// The tallies count a combination of endpoint, environment, kind and state each, so no status need be read.
	b.mu.RLock()
	defer b.mu.RUnlock()
	counts := map[hook.State]int{}
	for t, n := range b.tallies {
		if t.State != "" && !t.Inside && (f.Endpoint == "" || f.Endpoint == t.Endpoint) &&
			(f.Kind == "" || f.Kind == t.Kind) &&
			(f.Mode == "" || (f.Mode == hook.ModeTest) == (t.Environment == hook.EnvironmentTest)) {
			counts[t.State] += n
		}
	}
	return counts, nil
}

// find returns the subject of a name in its newest state, pending or stored; nil if there is none. Callers must not
// change it, as others read it too.
func (b *Board) find(ctx context.Context, name hook.AliasHash) (*hook.Subject, error) {
	b.using.RLock()
	defer b.using.RUnlock()
	for range 3 { // two subjects may turn out to be one between looking up the name and the subject
		key, err := b.keyOf(ctx, name)
		if err != nil || key == 0 {
			return nil, err
		}
		s, err := b.subject(ctx, key)
		if s != nil && s.Links.Level == "" {
			old := *s
			upgrade(&old)
			s = &old
		}
		if s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

// keyOf returns the key of the subject that has an alias; 0 if there is none. The caller holds using.
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

// subject returns the subject with a key; nil if it was merged or removed. The caller holds using.
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

// Status returns one status with its history; any of its ids finds it, also those of subjects that were merged into it.
// The history is derived from the stored evidence: Timeline has the effect of each event in the order in which it was
// received, Steps the changes of the state in the order in which they happened. The errors are noStatus and those of
// the store.
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
	detail := hook.StatusDetail{Status: s.Status, Timeline: effectsOf(s), Reviewed: s.Links.Reviewed}
	if detail.Steps, err = b.stepsOf(ctx, s); err != nil {
		return detail, err
	}
	if err := b.addMembers(ctx, &detail, s); err != nil {
		return detail, err
	}
	b.using.RLock()
	detail.Impressions, err = b.store.ShownOf(ctx, append(slices.Clip(s.Status.Merged), s.Status.ID))
	b.using.RUnlock()
	if err == nil {
		detail.TimeToPaid, err = b.latency(ctx, s.Status.Endpoint)
	}
	return detail, err
}

// addMembers adds the statuses that an order or reference lists, newest change first, and their effects to its
// timeline.
func (b *Board) addMembers(ctx context.Context, detail *hook.StatusDetail, s *hook.Subject) error {
	if s.Links.Level == hook.LevelPayment || s.Links.Level == "" {
		return nil
	}
	below, err := b.rowsBelow(ctx, s)
	if err != nil {
		return err
	}
	for _, row := range below {
		detail.Members = append(detail.Members, row.Status)
		detail.Timeline = append(detail.Timeline, effectsOf(row)...)
	}
	slices.SortStableFunc(detail.Members, func(a, b hook.Status) int { return cmp.Compare(b.Seq, a.Seq) })
	slices.SortStableFunc(detail.Timeline, func(a, b hook.Effect) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// Effects returns what one delivery did to the subjects that it is about; at most maxEffects. The delivery's statements
// are extracted again, so the record must have its body. A rejected delivery has no effects.
func (b *Board) Effects(ctx context.Context, r *hook.Record) ([]hook.Effect, error) {
	effects := []hook.Effect{}
	if r.Verdict == hook.Rejected {
		return effects, nil
	}
	b.Await(ctx)
	statements, environment, err := b.readers.read(r)
	if errors.Is(err, hook.ErrTooMuch) {
		return append(effects, tooMuch(r)), nil
	}
	for i := range statements {
		if len(effects) == maxEffects {
			break
		}
		f, found, err := b.effectOf(ctx, r, environment, &statements[i])
		if err != nil {
			return nil, err
		}
		if found {
			effects = append(effects, f)
		}
	}
	return effects, nil
}

// effectOf returns what one statement of a delivery did to the subject that it is about. found is false if that is not
// stored any more, or if its row has dropped the evidence.
func (b *Board) effectOf(
	ctx context.Context, r *hook.Record, environment string, st *hook.Statement,
) (f hook.Effect, found bool, err error) {
	name := reportedOn(st)
	if name == "" {
		return f, false, nil
	}
	s, err := b.find(ctx, hook.HashAlias(r.Endpoint, environment, name))
	if err != nil || s == nil {
		return f, false, err
	}
	for _, e := range effectsOf(s) {
		switch {
		case e.Event != st.Event || e.Says != st.Kind:
		case e.Seq == r.Seq:
			return e, true, nil
		case !found: // it repeats what another delivery reported, unless its body differs
			f, found = e, true
			f.Effect, f.Rule = hook.EffectDuplicate, ""
		}
	}
	return f, found, nil
}

// reportedOn returns an alias of the subject that a statement is about, as it is indexed; "" if there is none.
func reportedOn(st *hook.Statement) string {
	first := func(names []string) string {
		if len(names) == 0 {
			return ""
		}
		return names[0]
	}
	switch st.Level {
	case hook.LevelOrder:
		return first(st.Orders)
	case hook.LevelReference:
		return hook.ScopedReference(st.Account, first(st.References))
	default:
		return first(st.Aliases)
	}
}

// maxEffects is how many effects of one delivery are returned: each costs a derivation for every piece of evidence of
// its subject.
const maxEffects = 100

// tooMuch returns the effect of a delivery that exceeds the limit for extraction: none of its statements counts.
func tooMuch(r *hook.Record) hook.Effect {
	f := hook.Effect{
		Effect:     hook.EffectTooMuch,
		Type:       r.Type,
		Event:      r.Event,
		At:         r.OccurredAt,
		ReceivedAt: r.ReceivedAt,
		Seq:        r.Seq,
		Delivery:   r.ID,
	}
	if f.Event == "" {
		f.Event = string(r.ID)
	}
	if f.At.IsZero() {
		f.At = r.ReceivedAt
	}
	return f
}
