package signature

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Scheme is one way to sign a delivery: what is signed, with which operation and key, and where the signature is. It is
// plain data, written in the sender's file in server/provider; verify.go verifies with it and sign.go signs with it, so
// both always agree. This is Stripe's scheme:
//
//	signature.Scheme{At: payload.Select("header:Stripe-Signature"), Format: signature.Pairs, Separator: ",",
//		Prefix: "v1", Hash: "sha256", Message: signature.Message("{time}.{body}"), TimeBeside: "t", Unit: time.Second}
type Scheme struct {
	Kind Kind // the cryptographic operation

	// At is the place of the signature, and Format its syntax there. Prefix is the text before it: a prefix, the key of
	// a pair, or the version in a list, depending on Format. Separator separates pairs, and the parts of Prefixed,
	// where "" means a comma. MoreAt are further places, of signatures with other keys.
	At        payload.Selector
	MoreAt    []payload.Selector
	Format    Format
	Prefix    string
	Separator string

	// Hash is the name of the hash, see newHash. Encoding is that of the signature, and Key the form of secrets.
	Hash     string
	Encoding Encoding
	Key      KeyForm

	// Message is the text that is signed. The function Message parses it.
	Message payload.Template

	// Time is the place of the signed timestamp. TimeBeside is its key instead if it is a pair beside the signature. If
	// both are zero, no timestamp is signed. TimeFirst: it is the first part of the signature's text, without a key.
	// Unit is a second or a millisecond since 1970; 0 means a date, see writtenDate, and ByDigits any of them.
	Time       payload.Selector
	TimeBeside string
	TimeFirst  bool
	Unit       time.Duration

	// Fields are the fields of the body that {fields} stands for in the message.
	Fields *Fields
	// SignedHeaders is the place of the list of headers that {headers} stands for in the message; see writeHeaders.
	SignedHeaders payload.Selector
	// Sorted: the parts of the message are in the order of their bytes, without empty ones. A part is a selector or
	// {secret}, and there is no text between them.
	Sorted bool
	// Claims are those of a JWT.
	Claims Claims

	// PerItem: the items of the batch are signed, each by itself, and not the whole body.
	PerItem bool
	// Newline: a signature over the message with a newline at its end is valid as well.
	Newline bool
	// EscapedBody: a signature over the message is valid as well if it was made of the body with its letters beyond
	// ASCII escaped; see writeEscaped. Newline must not be set.
	EscapedBody bool
	// Addresses adds other forms of the signed address, which are tried as well; nil adds none.
	Addresses AddressForms
	// BodyHashIn is the query parameter of the signed address with the SHA-256 of the body; "" if there is none.
	BodyHashIn string
	// Where are the conditions under which the scheme is for a delivery; others have no signature for it.
	Where []Equal
	// UnlessSent is the place of a stronger signature by the same secret: this one counts only for a delivery that has
	// none there, so that nobody can have the weaker one decide.
	UnlessSent payload.Selector
	// With and Unless are names of settings: the scheme counts only for endpoints that have the first and lack the
	// second. A weaker scheme must not count where a stronger one is asked for.
	With, Unless string
	// Legacy: the scheme is too weak to count unless the endpoint's setting "legacy" is "accept".
	Legacy bool
	// Covers is what the signature protects if the message does not show it; "" means the body.
	Covers hook.Covers
	// MismatchReason is the reason if no secret matches; "" means signature_mismatch.
	MismatchReason hook.Reason
}

// Fields are the fields of the body that the variable {fields} writes into a message: name, line feed, value, line feed
// for each that is there, in the order of the list. Which list it is depends on the text at a place of the delivery. A
// delivery with another text there, with one of its fields twice or with a mistake in its JSON has no message: programs
// that read the same body may read other values.
type Fields struct {
	By    payload.Selector
	Lists map[string][]payload.Selector
}

// ByDigits is the unit of timestamps that may be of any kind: a number of up to eleven digits is in seconds, a longer
// one in milliseconds, and what is no number is RFC 3339. The text is signed, so nobody can change its meaning.
const ByDigits time.Duration = -1

// AddressForms appends further URLs that a sender may have signed instead of one of the addresses, such as one with
// the default port.
type AddressForms func(addresses []string) []string

// Message parses the message that a scheme signs: text with selectors in braces, and the variables {body}, {time},
// {url}, {path} (of the URL, with its query), {form} (its names and values, sorted), {field} (see
// payload.Request.OnlyField), {method}, {secret}, {crc32} (of the body, in decimal), {fields} (see Fields) and
// {headers} (see SignedHeaders). It is for the tables of server/provider, and panics on a mistake in them.
func Message(text string) payload.Template {
	return payload.SelectTemplate(text, messageVariables()...)
}

