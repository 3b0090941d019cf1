package intake

import (
	"fmt"
	"maps"
	"mime"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// validateTexts returns a sentence for the user about the first text with invisible characters, or "". These texts
// become a header, part of a content security policy or a line on a screen, where such characters could add a header or
// hide what is shown. was is the stored endpoint, nil for a new one: a text that did not change stays valid, because
// older releases did not check it.
func validateTexts(e hook.Endpoint, was *hook.Endpoint) string {
	before := hook.Endpoint{}
	if was != nil {
		before = *was
	}
	if e.Response != nil && !reflect.DeepEqual(e.Response, before.Response) {
		if problem := validateContentType(e.Response.ContentType); problem != "" {
			return problem
		}
	}
	if e.SignedURL != before.SignedURL && strings.ContainsFunc(e.SignedURL, isInvisible) {
		return "signed_url contains a line break or another invisible character. Copy it again."
	}
	for _, name := range slices.Sorted(maps.Keys(e.Settings)) {
		value := e.Settings[name]
		if name == "certificate" { // PEM, of many lines
			value = strings.NewReplacer("\r\n", "", "\n", "").Replace(value)
		}
		if old, kept := before.Settings[name]; kept && old == e.Settings[name] {
			continue
		}
		if name == "" || len(name) > 100 || len(value) > 20_000 || strings.ContainsFunc(name+value, isInvisible) {
			return fmt.Sprintf("%q in settings contains a line break or another invisible character, or is too long. "+
				"Copy it again.", name)
		}
	}
	for _, s := range e.Secrets {
		kept := slices.ContainsFunc(before.Secrets, func(o hook.Secret) bool { return o.Label == s.Label })
		if !kept && strings.ContainsFunc(s.Label, isInvisible) {
			return "A secret's label contains a line break or another invisible character. Type it again."
		}
	}
	if e.Statuses.Page.Name != before.Statuses.Page.Name && strings.ContainsFunc(e.Statuses.Page.Name, isInvisible) {
		return "statuses.page.name contains a line break or another invisible character. Type it again."
	}
	return ""
}

// cleanPEM writes the endpoint's secrets and settings that are in PEM without white space around them, as
// signature.CleanPEM does. Other secrets are stored as they are given.
func cleanPEM(e *hook.Endpoint) {
	for i, s := range e.Secrets {
		if clean := signature.CleanPEM(s.Value); clean != s.Value {
			e.Secrets = slices.Clone(e.Secrets) // the stored endpoint may share it
			e.Secrets[i].Value = clean
		}
	}
	for name, value := range e.Settings {
		if clean := signature.CleanPEM(value); clean != value {
			e.Settings = maps.Clone(e.Settings)
			e.Settings[name] = clean
		}
	}
}

// validateContentType returns a sentence for the user if text is not one media type in printable ASCII (RFC 9110 §8.3),
// or "". An empty text is valid: the default is sent.
func validateContentType(text string) string {
	const wrong = "response.content_type must be a media type such as application/json or text/plain; charset=utf-8."
	if text == "" {
		return ""
	}
	media, _, err := mime.ParseMediaType(text)
	kind, part, ok := strings.Cut(media, "/")
	unprintable := func(r rune) bool { return r < ' ' || r > '~' }
	if err != nil || !ok || kind == "" || part == "" || strings.ContainsFunc(text, unprintable) {
		return wrong
	}
	return ""
}

// isInvisible reports whether a character is not shown by itself: control and format characters, among them those that
// reverse the direction of text, line separators, and the replacement character of invalid UTF-8.
func isInvisible(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
}
