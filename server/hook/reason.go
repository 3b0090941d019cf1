package hook

import (
	"slices"
	"strings"
	"time"
)

// Reason is a stable code that says why a delivery was rejected, or what was noticed about one that was not. It is
// stored with the delivery and is part of the API, so a released code never changes its meaning.
//
// Everything that people read about a reason is in one table in this file: the label of a row, the explanation in the
// dashboard, the steps to take, and the answer that the sender gets. To add a reason, add its constant and its row.
type Reason string

// The reasons of rejected deliveries, in the order in which verification finds them. When an endpoint has several
// secrets or schemes, the reason of the attempt that came furthest is reported.
const (
	ReasonSecretMissing          Reason = "secret_missing"
	ReasonSignatureMissing       Reason = "signature_missing"
	ReasonSignatureMalformed     Reason = "signature_malformed"
	ReasonKeyMissing             Reason = "key_missing"
	ReasonTimestampMissing       Reason = "timestamp_missing"
	ReasonTimestampMalformed     Reason = "timestamp_malformed"
	ReasonCertificateUnavailable Reason = "certificate_unavailable"
	ReasonCertificateUntrusted   Reason = "certificate_untrusted"
	ReasonKeySetUnavailable      Reason = "key_set_unavailable"
	ReasonKeyUnknown             Reason = "key_unknown"
	ReasonSignatureMismatch      Reason = "signature_mismatch"
	ReasonSecretMismatch         Reason = "secret_mismatch"
	ReasonTimestampInFuture      Reason = "timestamp_in_future"
	ReasonTimestampTooOld        Reason = "timestamp_too_old"
	ReasonHandshakeRefused       Reason = "handshake_refused"
	ReasonAddressNotAllowed      Reason = "address_not_allowed"
)

// ReasonBodyDiffers marks a verified redelivery whose body is not that of the first delivery of its event.
const ReasonBodyDiffers Reason = "body_differs"

// ReasonText is what people read about a reason. Label, Title, Explanation and NextSteps are for the owner of the
// endpoint; Answer is for the sender, who must not learn anything about the endpoint's secrets.
type ReasonText struct {
	Label       string   // two or three words, for a row: "wrong signature"
	Title       string   // a heading without a full stop: "The signature does not match"
	Explanation string   // one sentence
	NextSteps   []string // what to do, the most likely first

	// Answer is the detail of the problem that the sender gets. It may contain the placeholders {credential} (where the
	// sender puts its signature or secret), {provider} (the sender's name), {missing_secret} (what the endpoint needs),
	// {help} (what this provider's secret looks like) and {compare} (what else to compare). It is empty if a delivery
	// is not rejected for this reason.
	Answer string
	// Kind is the kind of that problem. It decides the HTTP status.
	Kind error
	// RetryAfter is set when the same request may succeed later.
	RetryAfter time.Duration
}

// reasonRow is one row of reasonTable.
type reasonRow struct {
	reason Reason
	text   ReasonText
}

