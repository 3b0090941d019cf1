package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// The limits of one check of an endpoint, and the number of endpoints whose results are stored together.
const (
	maxChecked      = 1000     // rejected deliveries
	maxCheckedBytes = 64 << 20 // of their bodies, together
	checkPage       = 100      // deliveries that are listed at once
	checkBatch      = 20       // endpoints; a change of one waits until they are stored
	// checkDelay is how long Run waits after the start, which has more urgent work.
	checkDelay = time.Second
	// maxRest is the longest rest after a delivery.
	maxRest = time.Second
)

// Rechecker finds rejected deliveries that verify now: because a release corrected how their sender signs, or because a
// person corrected the endpoint's secret or settings. It counts them in hook.Endpoint.WouldVerify, and changes no
// verdict; Intake.Reverify releases them when a person asks for it.
//
// An endpoint is checked if the fingerprint of what verifies its deliveries is not the one of the last check. The
// result is stored only after the check, so a check that a restart ends is done again. Each delivery is verified at the
// time when it was received, so a replayed request stays rejected.
//
// The server has one. It reads the newest deliveries, one at a time, within the limits above. It rests after each for
// as long as the delivery took, so that it takes at most half of one core from receiving. It makes no request.
type Rechecker struct {
	intake *Intake
	log    *slog.Logger
	wake   chan struct{} // has a value if an endpoint was changed
	now    func() time.Time
	pause  func(context.Context, time.Duration) error
}

// NewRechecker returns a rechecker of in's endpoints. now is a monotonic clock, and pause waits for a time or until the
// context ends, whose error it returns.
func NewRechecker(
	in *Intake, log *slog.Logger, now func() time.Time, pause func(context.Context, time.Duration) error,
) *Rechecker {
	r := &Rechecker{intake: in, log: log, wake: make(chan struct{}, 1), now: now, pause: pause}
	in.endpoints.Subscribe(func(e hook.Endpoint) {
		if e.CheckedAs == "" {
			select {
			case r.wake <- struct{}{}:
			default: // the next pass sees this change, too
			}
		}
	})
	return r
}

