package hook

// StatusRules are an endpoint's settings for statuses: how statements are extracted from its deliveries, and what the
// public may see. They are stored as JSON with the endpoint.
type StatusRules struct {
	// References are dotted selectors of the shop's own reference in the body, in addition to the provider's.
	References []string `json:"references,omitempty"`
	// UniqueReferences says that the shop never gives two orders the same reference, so that payments with the same
	// reference and different customers are of one order.
	UniqueReferences bool `json:"references_unique,omitempty"`
	// ReferenceScope is the dotted selector of a text in the body, such as the shop's address: references are names
	// only within it, and within the account. It takes the place of the provider's; "" leaves that.
	ReferenceScope string `json:"references_scope,omitempty"`
	// Only is a filter of package server/filter: deliveries that it does not match report nothing. Two shops with one
	// account at the provider thereby each have an endpoint of their own. Package intake validates it; "" admits all.
	Only     string    `json:"only,omitempty"`
	Mapping  *Mapping  `json:"mapping,omitempty"`  // nil: the provider's built-in rules
	Unsigned bool      `json:"unsigned,omitempty"` // unsigned deliveries count like verified ones
	Page     Page      `json:"page,omitzero"`
	LinkKeys []LinkKey `json:"link_keys,omitempty"` // newest first
}

// Mapping extracts statements from deliveries of a provider that is not in the catalogue. Its fields are expr-lang
// expressions over body, headers, query, type and event; package extract/expr compiles them.
type Mapping struct {
	Kind       SubjectKind   `json:"kind"`    // own or payment
	Subject    string        `json:"subject"` // expression; "" or nil: the delivery is ignored
	State      string        `json:"state"`   // expression
	Reference  string        `json:"reference,omitempty"`
	Amount     string        `json:"amount,omitempty"` // in minor units
	Currency   string        `json:"currency,omitempty"`
	Customer   string        `json:"customer,omitempty"`    // of a payment: the payer's email address or id
	OccurredAt string        `json:"occurred_at,omitempty"` // RFC 3339, or Unix seconds or milliseconds
	States     []MappedState `json:"states,omitempty"`
}

// MappedState says what one value of a mapping's state means.
type MappedState struct {
	Value string `json:"value"`          // the expression's result
	State State  `json:"state"`          // of a payment: one of its states; otherwise any word
	Tone  Tone   `json:"tone,omitempty"` // of subjects that are not payments
	Final bool   `json:"final,omitempty"`
	Rank  int    `json:"rank,omitempty"`
}

// Page is how an endpoint's public status pages look and what they show. Package intake validates it.
type Page struct {
	Name   string   `json:"name,omitempty"`   // the shop's
	Logo   string   `json:"logo,omitempty"`   // https
	Color  string   `json:"color,omitempty"`  // "#0a7f5c"
	Back   string   `json:"back,omitempty"`   // target of the back link; http or https
	Hidden []string `json:"hidden,omitempty"` // of amount, reference, timeline
	Embed  []string `json:"embed,omitempty"`  // origins whose pages may show it in a frame
}

// Shows reports whether the public may see a field: amount, reference or timeline.
func (p Page) Shows(field string) bool {
	for _, hidden := range p.Hidden {
		if hidden == field {
			return false
		}
	}
	return true
}

// LinkKey signs status links. The API returns its value once, when the key is created. Deleting a key invalidates
// every link that it signed.
type LinkKey struct {
	ID        string `json:"id"`
	Value     string `json:"value"`
	CreatedAt Time   `json:"created_at"`
	ExpiresAt Time   `json:"expires_at,omitzero"` // zero: it does not expire
}
