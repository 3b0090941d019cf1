// Package recognize names the senders that a pasted request may be from, so that a person need not know which of their
// systems sends it. It compares the request with the literals of package provider and knows no sender itself.
//
// It promises that a result is a function of the text alone: nothing is verified, stored or fetched, and a candidate
// proves nothing about a request. Parse reads a request from text, and Senders ranks the senders; start there.
package recognize

import (
	"cmp"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
	"hookbeam/server/wire"
)

// maxCandidates is how many senders Senders returns.
const maxCandidates = 5

// The weights of what speaks for a sender. A place that several senders share is divided among them.
const (
	weighsSignature = 12 // the place of its signature
	weighsForm      = 2  // the signature there has the sender's form
	weighsType      = 5  // a type that its rules name
	weighsList      = 5  // a list of events with its name, inside another member
	weighsEvent     = 4  // a header with the id, type or time of an event
	weighsName      = 3  // its name in User-Agent or in the name of a header

	high, medium = 10, 5 // the least weights of these confidences
)

// Candidate is one sender that a request may be from. Reasons say what speaks for it, strongest first.
type Candidate struct {
	Provider *provider.Provider
	Reasons  []string
	weight   int
}

// Confidence is "high", "medium" or "low".
func (c *Candidate) Confidence() string {
	switch {
	case c.weight >= high:
		return "high"
	case c.weight >= medium:
		return "medium"
	default:
		return "low"
	}
}

// Senders returns the senders that a request may be from, at most maxCandidates, most likely first. Of two that are
// equally likely the one that stands first in the catalogue comes first, and a general scheme after a named sender.
// "Any sender" is never among them, because every request may be from any sender.
func Senders(r *hook.Record) []Candidate {
	q := query{record: r, sent: make(map[string]bool, len(r.Headers)), readers: map[string]int{}}
	for _, h := range r.Headers {
		q.sent[strings.ToLower(h.Name)] = true
	}
	all := provider.All()
	for i := range all {
		for name := range signatureHeaders(&all[i]) {
			q.readers[name]++
		}
	}
	found := []Candidate{}
	for i := range all {
		if all[i].ID == "generic" {
			continue
		}
		if c := q.weigh(&all[i]); c.weight > 0 {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(generality(a), generality(b)))
	})
	return found[:min(len(found), maxCandidates)]
}

// generality is 1 for a scheme that any sender may use, and 0 for a named sender.
func generality(c Candidate) int {
	if c.Provider.Category == "general" {
		return 1
	}
	return 0
}

// query is one request while it is compared with all senders.
type query struct {
	record  *hook.Record
	sent    map[string]bool // the names of its headers, in lower case
	readers map[string]int  // how many senders read their signature from a header
}

// signatureHeaders returns the headers in which a sender puts its signature, in lower case. Authorization and the place
// of HTTP message signatures are among them.
func signatureHeaders(p *provider.Provider) map[string]bool {
	names := map[string]bool{}
	for i := range p.Signature.Schemes {
		if name, is := p.Signature.Schemes[i].At.Header(); is {
			names[strings.ToLower(name)] = true
		}
	}
	if p.Signature.Messages {
		names["signature-input"] = true
	}
	return names
}

// weigh compares the request with one sender.
func (q *query) weigh(p *provider.Provider) Candidate {
	c := Candidate{Provider: p}
	seen := map[string]bool{} // headers that count already
	own := signatureHeaders(p)
	for _, h := range q.record.Headers {
		name := strings.ToLower(h.Name)
		if !own[name] || seen[name] {
			continue
		}
		seen[name] = true
		if name == "authorization" { // every API has one
			if p.ID == "basic" && strings.HasPrefix(strings.ToLower(h.Value), "basic ") {
				c.add(1, "header Authorization with a user and a password")
			}
			continue
		}
		c.add(max(weighsSignature/q.readers[name], 3), "header "+h.Name)
	}
	if n, _ := p.Signature.Resembles(q.record); n > 0 && c.weight > 0 {
		c.weight += weighsForm
	}
	q.weighBody(p, &c)
	for _, selector := range eventHeaders(p) {
		if name, is := selector.Header(); is && q.sent[strings.ToLower(name)] && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			c.add(weighsEvent, "header "+name)
		}
	}
	q.weighNames(p, &c, seen)
	if p.ID == "generic-hmac" && c.weight == 0 {
		q.weighUnknown(&c)
	}
	return c
}

