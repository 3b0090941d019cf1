package api

import (
	"context"

	"hookbeam/server/hook"
	"hookbeam/server/status"
)

// Deliveries reads deliveries from the log. Its errors are of kind hook.ErrNotFound for an id that is unknown or no
// longer kept, and of kind hook.ErrDamaged for a record that does not match its checksum. sqlite.Log implements it.
type Deliveries interface {
	// Deliveries returns at most limit deliveries that match f and are older than before, newest first. next is the
	// before of the following page; 0 if there is none.
	Deliveries(ctx context.Context, f hook.Filter, before hook.Seq, limit int) (
		page []hook.Delivery, next hook.Seq, err error)
	// Delivery returns one delivery with its headers and body. For a damaged record it returns what can still
	// be read, together with the error.
	Delivery(ctx context.Context, id hook.DeliveryID) (hook.Record, error)
	// Size returns the size of a delivery's body without reading the body.
	Size(ctx context.Context, id hook.DeliveryID) (bytes int64, err error)
	// Redeliveries returns all kept deliveries of the event of d, oldest first.
	Redeliveries(ctx context.Context, d hook.Delivery) ([]hook.Redelivery, error)
}

// Events finds deliveries by their events. sqlite.Log implements it.
type Events interface {
	// Firsts returns, for each event id, the seq of its first verified delivery; 0 if there is none.
	Firsts(ctx context.Context, endpoint hook.EndpointID, events []string) ([]hook.Seq, error)
	// EachRecent calls do for the newest deliveries of an endpoint, newest first, until do fails. It skips rejected
	// deliveries and redeliveries, and stops after limit deliveries.
	EachRecent(ctx context.Context, endpoint hook.EndpointID, limit int, do func(*hook.Record) error) error
}

// LogEnd is the end of the log, from which cursors are made: the epoch identifies the log, and head is the
// newest seq. sqlite.Log implements it.
type LogEnd interface {
	Epoch() string
	Head() hook.Seq
}

// Statuses reads statuses for authenticated callers. status.View implements it.
type Statuses interface {
	// Statuses returns at most limit statuses that match f, most recently changed first. before is empty for
	// the first page, or next of an earlier one.
	Statuses(ctx context.Context, f hook.StatusFilter, before string, limit int) (
		page []hook.Status, next string, err error)
	// Counts returns how many of the statuses that match f are in each state, and how many need review.
	Counts(ctx context.Context, f hook.StatusFilter) (hook.StatusCounts, error)
	// Status returns one status. The id may be that of a status that was merged into another one.
	Status(ctx context.Context, id hook.StatusID) (hook.StatusDetail, error)
}

// Rebuilds derives the statuses again. status.Projector implements it.
type Rebuilds interface {
	// RequestRebuild requests that all statuses are derived again from the log, and does not wait for it.
	RequestRebuild(ctx context.Context) error
}

// Reviews stores what people decide about statuses that need review. status.Projector implements it.
type Reviews interface {
	// Review records that somebody looked at a status for the reasons that it has now, or with cleared false takes that
	// back, and returns the status. The error is of kind hook.ErrNotFound if there is no such payment or order.
	Review(ctx context.Context, id hook.StatusID, cleared bool, by, note string) (hook.StatusDetail, error)
}

// PublicStatuses reads what a status link shows. The link gives endpoint, mode and name, an alias of the subject.
// status.View implements it.
type PublicStatuses interface {
	// Await waits a short time until the deliveries that are in the log now have been applied.
	Await(ctx context.Context)
	// Public returns what the public may see of a subject, and the id of its status. If no event has reported the
	// subject, the state is hook.StateWaiting. The error is of kind hook.ErrNotFound if there is no such endpoint.
	Public(ctx context.Context, endpoint hook.EndpointID, mode, name string) (hook.Public, hook.StatusID, error)
	// Watch reports when the public view of a subject may have changed. The caller closes the result.
	Watch(endpoint hook.EndpointID, mode, name string) *status.Watch
	// RecordImpression records that a page showed a state. by is "page", "poll" or "socket".
	RecordImpression(id hook.StatusID, state hook.State, by string)
}

// Effects returns what deliveries did to statuses. status.View implements it.
type Effects interface {
	// Effects returns the effects of one delivery.
	Effects(ctx context.Context, r *hook.Record) ([]hook.Effect, error)
	// TooMuch returns how many deliveries since the start exceeded the limit for reading one delivery.
	TooMuch() int64
}
