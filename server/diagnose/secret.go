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

// ownedSecret is a secret together with its endpoint, which a finding names.
type ownedSecret struct {
	hook.Secret
	of *hook.Endpoint
}

// own returns the secrets of the case's endpoint.
func (d *diagnosis) own() []ownedSecret { return d.secretsOf(d.provider, d.Endpoint) }

// secretsOf returns an endpoint's secrets. For a sender that names certificates, a secret without a value is added:
// it stands for the certificate that the request names.
func (d *diagnosis) secretsOf(p *provider.Provider, e *hook.Endpoint) (all []ownedSecret) {
	for _, s := range p.Signature.SecretsOf(e) {
		all = append(all, ownedSecret{s, e})
	}
	if p.NamesCertificate() && d.Context.Certificates != nil {
		all = append(all, ownedSecret{hook.Secret{Label: "certificate"}, e})
	}
	return all
}

// others returns the secrets of the other endpoints.
func (d *diagnosis) others() (all []ownedSecret) {
	for _, o := range d.Others {
		for _, s := range o.Endpoint.Secrets {
			all = append(all, ownedSecret{s, o.Endpoint})
		}
	}
	return all
}

// otherSecret tries the secrets of the other endpoints, with this endpoint's schemes and with their own. It uses
// half of the bytes that are left, so that many endpoints do not prevent the other attempts.
func (d *diagnosis) otherSecret() {
	// rest is what is kept for the attempts after this one.
	rest := d.left / 2
	for _, o := range d.Others {
		own, known := provider.For(o.Endpoint.Provider)
		if !known {
			continue
		}
		if d.left < rest {
			d.incomplete = true
			return
		}
		for _, s := range d.secretsOf(own, o.Endpoint) {
			if _, ok := d.try(d.with(s, d.Record)); ok {
				d.addOtherSecret(s.Secret, o.Endpoint, "")
			} else if _, ok := d.try(trial{&own.Signature, o.Endpoint, cmp.Or(o.Endpoint.SignedURL, o.URL),
				s.Secret, d.Record}); ok {
				d.addOtherSecret(s.Secret, o.Endpoint, own.Name)
			}
		}
	}
}

// addOtherSecret adds that another endpoint's secret matches: with this endpoint's schemes, or with those of
// sender, the provider of the other one, if it is not "".
func (d *diagnosis) addOtherSecret(s hook.Secret, of *hook.Endpoint, sender string) {
	c := Cause{Cause: "other_secret", Endpoint: of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("Valid with the secret %q of your endpoint %q.", s.Label, of.Name),
		Fix:     fmt.Sprintf("Register the address of %q at the sender, or add that secret to this endpoint.", of.Name)}
	if sender != "" {
		c.Cause = "other_endpoint"
		c.Summary = fmt.Sprintf("Valid as %s's, with the secret %q of your endpoint %q.", sender, s.Label, of.Name)
		c.Fix = fmt.Sprintf("The sender has the address of the wrong endpoint: register that of %q there.", of.Name)
	}
	d.addFinding(c)
}

// secretForm tries the endpoint's own secrets in the forms in which the sender may use them.
func (d *diagnosis) secretForm() {
	for _, s := range d.own() {
		for _, form := range secretForms(s.Value) {
			if _, ok := d.try(d.with(ownedSecret{hook.Secret{Label: s.Label, Value: form.value}, s.of}, d.Record)); ok {
				d.addFinding(Cause{Cause: "secret_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
					Summary: fmt.Sprintf("Valid with the secret %q %s.", s.Label, form.how),
					Fix:     "Make sender and endpoint use the secret in the same form: " + form.fix})
				return
			}
		}
	}
}

// secretReading is a secret in another form, how it differs, and what to do about it.
type secretReading struct{ value, how, fix string }

// secretForms returns other forms of a secret, written so that a scheme derives the intended key from them.
func secretForms(value string) (all []secretReading) {
	// A scheme that decodes secrets needs the base64 of a key, and one that does not decode needs the key as text.
	bare := strings.TrimPrefix(value, "whsec_")
	// A form that equals the secret was tried before.
	add := func(text, how, fix string) {
		if text != "" && text != value {
			all = append(all, secretReading{text, how, fix})
		}
	}
	add(decodedText(hex.DecodeString(value)), "decoded from hex", "one of them decodes it before use.")
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
