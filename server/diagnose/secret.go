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

// secretsOf returns an endpoint's secrets. For a sender that names certificates or keys, a secret without a value
// is added: it stands for the one that the request names.
func (d *diagnosis) secretsOf(p *provider.Provider, e *hook.Endpoint) (all []ownedSecret) {
	for _, s := range p.Signature.SecretsOf(e) {
		all = append(all, ownedSecret{s, e})
	}
	if p.NamesCertificate() && d.Context.Certificates != nil {
		all = append(all, ownedSecret{hook.Secret{Label: p.Signature.FetchedLabel()}, e})
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
		Summary: fmt.Sprintf("The secret %q of your endpoint %q matches.", s.Label, of.Name),
		Fix: fmt.Sprintf("Register the URL of %q at the sender, or add that secret to this endpoint.",
			of.Name)}
	if sender != "" {
		c.Cause = "other_endpoint"
		c.Summary = fmt.Sprintf("This is a valid request from %s: the secret %q of your endpoint %q matches.",
			sender, s.Label, of.Name)
		c.Fix = fmt.Sprintf("The sender uses the URL of the wrong endpoint. Register the URL of %q there instead.",
			of.Name)
	}
	d.addFinding(c)
}

// secretForm tries the endpoint's own secrets in the forms in which the sender may use them.
func (d *diagnosis) secretForm() {
	for _, s := range d.own() {
		for _, form := range secretForms(s.Value) {
			changed := ownedSecret{hook.Secret{Label: s.Label, Value: form.value}, s.of}
			if _, ok := d.try(d.with(changed, d.Record)); ok {
				d.addFinding(Cause{Cause: "secret_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
					Summary: fmt.Sprintf("The secret %q matches %s.", s.Label, form.how),
					Fix:     "Use the secret in the same form at the sender and in the endpoint. " + form.fix})
				return
			}
		}
	}
}

// secretReading is a secret in another form, how it differs, and what to do about it. how completes "The secret
// matches …", and fix is a sentence.
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
	const decoded = "One of them decodes it before use, the other does not."
	add(decodedText(hex.DecodeString(value)), "if it is decoded from hex", decoded)
	add(fromAnyBase64(value), "if it is decoded from base64", decoded)
	add(bare, "without the prefix whsec_", "One of them removes the prefix whsec_.")
	add(fromAnyBase64(bare), "if it is decoded from base64 without the prefix whsec_", decoded)
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(value)), "if it is used as text, not decoded", decoded)
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(bare)),
		"if it is used as text, not decoded, without the prefix whsec_", decoded)
	add(hex.EncodeToString([]byte(value)), "if it is used as text, not decoded from hex", decoded)
	for _, end := range []string{"\n", "\r\n", " "} {
		add(value+end, "with white space after it",
			"Set it at the sender again, without the line break or space at its end.")
	}
	return all
}
