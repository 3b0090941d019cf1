package signature

import (
	"bytes"
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// Claims is what a scheme of the kind JWT requires of a token besides its signature (RFC 7519, RFC 8725). It is plain
// data, part of a Scheme. This is a sender whose tokens have the digest of the body:
//
//	signature.Claims{Algorithms: []string{"HS256"}, BodyHash: "payload_hash", Times: []string{"iat"},
//		Equal: []signature.ClaimEqual{{[]string{"iss"}, payload.Select("const:Vonage")}}}
type Claims struct {
	// Algorithms are those that the sender uses: HS256, HS384, HS512, RS256, ES256 or EdDSA. The key decides which of
	// them can be tried with it, never the token: a public key never verifies an HMAC.
	Algorithms []string
	// BodyHash and URLHash are the claims with the SHA-256, in hex, of the body and of the endpoint's address; "" if
	// there is none. A token without the first verifies only for an empty body.
	BodyHash string
	URLHash  string
	// URL is the claim that is the endpoint's address itself.
	URL string
	// Equal are the claims whose values are known.
	Equal []ClaimEqual
	// Times are the claims that may say when the token was made; the first that is there counts, and one must be. None
	// means that tokens have no age. Claims exp and nbf are obeyed in any case.
	Times []string
	// More are the places of further tokens of the same delivery. Each one that is there must verify like the first.
	More []payload.Selector
}

// ClaimEqual is a claim that must have one value. Several names are alternatives, of which the first that is there
// counts. A claim that is a list must contain the value.
type ClaimEqual struct {
	Names []string
	Value payload.Selector // const:text or setting:name
}

// The limits of tokens, in bytes. One in the body is the whole event.
const (
	maxToken       = 1 << 20
	maxTokenHeader = 4 << 10
	maxKeyID       = 200
)

// webToken is a parsed JWT whose signature was not verified yet.
type webToken struct {
	signed string // header and claims as they were sent, which are what is signed
	alg    string
	keyID  string // "": the token names no key
	claims string // in base64
	sum    []byte
}

// parseToken parses a JWT in its compact form. It is strict, so that a token can be written in one way only. It does
// not decode the claims: nothing of them is needed before the signature is verified.
func parseToken(text string) (t webToken, ok bool) {
	if len(text) > maxToken || strings.IndexFunc(text, notInToken) >= 0 {
		return t, false
	}
	end := strings.LastIndexByte(text, '.')
	if end < 0 {
		return t, false
	}
	head, claims, found := strings.Cut(text[:end], ".")
	if !found || strings.Contains(claims, ".") || len(head) > maxTokenHeader {
		return t, false
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(head)
	if err != nil {
		return t, false
	}
	// A map, because the names of members are compared exactly then.
	var members map[string]any
	if json.Unmarshal(decoded, &members) != nil || members["crit"] != nil { // no extension is known
		return t, false
	}
	t = webToken{signed: text[:end], claims: claims}
	t.alg, _ = members["alg"].(string)
	t.keyID, _ = members["kid"].(string)
	if len(t.keyID) > maxKeyID || !payload.Printable(t.keyID) {
		return t, false
	}
	t.sum, err = base64.RawURLEncoding.Strict().DecodeString(text[end+1:])
	return t, err == nil && len(t.sum) > 0
}

// notInToken reports whether a character cannot be part of a compact JWT. Go's base64 decoder skips line breaks.
func notInToken(r rune) bool {
	letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	return !letter && r != '-' && r != '_' && r != '.'
}

// tokenKey returns the key for an algorithm in the form that the library wants, nil if k is a key of another kind.
func tokenKey(alg string, k key) any {
	switch {
	case strings.HasPrefix(alg, "HS") && k.bytes != nil:
		return k.bytes
	case alg == "RS256" && k.rsa != nil:
		return k.rsa
	case alg == "ES256" && k.ecdsa != nil:
		return k.ecdsa
	case alg == "EdDSA" && k.ed25519 != nil:
		return k.ed25519
	}
	return nil
}

// matches reports whether the token is signed with a key.
func (t *webToken) matches(q *Request, k key) bool {
	with := tokenKey(t.alg, k)
	if with == nil || k.id != "" && t.keyID != "" && k.id != t.keyID {
		return false
	}
	q.Hashed += len(t.signed)
	return jwt.GetSigningMethod(t.alg).Verify(t.signed, t.sum, with) == nil
}

// tokens returns the texts of the tokens of a delivery. sent reports whether there is one at all; texts is empty if
// the first is not written as the scheme says, or if there are more than can be read.
func (sc *Scheme) tokens(q *Request) (texts []string, sent bool) {
	if sc.At.IsZero() {
		body := bytes.TrimSpace(q.Record.Body)
		if len(body) == 0 || len(body) > maxToken {
			return nil, len(body) > 0
		}
		return []string{string(body)}, true
	}
	text, sent := sc.credential(q)
	if text == "" {
		return nil, sent
	}
	texts = []string{text}
	for i, at := range sc.Claims.More {
		if text := q.Text(at); text != "" {
			if i == len(sc.Claims.More)-1 { // the last place is behind the longest list
				return nil, true
			}
			texts = append(texts, text)
		}
	}
	return texts, true
}

// verifyTokens is verify for the kind JWT. If a delivery has several tokens, all must verify.
func (sc *Scheme) verifyTokens(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing, Check: sc.check("")}
	texts, sent := sc.tokens(q)
	if sent {
		f.Reason = hook.ReasonSignatureMalformed
	}
	for i, text := range texts {
		one := sc.verifyToken(q, text, secrets)
		if one.Verdict != hook.Verified {
			return one
		}
		one.Marks |= f.Marks
		if i > 0 {
			one.Secret, one.Check = f.Secret, f.Check
		}
		f = one
	}
	return f
}

// verifyToken verifies one token. It tries every secret, and every reading of it, as verify does.
func (sc *Scheme) verifyToken(q *Request, text string, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed, Check: sc.check("")}
	t, ok := parseToken(text)
	if !ok || !slices.Contains(sc.Claims.Algorithms, t.alg) {
		return f
	}
	f.Check = sc.check(t.alg)
	matched, marks, usable, extra := -1, hook.Marks(0), false, 0
	var room [maxReadings]reading
	for i, s := range secrets {
		for j, one := range sc.readings(&room, s.Value, q.At) {
			if j > 0 {
				if extra++; extra > maxExtra {
					break
				}
			}
			usable = true
			if t.matches(q, one.key) && matched < 0 {
				matched, marks = i, one.marks|one.strength()
			}
		}
	}
	switch {
	case !usable || !sc.complete(q.Endpoint.Settings):
		f.Reason = hook.ReasonKeyMissing
		return f
	case matched < 0:
		f.Reason = hook.ReasonSignatureMismatch
		return f
	}
	if f.Reason = sc.checkClaims(q, &t, &f.Check); f.Reason != "" {
		return f
	}
	return withinTolerance(q, f.Check, secrets[matched].Label, marks)
}

