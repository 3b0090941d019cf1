// Package diagnose explains why a delivery failed verification. It tries what commonly goes wrong and reports what
// makes the signature valid: another known secret, another form of the secret, another header, a body that a proxy
// changed, another URL, or the scheme of another sender.
//
// It promises that the same case has the same diagnosis, that a diagnosis costs a limited number of hashed bytes,
// and that it never contains a secret or a valid signature that the delivery did not have.
//
// Start with Run, which lists the attempts in their order. Each further file is one part of a delivery that may
// have been changed: secret.go, header.go, timestamp.go, body.go with json.go, and address.go.
package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// Case is a delivery whose verdict is to be explained. intake makes one of a stored delivery, and the command
// verify one of a file. Run does not change it.
type Case struct {
	Record   *hook.Record
	Endpoint *hook.Endpoint // that received it
	Context  signature.ReceiveContext
	Others   []Known // the other endpoints, for one of which the delivery may be intended
	Saved    *Saved  // what is known of the file that the delivery was read from; nil: it was received
}

// Saved describes a file with a request. Its bytes may have been changed when it was saved, so that advice about it
// differs from that about a delivery which this server received.
type Saved struct {
	Incomplete     string // what the file lacks of the body, as a sentence; "": nothing
	TimeGuessed    bool   // the time of receipt is not known, and the current time was used
	AddressGuessed bool   // the URL is the one that the request was sent to; nobody said which one the sender knows
}

// Known is an endpoint together with its URL.
type Known struct {
	Endpoint *hook.Endpoint
	URL      string
}

// Diagnosis is the result of Run: why a delivery failed verification. It names secrets by their labels, and
// contains neither a secret nor a valid signature. Wire converts it for clients.
type Diagnosis struct {
	Genuine  bool    // a finding proves who sent it: a known secret matches
	Cause    string  // of the first finding
	Summary  string  // of the first finding
	Findings []Cause // most likely first; at least one
	Tried    int     // number of combinations of secret, header, body and URL that were tried
}

// Cause is one finding: a possible cause of the verdict, and what to do about it. The codes are part of the API:
//
//	verified            a secret matches, and nothing is wrong
//	clock, old          genuine, but the timestamp is outside of the tolerance
//	timestamp_unit      genuine, but the timestamp is in another unit
//	other_secret        the secret of another endpoint matches, with this endpoint's scheme
//	other_endpoint      the delivery is valid for another endpoint
//	other_sender        the signature is one of another sender
//	old_scheme          genuine, but by a scheme that the endpoint does not accept
//	no_secret           the endpoint has no secret
//	secret_form         sender and endpoint use the same secret in different forms
//	header_form         the signature, or the secret, is in the right header, in another format
//	header_name         the signature, or the secret, is in another header
//	newline, line_ends, byte_order_mark, spaces, empty_body
//	                    the body was changed as the code says
//	json_rewritten, form_rewritten
//	                    the body has the same content in another encoding
//	compressed          the body was compressed after it was signed
//	decompressed        the body was probably compressed when it was signed
//	other_address       the sender signs another URL of the endpoint
//	address_unknown     the sender signs the address, and nobody said which it is
//	incomplete_file     the file lacks a part of the body
//	unknown_secret      nothing that was tried verifies
//	endpoint_deleted    always the last finding: the endpoint is deleted
//
// A verdict that has nothing to do with secrets, such as address_not_allowed, is its own code (hook.Reason).
type Cause struct {
	Cause    string          // stable code, such as "other_secret"
	Summary  string          // what was found, as a sentence
	Fix      string          // what to do next, as a sentence
	Endpoint hook.EndpointID // with the matching secret; "" if no secret matches
	Secret   string          // the label of the matching secret; "" if none matches

	genuine bool // a known secret matches
}

