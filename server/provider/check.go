package provider

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"hookbeam/server/signature"
)

// CheckSecret returns what is wrong with a secret for a provider, "" if nothing is. The text is the end of a sentence
// whose subject is the secret. It refuses only what could never verify a delivery or protects nothing; Doubt warns
// about the rest.
func CheckSecret(id, value string) string {
	p, known := For(id)
	if !known {
		return fmt.Sprintf("cannot be checked, because the provider %q does not exist.", id)
	}
	value = signature.CleanPEM(value)
	rule := &p.Signature.Secrets
	// The check for another key comes first: the message that such a key is too short would mislead.
	if message := p.lookalikeOf(value); message != "" {
		return message
	}
	_, password, _ := strings.Cut(value, ":")
	switch {
	case signature.Blank(value):
		return "is blank. Copy the secret that the sender shows, or generate one."
	case strings.ContainsFunc(value, unicode.IsControl) && !strings.HasPrefix(value, "-----BEGIN"): // PEM has lines
		return "contains a line break or another control character, which a header cannot contain. Copy it again."
	case len(value) < signature.MinSecret:
		return fmt.Sprintf("has %d bytes, but needs at least %d. Generate a longer one.", len(value),
			signature.MinSecret)
	case rule.Most > 0 && len(value) > rule.Most:
		return fmt.Sprintf("has %d bytes, but %s accepts at most %d. Choose a shorter one.",
			len(value), p.Name, rule.Most)
	case rule.Charset != "" && strings.Trim(value, rule.Charset) != "":
		return fmt.Sprintf("contains a character that %s does not accept. Use %s.", p.Name, rule.Shape)
	case rule.Login && (len(password) < signature.MinSecret || signature.Blank(password)):
		return fmt.Sprintf("must be user:password, with a password of at least %d bytes.", signature.MinSecret)
	}
	if len(rule.Forms) == 0 || slices.ContainsFunc(rule.Forms,
		func(form signature.KeyForm) bool { return form.Accepts(value) }) {
		return ""
	}
	return fmt.Sprintf("does not have the format that %s uses: it must be %s.", p.Name, rule.Shape)
}

// CheckSettings returns what is wrong with an endpoint's settings for a provider, "" if nothing is. The text is for a
// person. An unknown provider has no settings to check.
func CheckSettings(id string, settings map[string]string) string {
	p, known := For(id)
	if !known {
		return ""
	}
	return p.Signature.CheckSettings(settings)
}
