package provider

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// tune makes a rule of an endpoint's settings; complaint says what is wrong with them, for a person.
func tune(settings map[string]string) (ru rule, complaint string) {
	setting := func(name, otherwise string) string {
		if v := settings[name]; v != "" {
			return v
		}
		return otherwise
	}
	ru = rule{at: "header:" + http.CanonicalHeaderKey(setting("header", "X-Signature")), mark: settings["prefix"],
		hash: setting("algorithm", "sha256"), message: setting("message", "{body}"), unit: time.Second}
	if ru.mark != "" {
		ru.format = prefixed
	}
	if newHash(ru.hash) == nil {
		return ru, fmt.Sprintf("algorithm is one of sha1, sha256, sha384 and sha512, not %q.", ru.hash)
	}
	var known bool
	if ru.coding, known = codings(setting("encoding", "hex")); !known {
		return ru, "encoding is one of hex, base64 and base64url."
	}
	if ru.key, known = keyForms(setting("key", "text")); !known {
		return ru, "key is one of text, hex, base64 and whsec."
	}
	if header := settings["timestamp"]; header != "" {
		ru.time = "header:" + http.CanonicalHeaderKey(header)
	}
	return ru, complainOfMessage(ru.message, ru.time != "")
}

func codings(name string) (coding, bool) {
	switch name {
	case "hex":
		return inHex, true
	case "base64":
		return inBase64, true
	case "base64url":
		return inBase64URL, true
	}
	return 0, false
}

func keyForms(name string) (keyForm, bool) {
	switch name {
	case "text":
		return asText, true
	case "hex":
		return fromHex, true
	case "base64":
		return fromBase64, true
	case "whsec":
		return fromWhsec, true
	}
	return 0, false
}

// complainOfMessage holds that what is signed has the body in it, and the time where there is one: a timestamp that
// nobody signed proves nothing.
func complainOfMessage(message string, dated bool) string {
	for _, part := range strings.Split(message, "{")[1:] {
		name, _, closed := strings.Cut(part, "}")
		header := strings.HasPrefix(name, "header:") && name == "header:"+http.CanonicalHeaderKey(name[len("header:"):])
		if known := name == "body" || name == "time" || name == "url" || name == "method" || header; !closed || !known {
			return "message is text with {body}, {time}, {url}, {method} and headers such as {header:Webhook-Id} in it."
		}
	}
	switch {
	case !strings.Contains(message, "{body}"):
		return "message has {body} in it, or else the signature would cover any body."
	case strings.Contains(message, "{time}") != dated:
		return "message has {time} in it where timestamp names its header, and only there."
	}
	return ""
}

// CheckSettings returns what is wrong with the settings of an endpoint of this provider, for a person; "" if nothing is.
func CheckSettings(id string, settings map[string]string) string {
	p, known := For(id)
	if !known || !p.tuned {
		return ""
	}
	_, complaint := tune(settings)
	return complaint
}
