package signature

import (
	"cmp"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Profile describes how one sender signs its deliveries. server/provider has one for each sender, and creates it
// when the program starts; nothing changes it. Exactly one of Schemes, Custom and Messages is set, except that
// CustomCredential has Schemes beside it.
type Profile struct {
	// Schemes are the sender's schemes. A delivery is genuine if one of them verifies. Messages to people name the
	// first.
	Schemes []Scheme
	// Custom: the endpoint's settings describe the only scheme.
	Custom Custom
	// Messages: the sender uses HTTP message signatures (RFC 9421).
	Messages bool

	Batch    *payload.Batch   // where the events are if a body has several; nil if it never has
	Envelope payload.Envelope // what the body may be instead of plain JSON
	Secrets  SecretRule       // which secrets the sender has

	// Certificate selects the URL of the certificate of a delivery's key. It is zero unless deliveries name the
	// certificate that they are signed with. Algorithm selects the name of the algorithm, which must be SHA256withRSA;
	// zero if deliveries do not say.
	Certificate payload.Selector
	Algorithm   payload.Selector
	// Issuer says which certificates are the sender's. It is set if Certificate is.
	Issuer *Issuer
	// KeySet is the https address of the sender's keys, a JWK Set (RFC 7517 §5), from which its JWTs name one by kid;
	// "" if it publishes none. It is fixed: nothing of a delivery can change it.
	KeySet string
}

// Result is what was found out about one delivery: whether it is genuine, and which event it brings. Verify fills
// in the fields of the verdict, and server/provider those of the event. intake stores them in the record.
type Result struct {
	Verdict hook.Verdict
	Reason  hook.Reason // why it was rejected, empty if it was not
	Secret  string      // label of the secret that matched
	Check   hook.Check  // how it was verified, or would have been
	Marks   hook.Marks  // what is unusual about the secret that matched: hook.MarkSecretWeak, …Trimmed, …AsText
	Event   string      // the event's unique id, where there is one; never that of one event among several
	Type    string      // the event's type, where there is one
	Reply   *hook.Reply // the answer instead of the standard one; nil for the standard answer

	// NewSecret is a secret that the sender brings in a challenge, which the endpoint has waited for; "" otherwise.
	NewSecret string

	OccurredAt hook.Time // when the event happened; zero where the sender does not say
	Account    string
	Mode       string       // hook.ModeLive, hook.ModeTest or ""
	Batch      []hook.Event // every event, where the body has several
}

// ReceiveContext is what verifying needs besides the delivery and the endpoint.
type ReceiveContext struct {
	At           time.Time    // time of receipt
	URL          string       // the endpoint's address if it names no other as registered; needed where SignsAddress
	Certificates Certificates // nil: only what is in the endpoint's configuration counts
}

// Certificates looks up the certificate that a delivery names by its URL, or the key that it names by its id in a key
// set. server/intake implements it with a cache and limits; a fake is enough for tests.
type Certificates interface {
	// Certificate returns the certificate at an address that from.CheckURL lets through, checked by from.Read. An
	// error that does not wrap ErrUntrusted is temporary.
	Certificate(from *Issuer, url string, at time.Time) (*x509.Certificate, error)
	// Key returns the key with an id from the key set at an address, as a JWK. An error that does not wrap ErrUntrusted
	// is temporary.
	Key(set, id string, at time.Time) (string, error)
}

// SecretRule describes the secrets of one sender, for people. A secret that does not fit is doubted, not refused, as
// long as it makes a key; see server/provider.CheckSecret.
type SecretRule struct {
	Most    int    // maximum length in bytes; 0: the general limit
	Shape   string // what a secret looks like
	Charset string // the characters that the sender accepts; "": all
	Login   bool   // user:password
	Pinned  bool   // the setting "certificate" counts as one
}

// SignsAddress reports whether the endpoint's address is part of the message that this sender signs.
func (p *Profile) SignsAddress() bool {
	for i := range p.Schemes {
		if p.Schemes[i].signsAddress() {
			return true
		}
	}
	return p.Custom == CustomHMAC || p.Messages
}

// SignsAddressOf reports whether the signature of a delivery depends on the endpoint's address, as far as the
// endpoint's settings and the delivery say.
func (p *Profile) SignsAddressOf(e *hook.Endpoint, r *hook.Record) bool {
	if p.Messages {
		input := r.Header("Signature-Input")
		return slices.ContainsFunc(
			[]string{`"@target-uri"`, `"@authority"`, `"@scheme"`, `"@path"`, `"@request-target"`},
			func(component string) bool { return strings.Contains(input, component) },
		)
	}
	return slices.ContainsFunc(
		p.SchemesFor(e),
		func(sc Scheme) bool { return sc.usesAddress() && sc.sentIn(r) },
	)
}

// SignsBodyOf reports whether a signature that the delivery has depends on its body.
func (p *Profile) SignsBodyOf(e *hook.Endpoint, r *hook.Record) bool {
	if p.Messages {
		return strings.Contains(r.Header("Signature-Input"), `"content-digest"`)
	}
	return slices.ContainsFunc(p.SchemesFor(e), func(sc Scheme) bool {
		return sc.Kind != Token && sc.Kind != Basic && sc.sentIn(r) && (sc.PerItem || sc.Message.Uses("body") ||
			sc.Message.Uses("form") || sc.Message.Uses("crc32") || !sc.usesAddress())
	})
}

// sentIn reports whether the delivery has a header for the scheme's signature. A signature that is not in a header
// counts as sent.
func (sc *Scheme) sentIn(r *hook.Record) bool {
	name, inHeader := sc.At.Header()
	return !inHeader || r.Header(name) != ""
}

// Place describes for people where the sender puts its signature or secret for an endpoint.
func (p *Profile) Place(e *hook.Endpoint) string {
	if p.Messages {
		return "the headers Signature-Input and Signature"
	}
	at := p.SchemesFor(e)[0].At
	if at.IsZero() {
		return "the body"
	}
	return at.Place()
}

// SchemesFor returns the sender's schemes that count for an endpoint. There is at least one if there is one at all.
func (p *Profile) SchemesFor(e *hook.Endpoint) []Scheme {
	own, _, custom := p.custom(e.Settings) // settings were checked when they were saved
	if custom {
		return []Scheme{own}
	}
	for i := range p.Schemes {
		if !p.Schemes[i].counts(e.Settings) {
			return slices.DeleteFunc(slices.Clone(p.Schemes), func(sc Scheme) bool { return !sc.counts(e.Settings) })
		}
	}
	return p.Schemes
}

// Resembles reports how much a delivery looks like one of this sender: n grows with each scheme whose signature it
// has, and header is the header of the first. n is 0 if it has none. Package diagnose uses it to find the sender of
// a delivery that came to another sender's endpoint.
func (p *Profile) Resembles(r *hook.Record) (n int, header string) {
	q := NewRequest(&hook.Endpoint{}, r, ReceiveContext{})
	defer q.Release()
	for i := range p.Schemes {
		sc := &p.Schemes[i]
		name, inHeader := sc.At.Header()
		if sc.Kind == JWT {
			if text, _ := sc.credential(q); inHeader && name != "Authorization" && text != "" {
				if _, ok := parseToken(text); ok {
					n, header = n+2, cmp.Or(header, name)
				}
			}
			continue
		}
		if !inHeader || name == "Authorization" {
			continue
		}
		if found, _ := sc.signatures(q); len(found) > 0 || sc.Kind == Token && r.Header(name) != "" {
			if n += 2; i == 0 {
				n++ // another sender may have the same header for compatibility
			}
			if header == "" {
				header = name
			}
		}
	}
	return n, header
}
