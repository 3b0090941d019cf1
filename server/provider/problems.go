package provider

import (
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// Problem returns the answer to the sender of a rejected delivery.
func (p *Provider) Problem(f Finding) *hook.Problem {
	credential := "the header that its settings name"
	if p.whole != nil {
		credential = "the headers Signature-Input and Signature"
	} else if len(p.rules) > 0 {
		credential = place(p.rules[0].at)
	}
	compare := "and check that no proxy changes the body"
	if p.SignsAddress() {
		compare = "and signed_url with the URL registered there, character by character"
	}
	return f.Reason.Problem("{credential}", credential, "{provider}", p.Name, "{missing_secret}", p.MissingSecret(),
		"{help}", p.secretHelp(), "{compare}", compare)
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