// reasonTable has a row for every reason, in the order of the constants.
var reasonTable = []reasonRow{
	{ReasonSecretMissing, ReasonText{
		Label:       "no secret configured",
		Title:       "The endpoint has no secret",
		Explanation: "The endpoint enforces verification but has no secret to verify with.",
		NextSteps: []string{
			"Add the secret that the sender shows to the endpoint, then verify this delivery again.",
			"If the sender cannot sign its requests, set verification to “Off”. " +
				"Anyone who knows the URL can then send.",
		},
		Answer: "{missing_secret}",
		Kind:   ErrUnauthenticated,
	}},
	{ReasonSignatureMissing, ReasonText{
		Label:       "no signature",
		Title:       "The signature is missing",
		Explanation: "The request has no signature or secret, and the endpoint requires one.",
		NextSteps: []string{
			"Set the secret at the sender. Many senders do not sign requests until a secret is set.",
			"If the secret is set, check that no proxy removes request headers.",
			"If the sender cannot sign its requests, set verification to “Off”. " +
				"Anyone who knows the URL can then send.",
		},
		Answer: "This endpoint expects {credential}, but the request does not have it. Set the secret at the sender.",
		Kind:   ErrUnauthenticated,
	}},
	{ReasonSignatureMalformed, ReasonText{
		Label:       "malformed signature",
		Title:       "The signature is malformed",
		Explanation: "The signature is not in the format that the endpoint's provider uses.",
		NextSteps: []string{
			"Check that the endpoint is set to the right provider.",
			"Check that no proxy changes request headers.",
		},
		Answer: "The value of {credential} is not in the format that {provider} uses. Check that this endpoint is " +
			"set to the right provider and that no proxy changes headers.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonKeyMissing, ReasonText{
		Label:       "no matching key",
		Title:       "The endpoint has no matching key",
		Explanation: "The request is signed with a kind of key that the endpoint does not have.",
		NextSteps:   []string{"Add the key exactly as the sender shows it."},
		Answer:      "This endpoint has no key that matches the signature. {help}",
		Kind:        ErrUnauthenticated,
	}},
	{ReasonTimestampMissing, ReasonText{
		Label:       "no timestamp",
		Title:       "The signature's timestamp is missing",
		Explanation: "The timestamp that is part of the signature is missing from the request.",
		NextSteps:   []string{"Check that no proxy removes request headers."},
		Answer:      "The timestamp that is part of the signature is missing. Check that no proxy removes headers.",
		Kind:        ErrUnauthenticated,
	}},
	{ReasonTimestampMalformed, ReasonText{
		Label:       "malformed timestamp",
		Title:       "The signature's timestamp is malformed",
		Explanation: "The timestamp that is part of the signature cannot be read.",
		NextSteps:   []string{"Check that the endpoint is set to the right provider."},
		Answer: "The timestamp that is part of the signature cannot be read. Check that this endpoint is set " +
			"to the right provider.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonCertificateUnavailable, ReasonText{
		Label: "certificate unavailable",
		Title: "The sender's certificate could not be fetched",
		Explanation: "The certificate that verifies the signature could not be fetched, " +
			"so the sender was asked to retry.",
		NextSteps: []string{
			"Allow this server to reach the sender, or add the certificate to the endpoint.",
			"Then have the event sent again, or verify this delivery again.",
		},
		Answer: "The certificate that verifies this signature could not be fetched. Retry later. If this persists, " +
			"allow this server to reach the sender, or add the certificate to the endpoint.",
		Kind:       ErrUnavailable,
		RetryAfter: time.Minute,
	}},
	{ReasonCertificateUntrusted, ReasonText{
		Label:       "untrusted certificate",
		Title:       "The certificate is not the sender's",
		Explanation: "The certificate that the request names does not belong to the sender, or is no longer valid.",
		NextSteps: []string{
			"If the request is from the sender, check this server's clock and root certificates, and that no proxy " +
				"changes headers.",
			"Then have the event sent again, or verify this delivery again.",
		},
		Answer: "The certificate of this signature does not belong to the sender, or is no longer valid. If the " +
			"request is from the sender, check that no proxy changes headers, and check this server's clock and " +
			"root certificates.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonKeySetUnavailable, ReasonText{
		Label: "key set unavailable",
		Title: "The sender's key set could not be fetched",
		Explanation: "The key set with the key of the signature could not be fetched, " +
			"so the sender was asked to retry.",
		NextSteps: []string{
			"Allow this server to reach the address where the sender publishes its keys.",
			"Then have the event sent again, or verify this delivery again.",
		},
		Answer: "The key set with the key of this signature could not be fetched. Retry later. If this persists, " +
			"allow this server to reach the address where the sender publishes its keys.",
		Kind:       ErrUnavailable,
		RetryAfter: time.Minute,
	}},
	{ReasonKeyUnknown, ReasonText{
		Label:       "unknown key",
		Title:       "The key is not in the sender's key set",
		Explanation: "The request names no key, or one that is not in the key set that the sender publishes.",
		NextSteps: []string{
			"If the request is from the sender, check that the endpoint is set to the right provider, and that no " +
				"proxy changes headers.",
			"If the sender has just changed its keys, verify this delivery again in five minutes.",
		},
		Answer: "The key of this signature is not in the key set that {provider} publishes. Check that this endpoint " +
			"is set to the right provider and that no proxy changes headers.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonSignatureMismatch, ReasonText{
		Label:       "wrong signature",
		Title:       "The signature does not match",
		Explanation: "The signature does not match the body with any of the endpoint's secrets.",
		NextSteps: []string{
			"Compare the secret at the sender with the one in the endpoint.",
			"If a proxy changes the body, configure it to pass the body through unchanged.",
		},
		Answer: "The signature matches none of this endpoint's secrets. " +
			"Compare the secret with the one at the sender, {compare}.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonSecretMismatch, ReasonText{
		Label:       "wrong secret",
		Title:       "The secret does not match",
		Explanation: "The secret in the request is not one of the endpoint's secrets.",
		NextSteps: []string{
			"Compare the secret at the sender with the one in the endpoint. A trailing space or line break counts.",
			"If the secret was changed at the sender, add the new one to the endpoint beside the old one.",
			"If you do not know the sender's IP address (see Headers), someone may be guessing. " +
				"The delivery had no effect.",
		},
		Answer: "The value of {credential} is not one of this endpoint's secrets. " +
			"Compare it with the one set at the sender.",
		Kind: ErrForbidden,
	}},
	{ReasonTimestampInFuture, ReasonText{
		Label:       "timestamp in the future",
		Title:       "The signature's timestamp is in the future",
		Explanation: "The signature is valid, but its timestamp is further in the future than the endpoint tolerates.",
		NextSteps:   []string{"Check the clocks of the sender and of this server."},
		Answer: "The signature is valid, but its timestamp is further in the future than this endpoint tolerates. " +
			"Set the clocks of the sender and of this server.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonTimestampTooOld, ReasonText{
		Label:       "timestamp too old",
		Title:       "The signature is too old",
		Explanation: "The signature is valid, but older than the endpoint tolerates.",
		NextSteps: []string{
			"Check the clocks of the sender and of this server.",
			"If deliveries are delayed on the way, increase the endpoint's timestamp tolerance.",
		},
		Answer: "The signature is valid, but older than this endpoint tolerates: the request was replayed, delayed, " +
			"or a clock is wrong. Sign and send it again, or increase the tolerance.",
		Kind: ErrUnauthenticated,
	}},
	{ReasonHandshakeRefused, ReasonText{
		Label:       "challenge refused",
		Title:       "The confirmation request was refused",
		Explanation: "The request asks for a confirmation that the endpoint's settings do not allow.",
		NextSteps: []string{
			"Add the requested value to the endpoint's settings: the topic, token, origin or public key.",
			"If the sender brings its secret this way, have the endpoint wait for the handshake and start it again.",
		},
		Answer: "This request asks for a confirmation that the endpoint's settings do not allow. Add the requested " +
			"value (topic, verify_token, origin or public_key) to the settings.",
		Kind: ErrNotFound,
	}},
	{ReasonAddressNotAllowed, ReasonText{
		Label:       "IP address not allowed",
		Title:       "The sender's IP address is not allowed",
		Explanation: "The request came from an IP address that is not on the endpoint's allow list.",
		NextSteps: []string{
			"If it is the sender's address, add it to the endpoint's allow list.",
			"If the request came through your proxy, configure the proxy as trusted.",
		},
		Answer: "This endpoint only accepts requests from certain IP addresses, and yours is not one of them. Add " +
			"it to the endpoint's allow list, or configure your proxy as trusted.",
		Kind: ErrForbidden,
	}},
	{ReasonBodyDiffers, ReasonText{
		Label:       "body differs",
		Title:       "The body differs from the first delivery",
		Explanation: "The event was delivered before with a different body.",
		NextSteps:   []string{"Compare the two bodies. What they report counts for statuses as if it were two events."},
	}},
}

