package hook

import "time"

// Subject is a subject as a status projection keeps it: its status, and the evidence that the status is derived from.
// A projector makes and changes them; a storage engine keeps them in tables. One that is stored is never changed again,
// so it may be shared between goroutines.
type Subject struct {
	Key         int64 // its place in the table, in the order in which subjects were first reported
	Environment string
	TimeToPaid  time.Duration // from its first event to its paid state; 0: not paid, or paid at once
	Status      Status
	Evidence    []Evidence
}

// SubjectChanges is what a stretch of the log changed. It is stored in one transaction.
type SubjectChanges struct {
	Put       []*Subject
	Aliases   map[AliasHash]int64 // aliases that are new, or belong to another subject now; 0: to none
	Gone      []int64             // subjects that were deleted or merged into another
	Forgotten []StatusID          // ids whose impressions may be deleted
	UpTo      Seq                 // the position of the projection after it
}

// SubjectCount is the number of subjects with the same values in its other fields.
type SubjectCount struct {
	Endpoint    EndpointID
	Environment string
	Kind        SubjectKind
	State       State
	Count       int
}

// StatusPageKey is where a page of statuses begins: behind the subject of this key that last changed with this
// delivery. The zero StatusPageKey is before the newest.
type StatusPageKey struct {
	Seq Seq
	Key int64
}

// ProjectionOrigin identifies the log that a projection was built from, and the release that built it. A projection of
// another log, or of more of this log than exists now (the log was restored from a backup), is discarded. A projection
// that another release built is rebuilt.
type ProjectionOrigin struct {
	Epoch   string
	Head    Seq
	Release string
}
