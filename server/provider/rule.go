package provider

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// rule is one way to sign. Everything in it is data; verify.go is what reads it.
type rule struct {
	kind    kind          // what the signature is
	at      string        // the spot where it is: "header:X-Signature"
	format  format        // how it is written there
	mark    string        // what stands before it: a prefix, the key of a pair, the version in a list
	between string        // what separates pairs
	hash    string        // sha1, sha256, sha384, sha512
	coding  coding        // of the signature
	key     keyForm       // of the secret
	message string        // what is signed: text with spots in braces, and {body}, {time}, {url}, {method} …
	time    string        // the spot of the signed timestamp; "pair:t" where it stands beside the signature
	unit    time.Duration // of the timestamp; 0: RFC 3339
	each    bool          // every item of the batch is signed by itself
	newline bool          // the message is tried with a newline behind it as well
	ports   bool          // the address is tried with and without its default port as well
	inURL   string        // the query parameter of the signed address that holds the body's SHA-256
	decoded bool          // the address is tried with its percent-encoding undone as well
	legacy  bool          // too weak to count unless the endpoint's setting "legacy" is "accept"
	covers  hook.Covers   // what is signed, where the message does not show it
	mistake hook.Reason   // the reason where nothing matches; signature_mismatch unless said
}

type kind int

const (
	keyed       kind = iota // an HMAC
	plainHash               // a hash over the secret and the message
	token                   // the secret itself
	basic                   // user and password
	edwards                 // Ed25519
	ecdsaP256               // ECDSA over a hash, in ASN.1
	certificate             // RSA PKCS #1 v1.5 over a hash, with the key of a certificate
)

type format int

const (
	raw      format = iota // the signature and nothing else
	prefixed               // mark and signature; several with commas between
	pairs                  // key=value, several with rule.between between; mark is the key
	list                   // version,signature with spaces between; mark is the version
	algo                   // algorithm=signature
	named                  // public key|signature with & between
)

type coding int

const (
	inHex coding = iota
	inBase64
	inBase64URL
)

// check says what the rule is worth. hash is that of the signature, where it names one itself.
func (ru *rule) check(hash string) hook.Check {
	c := hook.Check{Covers: ru.covers, Dated: ru.time != ""}
	switch ru.kind {
	case token, basic:
		c.Covers, c.Scheme = hook.CoversNothing, "token"
		if ru.kind == basic {
			c.Scheme = "basic"
		} else if strings.HasPrefix(ru.at, "query:") {
			c.Scheme = "url-token"
		}
		return c
	case edwards:
		c.Scheme = "ed25519"
	case ecdsaP256:
		c.Scheme = "ecdsa-p256-" + ru.hash
	case certificate:
		c.Scheme = "rsa-" + ru.hash
	case plainHash:
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

// signature is one that was sent, decoded.
type signature struct {
	sum  []byte
	hash string
}

// signatures returns what was sent where the rule looks for it; sent tells nothing from nothing readable.
func (ru *rule) signatures(q *request) (found []signature, sent bool) {
	for line := range q.lines(ru.at) {
		sent = true
		for more := true; more; {
			var part string
			part, line, more = ru.part(line)
			hash, text, ok := ru.cut(q, part)
			if !ok {
				continue
			}
			sum, err := ru.coding.decode(text)
			if err == nil && len(sum) > 0 && len(found) < maxSignatures {
				found = append(found, signature{sum, hash})
			}
		}
	}
	return found, sent
}

// part takes the first part off a line.
func (ru *rule) part(line string) (part, rest string, more bool) {
	switch ru.format {
	case prefixed:
		return strings.Cut(line, ",")
	case pairs:
		return strings.Cut(line, ru.between)
	case list:
		return strings.Cut(line, " ")
	case named:
		return strings.Cut(line, "&")
	default:
		return line, "", false
	}
}

// cut takes the signature out of one part of a line, with the hash that it was made with.
func (ru *rule) cut(q *request, part string) (hash, text string, ok bool) {
	part = strings.TrimSpace(part)
	switch ru.format {
	case prefixed:
		text, ok = strings.CutPrefix(part, ru.mark)
	case pairs:
		text, ok = strings.CutPrefix(part, ru.mark+"=")
	case list:
		text, ok = strings.CutPrefix(part, ru.mark+",")
	case algo:
		hash, text, ok = strings.Cut(part, "=")
		return hash, text, ok && newHash(hash) != nil
	case named:
		var who string
		who, text, ok = strings.Cut(part, "|")
		mine := q.endpoint.Settings["public_key"]
		ok = ok && (mine == "" || mine == who)
	default:
		text, ok = part, true
	}
	return ru.hash, text, ok
}

func (c coding) decode(text string) ([]byte, error) {
	switch c {
	case inBase64:
		return base64.StdEncoding.Strict().DecodeString(text)
	case inBase64URL:
		return base64.RawURLEncoding.Strict().DecodeString(strings.TrimRight(text, "="))
	default:
		return hex.DecodeString(text)
	}
}
