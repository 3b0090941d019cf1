package provider

import (
	"fmt"
	"strings"
)

// SecretWords say to people which of a sender's many keys is wanted.
type SecretWords struct {
	Name   string      // what the sender calls it
	Hint   string      // what it looks like, or where it is from
	Begins string      // what it usually begins with; "": nothing in particular
	Not    []Lookalike // what is often pasted in its place
}

// Lookalike is another of the sender's keys, known by how it begins.
type Lookalike struct{ Begins, Is string }

// Setting is one of a sender's other facts.
type Setting struct {
	Name     string
	Label    string
	Hint     string
	Required bool
}

// Range is a set of addresses that a sender says it sends from. It may change: Source is where it is
// published.
type Range struct {
	Name   string
	Source string
	CIDRs  []string // none: only the source is known
}

// neverSecrets are keys of no use as a secret, whoever the sender is.
func neverSecrets() []Lookalike {
	return []Lookalike{{"http://", "an address"}, {"https://", "an address"}, {"-----BEGIN PRIVATE", "a private key"},
		{"-----BEGIN RSA PRIVATE", "a private key"}, {"-----BEGIN EC PRIVATE", "a private key"}}
}

// mistakenFor says which other key a pasted secret is, "" where it is none that is known.
func (p *Provider) mistakenFor(value string) string {
	for _, other := range append(neverSecrets(), p.Secret.Not...) {
		if strings.HasPrefix(value, other.Begins) {
			return fmt.Sprintf("looks like %s (%s…), which this sender does not sign with. Copy the %s instead.",
				other.Is, other.Begins, p.Secret.inSentence())
		}
	}
	return ""
}

// inSentence is the name as it stands within a sentence: small, but for what is always written large.
func (w SecretWords) inSentence() string {
	name := w.Label()
	if strings.ToUpper(name[:2]) == name[:2] {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// Label is what the sender calls its secret.
func (w SecretWords) Label() string {
	if w.Name == "" {
		return "Secret"
	}
	return w.Name
}

// Doubt returns what is odd about a secret that CheckSecret lets through, for a person; "" if nothing is.
func (p *Provider) Doubt(value string) string {
	if p.Secret.Begins == "" || strings.HasPrefix(value, p.Secret.Begins) {
		return ""
	}
	return fmt.Sprintf("%s's %s usually begins with %s, and this does not. Make sure that it is the right one.",
		p.Name, p.Secret.inSentence(), p.Secret.Begins)
}
