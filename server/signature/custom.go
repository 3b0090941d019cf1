package signature

import (
	"fmt"
	"time"

	"hookbeam/server/payload"
)

// customScheme makes the scheme of an endpoint of generic-hmac from its settings: header, prefix, algorithm,
// encoding, key, timestamp and message, each with a default. complaint is a sentence about the first wrong setting,
// for the person who wrote it; the scheme is unusable then.
func customScheme(settings map[string]string) (sc Scheme, complaint string) {
	setting := func(name, otherwise string) string {
		if v := settings[name]; v != "" {
			return v
		}
		return otherwise
	}
	sc = Scheme{At: payload.HeaderNamed(setting("header", "X-Signature")), Prefix: settings["prefix"],
		Hash: setting("algorithm", "sha256"), Unit: time.Second}
	if sc.Prefix != "" {
		sc.Format = Prefixed
	}
	if newHash(sc.Hash) == nil {
		return sc, fmt.Sprintf("algorithm must be sha1, sha256, sha384 or sha512, not %q.", sc.Hash)
	}
	var known bool
	if sc.Encoding, known = encodingNamed(setting("encoding", "hex")); !known {
		return sc, "encoding must be hex, base64 or base64url."
	}
	if sc.Key, known = keyFormNamed(setting("key", "text")); !known {
		return sc, "key must be text, hex, base64 or whsec."
	}
	if header := settings["timestamp"]; header != "" {
		sc.Time = payload.HeaderNamed(header)
	}
	sc.Message, complaint = customMessage(setting("message", "{body}"), sc.dated())
	return sc, complaint
}

// encodingNamed returns the encoding with the given name in settings.
func encodingNamed(name string) (Encoding, bool) {
	switch name {
	case "hex":
		return Hex, true
	case "base64":
		return Base64, true
	case "base64url":
		return Base64URL, true
	}
	return 0, false
}

// keyFormNamed returns the form of keys with the given name in settings.
func keyFormNamed(name string) (KeyForm, bool) {
	switch name {
	case "text":
		return AsText, true
	case "hex":
		return FromHex, true
	case "base64":
		return FromBase64, true
	case "whsec":
		return FromWhsec, true
	}
	return 0, false
}

// messageHelp explains how the setting message is written.
const messageHelp = "message may contain only {body}, {time}, {url}, {method} and headers such as " +
	"{header:Webhook-Id} in braces."

// customMessage parses the setting message. It must contain the body, and the timestamp exactly if one is sent: a
// timestamp that is not signed proves nothing, because anybody can change it.
func customMessage(text string, dated bool) (t payload.Template, complaint string) {
	t, err := payload.ParseTemplate(text, "body", "time", "url", "method")
	if err != nil {
		return nil, messageHelp
	}
	for i := range t {
		if _, isHeader := t[i].Selector.Header(); !t[i].Selector.IsZero() && !isHeader {
			return nil, messageHelp
		}
	}
	switch {
	case !t.Uses("body"):
		return nil, "message must contain {body}. Otherwise, the signature would be valid for any body."
	case t.Uses("time") != dated:
		return nil, "message must contain {time} if timestamp is set, and must not contain it otherwise."
	}
	return t, ""
}

// CheckSettings returns what is wrong with the settings of an endpoint of this sender, as a sentence for people; ""
// if nothing is. It is called when settings are saved, so stored settings are usable.
func (p *Profile) CheckSettings(settings map[string]string) string {
	if !p.Custom {
		return ""
	}
	_, complaint := customScheme(settings)
	return complaint
}
