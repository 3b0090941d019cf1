package provider

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Case is a delivery whose verdict is to be explained.
type Case struct {
	Record   *hook.Record
	Endpoint *hook.Endpoint // that received it
	Receipt  Receipt
	Others   []Known // the other endpoints: what was sent may be meant for one of them
}

// Known is an endpoint with the address that it has.
type Known struct {
	Endpoint *hook.Endpoint
	URL      string
}

// Diagnosis says why a delivery did not verify. It names secrets by their labels, and holds neither a secret nor a
// signature that would have been right.
type Diagnosis struct {
	Genuine  bool    `json:"genuine" doc:"One of the findings shows who made it: a secret that is known here fits."`
	Cause    string  `json:"cause" doc:"That of the first finding."`
	Summary  string  `json:"summary" doc:"That of the first finding."`
	Findings []Cause `json:"findings" nullable:"false" doc:"The likeliest first."`
	Tried    int     `json:"tried" doc:"How many combinations of secret, header, body and address were tried."`
}

// Cause is one thing that explains a verdict.
type Cause struct {
	Cause    string          `json:"cause" example:"other_secret" doc:"Stable code."`
	Summary  string          `json:"summary" example:"Valid with the secret \"live\" of your endpoint \"shop-test\"." doc:"What was found, as a sentence."`
	Fix      string          `json:"fix" doc:"What to do next, as a sentence."`
	Endpoint hook.EndpointID `json:"endpoint,omitempty" doc:"The endpoint whose secret fits."`
	Secret   string          `json:"secret,omitempty" doc:"Label of the secret that fits."`

	genuine bool
}

// hashedBytes bounds the work of one diagnosis: how many bytes are hashed in all of its trials.
const hashedBytes = 128 << 20

// maxFindings bounds how many causes are told.
const maxFindings = 4

// diagnosis is one under way.
type diagnosis struct {
	Case
	provider *Provider
	sender   string // its name, for people
	tried    int
	left     int // bytes that may still be hashed
	found    []Cause
}

// Diagnose explains a delivery's verdict from what is stored, offline: it tries every known secret, the ways in which
// headers, bodies and addresses are changed between sender and receiver, and what other senders would have meant. The
// same case has the same diagnosis. p is the provider of the case's endpoint.
func (p *Provider) Diagnose(c Case) Diagnosis {
	d := &diagnosis{Case: c, provider: p, sender: p.Name, left: hashedBytes}
	for _, look := range []func(*diagnosis){(*diagnosis).asItIs, (*diagnosis).otherSecret, (*diagnosis).otherSender, (*diagnosis).header,
		(*diagnosis).secretForm, (*diagnosis).body, (*diagnosis).address, (*diagnosis).two, (*diagnosis).nothing} {
		if look(d); len(d.found) > 0 {
			break
		}
	}
	d.found = d.found[:min(len(d.found), maxFindings)]
	return Diagnosis{Genuine: d.found[0].genuine, Cause: d.found[0].Cause, Summary: d.found[0].Summary, Findings: d.found, Tried: d.tried}
}

func (d *diagnosis) tell(c Cause) { d.found = append(d.found, c) }

// owned is a secret with the endpoint that holds it.
type owned struct {
	hook.Secret
	of *hook.Endpoint
}

// own are the secrets of the endpoint itself.
func (d *diagnosis) own() (all []owned) {
	for _, s := range d.provider.secrets(d.Endpoint) {
		all = append(all, owned{s, d.Endpoint})
	}
	return all
}

// every is every secret that is known, the endpoint's own first.
func (d *diagnosis) every() []owned {
	all := d.own()
	for _, o := range d.Others {
		for _, s := range o.Endpoint.Secrets {
			all = append(all, owned{s, o.Endpoint})
		}
	}
	return all
}

// trial is one combination that may fit.
type trial struct {
	p      *Provider
	e      *hook.Endpoint // whose settings count
	url    string         // the address that is signed
	secret hook.Secret
	record *hook.Record
}

