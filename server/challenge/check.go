package challenge

import "hookbeam/server/payload"

// Check returns what makes a challenge unsafe, "" if nothing does. A test holds it against every sender.
func (c *Challenge) Check() string {
	switch {
	case c.Keyed != nil && (!c.Token.Form.Signable() || c.Token.most() > MaxEcho || c.Token.At.IsZero()):
		return "signs a token that could be an event"
	case c.Takes && (c.Token.At.IsZero() || c.Token.Least < 16 || c.Signed):
		return "takes a secret that is too short, or one that is signed by another"
	case c.Confirm != nil && !c.Signed:
		return "visits an address of a request without a signature"
	case len(c.Methods) == 0 && len(c.When) == 0:
		return "matches every request"
	case c.Reply.Text != nil && c.Reply.JSON != nil:
		return "answers with text and JSON"
	}
	for _, t := range c.templates() {
		for i := range t {
			if _, is := t[i].Selector.Setting(); !t[i].Selector.IsZero() && !is {
				return "sends back what has no form"
			}
			if t[i].Variable == "token" && c.Token.At.IsZero() || t[i].Variable == "hmac" && c.Keyed == nil {
				return "uses a value that it does not have"
			}
		}
	}
	if c.Confirm != nil {
		for _, host := range c.Confirm.Hosts {
			if bad := checkHost(host); bad != "" {
				return "visits a host that " + bad
			}
		}
	}
	return ""
}

// templates returns all templates of the reply.
func (c *Challenge) templates() []payload.Template {
	all := []payload.Template{c.Reply.Text}
	for _, m := range c.Reply.JSON {
		all = append(all, m.Text)
	}
	for _, h := range c.Reply.Headers {
		all = append(all, h.Text)
	}
	return all
}
