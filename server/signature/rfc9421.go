package signature

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// httpMessage is one signature of RFC 9421: which parts of the request it covers, and what it says of itself.
type httpMessage struct {
	parts  []string // quoted component identifiers without parameters
	params string   // the signature's parameters as sent, from the opening bracket on
	fields map[string]string
	sum    []byte
}

// mostParts bounds the covered components of one signature.
const mostParts = 32

// verifyMessages checks the signatures of RFC 9421. One counts that covers the method, where it went,
// and a digest of the body that is right, and that says when it was made.
func verifyMessages(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMissing}
	found, sent := q.messages()
	if sent {
		f.Reason = hook.ReasonSignatureMalformed
	}
	for i := range found {
		one := found[i].evaluate(q, secrets)
		if one.Verdict == hook.Verified {
			return one
		}
		if one.Reason.FurtherThan(f.Reason) {
			f = one
		}
	}
	return f
}

// evaluate says what one signature is worth: whether it covers enough, the digest is that of the body,
// and one of the secrets made it. Where a secret has the label that the signature names as keyid, that
// one alone is tried.
func (m *httpMessage) evaluate(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed,
		Check: hook.Check{Scheme: "rfc9421", Covers: hook.CoversBody, Dated: true}}
	if !m.coversEnough() || !q.digestHolds() {
		return f
	}
	created, err := strconv.ParseInt(m.fields["created"], 10, 64)
	if err != nil || created < 0 || created > 1e14 {
		f.Reason = hook.ReasonTimestampMissing
		return f
	}
	usable, matched := false, -1
	named := slices.ContainsFunc(secrets, func(s hook.Secret) bool { return s.Label == m.fields["keyid"] })
	for _, address := range q.addresses() {
		base, ok := m.base(q, address)
		if !ok {
			return f
		}
		for i, s := range secrets {
			if named && s.Label != m.fields["keyid"] {
				continue
			}
			alg, holds := m.holds(s.Value, base)
			usable = usable || alg != ""
			if holds && matched < 0 {
				matched, f.Check.Scheme = i, "rfc9421 "+alg
			}
		}
	}
	switch {
	case matched >= 0:
		if expires, err := strconv.ParseInt(m.fields["expires"], 10, 64); err == nil &&
			q.Endpoint.Tolerance > 0 && q.At.Unix() > expires {
			f.Reason = hook.ReasonTimestampTooOld
			return f
		}
		f.Check.Skew, q.Nonce = q.At.Sub(time.Unix(created, 0)), m.fields["nonce"]
		return withinTolerance(q, f.Check, secrets[matched].Label)
	case usable:
		f.Reason = hook.ReasonSignatureMismatch
	default:
		f.Reason = hook.ReasonKeyMissing
	}
	return f
}

// coversEnough reports whether nobody could change what matters and keep the signature.
func (m *httpMessage) coversEnough() bool {
	has := map[string]bool{}
	for _, part := range m.parts {
		if has[part] { // the same component twice is not allowed
			return false
		}
		has[part] = true
	}
	return has["@method"] && has["content-digest"] &&
		(has["@target-uri"] || has["@authority"] && (has["@path"] || has["@request-target"]))
}

// base is what was signed (RFC 9421 §2.5); false where it names a component that the request does not have.
func (m *httpMessage) base(q *Request, address string) ([]byte, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, false
	}
	b := bytes.NewBuffer(make([]byte, 0, 512))
	for _, part := range m.parts {
		value, ok := q.component(part, address, u)
		if !ok {
			return nil, false
		}
		for _, piece := range [...]string{`"`, part, `": `, value, "\n"} {
			b.WriteString(piece)
		}
	}
	b.WriteString(`"@signature-params": `)
	b.WriteString(m.params)
	q.Hashed += b.Len()
	return b.Bytes(), true
}

// component returns the value of a covered component (RFC 9421 §2.1, §2.2); false where the request
// does not have it.
func (q *Request) component(part, address string, u *url.URL) (string, bool) {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	switch part {
	case "@method":
		return q.Record.Method, true
	case "@target-uri":
		return address, true
	case "@authority":
		return strings.ToLower(u.Host), true
	case "@scheme":
		return strings.ToLower(u.Scheme), true
	case "@path":
		return path, true
	case "@query":
		return "?" + u.RawQuery, true
	case "@request-target":
		return u.RequestURI(), true
	}
	if part == "" || part[0] == '@' || part != strings.ToLower(part) { // RFC 9421 §2.1: else one could be covered twice
		return "", false
	}
	q.Steps += len(q.Record.Headers)
	var values []string
	for _, h := range q.Record.Headers {
		if strings.EqualFold(h.Name, part) {
			values = append(values, strings.TrimSpace(h.Value))
		}
	}
	return strings.Join(values, ", "), len(values) > 0
}
