package signature

import (
	"crypto/x509"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Profile is how one sender signs. Exactly one of Schemes, Custom and Messages says it.
type Profile struct {
	Schemes  []Scheme // any of them will do; the first one is named where none was sent
	Custom   bool     // the endpoint's settings say it
	Messages bool     // by RFC 9421

	Batch   *payload.Batch // where several events come in one body; nil: nowhere
	Secrets SecretRule     // what its secrets look like

	Certificate payload.Selector // of the address of the certificate that it signs with; zero: it has none
	Algorithm   payload.Selector // of the algorithm that it says to sign with then
}

// Result is what a sender's rules make of one delivery: whether it is genuine, and what it says of its
// event. This package fills in the verdict; server/provider adds the event.
type Result struct {
	Verdict hook.Verdict
	Reason  hook.Reason // why it was rejected, empty if it was not
	Secret  string      // label of the secret that matched
	Check   hook.Check  // how it was checked, or would have been
	Event   string      // the event's unique id, where there is one; never that of one event among several
	Type    string      // the event's type, where there is one
	Reply   *hook.Reply // what to answer instead of the standard answer; nil: that

	OccurredAt hook.Time // when the event happened; zero where the sender does not say
	Account    string
	Mode       string       // hook.ModeLive, hook.ModeTest or ""
	Batch      []hook.Event // every event, where the body has several
}

// ReceiveContext is what a delivery does not say of itself.
type ReceiveContext struct {
	At           time.Time    // when it came
	URL          string       // the endpoint's address if it names no other as registered; needed where SignsAddress
	Certificates Certificates // nil: only those that an endpoint holds count
}

// Certificates finds the certificate that a sender names by an address.
type Certificates interface {
	// Certificate returns the certificate at an address that CheckCertificateURL lets through, checked by
	// ReadCertificate. An error that is not ErrUntrusted passes: asked again later, there may be an answer.
	Certificate(url string, at time.Time) (*x509.Certificate, error)
}

// SecretRule is what a sender's secrets look like, where that is more than MinSecret bytes of anything.
type SecretRule struct {
	Most    int       // bytes; 0: as many as a secret may have
	Forms   []KeyForm // one of them must fit; none: any text
	Shape   string    // says them, for people
	Charset string    // what it may consist of; "": anything
	Login   bool      // user:password
	Pinned  bool      // the setting "certificate" counts as one
}

// SignsAddress reports whether the address is part of what this sender signs.
func (p *Profile) SignsAddress() bool {
	for i := range p.Schemes {
		if p.Schemes[i].Message.Uses("url") {
			return true
		}
	}
	return p.Custom || p.Messages
}

// Place names for people where the sender puts its signature or secret.
func (p *Profile) Place() string {
	switch {
	case p.Messages:
		return "the headers Signature-Input and Signature"
	case len(p.Schemes) > 0:
		return p.Schemes[0].At.Place()
	default:
		return "the header that its settings name"
	}
}

// SchemesFor returns the sender's schemes as the endpoint's settings have them.
func (p *Profile) SchemesFor(e *hook.Endpoint) []Scheme {
	if !p.Custom {
		return p.Schemes
	}
	own, _ := customScheme(e.Settings) // a complaint was told when the settings were written
	return []Scheme{own}
}

// Resembles counts what of the sender's own signatures a delivery has, and names the header of one; 0
// without any.
func (p *Profile) Resembles(r *hook.Record) (n int, header string) {
	q := NewRequest(&hook.Endpoint{}, r, ReceiveContext{})
	defer q.Release()
	for i := range p.Schemes {
		sc := &p.Schemes[i]
		name, inHeader := sc.At.Header()
		if !inHeader || name == "Authorization" {
			continue
		}
		if found, _ := sc.signatures(q); len(found) > 0 || sc.Kind == Token && r.Header(name) != "" {
			if n += 2; header == "" {
				header = name
			}
		}
	}
	return n, header
}
