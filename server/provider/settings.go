package provider

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"hookbeam/server/filter"
)

// Setting is a setting of an endpoint that a sender needs besides the secret, such as PayPal's webhook id. Selectors
// read it as "setting:NAME". An endpoint can have no other settings.
type Setting struct {
	Name     string
	Label    string
	Hint     string
	Required bool
	Advanced bool     // most endpoints leave it empty
	Secret   bool     // clients may set it, and never see it
	Choices  []string // the only values that it can have; nil: any text
	Default  string   // what an empty value means; "": nothing, or it cannot be said in a word
	Beyond   string   // a sentence for people who write a value that is no choice: what is not supported
}

// SecretSetting reports whether a setting is a secret, which clients may set and never see. That depends on its name
// alone: an endpoint may still have a setting of the sender that it had before.
func SecretSetting(name string) bool {
	return slices.ContainsFunc(catalogue, func(p Provider) bool {
		return slices.ContainsFunc(p.Settings, func(s Setting) bool { return s.Secret && s.Name == name })
	})
}

// SecretURL reports whether the URL at which a sender sends may contain a secret: it has a user, a query or a fragment,
// or cannot be parsed.
func SecretURL(address string) bool {
	u, err := url.Parse(address)
	return err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != ""
}

// HasSetting reports whether an endpoint of a provider can have a setting.
func HasSetting(id, name string) bool {
	p, known := For(id)
	return known && slices.ContainsFunc(p.settings(), func(s Setting) bool { return s.Name == name })
}

// CheckSettings returns what is wrong with an endpoint's settings for a provider, "" if nothing is. The text is a
// sentence for a person. before are the settings as they are stored, nil for a new endpoint: what did not change is
// refused only if nothing could be verified with it, because older releases did not check names. An unknown provider
// has no settings to check.
func CheckSettings(id string, settings, before map[string]string) string {
	p, known := For(id)
	if !known {
		return ""
	}
	has := p.settings()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if old, kept := before[name]; kept && old == settings[name] {
			continue
		}
		i := slices.IndexFunc(has, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			return p.unknownSetting(name, has)
		}
		if problem := has[i].refuses(settings[name]); problem != "" {
			return problem
		}
	}
	problem := p.Signature.CheckSettings(settings)
	if problem == "" && p.OwnChallenge {
		_, problem = p.ownChallenges(settings)
	}
	if problem != "" {
		return "In settings, " + problem
	}
	return ""
}

// settings returns the settings that an endpoint of the sender can have: those that the form asks for, and a
// certificate if the sender has one, which the form takes as a secret.
func (p *Provider) settings() []Setting {
	if !p.Signature.Secrets.Pinned {
		return p.Settings
	}
	return append(slices.Clone(p.Settings), Setting{Name: "certificate"})
}

// unknownSetting returns a sentence about a setting that the sender does not have.
func (p *Provider) unknownSetting(name string, has []Setting) string {
	names := make([]string, len(has))
	for i, s := range has {
		names[i] = s.Name
	}
	text := fmt.Sprintf("Unknown setting %q", shortened(name))
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("%s; did you mean %q?", text, near)
	}
	if len(names) == 0 {
		return fmt.Sprintf("%s: %s has no settings. Remove it.", text, p.Name)
	}
	return fmt.Sprintf("%s: %s has only %s. Remove it.", text, p.Name, listed(names, "and"))
}

// refuses returns a sentence if the setting cannot have this value, "" if it can. An empty value is the default.
func (s *Setting) refuses(value string) string {
	if value == "" || s.Choices == nil || slices.Contains(s.Choices, value) {
		return ""
	}
	must := "must be " + listed(s.Choices, "or")
	switch {
	case len(s.Choices) == 1:
		must += " or empty"
	case len(s.Choices) > 6:
		must = "must be one of " + strings.Join(s.Choices, ", ")
	}
	text := fmt.Sprintf("In settings, %s %s, not %q", s.Name, must, shortened(value))
	if near := nearest(value, s.Choices); near != "" {
		return fmt.Sprintf("%s; did you mean %q?", text, near)
	}
	return strings.TrimSpace(text + ". " + s.Beyond)
}

// synonyms are what people write for a choice that looks different.
var synonyms = map[string]string{"s": "seconds", "sec": "seconds", "unix": "seconds", "ms": "milliseconds",
	"millis": "milliseconds", "iso8601": "rfc3339", "iso": "rfc3339", "utf8": "text", "plain": "text", "raw": "text",
	",": "comma", ";": "semicolon", " ": "space", "blank": "space", "b64": "base64",
	"base64urlsafe": "base64url", "hexadecimal": "hex", "base16": "hex", "algo": "algorithm", "hash": "algorithm",
	"alg": "algorithm", "template": "message", "payload": "message",
	"microseconds": "auto", "nanoseconds": "auto", "us": "auto", "ns": "auto", "http": "rfc3339", "date": "rfc3339",
	"time_header": "timestamp", "header_name": "header", "signature_header": "header", "time_unit": "unit"}

// nearest returns the word that somebody most likely meant, "" if none is near. Case, hyphens and underscores do not
// count: "sha-256" is sha256, and "webhook-id" is webhook_id.
func nearest(misspelt string, words []string) string {
	plainly := strings.NewReplacer("-", "", "_", "", " ", "", ".", "")
	bare := plainly.Replace(strings.ToLower(misspelt))
	for _, word := range words {
		if plainly.Replace(word) == bare || synonyms[strings.ToLower(misspelt)] == word || synonyms[bare] == word {
			return word
		}
	}
	near, _ := filter.Nearest(bare, words)
	for _, within := range []func(s, word string) bool{strings.HasPrefix, strings.HasSuffix} {
		for _, word := range words { // "timestamp_header" is timestamp, and "HMAC-SHA256" is sha256
			if len(word) > 2 && within(bare, plainly.Replace(word)) {
				if strings.HasPrefix(near, word) { // "challenge_feild" is no challenge
					return near
				}
				return word
			}
		}
	}
	return near
}

// listed writes words as a list in a sentence: "a, b or c".
func listed(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + " " + last + " " + words[end]
}

// shortened returns a text for an error message.
func shortened(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
