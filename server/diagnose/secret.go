package diagnose

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// owned is a secret with the endpoint that holds it.
type owned struct {
	hook.Secret
	of *hook.Endpoint
}

// own are the secrets of the endpoint itself.
func (d *diagnosis) own() []owned { return d.held(d.provider, d.Endpoint) }

// held are an endpoint's secrets, and the certificate that the request names where its provider looks
// that up.
func (d *diagnosis) held(p *provider.Provider, e *hook.Endpoint) (all []owned) {
	for _, s := range p.Signature.SecretsOf(e) {
		all = append(all, owned{s, e})
	}
	if p.NamesCertificate() && d.Context.Certificates != nil {
		all = append(all, owned{hook.Secret{Label: "certificate"}, e})
	}
	return all
}

// others are the secrets of the other endpoints.
func (d *diagnosis) others() (all []owned) {
	for _, o := range d.Others {
		for _, s := range o.Endpoint.Secrets {
			all = append(all, owned{s, o.Endpoint})
		}
	}
	return all
}

// otherSecret tries the secrets of the other endpoints, by this endpoint's rules and by their own. It
// leaves half of what may be spent to the rest.
func (d *diagnosis) otherSecret() {
	rest := d.left / 2
	for _, o := range d.Others {
		own, known := provider.For(o.Endpoint.Provider)
		if !known {
			continue
		}
		if d.left < rest {
			d.cut = true
			return
		}
		for _, s := range d.held(own, o.Endpoint) {
			if _, ok := d.try(d.with(s, d.Record)); ok {
				d.tellOther(s.Secret, o.Endpoint, "")
			} else if _, ok := d.try(trial{&own.Signature, o.Endpoint, cmp.Or(o.Endpoint.SignedURL, o.URL),
				s.Secret, d.Record}); ok {
				d.tellOther(s.Secret, o.Endpoint, own.Name)
			}
		}
	}
}

// tellOther adds that another endpoint's secret fits: by this endpoint's schemes, or, with sender, by
// its own.
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

// secretForm tries the endpoint's own secrets as the sender may read them.
func (d *diagnosis) secretForm() {
	for _, s := range d.own() {
		for _, form := range secretForms(s.Value) {
			if _, ok := d.try(d.with(owned{hook.Secret{Label: s.Label, Value: form.value}, s.of}, d.Record)); ok {
				d.tell(Cause{Cause: "secret_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
					Summary: fmt.Sprintf("Valid with the secret %q %s.", s.Label, form.how),
					Fix:     "Make sender and endpoint use the secret in the same form: " + form.fix})
				return
			}
		}
	}
}

// secretReading is a secret as a sender may read it, how it is read, and what to do about it.
type secretReading struct{ value, how, fix string }

// secretForms are other readings of a secret, written so that a rule takes them for its key.
func secretForms(value string) (all []secretReading) {
	bare := strings.TrimPrefix(value, "whsec_")
	add := func(text, how, fix string) {
		if text != "" && text != value {
			all = append(all, secretReading{text, how, fix})
		}
	}
	add(inText(hex.DecodeString(value)), "decoded from hex", "one of them decodes it before use.")
	add(fromAnyBase64(value), "decoded from base64", "one of them decodes it before use.")
	add(bare, "without its whsec_", "one of them cuts the whsec_ off.")
	add(fromAnyBase64(bare), "decoded from base64 behind its whsec_", "one of them decodes it before use.")
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(value)), "as it is written, not decoded",
		"one of them decodes it before use, the other takes its letters.")
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(bare)),
		"behind its whsec_ as it is written, not decoded",
		"one of them decodes it before use, the other takes its letters.")
	add(hex.EncodeToString([]byte(value)), "as it is written, not decoded from hex",
		"one of them decodes it before use, the other takes its letters.")
	add(strings.TrimSpace(value), "without the white space around it", "add it anew here, without white space.")
	for _, end := range []string{"\n", "\r\n", " "} {
		add(value+end, "and white space behind it", "a line break was copied into the sender's; set it anew there.")
	}
	return all
}
