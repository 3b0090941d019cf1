package diagnose

import (
	"encoding/base64"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// credentialCase is a request with a secret, at an endpoint that expects it in another form.
type credentialCase struct {
	id       string // "": generic
	settings map[string]string
	secret   string // of the endpoint; "": plain
	header   []string
	cause    string
	genuine  bool
	says     string // part of the summary
	fix      string // of a delivery
	flags    string // part of the advice for a file
}

// credentialCases are requests with Basic or Bearer where a bare secret is expected, and the reverse.
func credentialCases() map[string]credentialCase {
	basic := func(login string) []string {
		return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(login))}
	}
	bearer := func(secret string) []string { return []string{"Authorization", "Bearer " + secret} }
	set := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	const login, other = "user:" + plain, "another-secret-0123456789"
	return map[string]credentialCase{
		"Bearer": {header: bearer(plain), cause: "header_name", genuine: true,
			says: "behind Bearer in the header Authorization. The endpoint expects it alone in the header X-W",
			fix:  "Set the endpoint's setting scheme to bearer.", flags: "--setting scheme=bearer."},
		"Basic, the password is the secret": {header: basic(login), cause: "header_name", genuine: true,
			says: "as user:password by Basic", fix: "scheme to basic, and enter user:password as the secret.",
			flags: "--setting scheme=basic"},
		"Basic, both are the secret": {header: basic(login), secret: login, cause: "header_name", genuine: true,
			says: "as user:password by Basic", fix: "setting scheme to basic", flags: "--setting scheme=basic"},
		"Basic, another password": {header: basic("user:" + other), cause: "header_name",
			says:  "The request has a secret as user:password by Basic in the header Authorization.",
			fix:   "If the request is from your sender: Set the endpoint's setting scheme to basic",
			flags: "scheme=basic"},
		"Bearer, another secret": {header: bearer(other), cause: "header_name", says: "behind Bearer",
			fix: "setting scheme to bearer.", flags: "scheme=bearer"},
		"no Base64": {header: []string{"Authorization", "Basic ~"}, cause: "header_name", says: "by Basic",
			fix: "setting scheme to basic", flags: "scheme=basic"},
		"alone in Authorization": {header: []string{"Authorization", plain}, cause: "header_name", genuine: true,
			says: "it alone in the header Authorization", fix: "scheme to bare and header to Authorization.",
			flags: "--setting scheme=bare --setting header=Authorization."},
		"a bare one for Bearer": {settings: set("scheme", "bearer"), header: []string{"X-Webhook-Secret", plain},
			cause: "header_name", genuine: true,
			says: "The endpoint expects it behind Bearer in the header Authorization.",
			fix:  "scheme to bare and header to X-Webhook-Secret.", flags: "scheme=bare"},
		"a bare one for Bearer, in its header": {settings: set("scheme", "bearer"),
			header: []string{"Authorization", plain}, cause: "header_form", genuine: true, says: "it alone",
			fix: "scheme to bare and header to Authorization.", flags: "scheme=bare"},
		"a bare password for Basic": {settings: set("scheme", "basic"), secret: login,
			header: []string{"X-Webhook-Secret", plain}, cause: "header_name", genuine: true,
			says:  "as user:password by Basic in the header Authorization.",
			fix:   "scheme to bare and header to X-Webhook",
			flags: "scheme=bare"},
		"Bearer for Basic": {settings: set("scheme", "basic"), secret: login, header: bearer(plain),
			cause: "header_form", genuine: true, says: "it behind Bearer",
			fix:   "scheme to bearer, and enter the secret without user:.",
			flags: "scheme=bearer"},
		"Basic for Bearer": {settings: set("scheme", "bearer"), header: basic(login), cause: "header_form",
			genuine: true, says: "by Basic", fix: "scheme to basic, and enter", flags: "scheme=basic"},
		"another bare one for Bearer": {settings: set("scheme", "bearer"),
			header: []string{"X-Webhook-Secret", other},
			cause:  "header_name", says: "a secret alone", fix: "scheme to bare", flags: "scheme=bare"},
		"the old Basic": {id: "basic", secret: login, header: bearer(plain), cause: "header_form", genuine: true,
			says: "it behind Bearer", fix: "scheme to bearer, and enter", flags: "scheme=bearer"},
		"Bearer for a query": {settings: set("query", "token"), header: bearer(plain), cause: "header_name",
			genuine: true, says: "in the query parameter token.", fix: "scheme to bearer, remove query.",
			flags: "scheme=bearer"},
		"Bearer in its header": {header: []string{"X-Webhook-Secret", "Bearer " + plain}, cause: "header_form",
			genuine: true, says: "an extra word", fix: "setting scheme to bearer", flags: "--setting scheme=bearer"},
		"another header": {header: []string{"X-Own-Key", plain}, cause: "header_name", genuine: true,
			says: "in the header X-Own-Key", fix: "setting header to X-Own-Key.",
			flags: "--setting header=X-Own-Key."},
		"another header of Okta's": {id: "okta", header: []string{"X-Own-Key", plain}, cause: "header_name",
			genuine: true, says: "in the header X-Own-Key", fix: "setting header to X-Own-Key.",
			flags: "header=X-Own-Key"},
		"the right form, another secret": {header: []string{"X-Webhook-Secret", other}, cause: "unknown_secret",
			says: "No known secret matches", fix: "Copy the", flags: "Copy the"},
		"nothing": {cause: "signature_missing", says: "no signature", fix: "Set the secret", flags: "Set the secret"},
	}
}

// TestACredentialInAnotherFormIsAdvisedTheSetting expects the setting for the form that the request has, certain if a
// secret matches. No text has the secret.
func TestACredentialInAnotherFormIsAdvisedTheSetting(t *testing.T) {
	for name, c := range credentialCases() {
		t.Run(name, func(t *testing.T) {
			e := &hook.Endpoint{ID: "ep_own", Name: "shop", Provider: c.id, Verify: hook.Enforce, Settings: c.settings,
				Secrets: secret(plain)}
			if c.id == "" {
				e.Provider = "generic"
			}
			if c.secret != "" {
				e.Secrets = secret(c.secret)
			}
			p, _ := provider.For(e.Provider)
			r := recordOf("POST", headers(c.header...), "{}")
			on := signature.ReceiveContext{At: noon, URL: address}
			f := p.Verify(e, r, on)
			if r.Verdict, r.Reason = f.Verdict, f.Reason; f.Verdict == hook.Verified {
				t.Fatal("it verifies")
			}
			got := Run(p, Case{Record: r, Endpoint: e, Context: on})
			first := got.Findings[0]
			if got.Cause != c.cause || got.Genuine != c.genuine || !strings.Contains(first.Summary, c.says) ||
				!strings.Contains(first.Fix, c.fix) || c.genuine != (first.Secret == "live") {
				t.Errorf("%s, genuine %v: %s %s", got.Cause, got.Genuine, first.Summary, first.Fix)
			}
			saved := Run(p, Case{Record: r, Endpoint: e, Context: on, Saved: &Saved{}})
			if text := saved.Findings[0].Fix; saved.Cause != c.cause || !strings.Contains(text, c.flags) {
				t.Errorf("saved: %s: %s", saved.Cause, text)
			}
			for _, text := range []string{first.Summary, first.Fix, saved.Findings[0].Fix} {
				if strings.Contains(text, plain) || strings.Contains(text, "user:a") {
					t.Errorf("gives the secret away: %s", text)
				}
			}
		})
	}
}
