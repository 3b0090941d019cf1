package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/extract/expr"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// EndpointStore is what Endpoints needs of the database: it keeps endpoints across restarts.
type EndpointStore interface {
	// Endpoints returns all endpoints, deleted ones included.
	Endpoints(ctx context.Context) ([]hook.Endpoint, error)
	// PutEndpoint stores a new endpoint, or replaces the one with the same id.
	PutEndpoint(ctx context.Context, e hook.Endpoint) error
	// PutEndpoints is PutEndpoint for several: it stores all of them or none.
	PutEndpoints(ctx context.Context, all []hook.Endpoint) error
}

// Limits of an endpoint's configuration.
const (
	maxEndpoints   = 10_000
	maxSecrets     = 10
	maxSecret      = 4096 // bytes
	maxTolerance   = 24 * time.Hour
	slugTailLength = 16               // random characters of 5 bits each, which follow the name in a slug
	restoreWindow  = 10 * time.Minute // how long a deleted endpoint can be restored
)

// Endpoints holds every endpoint in memory, so that receiving does not read the database. The server loads it once; the
// API changes endpoints through it, and all packages read them from it.
//
// A change is stored before it takes effect, and the subscribers are notified after that. Changes are serialized: each
// holds the lock from reading the stored endpoint to storing the new one. Readers never wait for a change: they load
// maps that are replaced and never modified. So the endpoints that are returned share slices and maps, which callers
// must not modify.
type Endpoints struct {
	store  EndpointStore
	now    func() time.Time
	random io.Reader

	mu          sync.Mutex    // held while an endpoint changes, but not while subscribers are notified
	notified    chan struct{} // closed when the subscribers were notified of the newest change
	subscribers []func(hook.Endpoint)

	byID   atomic.Pointer[map[hook.EndpointID]hook.Endpoint]
	bySlug atomic.Pointer[map[string]*hook.Endpoint] // without deleted ones

	revisions revisions
}

// LoadEndpoints reads the endpoints from the store. now is the clock, and random the source of ids and slugs. Errors
// are those of the store.
func LoadEndpoints(
	ctx context.Context, store EndpointStore, now func() time.Time, random io.Reader,
) (*Endpoints, error) {
	stored, err := store.Endpoints(ctx)
	if err != nil {
		return nil, err
	}
	es := &Endpoints{store: store, now: now, random: random, notified: make(chan struct{})}
	close(es.notified) // there is no change yet
	byID := make(map[hook.EndpointID]hook.Endpoint, len(stored))
	for _, e := range stored {
		byID[e.ID] = e
	}
	es.publish(byID)
	return es, nil
}

// Subscribe calls f with the new endpoint for every change from now on, after it is stored and before the call
// that made it returns. Calls come one at a time, in the order of the changes, without a lock. f must not
// change an endpoint itself.
func (es *Endpoints) Subscribe(f func(hook.Endpoint)) {
	es.mu.Lock()
	defer es.mu.Unlock()
	es.subscribers = append(es.subscribers, f)
}

// publish replaces the two maps that readers use.
func (es *Endpoints) publish(byID map[hook.EndpointID]hook.Endpoint) {
	bySlug := make(map[string]*hook.Endpoint, len(byID))
	for _, e := range byID {
		if e.DeletedAt.IsZero() {
			bySlug[e.Slug] = &e
		}
	}
	es.byID.Store(&byID)
	es.bySlug.Store(&bySlug)
}

// At returns the endpoint whose URL ends in slug, unless it is deleted.
func (es *Endpoints) At(slug string) (*hook.Endpoint, bool) {
	e, ok := (*es.bySlug.Load())[slug]
	return e, ok
}