// Reasons returns all reasons in the order of their constants.
func Reasons() []Reason {
	reasons := make([]Reason, len(reasonTable))
	for i, row := range reasonTable {
		reasons[i] = row.reason
	}
	return reasons
}

// Text returns what people read about r. For a reason that this release does not know, such as one stored by a newer
// release, it is derived from the code.
func (r Reason) Text() ReasonText {
	for _, row := range reasonTable {
		if row.reason == r {
			return row.text
		}
	}
	words := strings.ReplaceAll(string(r), "_", " ")
	return ReasonText{
		Label:       words,
		Title:       "Verification failed: " + words,
		Explanation: "Verification failed (" + words + ").",
		NextSteps:   []string{"Compare the endpoint's settings with those at the sender."},
		Answer:      "The request could not be verified (" + words + ").",
		Kind:        ErrUnauthenticated,
	}
}

// FurtherThan reports whether verification came further when it stopped with r than when it stopped with other.
func (r Reason) FurtherThan(other Reason) bool { return r.position() > other.position() }

// position is the row of r in the table, which has the order in which verification finds reasons; -1 if r is unknown.
func (r Reason) position() int {
	return slices.IndexFunc(reasonTable, func(row reasonRow) bool { return row.reason == r })
}

// Problem returns the answer to a sender whose request was rejected for r. Each pair in replacements is a placeholder
// of ReasonText.Answer, such as "{provider}", and its value.
func (r Reason) Problem(replacements ...string) *Problem {
	text := r.Text()
	detail := strings.NewReplacer(replacements...).Replace(text.Answer)
	return &Problem{Kind: text.Kind, Code: string(r), Detail: detail, RetryAfter: text.RetryAfter}
}
