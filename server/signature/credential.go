package signature

import (
	"encoding/base64"
	"strings"
)

// credential returns the token, or "user:password", of a request whose sender does not sign but sends the secret
// itself. sent reports whether the request has the header at all; text is "" if it cannot be parsed. Only the first
// line of a repeated header counts: several lines would be several guesses in one request.
func (sc *Scheme) credential(q *Request) (text string, sent bool) {
	text = q.Text(sc.At)
	if sent = text != ""; !sent || sc.Prefix == "" {
		return text, sent
	}
	scheme, value, _ := strings.Cut(text, " ")
	if !strings.EqualFold(scheme, sc.Prefix) {
		return "", true
	}
	value = strings.TrimLeft(value, " ") // there may be several (RFC 9110 §11.4)
	if sc.Kind == Basic {
		login, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return "", true
		}
		return string(login), true
	}
	return value, true
}

// TimestampText returns the signed timestamp as it was sent, "" if there is none. It is a header or field of its
// own, a pair beside the signature, such as Stripe's t=, or the first of a list.
func (sc *Scheme) TimestampText(q *Request) string {
	if sc.TimeFirst {
		first, _, _ := strings.Cut(q.Text(sc.At), sc.separator())
		return strings.TrimSpace(first)
	}
	if sc.TimeBeside == "" {
		return q.Text(sc.Time)
	}
	for part := range strings.SplitSeq(q.Text(sc.At), sc.Separator) {
		if value, found := strings.CutPrefix(strings.TrimSpace(part), sc.TimeBeside+"="); found {
			return value
		}
	}
	return ""
}

// complete reports whether the endpoint has all settings that are part of the signed message.
func (sc *Scheme) complete(settings map[string]string) bool {
	for i := range sc.Message {
		if name, isSetting := sc.Message[i].Selector.Setting(); isSetting && Blank(settings[name]) {
			return false
		}
	}
	for _, one := range sc.Where {
		if name, isSetting := one.Is.Setting(); isSetting && Blank(settings[name]) {
			return false
		}
	}
	for _, claim := range sc.Claims.Equal {
		if name, isSetting := claim.Value.Setting(); isSetting && Blank(settings[name]) {
			return false
		}
	}
	return true
}
