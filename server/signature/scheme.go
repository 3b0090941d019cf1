package signature

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Scheme is one way to sign a delivery: what is signed, with what, and where the signature stands.
// Everything in it is data, written beside the sender in server/provider; verify.go checks by it and
// sign.go signs by it. Stripe's:
//
//	signature.Scheme{At: payload.Select("header:Stripe-Signature"), Format: signature.Pairs, Separator: ",",
//		Prefix: "v1", Hash: "sha256", Message: signature.Message("{time}.{body}"), TimeBeside: "t", Unit: time.Second}
type Scheme struct {
	Kind       Kind             // what the signature is
	At         payload.Selector // where it stands
	Format     Format           // how it is written there
	Prefix     string           // what stands before it: a prefix, the key of a pair, the version in a list
	Separator  string           // what separates pairs
	Hash       string           // sha1, sha256, sha384, sha512
	Encoding   Encoding         // of the signature
	Key        KeyForm          // of the secret
	Message    payload.Template // what is signed, made by Message
	Time       payload.Selector // where the signed timestamp stands; zero: nowhere, or TimeBeside
	TimeBeside string           // the key of the timestamp where it is a pair beside the signature
	Unit       time.Duration    // of the timestamp; 0: RFC 3339

	PerItem        bool         // every item of the batch is signed by itself
	Newline        bool         // the message is tried with a newline behind it as well
	Addresses      AddressForms // other forms of the signed address that are tried as well
	BodyHashIn     string       // the query parameter of the signed address that holds the body's SHA-256
	Legacy         bool         // too weak to count unless the endpoint's setting "legacy" is "accept"
	Covers         hook.Covers  // what is signed, where the message does not show it
	MismatchReason hook.Reason  // the reason where nothing matches; signature_mismatch unless said
}

// AddressForms appends further forms in which a sender may have signed one of the addresses.
type AddressForms func(addresses []string) []string

// Message reads what a scheme signs: text with selectors in braces, and {body}, {time}, {url}, {form}
// (its names and values, sorted), {method}, {secret} and {crc32} (of the body, in decimal). It is for
// the tables of the catalogue.
func Message(text string) payload.Template {
	return payload.SelectTemplate(text, messageVariables()...)
}

// messageVariables are what may stand in a message beside selectors; Request.write fills them in.
func messageVariables() []string {
	return []string{"body", "time", "url", "form", "method", "secret", "crc32"}
}

// Kind is what a signature is.
type Kind int

// The kinds of signatures.
const (
	HMAC           Kind = iota // an HMAC
	PlainHash                  // a hash over the secret and the message
	Token                      // the secret itself
	Basic                      // user and password
	Ed25519                    // Ed25519
	ECDSAP256                  // ECDSA over a hash, in ASN.1
	RSACertificate             // RSA PKCS #1 v1.5 over a hash, with the key of a certificate
)

// Format is how a signature is written.
type Format int

// The formats of signatures.
const (
	Raw           Format = iota // the signature and nothing else
	Prefixed                    // prefix and signature; several with commas between
	Pairs                       // key=value, several with the separator between; the prefix is the key
	List                        // version,signature with spaces between; the prefix is the version
	AlgorithmPair               // algorithm=signature
	PublicKeyPair               // public key|signature with & between
)

// Encoding is how the bytes of a signature are written as text.
type Encoding int

// The encodings of signatures.
const (
	Hex Encoding = iota
	Base64
	Base64URL
)

// dated reports whether a timestamp is part of the signature.
func (sc *Scheme) dated() bool { return !sc.Time.IsZero() || sc.TimeBeside != "" }

// Undated returns the scheme with a text in the place of its timestamp, which is then not read: for a
// timestamp that is written in another unit than the scheme's.
func (sc Scheme) Undated(timestamp string) Scheme {
	sc.Message, sc.Time, sc.TimeBeside = sc.Message.Replace("time", timestamp), payload.Selector{}, ""
	return sc
}

// check says what the scheme is worth. hash is that of the signature, where it names one itself.
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
	case RSACertificate:
		c.Scheme = "rsa-" + sc.Hash
	case PlainHash:
		c.Scheme = hash
	default:
		c.Scheme = strings.TrimSuffix("hmac-"+hash, "-")
	}
	if c.Covers == "" {
		c.Covers = hook.CoversBody
	}
	return c
}

// maxSignatures bounds how many signatures of one request are looked at.
const maxSignatures = 8

// sentSignature is one that was sent, decoded.
type sentSignature struct {
	sum  []byte
	hash string
}

// signatures returns what was sent where the scheme looks for it; sent tells nothing from nothing readable.
func (sc *Scheme) signatures(q *Request) (found []sentSignature, sent bool) {
	for line := range q.Lines(sc.At) {
		sent = true
		for more := true; more; {
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

// part takes the first part off a line.
func (sc *Scheme) part(line string) (part, rest string, more bool) {
	switch sc.Format {
	case Prefixed:
		return strings.Cut(line, ",")
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

// cut takes the signature out of one part of a line, with the hash that it was made with.
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

// decode reads the text of a signature.
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
