package signature

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// httpMessage is one HTTP message signature of a request (RFC 9421): which components it covers, its parameters,
// and its bytes.
type httpMessage struct {
	components []string // identifiers of the covered components, without quotes
	params     string   // the signature's parameters as sent, from the opening bracket on
	fields     map[string]string
	sum        []byte
}

// maxComponents limits the covered components of one signature.
const maxComponents = 32

// verifyMessages verifies the signatures of RFC 9421. One is enough that covers the method, the target URI and a
// right digest of the body, and that has a creation time. If none verifies, the result has the reason of the one
// that failed last in the order of the checks.
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

// evaluate verifies one signature: whether it covers enough, whether the digest is that of the body, and whether
// one of the secrets made it. If the label of a secret equals the signature's keyid, only that secret is tried.
func (m *httpMessage) evaluate(q *Request, secrets []hook.Secret) Result {
	f := Result{Verdict: hook.Rejected, Reason: hook.ReasonSignatureMalformed,
		Check: hook.Check{Scheme: "rfc9421", Covers: hook.CoversBody, Dated: true}}
	if !m.coversEnough() || !q.digestMatches() {
		return f
	}
	created, err := strconv.ParseInt(m.fields["created"], 10, 64)
	if err != nil || created < 0 || created > 1e14 {
		f.Reason = hook.ReasonTimestampMissing
		return f
	}
	// Senders differ in what they append to the registered address, so each candidate is tried with each secret.
	usable, matched, marks := false, -1, hook.Marks(0)
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
			texts, n := messageReadings(s.Value)
			for _, text := range texts[:n] {
				alg, holds := m.matches(text, base)
				usable = usable || alg != ""
				if holds && matched < 0 {
					matched, f.Check.Scheme, marks = i, "rfc9421 "+alg, weakMessageKey(text, alg)
					if text != s.Value {
						marks |= hook.MarkSecretTrimmed
					}
				}
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
		return withinTolerance(q, f.Check, secrets[matched].Label, marks)
	case usable:
		f.Reason = hook.ReasonSignatureMismatch
	default:
		f.Reason = hook.ReasonKeyMissing
	}
	return f
}

// coversEnough reports whether the signature covers everything that a forger could want to change: the method, the
// target and the body. It returns false if a component is covered twice, which RFC 9421 forbids.
func (m *httpMessage) coversEnough() bool {
	has := map[string]bool{}
	for _, part := range m.components {
		if has[part] { // the same component twice is not allowed
			return false
		}
		has[part] = true
	}
	return has["@method"] && has["content-digest"] &&
		(has["@target-uri"] || has["@authority"] && (has["@path"] || has["@request-target"]))
}

// base returns the signature base, the text that is signed (RFC 9421 §2.5). It returns false if the signature
// covers a component that the request does not have. address is a candidate for the target URI.
func (m *httpMessage) base(q *Request, address string) ([]byte, bool) {
	u := splitTarget(address)
	b := bytes.NewBuffer(make([]byte, 0, 512))
	for _, part := range m.components {
		value, ok := q.component(part, &u)
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

// target is an address in its parts, each byte for byte: a parsed URL would write some characters of the path in
// another form than the sender.
type target struct {
	address, scheme, host, path, query string
	hasQuery                           bool
}

// splitTarget splits an address. An empty path is "/" (RFC 9421 §2.2.6).
func splitTarget(address string) target {
	t := target{address: address}
	rest, _, _ := strings.Cut(address, "#")
	rest, t.query, t.hasQuery = strings.Cut(rest, "?")
	t.scheme, rest, _ = strings.Cut(rest, "://")
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		t.host, t.path = rest[:slash], rest[slash:]
	} else {
		t.host, t.path = rest, "/"
	}
	t.host = t.host[strings.LastIndexByte(t.host, '@')+1:]
	return t
}

// component returns the value of a covered component (RFC 9421 §2.1 and §2.2): a derived component, or a header in
// lower case. It returns false if the request does not have it.
func (q *Request) component(part string, u *target) (string, bool) {
	switch part {
	case "@method":
		return q.Record.Method, true
	case "@target-uri":
		return u.address, true
	case "@authority":
		return strings.ToLower(u.host), true
	case "@scheme":
		return strings.ToLower(u.scheme), true
	case "@path":
		return u.path, true
	case "@query":
		return "?" + u.query, true
	case "@request-target":
		if u.hasQuery {
			return u.path + "?" + u.query, true
		}
		return u.path, true
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
