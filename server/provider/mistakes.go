package provider

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Mistake is a way to configure a sender in which its deliveries cannot be verified. A delivery that has the text Is at
// At shows it. Package diagnose tells people, so Summary and Fix are sentences for them. Code is part of the API.
type Mistake struct {
	Code         string
	At           payload.Selector
	Is           string
	Summary, Fix string
}

// MistakeOf returns the mistake that a delivery without a signature shows; false if it shows none.
func (p *Provider) MistakeOf(e *hook.Endpoint, r *hook.Record) (Mistake, bool) {
	var q payload.Request
	q.Reset(r, e.Settings)
	q.Envelope = p.Signature.Envelope
	for _, m := range p.Mistakes {
		if q.Text(m.At) == m.Is {
			return m, true
		}
	}
	return Mistake{}, false
}
