package filter

import (
	"slices"

	"hookbeam/server/hook"
)

// KeyDoc describes one key of the language. The documentation and the filter bar's suggestions are
// generated from it, and the parser and the compiler take the type of the key's values from it, so each
// key is declared once.
type KeyDoc struct {
	Name   string   // "verdict"; with a dot at the end if a path follows: "body."
	About  string   // one line for the documentation
	Values []string // all values, if there is a fixed list

	kind kind
	open bool // values outside the list are allowed in quotes
}

// kind is the type of a key's values. It determines the operators of the key, how values are compared,
// and what errors say is expected.
type kind int

const (
	ofText    kind = iota // equality and globs
	ofNumber              // whole numbers: equality, comparisons and ranges
	ofTime                // one time
	ofAddress             // IP addresses, networks and globs
	ofPath                // a value inside the request: text or a number, whatever is found
)

// Keys returns every key in the order in which documentation shows them.
func Keys() []KeyDoc {
	return slices.Concat([]KeyDoc{
		{Name: "endpoint", About: "the endpoint that received it, by its name or its id"},
		{Name: "provider", About: "the endpoint's provider: stripe, github, generic"},
		{Name: "type", About: "the event's type: invoice.paid, invoice.*"},
		{Name: "event", About: "the event's id at the provider"},
		{Name: "account", About: "the account at the provider that the event belongs to"},
		{
			Name: "verdict", About: "the result of verification",
			Values: texts(hook.Verified, hook.Unsigned, hook.Rejected),
		},
		{Name: "reason", About: "why it was rejected, or what was noticed: signature_mismatch"},
		{
			Name: "mode", About: "whether the provider marks the event as live or test",
			Values: texts(hook.ModeLive, hook.ModeTest),
		},
		{Name: "method", About: "the HTTP method"},
		{Name: "path", About: "the path after the endpoint's URL"},
		{Name: "ip", About: "the sender's IP address, or a network: 10.0.0.0/8", kind: ofAddress},
		{Name: "size", About: "the body's length in bytes", kind: ofNumber},
		{Name: "seq", About: "its position in the log", kind: ofNumber},
		{
			Name: "after", About: "received at this time or later: 1h (ago), 7d, 2026-11-01, 2026-11-01T10:00:00Z",
			kind: ofTime,
		},
		{Name: "before", About: "received earlier than this time", kind: ofTime},
		{Name: "subject", About: "an alias of its subject: payment/pi_1, or pi_1"},
		{Name: "reference", About: "the shop's own reference for its subject, such as an order number"},
		{Name: "state", About: "the current state of its subject", Values: states(), open: true},
		{Name: "status", About: "the same as state; or the id of a status, sub_…", Values: states(), open: true},
		{Name: "amount", About: "the amount of its subject, in minor units", kind: ofNumber},
	}, pathKeys())
}

// pathKeys returns the keys that are followed by a path. In JSON, each name of a path is a member of the
// object before it. Headers, parameters and form fields are flat: a dot in their path is part of the name.
func pathKeys() []KeyDoc {
	return []KeyDoc{
		{Name: "body.", About: "a value in a JSON body: body.data.object.id", kind: ofPath},
		{Name: "header.", About: "a header: header.user-agent", kind: ofPath},
		{Name: "query.", About: "a parameter of the query string: query.source", kind: ofPath},
		{Name: "form.", About: "a field of a form body: form.payload", kind: ofPath},
	}
}

// FlagDoc describes one flag.
type FlagDoc struct {
	Flag  Flag
	About string // one line
}

// Flags returns every flag that `is:` takes.
func Flags() []FlagDoc {
	return []FlagDoc{
		{FlagVerified, "a secret of the endpoint matched"},
		{FlagUnsigned, "it was not verified"},
		{FlagRejected, "verification failed"},
		{FlagDuplicate, "an earlier delivery contained the same event"},
		{FlagRetry, "it is the second or a later delivery of its event"},
		{FlagReleased, "it was rejected at first and later verified with another secret"},
		{FlagLive, "the provider marks the event as live"},
		{FlagTest, "the provider marks the event as a test"},
		{FlagSample, "it is a sample that Hookbeam sent to itself"},
		{FlagBatch, "its body contains several events"},
		{FlagDamaged, "the stored record does not match its checksum"},
	}
}

// states returns the states that Hookbeam itself assigns. An endpoint's own mapping may define others.
func states() []string {
	return texts(
		hook.StatePending, hook.StateActionRequired, hook.StateProcessing, hook.StateAuthorized, hook.StatePaid,
		hook.StatePartiallyPaid, hook.StatePartiallyRefunded, hook.StateRefunded, hook.StateFailed,
		hook.StateCanceled, hook.StateExpired, hook.StateQueued, hook.StateWaitsFor, hook.StateRunning,
		hook.StateSuccess, hook.StateFailure, hook.StateCancelled, hook.StateSkipped, hook.StateSuperseded,
		hook.StateUnfulfilled, hook.StatePartiallyFulfilled, hook.StateFulfilled, hook.StateReturned,
	)
}

// texts converts values of a string type to strings.
func texts[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}

// keyDoc finds a key by its name without a dot. The linear search is fast enough: it runs only while a
// filter is parsed and compiled.
func keyDoc(name string) (KeyDoc, bool) {
	for _, doc := range Keys() {
		if doc.Name == name || doc.kind == ofPath && doc.Name == name+"." {
			return doc, true
		}
	}
	return KeyDoc{}, false
}

// keyNames returns the names that may stand before a colon, for suggestions.
func keyNames() []string {
	names := []string{"has", "is"}
	for _, doc := range Keys() {
		names = append(names, doc.Name)
	}
	return names
}

// flagNames returns the names that may follow "is:".
func flagNames() []string {
	var names []string
	for _, doc := range Flags() {
		names = append(names, string(doc.Flag))
	}
	return names
}
