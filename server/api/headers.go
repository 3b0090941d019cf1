package api

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// policy is what a response may do in a browser: its Content-Security-Policy. Every route has one. No response may be
// shown in a frame of another site, except a status page whose endpoint allows it.
type policy int

const (
	policyInert      policy = iota // API responses and files: nothing
	policySandboxed                // bytes from senders: nothing, in an opaque origin
	policyDocument                 // pages without scripts, such as the login
	policyDashboard                // the dashboard
	policyStatusPage               // a public status page; watchPolicy adds the settings of its endpoint
)

const (
	cspInert     = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	cspSandboxed = "sandbox; default-src 'none'"
)

// csp returns the value of Content-Security-Policy. nonce allows inline scripts and styles; only pages have one.
func (p policy) csp(nonce string) string {
	switch p {
	case policySandboxed:
		return cspSandboxed
	case policyStatusPage:
		return watchPolicy(nonce, "", hook.Page{})
	case policyDocument:
		return "default-src 'none'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data:; base-uri 'none'; " +
			"form-action 'self'; frame-ancestors 'none'"
	case policyDashboard:
		return "default-src 'none'; script-src 'self' 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce + "'; " +
			"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
			"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
	default:
		return cspInert
	}
}

// watchPolicy returns the Content-Security-Policy of a status page. Its script may connect only to this server,
// its logo may come from the host in the endpoint's settings, and the origins in the settings may show it in a
// frame. If origin is not empty, WebSockets to it are allowed explicitly, because 'self' does not include them
// in older versions of Safari.
func watchPolicy(nonce, origin string, brand hook.Page) string {
	images, frames := "img-src data:", "frame-ancestors 'none'"
	if origin != "" {
		origin = " ws" + strings.TrimPrefix(origin, "http")
	}
	if u, err := url.Parse(brand.Logo); err == nil && u.Scheme == "https" {
		images += " https://" + u.Host
	}
	if len(brand.Embed) > 0 {
		frames = "frame-ancestors " + strings.Join(brand.Embed, " ")
	}
	return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce + "'; " +
		"connect-src 'self'" + origin + "; " + images + "; base-uri 'none'; form-action 'none'; " + frames +
		"; require-trusted-types-for 'script'"
}

// page reports whether the response is a page for people. Errors are then rendered as pages, too.
func (p policy) page() bool {
	return p == policyDocument || p == policyDashboard || p == policyStatusPage
}

// Header values that many responses share. Assigning them to the header map does not allocate. They must not be
// changed.
var (
	noSniff    = []string{"nosniff"}
	noStore    = []string{cacheNever}
	noReferrer = []string{"no-referrer"}
	noFeatures = []string{
		"accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
	}
	onlyTLS     = []string{"max-age=31536000"} // without includeSubDomains: others may own the subdomains
	sameOrigin  = []string{"same-origin"}
	inertPolicy = []string{cspInert}

	sandboxedPolicy = []string{cspSandboxed}
)

// setSecurityHeaders sets the security headers in their strictest form. Handlers and the guard relax them where
// a route needs it. The standard response to a sender does not have them: see writeStored.
func setSecurityHeaders(h http.Header) {
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Cache-Control"] = noStore
	h["Content-Security-Policy"] = inertPolicy
}

// newNonce returns 128 random bits in base64, for one response.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never returns an error
	return base64.RawStdEncoding.EncodeToString(b[:])
}
