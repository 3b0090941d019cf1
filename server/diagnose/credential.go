package diagnose

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// An endpoint of "Any sender" has settings that say how the secret is sent: alone, behind Bearer, or as user:password
// by Basic. A request that has it in another form is advised the settings for that form.

// credentialForm is one form in which a request has a secret: where and how, for people, and the settings that an
// endpoint for it has. header is "" for Authorization where scheme implies it.
type credentialForm struct {
	at, how        string
	scheme, header string
	user           string // of Basic, with a colon behind it
}

// word returns the scheme of HTTP authentication at the beginning of a header's value, in lower case, and the rest.
func word(value string) (scheme, rest string) {
	scheme, rest, _ = strings.Cut(value, " ")
	if scheme = strings.ToLower(scheme); scheme == "basic" || scheme == "bearer" {
		return scheme, rest
	}
	return "bare", value
}

// credentialForms returns the forms of a secret that the request may have in Authorization or in X-Webhook-Secret.
func (d *diagnosis) credentialForms() (all []credentialForm) {
	for _, name := range []string{"Authorization", "X-Webhook-Secret"} {
		value := d.Record.Header(name)
		if value == "" {
			continue
		}
		scheme, rest := word(value)
		form := credentialForm{at: "the header " + name, scheme: scheme, header: name}
		switch scheme {
		case "basic":
			form.how = "as user:password by Basic"
			if login, err := base64.StdEncoding.DecodeString(rest); err == nil {
				user, _, _ := strings.Cut(string(login), ":")
				form.user = user + ":"
			}
		case "bearer":
			form.how = "behind Bearer"
		default:
			form.how = "alone"
		}
		if name == "Authorization" && scheme != "bare" {
			form.header = ""
		}
		all = append(all, form)
	}
	return all
}

// takesCredentials reports whether the settings of the endpoint say how a secret is sent.
func (d *diagnosis) takesCredentials() bool {
	return d.provider.Signature.Custom == signature.CustomCredential && d.hasSetting("scheme")
}

// hasSetting reports whether the endpoint's sender has a setting.
func (d *diagnosis) hasSetting(name string) bool {
	for _, s := range d.provider.Settings {
		if s.Name == name {
			return true
		}
	}
	return false
}

// isExpected reports whether the endpoint expects a secret in this form.
func (d *diagnosis) isExpected(form *credentialForm) bool {
	scheme, name := d.expected()
	return form.scheme == scheme && form.at == "the header "+name
}

// expected returns the form that the endpoint expects, and the header, "" if the secret is in the query.
func (d *diagnosis) expected() (scheme, header string) {
	sc := &d.schemes[0]
	header, _ = sc.At.Header()
	switch {
	case sc.Kind == signature.Basic:
		return "basic", header
	case sc.Prefix == "Bearer":
		return "bearer", header
	default:
		return "bare", header
	}
}

// credential tries the endpoint's secrets in the other forms in which the request may have one.
func (d *diagnosis) credential() {
	if !d.takesCredentials() {
		return
	}
	forms := d.credentialForms()
	for i := range forms {
		form := &forms[i]
		if d.isExpected(form) || form.scheme != "bare" && form.header != "" { // header tries the latter
			continue
		}
		e := *d.Endpoint
		e.Settings = maps.Clone(e.Settings)
		if e.Settings == nil {
			e.Settings = map[string]string{}
		}
		delete(e.Settings, "query")
		e.Settings["scheme"], e.Settings["header"] = form.scheme, form.header
		for _, s := range d.own() {
			for _, value := range []string{s.Value, form.user + s.Value, passwordOf(s.Value)} {
				t := d.with(ownedSecret{hook.Secret{Label: s.Label, Value: value}, s.of}, d.Record)
				if t.e = &e; value == "" {
					continue
				}
				if _, ok := d.try(t); ok {
					c := d.credentialFinding(form)
					c.Summary = fmt.Sprintf("The secret %s matches, but the request has it %s in %s. %s", d.named(s),
						form.how, form.at, c.Summary)
					c.Endpoint, c.Secret, c.genuine = s.of.ID, s.Label, true
					d.addFinding(c)
					return
				}
			}
		}
	}
}

// passwordOf returns the password of user:password; "" if a text is none.
func passwordOf(text string) string {
	_, password, _ := strings.Cut(text, ":")
	return password
}

// otherCredential finds that the request has a credential in another form than the endpoint expects, although no
// secret matches: the endpoint may have been set up for another form.
func (d *diagnosis) otherCredential() {
	if !d.takesCredentials() || d.reason != hook.ReasonSignatureMissing && d.reason != hook.ReasonSignatureMalformed {
		return
	}
	forms := d.credentialForms()
	for i := range forms {
		form := &forms[i]
		if d.isExpected(form) {
			continue
		}
		c := d.credentialFinding(form)
		c.Summary = fmt.Sprintf("The request has a secret %s in %s. %s", form.how, form.at, c.Summary)
		c.Fix = "If the request is from your sender: " + c.Fix
		d.addFinding(c)
		return
	}
}

// credentialFinding returns the finding that a request has a secret in another form than the endpoint expects. Its
// summary says what is expected.
func (d *diagnosis) credentialFinding(form *credentialForm) Cause {
	scheme, name := d.expected()
	how := map[string]string{"bare": "alone", "bearer": "behind Bearer", "basic": "as user:password by Basic"}[scheme]
	c := Cause{Cause: "header_name",
		Summary: fmt.Sprintf("The endpoint expects it %s in %s.", how, d.schemes[0].At.Place())}
	if form.at == "the header "+name {
		c.Cause = "header_form"
	}
	settings, flags := "scheme to "+form.scheme, "--setting scheme="+form.scheme
	if form.header != "" || d.Endpoint.Settings["header"] != "" {
		at := http.CanonicalHeaderKey(strings.TrimPrefix(form.at, "the header "))
		settings, flags = settings+" and header to "+at, flags+" --setting header="+at
	}
	c.Fix = d.advice("Set the endpoint's setting "+settings, "Verify it with "+flags)
	if d.Endpoint.Settings["query"] != "" {
		c.Fix += d.advice(", remove query", ", without query")
	}
	switch {
	case form.scheme == "basic" && scheme != "basic":
		c.Fix += ", and enter user:password as the secret"
	case form.scheme != "basic" && scheme == "basic":
		c.Fix += ", and enter the secret without user:"
	}
	c.Fix += "."
	return c
}
