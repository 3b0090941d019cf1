package api

import (
	"context"

	"hookbeam/server/hook"
	"hookbeam/server/status"
)

// Deliveries reads deliveries from the log. Errors are problems: hook.ErrNotFound for an id that is wrong or no longer
// kept, hook.ErrDamaged for a record that is not what was written.
type Deliveries interface {
	// Deliveries returns at most limit deliveries that f lets through and that are older than before, newest first.
	// next
	// is where the following page begins, 0 where nothing older is left.
	Deliveries(ctx context.Context, f hook.Filter, before hook.Seq, limit int) (
		page []hook.Delivery, next hook.Seq, err error)
	// Delivery returns one delivery with its headers and body.
	Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error)
	// Size returns how many bytes the body of a delivery has, without reading it.
	Size(ctx context.Context, id hook.DeliveryID) (bytes int64, err error)
	// Redeliveries returns the deliveries of the event of a delivery, oldest first.
	Redeliveries(ctx context.Context, d hook.Delivery) ([]hook.Redelivery, error)
}

// Events finds deliveries by what is in them.
type Events interface {
	// Firsts returns the seq of the first verified delivery of each of some events, 0 where there is none.
	Firsts(ctx context.Context, endpoint hook.EndpointID, events []string) ([]hook.Seq, error)
	// EachRecent calls do for the newest deliveries of an endpoint that are neither rejected nor redeliveries, newest
	// first.
	EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error
}

// LogEnd is what cursors are made of.
type LogEnd interface {
	Epoch() string
	Head() hook.Seq
}

// Statuses reads where subjects stand, for members.
type Statuses interface {
	Statuses(ctx context.Context, f hook.StatusFilter, before string, limit int) (
		page []hook.Status, next string, err error)
	Counts(ctx context.Context, f hook.StatusFilter) (map[hook.State]int, error)
	Status(ctx context.Context, id hook.StatusID) (hook.StatusDetail, error)
	// RequestRebuild has all statuses built again from the log, soon.
	RequestRebuild(ctx context.Context) error
}

// PublicStatuses reads what a status link shows.
type PublicStatuses interface {
	// Await waits until what is in the log now has been applied, but not for long.
	Await(ctx context.Context)
	Public(ctx context.Context, endpoint hook.EndpointID, mode, name string) (hook.Public, hook.StatusID, error)
	Watch(endpoint hook.EndpointID, mode, name string) *status.Watch
	// Shown notes that a page showed a state.
	Shown(id hook.StatusID, state hook.State, by string)
}

// Effects says what deliveries did to subjects.
type Effects interface {
	Effects(ctx context.Context, r *hook.Record) ([]hook.Effect, error)
	// TooMuch is how many deliveries since the start cost too much to read.
	TooMuch() int64
}