// Optional is Message for a part of a message that is there only if the delivery has a text at its first selector.
// slices.Concat puts the parts together.
func Optional(text string) payload.Template {
	part := Message(text)
	for i := range part {
		part[i].If = part[0].Selector
	}
	return part
}

// Lower returns a part of a message with the texts of its selectors in lower case.
func Lower(part payload.Template) payload.Template {
	for i := range part {
		part[i].Lower = true
	}
	return part
}

// messageVariables returns the variables of messages. Request.write writes their values.
func messageVariables() []string {
	return []string{"body", "time", "url", "path", "form", "field", "method", "secret", "crc32", "fields",
		"headers"}
}

// Kind is the cryptographic operation of a scheme.
type Kind int

// The kinds of signatures.
const (
	// HMAC is an HMAC of the message, with the hash of the scheme.
	HMAC Kind = iota
	// PlainHash is a hash of the message, which contains the secret.
	PlainHash
	// Token is the secret itself, sent in a header or in the query. It protects nothing in the delivery.
	Token
	// Basic is user and password by HTTP Basic authentication.
	Basic
	// Ed25519 is a signature over the message.
	Ed25519
	// ECDSAP256 is an ECDSA signature on P-256 over a hash of the message, in ASN.1.
	ECDSAP256
	// RSACertificate is an RSA PKCS #1 v1.5 signature over a hash of the message, with a certificate's key.
	RSACertificate
	// RSAKey is the same with a public key that the sender publishes.
	RSAKey
	// JWT is a JSON web token whose claims say what it is for: see Claims. At is its place, a header in which Prefix is
	// the scheme of Authorization, or the whole body if At is zero.
	JWT
)

// Format is the syntax of the text in which signatures are sent.
type Format int

// The formats of signatures.
const (
	// Raw is the signature and nothing else.
	Raw Format = iota
	// Prefixed is the scheme's prefix and the signature; several are separated by the scheme's separator.
	Prefixed
	// Pairs is key=value, several with the scheme's separator; the prefix is the key of signatures.
	Pairs
	// List is version,signature, several separated by blanks; the prefix is the version.
	List
	// AlgorithmPair is algorithm=signature, where the algorithm is the name of a hash.
	AlgorithmPair
	// PublicKeyPair is key|signature, several separated by &, where key is the setting public_key.
	PublicKeyPair
)

// Encoding is how the bytes of a signature are written as text.
type Encoding int

// The encodings of signatures.
const (
	// Hex is lower case when written, and either case when read.
	Hex Encoding = iota
	// Base64 is standard base64 with padding.
	Base64
	// Base64URL is base64 for URLs, written without padding, and read with or without it.
	Base64URL
)

// counts reports whether the scheme is one for endpoints with these settings.
func (sc *Scheme) counts(settings map[string]string) bool {
	return (sc.With == "" || !Blank(settings[sc.With])) && (sc.Unless == "" || Blank(settings[sc.Unless]))
}

// dated reports whether a timestamp is part of the signed message.
func (sc *Scheme) dated() bool {
	return !sc.Time.IsZero() || sc.TimeBeside != "" || sc.TimeFirst || len(sc.Claims.Times) > 0
}

// signsAddress reports whether the endpoint's address is part of what is signed.
func (sc *Scheme) signsAddress() bool {
	return sc.usesAddress() || sc.Claims.URL != "" || sc.Claims.URLHash != ""
}

// usesAddress reports whether the message contains the endpoint's address or a part of it.
func (sc *Scheme) usesAddress() bool { return sc.Message.Uses("url") || sc.Message.Uses("path") }

// byPublicKey reports whether secrets of the scheme are public keys.
func (sc *Scheme) byPublicKey() bool {
	switch sc.Kind {
	case Ed25519, ECDSAP256, RSACertificate, RSAKey:
		return true
	case JWT:
		return sc.Key == FromPublicKey
	default:
		return false
	}
}

// Undated returns the scheme with a fixed text in place of its timestamp, which is not parsed then. Package
// diagnose uses it to recognize a timestamp in a wrong unit.
func (sc Scheme) Undated(timestamp string) Scheme {
	sc.Message, sc.Time, sc.TimeBeside = sc.Message.Replace("time", timestamp), payload.Selector{}, ""
	sc.TimeFirst = false
	return sc
}