// Pause waits for d, or returns the error of ctx when it ends.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run checks the endpoints that a release has changed, and then each one that a person changes, until ctx ends.
func (r *Rechecker) Run(ctx context.Context) error {
	err := r.pause(ctx, checkDelay)
	for first := true; err == nil; first = false {
		if failure := r.pass(ctx, first); failure != nil && ctx.Err() == nil {
			// The next change or start tries again. Nothing else depends on it.
			r.log.Error("could not check which rejected deliveries verify now", "error", failure)
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	return err
}

// pass checks each endpoint that has to be checked. The first pass after a start compares the fingerprints; later ones
// see by the empty fingerprint which endpoints were changed. It also counts anew where deliveries were offered, because
// retention may have removed them.
func (r *Rechecker) pass(ctx context.Context, first bool) error {
	var done []check
	for _, e := range r.intake.endpoints.List() {
		c := check{of: e, as: e.CheckedAs}
		if first || c.as == "" {
			c.as = r.intake.fingerprint(&e)
		}
		if c.as == e.CheckedAs && (!first || e.WouldVerify == 0) {
			continue
		}
		var err error
		if c.wouldVerify, err = r.count(ctx, &e); err != nil {
			return errors.Join(err, r.intake.endpoints.noteChecks(context.WithoutCancel(ctx), done))
		}
		if c.wouldVerify > 0 {
			r.log.Info("rejected deliveries would verify now: verify them again on the endpoint's page",
				"endpoint", e.Name, "deliveries", c.wouldVerify)
		}
		if done = append(done, c); len(done) == checkBatch {
			if err := r.intake.endpoints.noteChecks(ctx, done); err != nil {
				return err
			}
			done = nil
		}
	}
	return r.intake.endpoints.noteChecks(ctx, done)
}

// count returns how many of an endpoint's rejected deliveries verify now.
func (r *Rechecker) count(ctx context.Context, e *hook.Endpoint) (verified int, err error) {
	p, known := r.intake.find(e.Provider)
	if !known || e.Verify == hook.Off {
		return 0, nil
	}
	bytes := int64(0)
	for before, checked := hook.Seq(1<<62), 0; checked < maxChecked; {
		page, err := r.intake.log.NewestRejected(ctx, e.ID, before, min(checkPage, maxChecked-checked))
		if err != nil || len(page) == 0 {
			return verified, err
		}
		for i := range page {
			d := &page[i]
			before = d.Seq
			checked++
			if d.Reason == hook.ReasonHandshakeRefused { // a challenge is not repeated
				continue
			}
			if bytes += d.Size; bytes > maxCheckedBytes {
				return verified, nil
			}
			verifies, err := r.verifies(ctx, p, e, d.ID)
			if err != nil {
				return 0, err
			}
			if verifies {
				verified++
			}
		}
	}
	return verified, nil
}

// verifies reports whether one rejected delivery verifies now, and rests.
func (r *Rechecker) verifies(
	ctx context.Context, p *provider.Provider, e *hook.Endpoint, id hook.DeliveryID,
) (bool, error) {
	began := r.now()
	record, err := r.intake.log.Delivery(ctx, id)
	if errors.Is(err, hook.ErrNotFound) || errors.Is(err, hook.ErrDamaged) { // removed meanwhile, or no evidence
		return false, nil
	}
	if err != nil {
		return false, err
	}
	f := r.intake.evaluateWith(p, e, &record, r.intake.kept)
	if err := r.pause(ctx, min(r.now().Sub(began), maxRest)); err != nil {
		return false, err
	}
	return f.Verdict == hook.Verified, nil
}

// check is the result of one check of an endpoint.
type check struct {
	of          hook.Endpoint // as it was checked
	as          string        // for hook.Endpoint.CheckedAs
	wouldVerify int
}

// noteChecks stores the results of checks. An endpoint whose verification was changed meanwhile keeps what it has: it
// is checked again. Subscribers are notified of endpoints that have another count. The error is the store's.
func (es *Endpoints) noteChecks(ctx context.Context, checks []check) error {
	notify, err := es.storeChecks(ctx, checks)
	notify()
	return err
}

// storeChecks does the part of noteChecks that needs the lock. notify is never nil.
func (es *Endpoints) storeChecks(ctx context.Context, checks []check) (notify func(), err error) {
	es.mu.Lock()
	defer es.mu.Unlock()
	byID := maps.Clone(*es.byID.Load())
	var counted []hook.Endpoint
	stored := false
	for _, c := range checks {
		e, known := byID[c.of.ID]
		if !known || !verifiesAlike(&e, &c.of) || e.CheckedAs == c.as && e.WouldVerify == c.wouldVerify {
			continue
		}
		was := e.WouldVerify
		e.CheckedAs, e.WouldVerify = c.as, c.wouldVerify
		if err = es.store.PutEndpoint(ctx, e); err != nil {
			err = fmt.Errorf("store the check of endpoint %s: %w", e.ID, err)
			break
		}
		byID[e.ID], stored = e, true
		if was != e.WouldVerify || e.CheckedAs == "" {
			counted = append(counted, e)
		}
	}
	if !stored {
		return func() {}, err
	}
	es.publish(byID)
	return es.notifier(counted...), err
}

// markUnchecked has e checked if it verifies other deliveries than the stored endpoint with its id. A new endpoint has
// no deliveries, so it counts as checked.
func markUnchecked(e *hook.Endpoint, stored map[hook.EndpointID]hook.Endpoint) {
	was, known := stored[e.ID]
	switch {
	case !known:
		e.CheckedAs, e.WouldVerify = fingerprint(provider.For, e), 0
	case !verifiesAlike(e, &was):
		e.CheckedAs, e.WouldVerify = "", 0
	}
}

// verifiesAlike reports whether an endpoint verifies the same deliveries as before a change.
func verifiesAlike(a, b *hook.Endpoint) bool {
	return a.Provider == b.Provider && a.Verify == b.Verify && a.Tolerance == b.Tolerance &&
		a.SignedURL == b.SignedURL && slices.Equal(a.Secrets, b.Secrets) && maps.Equal(a.Settings, b.Settings) &&
		slices.Equal(a.Allow, b.Allow)
}

// fingerprint identifies what verifies the deliveries of an endpoint here: if the sender signs the endpoint's address,
// also the address.
func (in *Intake) fingerprint(e *hook.Endpoint) string {
	id := fingerprint(in.find, e)
	if p, known := in.find(e.Provider); known && p.Signature.SignsAddress() {
		id += " " + in.address(e.Slug)
	}
	return id
}

// fingerprint identifies what verifies the deliveries of an endpoint, except its secrets: it is stored, and nothing
// that is stored may help to guess one. verifiesAlike compares secrets when they change. It is "" if the sender is
// unknown.
func fingerprint(find func(id string) (*provider.Provider, bool), e *hook.Endpoint) string {
	p, known := find(e.Provider)
	if !known {
		return ""
	}
	settings := e.Settings
	if len(settings) == 0 {
		settings = nil // a stored endpoint has either
	}
	text, err := json.Marshal([]any{ // texts and numbers cannot fail; maps are sorted
		p.ID, p.Signature.Fingerprint(), settings, e.SignedURL, e.Tolerance, e.Verify, append([]string{}, e.Allow...)})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