// The limits of one diagnosis.
const (
	hashedBytes = 256 << 20 // bytes hashed and rewritten by all trials
	trialBytes  = 16 << 10  // added for each trial: an operation with a public key costs as much as hashing them
	maxFindings = 4         // findings, besides the one that the endpoint is deleted
)

// diagnosis is the state of one call of Run. Its methods are the attempts; each adds what it finds to found.
type diagnosis struct {
	Case
	provider   *provider.Provider
	schemes    []signature.Scheme // of the provider, for the endpoint's settings
	reason     hook.Reason        // why the delivery is rejected now, apart from its age; "" if it is not
	tried      int                // combinations
	left       int                // bytes left of hashedBytes
	incomplete bool               // something was not tried because too few bytes were left
	found      []Cause
}

// Run explains a delivery's verdict. p is the provider of the case's endpoint. The attempts are ordered by
// likelihood and by cost, and the first one that finds something ends the search: later ones would find less likely
// causes, such as two changes at once. The last attempt always finds something.
//
// Run makes no requests, except for certificates and key sets through the case's Context.
func Run(p *provider.Provider, c Case) Diagnosis {
	d := &diagnosis{Case: c, provider: p, schemes: p.Signature.SchemesFor(c.Endpoint), left: hashedBytes}
	// The age is ignored here, and also in trials: unchanged explains it.
	e := *c.Endpoint
	e.Verify, e.Tolerance = hook.Enforce, 0
	d.reason = check(&p.Signature, &e, c.Record, c.Context).Reason
	for _, attempt := range []func(*diagnosis){
		(*diagnosis).unchanged,
		(*diagnosis).settingDiffers,
		(*diagnosis).otherSecret,
		(*diagnosis).credential,
		(*diagnosis).otherSender,
		(*diagnosis).header,
		(*diagnosis).secretForm,
		(*diagnosis).otherTimestamp,
		(*diagnosis).legacyScheme,
		(*diagnosis).body,
		(*diagnosis).address,
		(*diagnosis).combinations,
		(*diagnosis).otherCredential,
		(*diagnosis).unknownCause,
	} {
		if attempt(d); len(d.found) > 0 {
			break
		}
	}
	d.found = d.found[:min(len(d.found), maxFindings)]
	if !c.Endpoint.DeletedAt.IsZero() {
		d.addFinding(Cause{Cause: "endpoint_deleted",
			Summary: "The endpoint is deleted. Its last secrets and settings were used for this diagnosis.",
			Fix:     "Remove its URL at the sender, or restore the endpoint."})
	}
	return Diagnosis{Genuine: d.found[0].genuine, Cause: d.found[0].Cause, Summary: d.found[0].Summary,
		Findings: d.found, Tried: d.tried}
}

// addFinding adds a finding.
func (d *diagnosis) addFinding(c Cause) { d.found = append(d.found, c) }

// trial is one combination of a scheme, a secret, a URL and a changed delivery.
type trial struct {
	by     *signature.Profile
	e      *hook.Endpoint // whose settings count
	url    string         // the address that is signed
	secret hook.Secret    // without a value: the certificate or key that the request names
	record *hook.Record
}

// try reports whether a combination verifies, whatever its age. It returns false without trying if the limit is
// reached.
func (d *diagnosis) try(t trial) (signature.Result, bool) {
	if t.secret.Value == "" && !t.by.NamesCertificate() || !d.charge(len(t.record.Body)+trialBytes) {
		return signature.Result{}, false
	}
	d.tried++
	// Everything but the combination is taken out of the endpoint: its other secrets, its tolerance, its signed_url.
	e := *t.e
	e.Verify, e.Tolerance, e.SignedURL, e.Secrets = hook.Enforce, 0, t.url, nil
	on := signature.ReceiveContext{At: d.Context.At}
	if t.secret.Value == "" {
		on.Certificates = d.Context.Certificates
	} else {
		e.Secrets = []hook.Secret{t.secret}
	}
	f := check(t.by, &e, t.record, on)
	return f, f.Verdict == hook.Verified
}

