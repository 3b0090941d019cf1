package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"hookbeam/server/hook"
)

// Edit is what a batch does to one endpoint: it deletes the stored one, replaces it by an edited one, or creates one.
type Edit struct {
	Was    *hook.Endpoint // as it is stored; nil: a new endpoint
	Now    hook.Endpoint  // as edited; of no meaning if it is deleted
	Delete bool
}

// Batch changes several endpoints at once: all of them, or none. decide returns the edits for the endpoints that are
// not deleted now, oldest first. It is called under the lock, so no other change comes between, and must not change
// endpoints itself. An edited endpoint has the semantics of Change, a new one those of Create.
//
// Batch returns the endpoints as they are stored, in the order of the edits. With dryRun it stores nothing, and returns
// what it would store; ids and slugs of new ones are then without meaning. Errors are those of decide, Create and
// Change; one about an endpoint is an *EditError.
func (es *Endpoints) Batch(
	ctx context.Context, decide func([]hook.Endpoint) ([]Edit, error), dryRun bool,
) ([]hook.Endpoint, error) {
	changed, notify, err := es.batch(ctx, decide, dryRun)
	if err == nil && notify != nil {
		notify()
	}
	return changed, err
}

// EditError is why one edit of a batch is not valid. Its cause is a problem, as Create and Change return it.
type EditError struct {
	Index int // of the edit
	Err   error
}

func (e *EditError) Error() string { return fmt.Sprintf("edit %d: %v", e.Index, e.Err) }

// Unwrap returns the cause.
func (e *EditError) Unwrap() error { return e.Err }

// batch is Batch without notifying the subscribers, which notify does; it is nil if nothing was stored.
func (es *Endpoints) batch(
	ctx context.Context, decide func([]hook.Endpoint) ([]Edit, error), dryRun bool,
) (changed []hook.Endpoint, notify func(), err error) {
	es.mu.Lock()
	defer es.mu.Unlock()
	edits, err := decide(es.List())
	if err != nil {
		return nil, nil, err
	}
	byID := maps.Clone(*es.byID.Load())
	changed = make([]hook.Endpoint, len(edits))
	// Deletions first, because an endpoint may take the name of one that is deleted.
	for _, deletes := range []bool{true, false} {
		for i := range edits {
			if edits[i].Delete != deletes {
				continue
			}
			if changed[i], err = es.edit(&edits[i], byID); err != nil {
				return nil, nil, &EditError{i, err}
			}
			byID[changed[i].ID] = changed[i]
		}
	}
	if dryRun || len(changed) == 0 {
		return changed, nil, nil
	}
	if err := es.store.PutEndpoints(ctx, changed); err != nil {
		return nil, nil, fmt.Errorf("store endpoints: %w", err)
	}
	es.publish(byID)
	return changed, es.notifier(changed...), nil
}

// edit returns the endpoint that an edit makes, which is valid together with others.
func (es *Endpoints) edit(one *Edit, others map[hook.EndpointID]hook.Endpoint) (e hook.Endpoint, err error) {
	switch {
	case one.Delete && one.Was == nil:
		return e, errors.New("a new endpoint cannot be deleted")
	case one.Delete:
		e = *one.Was
		e.DeletedAt = hook.Millis(es.now().UnixMilli())
		return e, nil
	case one.Was == nil:
		e, err = es.complete(one.Now)
	default:
		e, err = edited(one.Now, one.Was)
	}
	if err != nil {
		return e, err
	}
	return checked(e, others)
}