// try reports whether a combination verifies, whatever its age.
func (d *diagnosis) try(t trial) (Finding, bool) {
	cost := len(t.record.Body) + 256
	if d.left < cost || len(t.secret.Value) == 0 {
		return Finding{}, false
	}
	d.left -= cost
	d.tried++
	e := *t.e
	e.Secrets, e.Verify, e.Tolerance, e.SignedURL = []hook.Secret{t.secret}, hook.Enforce, 0, t.url
	f := t.p.verify(&request{record: t.record, endpoint: &e, Receipt: Receipt{At: d.Receipt.At}})
	return f, f.Verdict == hook.Verified
}

// with is a trial of the case's own provider and address.
func (d *diagnosis) with(s owned, r *hook.Record) trial {
	return trial{d.provider, d.Endpoint, d.registered(), s.Secret, r}
}

// registered is the address that the sender is taken to know.
func (d *diagnosis) registered() string { return registered(d.Endpoint, d.Receipt.URL) }

func registered(e *hook.Endpoint, url string) string {
	if e.SignedURL != "" {
		return e.SignedURL
	}
	return url
}

// asItIs explains what needs no trying, and a genuine signature of the wrong age.
func (d *diagnosis) asItIs() {
	switch d.Record.Reason {
	case "address_not_allowed":
		d.tell(Cause{Cause: "address_not_allowed", Summary: fmt.Sprintf("It came from %s, which the endpoint's allow list does not have.", d.Record.Remote),
			Fix: "Add the sender's address to the list, or, if it came through a proxy of yours, name the proxy as trusted."})
		return
	case handshakeRefused:
		d.tell(Cause{Cause: handshakeRefused, Summary: "It asks for a confirmation that the endpoint's settings do not allow.",
			Fix: "Put what it asks for into the settings: the topic, the token, the origin or the public key."})
		return
	case certificateUnavailable, certificateUntrusted:
		d.tell(Cause{Cause: d.Record.Reason, Summary: d.provider.explain(d.Record.Reason), Fix: "Once that is mended, have it sent again, or verify it again here."})
		return
	}
	if len(d.own()) == 0 {
		d.tell(Cause{Cause: "no_secret", Summary: "The endpoint has no secret, so nothing was checked.", Fix: "Add the secret that the sender shows."})
		d.otherSecret()
		return
	}
	for _, s := range d.own() {
		if f, ok := d.try(d.with(s, d.Record)); ok {
			d.genuineNow(s, f)
			return
		}
	}
}

// genuineNow tells of a signature that a secret of the endpoint fits as it is.
func (d *diagnosis) genuineNow(s owned, f Finding) {
	c := Cause{Cause: "verified", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("It is genuine: the secret %q fits.", s.Label), Fix: "Nothing is wrong with it. If it was rejected before, verify the endpoint's deliveries again."}
	skew, limit := f.Check.Skew, d.Endpoint.Tolerance
	switch {
	case !f.Check.Dated || limit == 0 || skew <= limit && skew >= -limit:
	case skew > 20*365*24*time.Hour || skew < -20*365*24*time.Hour:
		c.Cause, c.Summary = "timestamp_unit", fmt.Sprintf("Genuine, but its time is written in another unit than %s writes: it reads as centuries away.", d.sender)
		c.Fix = "Have the sender write the time as " + d.sender + " does, in seconds or milliseconds."
	case skew < 0:
		c.Cause, c.Summary = "clock", fmt.Sprintf("Genuine, but its clock is %s ahead of this server's.", long(-skew))
		c.Fix = "Set the clocks of sender and server by a time server, or raise the endpoint's tolerance."
	case skew < 15*time.Minute:
		c.Cause, c.Summary = "clock", fmt.Sprintf("Genuine, but it was signed %s before it came: a clock that is off, or a queue between.", long(skew))
		c.Fix = "Set the clocks of sender and server by a time server, or raise the endpoint's tolerance."
	default:
		c.Cause, c.Summary = "old", fmt.Sprintf("Genuine, but it was signed %s before it came: an old request sent again.", long(skew))
		c.Fix = "Have the sender send it anew. If it is a test of a stored request, set the endpoint's tolerance to 0s for a while."
	}
	d.tell(c)
}

