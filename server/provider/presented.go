package provider

import (
	"encoding/base64"
	"strings"
)

// presented returns the secret, or the user and password, that was sent as it is. Only the first line counts: many
// lines would be many guesses.
func (ru *rule) presented(q *request) (text string, sent bool) {
	text = q.read(ru.at)
	if sent = text != ""; !sent || ru.mark == "" {
		return text, sent
	}
	scheme, value, _ := strings.Cut(text, " ")
	if !strings.EqualFold(scheme, ru.mark) {
		return "", true
	}
	if ru.kind == basic {
		login, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return "", true
		}
		return string(login), true
	}
	return value, true
}

// stampText returns the signed timestamp as it was written.
func (ru *rule) stampText(q *request) string {
	name, beside := strings.CutPrefix(ru.time, "pair:")
	if !beside {
		return q.read(ru.time)
	}
	for part := range strings.SplitSeq(q.read(ru.at), ru.between) {
		if value, found := strings.CutPrefix(strings.TrimSpace(part), name+"="); found {
			return value
		}
	}
	return ""
}

// complete reports whether the endpoint's settings have all that the message takes from them.
func (ru *rule) complete(settings map[string]string) bool {
	for rest := ru.message; ; {
		var found bool
		if _, rest, found = strings.Cut(rest, "{setting:"); !found {
			return true
		}
		name, _, _ := strings.Cut(rest, "}")
		if blank(settings[name]) {
			return false
		}
	}
}
