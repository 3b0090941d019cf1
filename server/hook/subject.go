package hook

import "time"

// Subject is a row of the status projection: a subject's status, and the evidence that the status is computed from.
// Package status creates and changes subjects; a storage engine writes and reads them. A subject is not changed after
// it was stored: a change is made to a copy, so a stored one may be shared between goroutines.
type Subject struct {
	Key         int64         // primary key; ascends in the order in which subjects were first reported
	Environment string        // one of the Environment constants
	TimeToPaid  time.Duration // from its first event to its paid state; 0: not paid, or paid at once
	Status      Status
	Evidence    []Evidence // what all events reported about it, duplicates removed
	Links       Links      // of a payment, an order or a reference
	Summary     Summary    // of a payment, an order or a reference
}

// Links connect a payment with its order and references, an order with its payments and references, and a reference
// with what it lists. They only grow.
type Links struct {
	Level        Level    `json:"level,omitempty"`
	Names        []string `json:"names,omitempty"`      // the aliases under which events reported it first, sorted
	Orders       []string `json:"orders,omitempty"`     // of a payment: ids of its order
	References   []string `json:"references,omitempty"` // with their accounts; see ScopedReference
	Account      string   `json:"account,omitempty"`    // of a reference; see Statement.Account
	Customers    []string `json:"customers,omitempty"`  // hashes, sorted
	Members      []Member `json:"members,omitempty"`    // of an order or reference, sorted by name
	Paid         []string `json:"paid,omitempty"`       // names of members that had money, the first ones of all
	Newest       Time     `json:"newest,omitzero"`      // when the newest evidence about any member happened
	LastReceived Time     `json:"heard,omitzero"`       // when the newest delivery about it or any member was received
	Groups       bool     `json:"groups,omitempty"`     // lists of statuses show its members inside it
	// A row of the model before orders, which may be of several payments
	Upgraded bool      `json:"upgraded,omitempty"`
	Reviewed *Reviewed `json:"reviewed,omitempty"` // a person looked at it
}

// SubjectChanges is the changeset of one page of the log. A storage engine writes it in one transaction, together with
// the position UpTo, so that a page is applied either completely or not at all.
type SubjectChanges struct {
	Put       []*Subject          // subjects to insert or replace
	Aliases   map[AliasHash]int64 // the subject's key for new and moved aliases; 0 deletes the alias
	Gone      []int64             // keys of subjects to delete: they expired or were merged into another one
	Forgotten []StatusID          // ids whose impressions are deleted
	Tallies   []SubjectCount      // the numbers that differ from the stored ones; a Count of 0 deletes
	UpTo      Seq                 // the projection's position afterwards
}

// SubjectCount is the number of subjects that have the same values in all other fields. Package status counts with it
// how many statuses a filter selects, without reading them.
type SubjectCount struct {
	Endpoint    EndpointID
	Environment string
	Kind        SubjectKind
	State       State
	Inside      bool      // it is listed inside another status
	Review      ReviewSet // why it needs review
	Count       int
}

// StatusPageKey is the position of a subject in the list of statuses, which is sorted by Seq and Key, newest first. A
// page begins after the subject at its key; the zero StatusPageKey gives the first page.
type StatusPageKey struct {
	Seq Seq   // the delivery that last changed the subject
	Key int64 // the subject's key, since one delivery can change several
}

// ProjectionOrigin identifies the log that a projection was built from, and the release that built it. A projection of
// another log, or of more of this log than exists now (the log was restored from a backup), is discarded. A projection
// that another release built is rebuilt.
type ProjectionOrigin struct {
	Epoch   string // the log's epoch
	Head    Seq    // the log's head when the projection is opened
	Release string // identifies the code that builds the projection
}
