package provider

import (
	"fmt"
	"strings"
	"unicode"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// SecretCheck is what can be said about a secret before a delivery was verified with it. Only the sender knows its
// secret, so what merely looks wrong is a doubt and never a reason to refuse it.
type SecretCheck struct {
	Refusal string  // why it is refused: the end of a sentence whose subject is the secret; "" if it is accepted
	Doubts  []Doubt // what is unusual about it, most important first
	Weak    bool    // it is short enough to be guessed; one of the doubts says so
}

// Doubt is one unusual thing about a secret that is accepted. Code is part of the API; Text is for people, and tells
// nothing about the secret but what the code says.
type Doubt struct{ Code, Text string }

// The codes of doubts.
const (
	DoubtAnotherKey = "another_key"   // it looks like another key of the sender
	DoubtWeak       = "weak"          // it is short enough to be guessed
	DoubtAssignment = "assignment"    // it looks like a line of a configuration, NAME=value
	DoubtUnusable   = "unusable"      // it makes no key for the endpoint's settings
	DoubtSurrounded = "surroundings"  // white space or quotes around it may be a mistake of copying
	DoubtNotBase64  = "not_base64"    // its text is the key, where the sender's format is base64
	DoubtPrefix     = "no_prefix"     // it lacks the usual prefix
	DoubtTooLong    = "too_long"      // it is longer than the sender accepts
	DoubtCharacters = "odd_character" // it contains a character that the sender does not accept
)

// CheckSecret returns what can be said about a secret for an endpoint, whose provider and settings count. It refuses
// only what could never verify a delivery or protects nothing: a blank secret, a key that everybody knows, and one that
// is not in the only form that the sender has. An unknown provider refuses everything.
func CheckSecret(e *hook.Endpoint, value string) SecretCheck {
	p, known := For(e.Provider)
	if !known {
		return SecretCheck{
			Refusal: fmt.Sprintf("cannot be checked, because the provider %q does not exist.", e.Provider),
		}
	}
	if refusal := p.refuses(e, value); refusal != "" {
		return SecretCheck{Refusal: refusal}
	}
	check := SecretCheck{Weak: p.Signature.Weak(e, value)}
	for _, d := range []Doubt{
		{DoubtAnotherKey, p.looksLikeAnother(value)},
		{DoubtAssignment, assignment(value)},
		{DoubtUnusable, p.unusable(e, value)},
		{DoubtWeak, p.weakness(e, check.Weak)},
		{DoubtSurrounded, p.surroundings(e, value)},
		{DoubtNotBase64, p.notBase64(e, value)},
		{DoubtPrefix, p.unusualPrefix(e, value)},
		{DoubtTooLong, p.tooLong(value)},
		{DoubtCharacters, p.oddCharacter(value)},
	} {
		if d.Text != "" {
			check.Doubts = append(check.Doubts, d)
		}
	}
	return check
}

// refuses returns the Refusal of a SecretCheck.
func (p *Provider) refuses(e *hook.Endpoint, value string) string {
	clean := signature.Clean(value)
	switch {
	case signature.Blank(value):
		return "is blank. Copy the secret that the sender shows, or generate one."
	case p.Signature.SendsSecret(e) && strings.ContainsFunc(clean, unicode.IsControl):
		return "contains a line break or another control character, which a header cannot contain. Copy it again."
	case p.Signature.Custom == signature.CustomHMAC || p.Signature.Usable(e, value):
		return ""
	case p.Signature.WantsLogin(e):
		return "must be user:password."
	case strings.Trim(strings.TrimPrefix(clean, "whsec_"), "0A=\x00") == "":
		return "is a key of zeros, which everybody knows. Copy the secret that the sender shows, or generate one."
	}
	if other := p.lookalikeOf(clean); other.Is != "" {
		return fmt.Sprintf("looks like %s (%s…), but it must be %s. Copy the %s instead.",
			other.Is, other.Begins, p.Signature.Secrets.Shape, p.Secret.inSentence())
	}
	return fmt.Sprintf("does not have the format that %s uses: it must be %s.", p.Name, p.Signature.Secrets.Shape)
}

// looksLikeAnother returns the text of DoubtAnotherKey.
func (p *Provider) looksLikeAnother(value string) string {
	other := p.lookalikeOf(signature.Clean(value))
	if other.Is == "" {
		return ""
	}
	return fmt.Sprintf(
		"This secret looks like %s (%s…). Copy the %s instead, unless the sender really signs with this.",
		other.Is,
		other.Begins,
		p.Secret.inSentence(),
	)
}

// assignment returns the text of DoubtAssignment.
func assignment(value string) string {
	line := strings.TrimPrefix(signature.Clean(value), "export ")
	name, text, found := strings.Cut(line, "=")
	mark := "NAME=value"
	if before, behind, isYAML := strings.Cut(line, ": "); isYAML {
		name, text, found, mark = before, behind, true, "name: value"
	}
	name = strings.Trim(name, " \"'")
	if !found || strings.Trim(text, "=") == "" || !namesSecret(name) {
		return ""
	}
	return "This secret looks like a line of a configuration (" + mark + "). " +
		"Copy only the value, unless the sender really signs with this."
}

// namesSecret reports whether a text looks like the name of a secret in a configuration: one in capitals with an
// underscore, or one with a word such as secret.
func namesSecret(name string) bool {
	const digits, small, capital = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if strings.Contains(name, "_") && strings.Trim(name, capital+digits+"_") == "" {
		return true
	}
	lower := strings.ToLower(name)
	return strings.Trim(lower, small+digits+"_-.") == "" && (strings.HasSuffix(lower, "secret") ||
		strings.HasSuffix(lower, "key") || strings.HasSuffix(lower, "token"))
}

// unusable returns the text of DoubtUnusable. Only the settings of an endpoint can make a secret unusable: what no
// setting could make usable is refused.
func (p *Provider) unusable(e *hook.Endpoint, value string) string {
	if p.Signature.Usable(e, value) {
		return ""
	}
	return fmt.Sprintf("This secret cannot be decoded as the setting key says (%s), so no delivery can be verified "+
		"with it. Correct the setting, or copy the secret again.", e.Settings["key"])
}

// weakness returns the text of DoubtWeak.
func (p *Provider) weakness(e *hook.Endpoint, weak bool) string {
	switch {
	case !weak:
		return ""
	case p.Signature.SendsSecret(e):
		return "This secret is weak: it is short enough to be guessed. " +
			"Use one of 16 bytes or more if the sender allows it."
	default:
		return "This secret is weak: it could be guessed from one signed request. " +
			"Use one of 16 bytes or more if the sender allows it."
	}
}

// surroundings returns the text of DoubtSurrounded. A secret that makes a key only without what is around it is
// understood, so there is no doubt about it.
func (p *Provider) surroundings(e *hook.Endpoint, value string) string {
	if signature.Clean(value) == value || !p.Signature.TakenAsGiven(e, value) {
		return ""
	}
	return "This secret has white space, quotes or something else around it, which may be a mistake of copying. " +
		"Deliveries are verified with and without it."
}

// notBase64 returns the text of DoubtNotBase64.
func (p *Provider) notBase64(e *hook.Endpoint, value string) string {
	if !p.Signature.OnlyAsText(e, value) {
		return ""
	}
	return fmt.Sprintf("This secret is not base64, which %s usually shows after whsec_. Its text is used as the key.",
		p.Name)
}

// unusualPrefix returns the text of DoubtPrefix.
func (p *Provider) unusualPrefix(e *hook.Endpoint, value string) string {
	clean := signature.Clean(value)
	if p.Secret.Begins == "" || strings.HasPrefix(clean, p.Secret.Begins) || strings.HasPrefix(clean, "whpk_") ||
		p.Signature.OnlyAsText(e, value) || p.lookalikeOf(clean).Is != "" {
		return ""
	}
	return fmt.Sprintf(
		"%s's %s usually begins with %s, but this one does not. Check that you copied the right value.",
		p.Name,
		p.Secret.inSentence(),
		p.Secret.Begins,
	)
}

// tooLong returns the text of DoubtTooLong.
func (p *Provider) tooLong(value string) string {
	if most := p.Signature.Secrets.Most; most > 0 && len(value) > most {
		return fmt.Sprintf(
			"This secret is longer than the %d bytes that %s accepts. Check that you copied the right value.",
			most,
			p.Name,
		)
	}
	return ""
}

// oddCharacter returns the text of DoubtCharacters.
func (p *Provider) oddCharacter(value string) string {
	clean := signature.Clean(value)
	switch charset := p.Signature.Secrets.Charset; {
	case charset != "" && strings.Trim(clean, charset) != "":
		return fmt.Sprintf("This secret contains a character that %s does not accept. It accepts %s.",
			p.Name, p.Signature.Secrets.Shape)
	case strings.ContainsFunc(clean, unicode.IsControl) && !strings.HasPrefix(clean, "-----BEGIN"): // PEM has lines
		return "This secret contains a line break or another control character. Check that you copied the right value."
	}
	return ""
}
