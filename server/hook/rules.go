package hook

// StatusRules say what an endpoint's deliveries tell of, and what of it the public may see.
type StatusRules struct {
	References []string  `json:"references,omitempty"` // spots of the shop's own reference in the body, dotted, beside those that are known of the provider
	Mapping    *Mapping  `json:"mapping,omitempty"`    // nil: what is known of the provider
	Unsigned   bool      `json:"unsigned,omitempty"`   // what nothing was checked of counts like what verified
	Page       Page      `json:"page,omitzero"`
	LinkKeys   []LinkKey `json:"link_keys,omitempty"` // newest first
}

// Mapping reads subjects out of deliveries of which nothing is known. The expressions are of expr-lang, over body,
// headers, query, type and event.
type Mapping struct {
	Kind       SubjectKind   `json:"kind"`    // own or payment
	Subject    string        `json:"subject"` // expression; "" or nil: the delivery tells of none
	State      string        `json:"state"`   // expression
	Reference  string        `json:"reference,omitempty"`
	Amount     string        `json:"amount,omitempty"` // in minor units
	Currency   string        `json:"currency,omitempty"`
	OccurredAt string        `json:"occurred_at,omitempty"` // RFC 3339, or Unix seconds or milliseconds
	States     []MappedState `json:"states,omitempty"`
}

// MappedState says what one value of a mapping's state means.
type MappedState struct {
	Value string `json:"value"`          // as the expression gives it
	State State  `json:"state"`          // of a payment: one of its states; else any word
	Tone  Tone   `json:"tone,omitempty"` // of what is no payment
	Final bool   `json:"final,omitempty"`
	Rank  int    `json:"rank,omitempty"`
}

// Page is how an endpoint's status pages look, and what they show.
type Page struct {
	Name   string   `json:"name,omitempty"`   // the shop's
	Logo   string   `json:"logo,omitempty"`   // https
	Color  string   `json:"color,omitempty"`  // "#0a7f5c"
	Back   string   `json:"back,omitempty"`   // where the way back leads; http or https
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

// LinkKey signs status links. Its value is shown once.
type LinkKey struct {
	ID        string `json:"id"`
	Value     string `json:"value"`
	CreatedAt Time   `json:"created_at"`
	ExpiresAt Time   `json:"expires_at,omitzero"` // zero: it does not
}
