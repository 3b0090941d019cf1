package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// Problem returns the answer to the sender of a delivery that an endpoint rejected: the text of the reason with this
// sender's names filled in.
func (p *Provider) Problem(e *hook.Endpoint, f signature.Result) *hook.Problem {
	compare := "and check that no proxy changes the body"
	if p.Signature.SignsAddress() {
		compare = "and signed_url with the URL registered there, character by character"
	}
	return f.Reason.Problem("{credential}", p.Signature.Place(e), "{provider}", p.Name, "{missing_secret}",
		p.MissingSecret(),
		"{help}", p.secretHelp(), "{compare}", compare)
}

// secretHelp returns a sentence about the form of this sender's secret.
func (p *Provider) secretHelp() string {
	if p.Signature.Secrets.Shape != "" {
		return fmt.Sprintf("For %s, the secret must be %s.", p.Name, p.Signature.Secrets.Shape)
	}
	return "Add the key that the sender shows to the endpoint."
}

// MissingSecret returns the text for an endpoint that cannot verify deliveries: what is missing and how to add it.
func (p *Provider) MissingSecret() string {
	lacks := "has no secret to verify deliveries with. Add the secret that the sender shows"
	if p.requiredSettings() != "" && p.NamesCertificate() {
		lacks = "cannot verify deliveries without the setting " + p.requiredSettings() +
			", which is part of the signature. Set it"
	}
	return "This endpoint " + lacks + ", or set verify to off to accept deliveries without verification."
}

// NamesCertificate reports whether the sender's deliveries name the certificate that they are signed with, so that an
// endpoint needs no secret.
func (p *Provider) NamesCertificate() bool { return p.Signature.NamesCertificate() }

// requiredSettings returns the names of the required settings, with commas between.
func (p *Provider) requiredSettings() string {
	var names []string
	for _, s := range p.Settings {
		if s.Required {
			names = append(names, s.Name)
		}
	}
	return strings.Join(names, ", ")
}
