package provider

import (
	"fmt"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// The reasons why a delivery is rejected, from the one that came least far to the one that came farthest.
const (
	secretMissing      = "secret_missing"
	signatureMissing   = "signature_missing"
	signatureMalformed = "signature_malformed"
	keyMissing         = "key_missing"
	timestampMissing   = "timestamp_missing"
	timestampMalformed = "timestamp_malformed"
	signatureMismatch  = "signature_mismatch"

	certificateUnavailable = "certificate_unavailable"
	certificateUntrusted   = "certificate_untrusted"

	secretMismatch    = "secret_mismatch"
	timestampInFuture = "timestamp_in_future"
	timestampTooOld   = "timestamp_too_old"
	handshakeRefused  = "handshake_refused"
)

var reasons = []string{secretMissing, signatureMissing, signatureMalformed, keyMissing, timestampMissing, timestampMalformed,
	certificateUnavailable, certificateUntrusted, signatureMismatch, secretMismatch, timestampInFuture, timestampTooOld, handshakeRefused}

// Problem returns what the sender of a rejected delivery is told.
func (p *Provider) Problem(f Finding) *hook.Problem {
	kind := hook.ErrUnauthenticated
	switch f.Reason {
	case certificateUnavailable:
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: f.Reason, Detail: p.explain(f.Reason), RetryAfter: time.Minute}
	case secretMismatch:
		kind = hook.ErrForbidden
	case handshakeRefused:
		kind = hook.ErrNotFound
	}
	return &hook.Problem{Kind: kind, Code: f.Reason, Detail: p.explain(f.Reason)}
}

func (p *Provider) explain(reason string) string {
	where := "the header that its settings name"
	if p.whole != nil {
		where = "the headers Signature-Input and Signature"
	} else if len(p.rules) > 0 {
		where = place(p.rules[0].at)
	}
	switch reason {
	case secretMissing:
		return p.MissingSecret()
	case signatureMissing:
		return fmt.Sprintf("This endpoint expects %s, and none was sent. Set it at the sender.", where)
	case signatureMalformed:
		return fmt.Sprintf("What was sent as %s is not written as %s writes it. Check that the sender is what this endpoint expects, and that nothing between changes headers.", where, p.Name)
	case keyMissing:
		return fmt.Sprintf("This endpoint has no key that fits the signature. %s", p.secretHelp())
	case certificateUnavailable:
		return "The certificate that this is signed with could not be fetched from its sender now. Send it again later; if that goes on, let this server reach the sender, or add the certificate to the endpoint."
	case certificateUntrusted:
		return "This is signed with a certificate that is not its sender's, or not any more. If it comes from the sender, check that nothing between changes headers, and this server's clock and root certificates."
	case timestampMissing:
		return "The signature came without the time that is part of it. Check that nothing between removes headers."
	case timestampMalformed:
		return "The time that is part of the signature cannot be read. Check that the sender is what this endpoint expects."
	case secretMismatch:
		return fmt.Sprintf("%s matches none of this endpoint's secrets. Compare it with the one set at the sender.", capital(where))
	case timestampInFuture:
		return "The signature is genuine, but its time lies farther in the future than this endpoint's tolerance. Set the clocks of sender and server."
	case timestampTooOld:
		return "The signature is genuine, but older than this endpoint's tolerance: a repeat of an old request, or a clock that is wrong. Send it anew, or raise the tolerance."
	case handshakeRefused:
		return "This request asks for a confirmation that the endpoint's settings do not allow. Put what it asks for (topic, verify_token, origin or public_key) into the settings."
	default:
		help := "Compare the secret with the one at the sender, and check that nothing between changes the body."
		if p.SignsAddress() {
			help = "Compare the secret with the one at the sender, and signed_url with the address registered there, letter by letter."
		}
		return "The signature matches none of this endpoint's secrets. " + help
	}
}

func (p *Provider) secretHelp() string {
	if p.secret.shape != "" {
		return fmt.Sprintf("For %s it is %s.", p.Name, p.secret.shape)
	}
	return "Add the one that the sender shows."
}

// SignsAddress reports whether the address is part of what this sender signs.
func (p *Provider) SignsAddress() bool {
	for i := range p.rules {
		if strings.Contains(p.rules[i].message, "{url}") {
			return true
		}
	}
	return p.tuned || p.whole != nil
}

// place names a spot for people.
func place(spot string) string {
	where, name, _ := strings.Cut(spot, ":")
	switch where {
	case "header":
		return "the header " + name
	case "query":
		return "the query parameter " + name
	case "form":
		return "the form field " + name
	default:
		return "the field " + name + " in the body"
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