// checkClaims returns why the claims of a genuine token do not fit the delivery, "" if they do. It writes the age of
// the token into c.
func (sc *Scheme) checkClaims(q *Request, t *webToken, c *hook.Check) hook.Reason {
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(t.claims)
	var claims jwt.MapClaims
	if err != nil || json.Unmarshal(decoded, &claims) != nil {
		return hook.ReasonSignatureMalformed
	}
	if !sc.claimsFit(q, claims) {
		return hook.ReasonSignatureMismatch
	}
	if len(sc.Claims.Times) > 0 {
		at, reason := madeAt(claims, sc.Claims.Times)
		if reason != "" {
			return reason
		}
		c.Skew = q.At.Sub(at)
	}
	return outsideValidity(claims, q.At, q.Endpoint.Tolerance)
}

// claimsFit reports whether the claims belong to this body, address and endpoint.
func (sc *Scheme) claimsFit(q *Request, claims jwt.MapClaims) bool {
	want := &sc.Claims
	if want.BodyHash != "" && (len(q.Record.Body) > 0 || claims[want.BodyHash] != nil) &&
		!isDigest(claims[want.BodyHash], q.BodySHA256()) {
		return false
	}
	if want.URL != "" && !slices.ContainsFunc(q.addresses(), func(address string) bool {
		return claimIs(claims[want.URL], address)
	}) {
		return false
	}
	if want.URLHash != "" && !slices.ContainsFunc(q.addresses(), func(address string) bool {
		return isDigest(claims[want.URLHash], sha256Of(address))
	}) {
		return false
	}
	for _, one := range want.Equal {
		if !claimIs(one.in(claims), q.Text(one.Value)) {
			return false
		}
	}
	return true
}

// in returns the value of the first of the names that the claims have.
func (e *ClaimEqual) in(claims jwt.MapClaims) any {
	for _, name := range e.Names {
		if value := claims[name]; value != nil {
			return value
		}
	}
	return nil
}

// claimIs reports whether a claim is a text, or a list that contains it (RFC 7519 §4.1.3).
func claimIs(claim any, text string) bool {
	if text == "" {
		return false
	}
	if list, isList := claim.([]any); isList {
		return slices.ContainsFunc(list, func(one any) bool { return one == text })
	}
	return claim == text
}

// isDigest reports whether a claim is a digest in hex.
func isDigest(claim any, digest []byte) bool {
	text, _ := claim.(string)
	sent, err := hex.DecodeString(text)
	return err == nil && hmac.Equal(sent, digest)
}

// maxDate bounds the seconds in a claim, so that they can be converted. It is in the year 5138.
const maxDate = 1e11

// dateIn returns the time in a claim. there reports whether there is such a claim, and ok whether it is a time.
func dateIn(claims jwt.MapClaims, name string) (at time.Time, there, ok bool) {
	value, there := claims[name]
	seconds, ok := value.(float64)
	if !ok || seconds < 0 || seconds > maxDate {
		return at, there, false
	}
	return time.UnixMilli(int64(seconds * 1000)), true, true
}

// madeAt returns the time in the first of the claims that is there.
func madeAt(claims jwt.MapClaims, names []string) (time.Time, hook.Reason) {
	for _, name := range names {
		if at, there, ok := dateIn(claims, name); ok {
			return at, ""
		} else if there {
			return at, hook.ReasonTimestampMalformed
		}
	}
	return time.Time{}, hook.ReasonTimestampMissing
}

// outsideValidity returns why a token is not valid at a time, give or take the tolerance: before nbf or after exp.
// Tolerance 0 means any age.
func outsideValidity(claims jwt.MapClaims, at time.Time, tolerance time.Duration) hook.Reason {
	from, hasFrom, okFrom := dateIn(claims, "nbf")
	until, hasUntil, okUntil := dateIn(claims, "exp")
	switch {
	case hasFrom && !okFrom || hasUntil && !okUntil:
		return hook.ReasonTimestampMalformed
	case tolerance <= 0:
		return ""
	case hasUntil && at.Sub(until) > tolerance:
		return hook.ReasonTimestampTooOld
	case hasFrom && from.Sub(at) > tolerance:
		return hook.ReasonTimestampInFuture
	}
	return ""
}
