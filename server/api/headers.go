package api

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"hookbeam/server/hook"
)

// policy is what an answer may do in a browser: its Content-Security-Policy. None of them may be framed.
type policy int

const (
	inert       policy = iota // not meant to be looked at: nothing at all
	sandboxed                 // bytes that strangers sent: nothing, in an origin of its own
	document                  // a page of ours without script
	application               // the dashboard
	watching                  // a page for one payer; watchPolicy says what its endpoint adds
)

const (
	cspInert     = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	cspSandboxed = "sandbox; default-src 'none'"
)

func (p policy) csp(nonce string) string {
	switch p {
	case sandboxed:
		return cspSandboxed
	case watching:
		return watchPolicy(nonce, "", hook.Page{})
	case document:
		return "default-src 'none'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data:; base-uri 'none'; " +
			"form-action 'self'; frame-ancestors 'none'"
	case application:
		return "default-src 'none'; script-src 'self' 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce + "'; " +
			"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; " +
			"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
	default:
		return cspInert
	}
}

// watchPolicy is what a status page may do: its own script talks to this server alone, a logo comes from where the shop
// has it, and it may stand in frames of the pages that its endpoint names. Sockets are named as well: to older Safaris,
// 'self' means none.
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
	return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce + "'; connect-src 'self'" + origin + "; " + images +
		"; base-uri 'none'; form-action 'none'; " + frames + "; require-trusted-types-for 'script'"
}

// page reports whether people look at it, so that a problem there is told as a page.
func (p policy) page() bool { return p == document || p == application || p == watching }

// Values that are the same on every answer are shared: a header map takes them without allocating.
var (
	noSniff    = []string{"nosniff"}
	noStore    = []string{never}
	noReferrer = []string{"no-referrer"}
	noFeatures = []string{
		"accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()",
	}
	onlyTLS     = []string{"max-age=31536000"} // for this host alone: its neighbours and children are others'
	sameOrigin  = []string{"same-origin"}
	inertPolicy = []string{cspInert}

	sandboxedPolicy = []string{cspSandboxed}
)

// protect sets the security headers of every answer except the standard one to a sender (see answerStored). All are
// strict; a route relaxes what it needs.
func protect(h http.Header) {
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = noReferrer
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	h["Cache-Control"] = noStore
	h["Content-Security-Policy"] = inertPolicy
}

// newNonce returns 128 fresh random bits for one answer.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: see crypto/rand
	return base64.RawStdEncoding.EncodeToString(b[:])
}