// check verifies a record with a profile.
func check(by *signature.Profile, e *hook.Endpoint, r *hook.Record, on signature.ReceiveContext) signature.Result {
	q := signature.NewRequest(e, r, on)
	defer q.Release()
	return by.Verify(q)
}

// charge counts bytes to be hashed or rewritten. It returns false if too few are left.
func (d *diagnosis) charge(bytes int) bool {
	if d.left < bytes {
		d.incomplete = true
		return false
	}
	d.left -= bytes
	return true
}

// with returns a trial with the case's own provider, endpoint and URL.
func (d *diagnosis) with(s ownedSecret, r *hook.Record) trial {
	return trial{&d.provider.Signature, d.Endpoint, d.registered(), s.Secret, r}
}

// registered returns the endpoint's URL as the sender is expected to know it.
func (d *diagnosis) registered() string { return cmp.Or(d.Endpoint.SignedURL, d.Context.URL) }

// unchanged explains verdicts that have nothing to do with secrets, and finds a genuine signature of the wrong age,
// or one that verifies now. It changes nothing in the delivery.
func (d *diagnosis) unchanged() {
	why := Cause{Cause: string(d.Record.Reason)}
	switch d.Record.Reason {
	case hook.ReasonAddressNotAllowed, hook.ReasonHandshakeRefused, hook.ReasonCertificateUnavailable,
		hook.ReasonCertificateUntrusted, hook.ReasonKeySetUnavailable, hook.ReasonKeyUnknown:
		// Trying other secrets does not explain these.
		text := d.Record.Reason.Text()
		why.Summary, why.Fix = text.Explanation, strings.Join(text.NextSteps, " ")
	}
	if d.Record.Reason == hook.ReasonAddressNotAllowed {
		why.Summary += fmt.Sprintf(" It came from %s.", d.Record.Remote)
	}
	own := d.own()
	if why.Summary == "" && len(own) == 0 {
		why = Cause{Cause: "no_secret", Summary: "The endpoint has no secret, so nothing was verified.",
			Fix: "Add the secret that the sender shows to the endpoint."}
	}
	if why.Summary != "" {
		d.addFinding(why)
	}
	// That the signature is genuine helps even if another rule rejected the delivery.
	for _, s := range own {
		if f, ok := d.try(d.with(s, d.Record)); ok {
			d.addGenuine(s, f)
			break
		}
	}
	// Without a secret of its own, the endpoint's address may be the mistake.
	if len(own) == 0 {
		d.otherSecret()
	}
	// The first finding decides whether the diagnosis is genuine, and it is about the verdict, not about a secret.
	if len(d.found) > 1 {
		d.found[0].genuine = d.found[1].genuine
	}
}