// List returns the endpoints that are not deleted, oldest first. It is never nil.
func (es *Endpoints) List() []hook.Endpoint {
	list := []hook.Endpoint{}
	for _, e := range *es.byID.Load() {
		if e.DeletedAt.IsZero() {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b hook.Endpoint) int {
		if c := a.CreatedAt.Compare(b.CreatedAt.Time); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return list
}

// Get returns an endpoint that is not deleted, or a problem of kind hook.ErrNotFound.
func (es *Endpoints) Get(id hook.EndpointID) (hook.Endpoint, error) {
	e, ok := (*es.byID.Load())[id]
	if !ok || !e.DeletedAt.IsZero() {
		return hook.Endpoint{}, errNoEndpoint
	}
	return e, nil
}

// Known returns an endpoint even if it is deleted, and false if there never was one with this id.
func (es *Endpoints) Known(id hook.EndpointID) (hook.Endpoint, bool) {
	e, ok := (*es.byID.Load())[id]
	return e, ok
}

// errNoEndpoint is returned for an id that does not exist or belongs to a deleted endpoint.
var errNoEndpoint = &hook.Problem{Kind: hook.ErrNotFound, Code: "endpoint_not_found",
	Detail: "This endpoint does not exist, or it was deleted. Check the id."}

// Create stores a new endpoint. The name is required and the rest has defaults; Create fills in id, slug and
// time. If Verify is empty it becomes hook.Enforce where the endpoint can verify deliveries, and hook.Off where
// it cannot. Errors are the store's, and problems: hook.ErrContradiction if it should verify and has nothing to
// verify with.
func (es *Endpoints) Create(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	e, err := es.complete(e)
	if err != nil {
		return e, err
	}
	return es.apply(ctx, func() (hook.Endpoint, error) { return e, nil })
}

// ErrUnchanged is returned by an edit that leaves the endpoint as it is. Change then returns the endpoint
// without error.
var ErrUnchanged = errors.New("unchanged")

// Change calls edit with a copy of an endpoint that is not deleted, and stores the copy. The lock is held
// meanwhile, so edit must not change endpoints by other calls. Id, slug and times do not change. edit gets
// Verify as it is stored. If edit makes it empty, the stored value stays, except that an endpoint with hook.Off
// that could not verify becomes hook.Enforce once it can. Errors are edit's, and those of Create.
func (es *Endpoints) Change(
	ctx context.Context, id hook.EndpointID, edit func(*hook.Endpoint) error,
) (hook.Endpoint, error) {
	return es.apply(ctx, func() (hook.Endpoint, error) {
		was, err := es.Get(id)
		if err != nil {
			return was, err
		}
		e := was
		if err := edit(&e); err != nil {
			return was, err
		}
		return edited(e, &was)
	})
}

// Update is Change for a caller that has the whole endpoint. It overwrites changes that were made since the caller read
// it.
func (es *Endpoints) Update(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	return es.Change(ctx, e.ID, func(now *hook.Endpoint) error { *now = e; return nil })
}

// Delete marks an endpoint as deleted: it answers 404 at once. Its deliveries stay until retention removes them. It can
// be restored for the time of restoreWindow. Errors are the store's, and a problem of kind hook.ErrNotFound.
func (es *Endpoints) Delete(ctx context.Context, id hook.EndpointID) error {
	_, err := es.apply(ctx, func() (hook.Endpoint, error) {
		e, err := es.Get(id)
		e.DeletedAt = hook.Millis(es.now().UnixMilli())
		return e, err
	})
	return err
}

// Restore makes a deleted endpoint available again, at its old URL. Errors are those of Create, and a problem of kind
// hook.ErrNotFound if it was deleted longer ago than restoreWindow.
func (es *Endpoints) Restore(ctx context.Context, id hook.EndpointID) (hook.Endpoint, error) {
	return es.apply(ctx, func() (hook.Endpoint, error) {
		e, ok := (*es.byID.Load())[id]
		if !ok || (!e.DeletedAt.IsZero() && es.now().Sub(e.DeletedAt.Time) > restoreWindow) {
			return hook.Endpoint{}, errNoEndpoint
		}
		e.DeletedAt = hook.Time{}
		return e, nil
	})
}

// apply makes one change and notifies the subscribers. decide returns the endpoint to store; it is called under the
// lock, so what it reads is current.
func (es *Endpoints) apply(ctx context.Context, decide func() (hook.Endpoint, error)) (hook.Endpoint, error) {
	e, notify, err := es.change(ctx, decide)
	if errors.Is(err, ErrUnchanged) {
		return e, nil
	}
	if err == nil {
		notify()
	}
	return e, err
}

// change stores what decide returns. The caller must call notify, without the lock. notify waits until the subscribers
// were notified of the previous change, so that they get all changes in order.
func (es *Endpoints) change(
	ctx context.Context, decide func() (hook.Endpoint, error),
) (e hook.Endpoint, notify func(), err error) {
	es.mu.Lock()
	defer es.mu.Unlock()
	if e, err = decide(); err != nil {
		return e, nil, err
	}
	if e, err = es.put(ctx, e); err != nil {
		return e, nil, err
	}
	return e, es.notifier(e), nil
}

// notifier returns the notify of change for endpoints that were stored. The caller holds the lock.
func (es *Endpoints) notifier(changed ...hook.Endpoint) (notify func()) {
	before, done, subscribers := es.notified, make(chan struct{}), es.subscribers
	es.notified = done
	return func() {
		defer close(done)
		<-before
		for _, e := range changed {
			for _, subscriber := range subscribers {
				subscriber(e)
			}
		}
	}
}

// put validates e, stores it, and publishes it to readers. It returns e as stored, with Allow in its normal form. The
// caller holds the lock.
func (es *Endpoints) put(ctx context.Context, e hook.Endpoint) (hook.Endpoint, error) {
	old := *es.byID.Load()
	e, err := checked(e, old)
	if err != nil {
		return e, err
	}
	if err := es.store.PutEndpoint(ctx, e); err != nil {
		return e, fmt.Errorf("store endpoint: %w", err)
	}
	byID := make(map[hook.EndpointID]hook.Endpoint, len(old)+1)
	maps.Copy(byID, old)
	byID[e.ID] = e
	es.publish(byID)
	return e, nil
}

// validate returns a problem if e is not valid by itself or together with the other endpoints: hook.ErrConflict if its
// name is taken or there are too many, hook.ErrContradiction for a filter that does not parse, else hook.ErrInvalid.
// For a mapping that does not compile it is the error of package expr. others contains the stored version of e. A
// deleted endpoint is always valid.
func validate(e hook.Endpoint, others map[hook.EndpointID]hook.Endpoint) error {
	if !e.DeletedAt.IsZero() {
		return nil
	}
	if _, known := others[e.ID]; !known && len(others) >= maxEndpoints {
		return &hook.Problem{Kind: hook.ErrConflict, Code: "too_many_endpoints",
			Detail: "This server has the maximum number of endpoints. Delete some first."}
	}
	for id, o := range others {
		if id != e.ID && o.Name == e.Name && o.DeletedAt.IsZero() {
			return &hook.Problem{Kind: hook.ErrConflict, Code: "name_taken",
				Detail: fmt.Sprintf("An endpoint named %q already exists. Choose another name.", e.Name)}
		}
	}
	var was *hook.Endpoint
	if old, known := others[e.ID]; known {
		was = &old
	}
	if problem := validateValues(e, was); problem != "" {
		return &hook.Problem{Kind: hook.ErrInvalid, Code: "invalid_request", Detail: problem}
	}
	if err := validateOnly(e.Statuses.Only); err != nil || e.Statuses.Mapping == nil {
		return err
	}
	_, err := expr.Compile(*e.Statuses.Mapping)
	return err
}

// validateValues returns a sentence for the user about the first value of an endpoint that is not valid, or "". was is
// the stored endpoint, nil for a new one.
func validateValues(e hook.Endpoint, was *hook.Endpoint) string {
	if problem := validateEndpoint(e); problem != "" {
		return problem
	}
	if problem := validateTexts(e, was); problem != "" {
		return problem
	}
	var before map[string]string
	if was != nil {
		before = was.Settings
	}
	return provider.CheckSettings(e.Provider, e.Settings, before)
}

// validateEndpoint returns a sentence for the user about the first value that is not valid, or "". It looks at the
// values alone; validate and validateValues compare with other endpoints and with the stored version.
func validateEndpoint(e hook.Endpoint) string {
	if _, known := provider.For(e.Provider); !known {
		return unknownProvider(e.Provider)
	}
	switch {
	case !namePattern.MatchString(e.Name):
		return "A name must have 1 to 40 lower-case letters, digits and hyphens. " +
			"It must not begin or end with a hyphen."
	case e.Verify != hook.Enforce && e.Verify != hook.Observe && e.Verify != hook.Off:
		return "verify must be enforce, observe or off."
	case e.Tolerance < 0 || e.Tolerance > maxTolerance || e.Tolerance%time.Second != 0:
		return "tolerance must be a whole number of seconds from 0s (no check) to 24h."
	case e.MaxBody < 1 || e.MaxBody > hook.MostMaxBody:
		return fmt.Sprintf("max_body must be from 1 to %d bytes.", hook.MostMaxBody)
	case len(e.Secrets) > maxSecrets:
		return fmt.Sprintf("An endpoint can have at most %d secrets.", maxSecrets)
	case len(e.Settings) > 20 || len(e.SignedURL) > 2000:
		return "settings can have at most 20 entries, and signed_url at most 2,000 characters."
	case e.Response != nil && (e.Response.Status < 200 || e.Response.Status > 299):
		return "response.status must be a 2xx status, because the sender must not retry a delivery that was stored."
	}
	if problem := validateRetention(e.Retention); problem != "" {
		return problem
	}
	if problem := validateStatuses(e.Statuses); problem != "" {
		return problem
	}
	return validateSecrets(e)
}

// validateRetention returns a sentence for the user about the first limit that is not valid, or "".
func validateRetention(r hook.Retention) string {
	switch {
	case r.MaxAge != 0 && (r.MaxAge < hook.MinRetentionAge || r.MaxAge > hook.MaxRetentionAge ||
		r.MaxAge%time.Second != 0):
		return "retention.max_age must be a whole number of seconds from 1m to 36500d. Leave it out for no limit."
	case r.MaxDeliveries < 0 || r.MaxDeliveries > hook.MaxRetentionCount:
		return "retention.max_deliveries must be a positive number. Leave it out for no limit."
	case r.MaxBytes != 0 && (r.MaxBytes < hook.MinRetentionBytes || r.MaxBytes > hook.MaxRetentionCount):
		return fmt.Sprintf("retention.max_bytes must be at least %d bytes. Leave it out for no limit.",
			hook.MinRetentionBytes)
	}
	return ""
}

// validateSecrets returns a sentence for the user about the first secret that is not valid, or "". A secret that merely
// looks wrong is valid: provider.CheckSecret has doubts about it, which the API tells.
func validateSecrets(e hook.Endpoint) string {
	seen := map[string]bool{}
	for _, s := range e.Secrets {
		switch {
		case s.Label == "" || len(s.Label) > 40:
			return "Each secret must have a label of 1 to 40 characters."
		case seen[s.Label]:
			return fmt.Sprintf("Two secrets have the label %q. Give each secret a different label.", s.Label)
		case len(s.Value) > maxSecret:
			return fmt.Sprintf("The secret %q has %d bytes. The maximum is %d bytes.", s.Label, len(s.Value), maxSecret)
		}
		if problem := provider.CheckSecret(&e, s.Value).Refusal; problem != "" {
			return fmt.Sprintf("The secret %q %s", s.Label, problem)
		}
		seen[s.Label] = true
	}
	return ""
}
