// Package diagnose explains why a delivery did not verify. It tries what may have gone wrong and
// reports what fits: every secret that is known, the ways in which headers, bodies, addresses and
// timestamps are changed between sender and receiver, and what other senders would have meant. It
// promises that the same case has the same diagnosis, that one costs a bounded number of hashed bytes,
// and that it never shows a secret or a signature that would have been right.
//
// Start with Run. Each file is one thing that may have been changed.
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

// Case is a delivery whose verdict is to be explained.
type Case struct {
	Record   *hook.Record
	Endpoint *hook.Endpoint // that received it
	Context  signature.ReceiveContext
	Others   []Known // the other endpoints: what was sent may be meant for one of them
}

// Known is an endpoint with the address that it has.
type Known struct {
	Endpoint *hook.Endpoint
	URL      string
}

// Diagnosis says why a delivery did not verify. It names secrets by their labels, and holds neither a
// secret nor a signature that would have been right.
type Diagnosis struct {
	Genuine  bool    // a finding proves who sent it: a known secret matches
	Cause    string  // of the first finding
	Summary  string  // of the first finding
	Findings []Cause // most likely first; at least one
	Tried    int     // number of combinations of secret, header, body and URL that were tried
}

// Cause is one thing that explains a verdict.
type Cause struct {
	Cause    string          // stable code, such as "other_secret"
	Summary  string          // what was found, as a sentence
	Fix      string          // what to do next, as a sentence
	Endpoint hook.EndpointID // with the matching secret; "" if no secret matches
	Secret   string          // the label of the matching secret; "" if none matches

	genuine bool // a known secret matches
}

// The bounds of one diagnosis.
const (
	hashedBytes = 256 << 20 // hashed and rewritten in all of its trials
	trialBytes  = 16 << 10  // what a trial counts for besides its body: some keys cost as much as hashing that
	maxFindings = 4
)

// diagnosis is one under way.
type diagnosis struct {
	Case
	provider *provider.Provider
	schemes  []signature.Scheme // of the provider, as the endpoint's settings have them
	reason   hook.Reason        // why it is rejected now, whatever its age; "" where it is not
	tried    int
	left     int  // bytes that may still be spent
	cut      bool // there was more to try
	found    []Cause
}

// Run explains a delivery's verdict from what is stored: it tries every known secret, the ways in which
// headers, bodies and addresses are changed between sender and receiver, and what other senders would
// have meant. The same case has the same diagnosis. p is the provider of the case's endpoint.
func Run(p *provider.Provider, c Case) Diagnosis {
	d := &diagnosis{Case: c, provider: p, schemes: p.Signature.SchemesFor(c.Endpoint), left: hashedBytes}
	e := *c.Endpoint
	e.Verify, e.Tolerance = hook.Enforce, 0
	d.reason = check(&p.Signature, &e, c.Record, c.Context).Reason
	for _, look := range []func(*diagnosis){(*diagnosis).asItIs, (*diagnosis).otherSecret,
		(*diagnosis).otherSender, (*diagnosis).header,
		(*diagnosis).secretForm, (*diagnosis).otherTime, (*diagnosis).oldWay, (*diagnosis).body,
		(*diagnosis).address, (*diagnosis).two,
		(*diagnosis).nothing} {
		if look(d); len(d.found) > 0 {
			break
		}
	}
	d.found = d.found[:min(len(d.found), maxFindings)]
	if !c.Endpoint.DeletedAt.IsZero() {
		d.tell(Cause{Cause: "endpoint_deleted", Summary: "The endpoint was deleted: this is against what it had then.",
			Fix: "Take its address out at the sender, or bring the endpoint back."})
	}
	return Diagnosis{Genuine: d.found[0].genuine, Cause: d.found[0].Cause, Summary: d.found[0].Summary,
		Findings: d.found, Tried: d.tried}
}

// tell adds a finding.
func (d *diagnosis) tell(c Cause) { d.found = append(d.found, c) }

// trial is one combination that may fit.
type trial struct {
	by     *signature.Profile
	e      *hook.Endpoint // whose settings count
	url    string         // the address that is signed
	secret hook.Secret    // without a value: the certificate that the request names
	record *hook.Record
}