// check describes the scheme for the verdict: its name and what it protects. hash is the hash that the signature
// itself names, if it names one.
func (sc *Scheme) check(hash string) hook.Check {
	c := hook.Check{Covers: sc.Covers, Dated: sc.dated()}
	switch sc.Kind {
	case Token, Basic:
		c.Covers, c.Scheme = hook.CoversNothing, "token"
		if sc.Kind == Basic {
			c.Scheme = "basic"
		} else if sc.At.InQuery() {
			c.Scheme = "url-token"
		}
		return c
	case Ed25519:
		c.Scheme = "ed25519"
	case ECDSAP256:
		c.Scheme = "ecdsa-p256-" + sc.Hash
	case RSACertificate, RSAKey:
		c.Scheme = "rsa-" + sc.Hash
	case JWT: // hash is the algorithm
		c.Scheme = strings.TrimSuffix("jwt-"+strings.ToLower(hash), "-")
	case PlainHash:
		c.Scheme = hash
	default:
		if c.Scheme = "hmac-sha256"; hash != "sha256" { // the usual name is not made anew for each delivery
			c.Scheme = strings.TrimSuffix("hmac-"+hash, "-")
		}
	}
	switch {
	case c.Covers != "":
	case sc.Kind == JWT && sc.Claims.BodyHash == "" && !sc.At.IsZero(): // nothing binds the body to the token
		if c.Covers = hook.CoversNothing; c.Dated {
			c.Covers = hook.CoversTime
		}
	default:
		c.Covers = hook.CoversBody
	}
	return c
}

// maxSignatures limits how many signatures of one request are tried.
const maxSignatures = 8

// sentSignature is a signature of the request: its bytes, and the name of its hash.
type sentSignature struct {
	sum  []byte
	hash string
}

// signatures returns the signatures that the request has in the scheme's place. sent distinguishes a request
// without the header from one whose header cannot be parsed.
func (sc *Scheme) signatures(q *Request) (found []sentSignature, sent bool) {
	found, sent = sc.signaturesAt(q, sc.At, nil)
	for _, at := range sc.MoreAt {
		var more bool
		found, more = sc.signaturesAt(q, at, found)
		sent = sent || more
	}
	return found, sent
}

// signaturesAt appends the signatures of one place to found. sent reports whether there is anything.
func (sc *Scheme) signaturesAt(q *Request, at payload.Selector, found []sentSignature) (_ []sentSignature, sent bool) {
	for line := range q.Lines(at) {
		sent = true
		more := true
		if sc.TimeFirst {
			_, line, more = sc.part(line)
		}
		for more {
			var part string
			part, line, more = sc.part(line)
			hash, text, ok := sc.cut(q, part)
			if !ok {
				continue
			}
			sum, err := sc.Encoding.decode(text)
			if err == nil && len(sum) > 0 && len(found) < maxSignatures {
				found = append(found, sentSignature{sum, hash})
			}
		}
	}
	return found, sent
}

// part splits a line after its first part. more is false if there is no further part.
func (sc *Scheme) part(line string) (part, rest string, more bool) {
	switch sc.Format {
	case Prefixed:
		return strings.Cut(line, sc.separator())
	case Pairs:
		return strings.Cut(line, sc.Separator)
	case List:
		return strings.Cut(line, " ")
	case PublicKeyPair:
		return strings.Cut(line, "&")
	default:
		return line, "", false
	}
}

// separator returns what separates the parts of Prefixed.
func (sc *Scheme) separator() string {
	if sc.Separator == "" {
		return ","
	}
	return sc.Separator
}

// cut returns the text of the signature in one part of a line, and the name of its hash. ok is false if the part
// has another prefix, version, key or algorithm: it is not for this scheme then.
func (sc *Scheme) cut(q *Request, part string) (hash, text string, ok bool) {
	part = strings.TrimSpace(part)
	switch sc.Format {
	case Prefixed:
		text, ok = strings.CutPrefix(part, sc.Prefix)
	case Pairs:
		text, ok = strings.CutPrefix(part, sc.Prefix+"=")
	case List:
		text, ok = strings.CutPrefix(part, sc.Prefix+",")
	case AlgorithmPair:
		hash, text, ok = strings.Cut(part, "=")
		return hash, text, ok && newHash(hash) != nil
	case PublicKeyPair:
		var who string
		who, text, ok = strings.Cut(part, "|")
		mine := q.Endpoint.Settings["public_key"]
		ok = ok && (mine == "" || mine == who)
	default:
		text, ok = part, true
	}
	return sc.Hash, text, ok
}

// decode decodes the text of a signature. It is strict: a text has one meaning.
func (c Encoding) decode(text string) ([]byte, error) {
	switch c {
	case Base64:
		return base64.StdEncoding.Strict().DecodeString(text)
	case Base64URL:
		return base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	default:
		return hex.DecodeString(text)
	}
}
