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

// View reads the statuses of a projector: lists, single statuses with their history, what deliveries did, and what the
// public may see. Any number of goroutines use it while deliveries are applied, and a rebuild does not interrupt it.
// A reading sees everything up to the projector's position, stored or not, and Await waits for what is in the log now.
//
// A View has no state of its own and can be copied. Package api and the live hub use it; the one thing that it writes
// is that a page showed a status. query.go, public.go, changes.go, watch.go, history.go and latency.go have its methods.
type View struct{ p *Projector }

// View returns what reads the statuses of this projector.
func (p *Projector) View() View { return View{p} }

// Position is the newest seq up to which all deliveries have been applied to what the view reads.
func (v View) Position() hook.Seq { return v.p.Position() }

// noStatus is the error for an id or endpoint that leads to no status.
var noStatus = &hook.Problem{
	Kind:   hook.ErrNotFound,
	Code:   "not_found",
	Detail: "This status does not exist. Check the id.",
}

// awaitFor is how long a request waits for deliveries that were received before it.
const awaitFor = time.Second

// Await waits until the deliveries that are in the log now have been applied, at most for awaitFor. A client that got
// the answer "stored" for a delivery therefore finds its effect. During a long catch-up the statuses are read as they
// are.
func (v View) Await(ctx context.Context) {
	head := v.p.Log.Head()
	if v.p.Position() >= head {
		return
	}
	over := time.NewTimer(awaitFor)
	defer over.Stop()
	for {
		moved := v.p.Moved()
		if v.p.Position() >= head {
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
func (v View) Statuses(
	ctx context.Context,
	f hook.StatusFilter,
	before string,
	limit int,
) (page []hook.Status, next string, err error) {
	at, err := parsePageKey(before)
	if err != nil {
		return nil, "", err
	}
	v.Await(ctx)
	_ = v.p.Flush() // if the disk is full, what is stored can still be read; RunMaintenance logs the error
	v.p.using.RLock()
	defer v.p.using.RUnlock()
	texts, to, err := v.p.store.List(ctx, f, at, limit)
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

// parsePageKey parses where a page begins, as Statuses writes it: "SEQ.KEY". The zero key is the beginning.
func parsePageKey(s string) (p hook.StatusPageKey, err error) {
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

// Counts returns the number of statuses in each state, and of those that need review, for those that a list with the
// filter shows. It reads the tallies in memory. Statuses that are shown inside another one are not counted.
func (v View) Counts(ctx context.Context, f hook.StatusFilter) (hook.StatusCounts, error) {
	v.Await(ctx)
	// The tallies count a combination of endpoint, environment, kind, state and reasons each, so no status need be read.
	v.p.mu.RLock()
	defer v.p.mu.RUnlock()
	counts := hook.StatusCounts{
		States: map[hook.State]int{}, Reviews: hook.ReviewCounts{Reasons: map[hook.Review]int{}},
	}
	for t, n := range v.p.tallies {
		if t.State != "" && !t.Inside && (f.Endpoint == "" || f.Endpoint == t.Endpoint) && f.Among.Has(t.Endpoint) &&
			(f.Kind == "" || f.Kind == t.Kind) &&
			(f.Mode == "" || (f.Mode == hook.ModeTest) == (t.Environment == hook.EnvironmentTest)) {
			counts.States[t.State] += n
			counts.Reviews.Add(t.Review, n)
		}
	}
	return counts, nil
}

// Status returns one status with its history; any of its ids finds it, also those of subjects that were merged into it.
// The history is derived from the stored evidence: Timeline has the effect of each event in the order in which it was
// received, Steps the changes of the state in the order in which they happened. The errors are noStatus and those of
// the store.
func (v View) Status(ctx context.Context, id hook.StatusID) (hook.StatusDetail, error) {
	key, ok := id.Key()
	if !ok {
		return hook.StatusDetail{}, noStatus
	}
	v.Await(ctx)
	s, err := v.p.findUnit(ctx, key)
	if err != nil {
		return hook.StatusDetail{}, err
	}
	if s == nil {
		return hook.StatusDetail{}, noStatus
	}
	detail := hook.StatusDetail{Status: s.Status, Timeline: effectsOf(s), Reviewed: s.Links.Reviewed}
	if detail.Steps, err = v.stepsOf(ctx, s); err != nil {
		return detail, err
	}
	if err := v.addMembers(ctx, &detail, s); err != nil {
		return detail, err
	}
	if detail.Accounts, err = v.accountsOf(ctx, s); err != nil {
		return detail, err
	}
	v.p.using.RLock()
	detail.Impressions, err = v.p.store.ImpressionsOf(ctx, append(slices.Clip(s.Status.Merged), s.Status.ID))
	v.p.using.RUnlock()
	if err == nil {
		detail.TimeToPaid, err = v.latency(ctx, s.Status.Endpoint)
	}
	return detail, err
}

// addMembers adds the statuses that an order or reference lists, newest change first, and their effects to its
// timeline.
func (v View) addMembers(ctx context.Context, detail *hook.StatusDetail, s *hook.Subject) error {
	if s.Links.Level == hook.LevelPayment || s.Links.Level == "" {
		return nil
	}
	below, err := v.rowsBelow(ctx, s)
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
func (v View) Effects(ctx context.Context, r *hook.Record) ([]hook.Effect, error) {
	effects := []hook.Effect{}
	if r.Verdict == hook.Rejected {
		return effects, nil
	}
	v.Await(ctx)
	statements, environment, err := v.p.readers.read(r)
	if errors.Is(err, hook.ErrTooMuch) {
		return append(effects, tooMuch(r)), nil
	}
	for i := range statements {
		if len(effects) == maxEffects {
			break
		}
		f, found, err := v.effectOf(ctx, r, environment, &statements[i])
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
func (v View) effectOf(
	ctx context.Context, r *hook.Record, environment string, st *hook.Statement,
) (f hook.Effect, found bool, err error) {
	name := reportedOn(st)
	if name == "" {
		return f, false, nil
	}
	s, err := v.p.find(ctx, hook.HashAlias(r.Endpoint, environment, name))
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