// try reports whether a combination verifies, whatever its age.
func (d *diagnosis) try(t trial) (signature.Result, bool) {
	if t.secret.Value == "" && t.by.Certificate.IsZero() || !d.spend(len(t.record.Body)+trialBytes) {
		return signature.Result{}, false
	}
	d.tried++
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

// check is the verdict of a profile.
func check(by *signature.Profile, e *hook.Endpoint, r *hook.Record, on signature.ReceiveContext) signature.Result {
	q := signature.NewRequest(e, r, on)
	defer q.Release()
	return by.Verify(q)
}

// spend takes from what is left, and reports whether there was enough.
func (d *diagnosis) spend(bytes int) bool {
	if d.left < bytes {
		d.cut = true
		return false
	}
	d.left -= bytes
	return true
}

// with is a trial of the case's own provider and address.
func (d *diagnosis) with(s owned, r *hook.Record) trial {
	return trial{&d.provider.Signature, d.Endpoint, d.registered(), s.Secret, r}
}

// registered is the address that the sender is taken to know.
func (d *diagnosis) registered() string { return cmp.Or(d.Endpoint.SignedURL, d.Context.URL) }

// asItIs explains what needs no trying, and a genuine signature of the wrong age.
func (d *diagnosis) asItIs() {
	why := Cause{Cause: string(d.Record.Reason)}
	switch d.Record.Reason {
	case hook.ReasonAddressNotAllowed, hook.ReasonHandshakeRefused, hook.ReasonCertificateUnavailable,
		hook.ReasonCertificateUntrusted: // trying other secrets does not explain these
		text := d.Record.Reason.Text()
		why.Summary, why.Fix = text.Explanation, strings.Join(text.NextSteps, " ")
	}
	if d.Record.Reason == hook.ReasonAddressNotAllowed {
		why.Summary += fmt.Sprintf(" It came from %s.", d.Record.Remote)
	}
	own := d.own()
	if why.Summary == "" && len(own) == 0 {
		why = Cause{Cause: "no_secret", Summary: "The endpoint has no secret, so nothing was checked.",
			Fix: "Add the secret that the sender shows."}
	}
	if why.Summary != "" {
		d.tell(why)
	}
	for _, s := range own {
		if f, ok := d.try(d.with(s, d.Record)); ok {
			d.tellGenuine(s, f)
			break
		}
	}
	if len(own) == 0 {
		d.otherSecret()
	}
	if len(d.found) > 1 {
		d.found[0].genuine = d.found[1].genuine
	}
}

// nothing says honestly that nothing fits, and what is left.
func (d *diagnosis) nothing() {
	c := Cause{Cause: "unknown_secret",
		Summary: fmt.Sprintf("No known secret fits, in any of the %d ways that were tried.", d.tried),
		Fix: fmt.Sprintf("Most likely the sender signs with another secret: copy the %s anew and add it. "+
			"Otherwise it is not from %s.",
			strings.ToLower(d.provider.Secret.Label()), d.provider.Name)}
	if d.cut {
		c.Summary = fmt.Sprintf("No known secret fits in the %d ways that were tried; there is too much to "+
			"try all.", d.tried)
	}
	packed := strings.ToLower(d.Record.Header("Content-Encoding"))
	switch {
	case d.reason == hook.ReasonSignatureMissing:
		c = Cause{Cause: string(hook.ReasonSignatureMissing),
			Summary: fmt.Sprintf("No signature was sent. %s sends %s.", d.provider.Name, d.where()),
			Fix: "Set the secret at the sender: without one, many sign nothing. If it is set, check " +
				"that no proxy between removes headers."}
	case len(d.Record.Body) == 0:
		c = Cause{Cause: "empty_body", Summary: "It came without a body, and no known secret fits that.",
			Fix: "See whether a redirect or a proxy between drops the body: the sender must be given the " +
				"final address."}
	case slices.Contains([]string{"gzip", "deflate", "br", "zstd"}, packed) &&
		strings.IndexByte("{[<", payload.FirstByte(d.Record.Body)) >= 0:
		c.Cause = "decompressed"
		c.Summary = fmt.Sprintf("Its Content-Encoding is %s, but the body came unpacked: if the packed one "+
			"was signed, it cannot be checked any more.", packed)
		c.Fix = "Have whatever decompresses between pass the body on as it is. " + c.Fix
	}
	d.tell(c)
}

// where names the place of the signature.
func (d *diagnosis) where() string {
	if len(d.schemes) == 0 {
		return "it in the headers Signature-Input and Signature"
	}
	return "it in " + d.schemes[0].At.Place()
}

// copied is a record that may be changed without changing another.
func copied(r *hook.Record) *hook.Record {
	c := *r
	c.Headers = slices.Clone(r.Headers)
	return &c
}
