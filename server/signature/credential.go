package signature

import (
	"encoding/base64"
	"strings"
)

// credential returns the secret, or the user and password, that was sent as it is. Only the first line
// counts: many lines would be many guesses.
func (sc *Scheme) credential(q *Request) (text string, sent bool) {
	text = q.Text(sc.At)
	if sent = text != ""; !sent || sc.Prefix == "" {
		return text, sent
	}
	scheme, value, _ := strings.Cut(text, " ")
	if !strings.EqualFold(scheme, sc.Prefix) {
		return "", true
	}
	if sc.Kind == Basic {
		login, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return "", true
		}
		return string(login), true
	}
	return value, true
}

// TimestampText returns the signed timestamp as it was written.
func (sc *Scheme) TimestampText(q *Request) string {
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

// complete reports whether the endpoint's settings have all that the message takes from them.
func (sc *Scheme) complete(settings map[string]string) bool {
	for i := range sc.Message {
		if name, isSetting := sc.Message[i].Selector.Setting(); isSetting && Blank(settings[name]) {
			return false
		}
	}
	return true
}