// long writes a duration as people say it.
func long(t time.Duration) string {
	switch {
	case t < 2*time.Minute:
		return fmt.Sprintf("%d s", int(t.Seconds()))
	case t < 2*time.Hour:
		return fmt.Sprintf("%d min", int(t.Minutes()))
	case t < 48*time.Hour:
		return fmt.Sprintf("%d h", int(t.Hours()))
	default:
		return fmt.Sprintf("%d days", int(t.Hours()/24))
	}
}

// otherSecret tries the secrets of the other endpoints, by this endpoint's rules and by their own.
func (d *diagnosis) otherSecret() {
	for _, o := range d.Others {
		own, known := For(o.Endpoint.Provider)
		for _, s := range o.Endpoint.Secrets {
			if _, ok := d.try(trial{d.provider, d.Endpoint, d.registered(), s, d.Record}); ok {
				d.tellOther(s, o.Endpoint, "")
			} else if known && own != d.provider {
				if _, ok := d.try(trial{own, o.Endpoint, registered(o.Endpoint, o.URL), s, d.Record}); ok {
					d.tellOther(s, o.Endpoint, own.Name)
				}
			}
		}
	}
}

func (d *diagnosis) tellOther(s hook.Secret, of *hook.Endpoint, sender string) {
	c := Cause{Cause: "other_secret", Endpoint: of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("Valid with the secret %q of your endpoint %q.", s.Label, of.Name),
		Fix:     fmt.Sprintf("Register the address of %q at the sender, or add that secret to this endpoint.", of.Name)}
	if sender != "" {
		c.Cause = "other_endpoint"
		c.Summary = fmt.Sprintf("Valid as %s's, with the secret %q of your endpoint %q.", sender, s.Label, of.Name)
		c.Fix = fmt.Sprintf("The sender has the address of the wrong endpoint: register that of %q there.", of.Name)
	}
	d.tell(c)
}

// nothing says honestly that nothing fits, and what is left.
func (d *diagnosis) nothing() {
	if d.Record.Reason == signatureMissing {
		d.tell(Cause{Cause: signatureMissing, Summary: fmt.Sprintf("No signature was sent. %s sends %s.", d.sender, d.provider.where()),
			Fix: "Set the secret at the sender: without one, many sign nothing. If it is set, check that no proxy between removes headers."})
		return
	}
	if len(d.Record.Body) == 0 {
		d.tell(Cause{Cause: "empty_body", Summary: "It came without a body, and no known secret fits that.",
			Fix: "See whether a redirect or a proxy between drops the body: the sender must be given the final address."})
		return
	}
	c := Cause{Cause: "unknown_secret", Summary: fmt.Sprintf("No known secret fits, in any of the %d ways that were tried.", d.tried),
		Fix: fmt.Sprintf("Most likely the sender signs with another secret: copy the %s anew and add it. Otherwise it is not from %s.",
			strings.ToLower(d.provider.Secret.name()), d.sender)}
	if d.left < len(d.Record.Body)+256 {
		c.Summary = fmt.Sprintf("No known secret fits in the %d ways that were tried; the body is too large to try all.", d.tried)
	}
	d.tell(c)
}

// where names the place of the signature.
func (p *Provider) where() string {
	if p.whole != nil || len(p.rules) == 0 {
		return "it in the headers Signature-Input and Signature"
	}
	return "it in " + place(p.rules[0].at)
}

// copied is a record that may be changed without changing another.
func copied(r *hook.Record) *hook.Record {
	c := *r
	c.Headers = slices.Clone(r.Headers)
	return &c
}
