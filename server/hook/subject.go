package hook

import "time"

// Subject is a subject as a status projection keeps it: its status, and the evidence that the status is derived from.
// A projector makes and changes them; a storage engine keeps them in tables. One that is stored is never changed again,
// so it may be shared between goroutines.
type Subject struct {
	Key      int64 // its place in the table, in the order in which subjects were first told of
	World    string
	Took     time.Duration // from its first event to being told of as paid; 0: it was not, or was at once
	Status   Status
	Evidence []Evidence
}

// SubjectChanges is what a stretch of the log changed. It is stored in one transaction.
type SubjectChanges struct {
	Put       []*Subject
	Names     map[NameKey]int64 // names that are new, or belong to another subject now; or to none: 0
	Gone      []int64           // subjects that are no more, or turned out to be another one
	Forgotten []StatusID        // ids of which nobody need know any more what was shown
	UpTo      Seq               // the position of the projection after it
}

// SubjectCount is how many subjects of a sort there are.
type SubjectCount struct {
	Endpoint EndpointID
	World    string
	Kind     SubjectKind
	State    State
	Count    int
}

// StatusPageKey is where a page of statuses begins: behind the subject of this key that last changed with this
// delivery. The zero StatusPageKey is before the newest.
type StatusPageKey struct {
	Seq Seq
	Key int64
}

// ProjectionOrigin says of which log a projection is drawn, and by which release of the program. What was drawn of
// another log, or of more of it than there is, is worth nothing; what another release drew is drawn again.
type ProjectionOrigin struct {
	Epoch   string
	Head    Seq
	Release string
}