// unknownCause is the finding if nothing else was found. It says what can be seen in the delivery itself: no
// signature, no body, or a body that was decompressed. Of these only a missing signature is certain, and the texts of
// the others say so. They are not considered if the signature does not depend on the body.
func (d *diagnosis) unknownCause() {
	c := Cause{Cause: "unknown_secret",
		Summary: fmt.Sprintf("No known secret matches (combinations tried: %d).", d.tried),
		Fix: fmt.Sprintf("The sender probably uses another secret. Copy the %s again and %s. "+
			"If that does not help, the request is not from %s.", strings.ToLower(d.provider.Secret.Label()),
			d.advice("add it to the endpoint", "verify with it"), d.provider.Name)}
	if d.incomplete {
		c.Summary = fmt.Sprintf("No known secret matches (combinations tried: %d). "+
			"Not all combinations were tried, because that would take too long.", d.tried)
	}
	signsBody := d.provider.Signature.SignsBodyOf(d.Endpoint, d.Record)
	signsAddress := d.provider.Signature.SignsAddressOf(d.Endpoint, d.Record)
	bodiless := slices.Contains([]string{"GET", "HEAD", "DELETE", "OPTIONS"}, d.Record.Method)
	switch {
	case d.reason == hook.ReasonSignatureMissing:
		c = d.missing()
	case signsBody && d.decompressed():
		packed := strings.ToLower(d.Record.Header("Content-Encoding"))
		c.Cause = "decompressed"
		c.Summary = fmt.Sprintf("The Content-Encoding is %s, but the body is not compressed. If the compressed "+
			"body was signed, the signature can no longer be verified.", packed)
		c.Fix = d.advice("If a proxy decompresses the body, configure it to pass the body through unchanged. ",
			"If the tool that saved the file decompressed the body, save the compressed bytes. ") + c.Fix
	case signsBody && d.Saved != nil && d.Saved.Incomplete != "":
		c.Cause, c.Summary = "incomplete_file", d.Saved.Incomplete+" So the signature cannot be verified."
		c.Fix = "Save the whole request, byte for byte, and verify it again."
	case signsAddress && d.registered() == "":
		c.Cause = "address_unknown"
		c.Summary = fmt.Sprintf("%s signs the address that it sends to, and the address is not known.",
			d.provider.Name)
		c.Fix = "Pass the URL that is registered at the sender with --url."
	case len(d.Record.Body) == 0 && signsBody && !bodiless:
		c.Cause, c.Summary = "empty_body", "The request has no body, and no known secret matches."
		c.Fix = d.advice("If the sender sent a body, a redirect or a proxy probably dropped it. Register the final "+
			"URL at the sender, not one that redirects. ", "If the sender sent a body, save the request with it. ") +
			c.Fix
	case len(d.Record.Body) == 0 && signsBody && d.Saved == nil:
		c.Fix += fmt.Sprintf(" If %s sends its requests with POST, a redirect probably turned this one into %s.",
			d.provider.Name, d.Record.Method)
	case signsAddress && d.Saved != nil && d.Saved.AddressGuessed:
		c.Summary += fmt.Sprintf(" %s also signs the address: %s was assumed.", d.provider.Name, d.registered())
		c.Fix = "If another URL is registered at the sender, pass it with --url. " + c.Fix
	}
	d.addFinding(c)
}

// missing returns the finding for a request without a signature.
func (d *diagnosis) missing() Cause {
	if m, shown := d.provider.MistakeOf(d.Endpoint, d.Record); shown {
		return Cause{Cause: m.Code, Summary: m.Summary, Fix: m.Fix}
	}
	return Cause{Cause: string(hook.ReasonSignatureMissing),
		Summary: fmt.Sprintf("The request has no signature. %s sends %s.", d.provider.Name, d.where()),
		Fix: "Set the secret at the sender. Many senders do not sign requests until a secret is set. " +
			d.advice("If the secret is set, check that no proxy removes request headers.",
				"If the secret is set, check that the file has all headers of the request.")}
}

// decompressed reports whether the headers say that the body is compressed, and it is not. The compressed bytes are
// lost then, so that no variant of the body can match.
func (d *diagnosis) decompressed() bool {
	packed := strings.ToLower(d.Record.Header("Content-Encoding"))
	first := payload.FirstByte(d.Record.Body)
	return first != 0 && slices.Contains([]string{"gzip", "deflate", "br", "zstd"}, packed) &&
		strings.IndexByte("{[<", first) >= 0
}

// advice returns the first text for a delivery that this server received, and the second for one from a file.
func (d *diagnosis) advice(received, saved string) string {
	if d.Saved != nil {
		return saved
	}
	return received
}

// where describes where the endpoint's sender puts its signature.
func (d *diagnosis) where() string {
	if len(d.schemes) == 0 {
		return "it in the headers Signature-Input and Signature"
	}
	return "it in " + d.schemes[0].At.Place()
}

// cloneRecord returns a copy of a record whose headers and body can be replaced without changing the original.
func cloneRecord(r *hook.Record) *hook.Record {
	c := *r
	c.Headers = slices.Clone(r.Headers)
	return &c
}
