package status

import (
	"context"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// isLive reports whether an endpoint has received anything verified that is no test. If it has not, somebody is trying
// it out, and a link shows what test events report. If it has, a test payment must not make an order look paid.
func (v View) isLive(endpoint hook.EndpointID) bool {
	v.p.mu.RLock()
	defer v.p.mu.RUnlock()
	for t := range v.p.tallies {
		if t.Endpoint == endpoint && t.Environment == hook.EnvironmentLive {
			return true
		}
	}
	return false
}

// Public returns what a status link may show of the subject of a name: all that its endpoint shows to the public. A
// mode of hook.ModeTest shows what tests report; without it that is shown only if nothing else was ever reported. A
// reference may be scoped (hook.ScopedReference); one that is not is looked for under every account.
//
// The pages of status links and the public API call it. An unknown name is no error: the payer may be sent to the page
// before the first event arrives, so the state is then "waiting". An ambiguous reference shows nobody's payment. The id
// is that of the status shown, for RecordImpression. The errors are noStatus, for an endpoint that does not exist, and those of
// the store.
func (v View) Public(
	ctx context.Context, endpoint hook.EndpointID, mode, name string,
) (hook.Public, hook.StatusID, error) {
	e, ok := v.p.Endpoints(endpoint)
	if !ok || !e.DeletedAt.IsZero() {
		return hook.Public{}, "", noStatus
	}
	// Test and live are two subjects that never mix. The test one is only a substitute while there is no live one.
	s, shared, err := v.named(ctx, endpoint, modeEnvironment(mode), name)
	if (s == nil || s.Status.State == "") && !shared && err == nil && mode != hook.ModeTest && !v.isLive(endpoint) {
		var test *hook.Subject
		var sharedTest bool
		if test, sharedTest, err = v.named(ctx, endpoint, hook.EnvironmentTest, name); test != nil {
			s, shared = test, sharedTest
		}
	}
	p := hook.Public{
		Status: hook.StateWaiting,
		Test:   mode == hook.ModeTest || s != nil && s.Environment == hook.EnvironmentTest,
	}
	switch {
	case err != nil:
		return p, "", err
	case s == nil || s.Status.State == "":
		if s != nil && isPaid(s) { // an event named it, and reported no state
			p.Summary = payments.Derive(s, v.p.readers.unique(endpoint))
			hideAmounts(&p.Summary)
		}
		if p.Kind = kindBefore(&e, name); p.Kind == "" {
			p.TimeToPaid, err = v.latency(ctx, endpoint)
		}
		return p, "", err
	case shared || s.Status.State == hook.StateAmbiguous:
		p.Status, p.Kind, p.Tone = hook.StateAmbiguous, hook.KindOrder, hook.ToneWarning
		p.Summary = hook.Summary{State: hook.StateAmbiguous, Review: s.Status.Review}
		return p, s.Status.ID, nil
	}
	if err := v.fillPublic(ctx, &p, s, e.Statuses.Page); err != nil {
		return p, "", err
	}
	waits := p.Status == hook.StateFailed || p.Status == hook.StateAuthorized // for a person
	if !p.Final && isPaid(s) && p.Fulfilment == "" && !waits {
		p.TimeToPaid, err = v.latency(ctx, endpoint)
	}
	return p, s.Status.ID, err
}

// isPaid reports whether a subject is a payment, an order or a reference.
func isPaid(s *hook.Subject) bool { return s.Links.Level != "" }

// named returns the subject of a name; nil if there is none. shared reports that several accounts have this reference,
// with different payments. A reference without an account may be stored without one, or under the accounts of its
// events, so all of its aliases are looked up.
func (v View) named(
	ctx context.Context, endpoint hook.EndpointID, environment, name string,
) (s *hook.Subject, shared bool, err error) {
	if reference, account := hook.CutReference(name); account != "" || !strings.HasPrefix(name, "order/") {
		s, err = v.p.findUnit(ctx, hook.HashAlias(endpoint, environment, name))
		if account != "" {
			s = underReference(s, reference)
		}
		return s, false, err
	}
	all, err := v.rowsOfReference(ctx, endpoint, environment, name)
	if err != nil {
		return nil, false, err
	}
	s, shared = payments.Named(all)
	s, err = v.p.unitOf(ctx, s)
	return underReference(s, name), shared, err
}

// underReference returns a payment or order as its reference reads that lists nothing else: an order with this number.
func underReference(s *hook.Subject, name string) *hook.Subject {
	if s == nil || !isPaid(s) || s.Links.Level == hook.LevelReference {
		return s
	}
	row := *s
	row.Status.Kind, row.Status.Reference = hook.KindOrder, withoutPrefix(name)
	return &row
}

// kindBefore returns the kind of a subject that no event has reported yet, judged by its name and its endpoint's
// mapping; "" if it may be a payment. The page chooses its words by it.
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

// retryWindow is how long a failed payment counts as open, since the payer may try again. After it
// the public status is final.
const retryWindow = 30 * time.Minute

// fillPublic fills in what the endpoint's settings of the page allow. Amounts that are hidden are removed from the summary
// too; its flags stay, since the words of the page are chosen by them.
func (v View) fillPublic(ctx context.Context, p *hook.Public, s *hook.Subject, page hook.Page) error {
	st := &s.Status
	p.Status, p.Kind, p.Tone, p.Fulfilment = st.State, st.Kind, st.Tone, st.Fulfilment
	p.StartedAt, p.UpdatedAt = st.CreatedAt, st.UpdatedAt
	p.Final = st.Final || st.State == hook.StateFailed && v.p.Now().Sub(st.UpdatedAt.Time) > retryWindow
	if isPaid(s) {
		p.Summary = payments.Derive(s, v.p.readers.unique(st.Endpoint))
		p.NothingDue = p.Summary.NothingDue
	}
	if page.Shows("amount") {
		p.Amount, p.Refunded, p.Currency = st.Amount, st.Refunded, st.Currency
		if st.State == hook.StatePartiallyPaid {
			p.Due = st.Due
		}
	} else {
		hideAmounts(&p.Summary)
	}
	if page.Shows("reference") {
		p.Reference = st.Reference
	}
	if !page.Shows("timeline") {
		return nil
	}
	steps, err := v.stepsOf(ctx, s)
	for _, step := range steps {
		p.Timeline = append(p.Timeline, hook.PublicStep{Status: step.State, At: step.At})
	}
	return err
}

// hideAmounts removes all amounts from a summary, and keeps the flags that words are chosen by.
func hideAmounts(s *hook.Summary) {
	s.Amount, s.Due, s.Captured, s.Held, s.Refunded, s.Waived, s.Currency = 0, 0, 0, 0, 0, 0, ""
}

// impressionKey is one state of one subject.
type impressionKey struct {
	status hook.StatusID
	state  hook.State
}

// RecordImpression stores that a page showed a state of a subject. by is the transport that brought it there. Only the first time
// counts; a cache keeps repeated views of a page from writing. Errors are logged and not returned: the page was shown
// all the same.
func (v View) RecordImpression(id hook.StatusID, state hook.State, by string) {
	key, ok := id.Key()
	if !ok {
		return
	}
	s, err := v.p.find(context.Background(), key)
	if err != nil || s == nil {
		return
	}
	what := impressionKey{s.Status.ID, state}
	if known, _ := v.p.impressions.ContainsOrAdd(what, struct{}{}); known {
		return
	}
	v.p.using.RLock()
	defer v.p.using.RUnlock()
	shown := hook.Impression{State: state, At: hook.Time{Time: v.p.Now().UTC()}, By: by}
	if err := v.p.store.AddImpression(s.Status.ID, shown); err != nil {
		v.p.Logger.Error("could not note that a page showed a status", "status", id, "error", err)
	}
}
