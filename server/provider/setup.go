package provider

import "strings"

// SecretWords describes the secret of a sender to people: most senders issue several keys, and pasting the wrong one is
// a common mistake. The dashboard and the messages about secrets use it.
type SecretWords struct {
	Name   string      // what the sender calls it
	Hint   string      // what it looks like, or where it is from
	Begins string      // its usual prefix; "": none
	Not    []Lookalike // other keys of the sender, with which it does not sign; see DoubtAnotherKey
}

// Lookalike is another key of the sender, recognised by its prefix. Is names it for people, with an article: "an API
// key".
type Lookalike struct{ Begins, Is string }

// Range is a set of IP ranges that a sender publishes as its own. An endpoint can be restricted to them. Source is the
// page that publishes them; compare with it, since a sender may change them.
type Range struct {
	Name   string
	Source string
	CIDRs  []string // nil: not listed here; see Source
}

// commonLookalikes are texts that are rarely the secret of a sender.
func commonLookalikes() []Lookalike {
	return []Lookalike{{"http://", "a URL"}, {"https://", "a URL"}, {"-----BEGIN PRIVATE", "a private key"},
		{"-----BEGIN RSA PRIVATE", "a private key"}, {"-----BEGIN EC PRIVATE", "a private key"}}
}

// lookalikeOf returns the other key that a secret looks like; the zero value if it looks like none.
func (p *Provider) lookalikeOf(value string) Lookalike {
	for _, other := range append(commonLookalikes(), p.Secret.Not...) {
		if strings.HasPrefix(value, other.Begins) {
			return other
		}
	}
	return Lookalike{}
}

// inSentence returns the label for the middle of a sentence: it starts with a small letter unless it is an abbreviation
// such as HMAC.
func (w SecretWords) inSentence() string {
	name := w.Label()
	if strings.ToUpper(name[:2]) == name[:2] {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// Label returns the sender's name for its secret; "Secret" if it has none.
func (w SecretWords) Label() string {
	if w.Name == "" {
		return "Secret"
	}
	return w.Name
}