// add counts something that speaks for the sender.
func (c *Candidate) add(weight int, reason string) {
	c.weight += weight
	c.Reasons = append(c.Reasons, reason)
}

// eventHeaders returns the places of the event's id, type and time, of the signed time, and of what shows a challenge,
// most of which are no headers.
func eventHeaders(p *provider.Provider) []payload.Selector {
	var all []payload.Selector
	for _, join := range p.Identity.Events {
		all = append(all, join...)
	}
	all = append(all, p.Identity.Types...)
	all = append(all, p.Identity.Times...)
	for i := range p.Signature.Schemes {
		all = append(all, p.Signature.Schemes[i].Time)
	}
	for i := range p.Challenges {
		for _, when := range p.Challenges[i].When {
			all = append(all, when.At)
		}
	}
	return append(all, p.Signature.Certificate, p.Signature.Algorithm)
}

// weighBody looks at a signature in the body and at the type of the event.
func (q *query) weighBody(p *provider.Provider, c *Candidate) {
	r := signature.NewRequest(&hook.Endpoint{}, q.record, signature.ReceiveContext{})
	defer r.Release()
	r.Envelope = p.Signature.Envelope
	if items := r.Items(p.Signature.Batch); len(items) > 0 {
		r.Look(0)
		// A list at the top, or with a name such as "events", is that of many senders.
		if list := p.Signature.Batch.List; strings.Contains(list, ".") && r.First(p.Identity.Types) != "" {
			c.add(weighsList, "list "+list)
		}
	}
	for i := range p.Signature.Schemes {
		at := p.Signature.Schemes[i].At
		if _, isHeader := at.Header(); !isHeader && !at.InQuery() && r.Text(at) != "" {
			c.add(weighsSignature, at.Place())
			if r.First(p.Identity.Types) == "" { // another sender with this field may write a type
				c.weight--
			}
			break
		}
	}
	for _, selector := range p.Identity.Types {
		typ := r.Text(selector)
		if len(typ) < 5 || len(typ) > 100 || !strings.ContainsAny(typ, "._:-/") {
			continue // a word such as "push" or "paid" is a type of many senders
		}
		for i := range p.Rules {
			if slices.Contains(p.Rules[i].Types, typ) {
				c.add(weighsType, "event type "+typ)
				return
			}
		}
	}
}

// weighNames looks for the sender's name in User-Agent and in the names of headers.
func (q *query) weighNames(p *provider.Provider, c *Candidate, seen map[string]bool) {
	if p.Category == "general" && p.ID != "svix" {
		return // their names are ordinary words
	}
	word := compact(p.ID)
	if len(word) < 4 {
		return
	}
	if agent := q.record.Header("User-Agent"); strings.Contains(compact(agent), word) {
		c.add(weighsName, "User-Agent "+cut(agent))
	}
	for _, h := range q.record.Headers {
		name := strings.ToLower(h.Name)
		if name != "user-agent" && !seen[name] && strings.Contains(compact(name), word) {
			c.add(weighsName, "header "+h.Name)
			return
		}
	}
}

// weighUnknown finds a header that no sender of the catalogue reads and that is named like a signature.
func (q *query) weighUnknown(c *Candidate) {
	for _, h := range q.record.Headers {
		name := compact(h.Name)
		named := strings.HasSuffix(name, "signature") || strings.Contains(name, "hmac") ||
			strings.HasSuffix(name, "signature256")
		if named && q.readers[strings.ToLower(h.Name)] == 0 {
			c.add(1, "header "+h.Name+" may be a signature")
			return
		}
	}
}

// compact returns the letters and digits of a text in lower case.
func compact(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return -1
		}
	}, text)
}

// cut shortens a text that the request chose for a line that people read.
func cut(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}

// Wire returns the candidates as clients see them.
func Wire(found []Candidate) wire.Candidates {
	list := make([]wire.Candidate, len(found))
	for i := range found {
		c := &found[i]
		list[i] = wire.Candidate{Provider: c.Provider.ID, Name: c.Provider.Name, Confidence: c.Confidence(),
			Reasons: c.Reasons}
	}
	return wire.Candidates{Candidates: list}
}
