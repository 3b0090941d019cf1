package challenge

import (
	"net/url"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// Confirm is an address that a person has to visit, by hand or with one click, so that the sender sends events. Hosts
// are patterns: "*" is one label of letters, digits and hyphens, so "sns.*.amazonaws.com" has exactly four labels.
type Confirm struct {
	At    payload.Selector
	Hosts []string
}

// maxAddress is the length of the longest address that is visited, in bytes.
const maxAddress = 2048

// Address returns the address that a delivery asks to visit; "" if there is none. Only the address of a verified
// delivery counts: anybody could have written another. It must be https, at the usual port of one of the hosts.
func Address(all []Challenge, p *signature.Profile, e *hook.Endpoint, r *hook.Record) string {
	if r.Verdict != hook.Verified || len(r.Body) > maxBody {
		return ""
	}
	for i := range all {
		c := &all[i]
		if c.Confirm == nil || !c.Signed {
			continue
		}
		if address := c.address(p, e, r); address != "" {
			return address
		}
	}
	return ""
}

// address is Address for one challenge.
func (c *Challenge) address(p *signature.Profile, e *hook.Endpoint, r *hook.Record) string {
	q := signature.NewRequest(e, r, signature.ReceiveContext{At: r.ReceivedAt.Time})
	defer q.Release()
	q.Envelope = p.Envelope
	if !c.matches(q) || !c.allowed(q) {
		return ""
	}
	address := strings.Clone(q.Text(c.Confirm.At))
	if len(address) > maxAddress || !Printable.holds(address) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || u.Port() != "" && u.Port() != "443" ||
		u.Fragment != "" {
		return ""
	}
	for _, pattern := range c.Confirm.Hosts {
		if hostMatches(pattern, u.Hostname()) {
			return address
		}
	}
	return ""
}

// hostMatches reports whether a host has the labels of a pattern, all of them.
func hostMatches(pattern, host string) bool {
	want, have := strings.Split(pattern, "."), strings.Split(strings.ToLower(host), ".")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		label := have[i]
		if want[i] == "*" {
			if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
				return false
			}
		} else if want[i] != label {
			return false
		}
	}
	return true
}

// checkHost returns what is wrong with a pattern, "" if nothing is. Its last two labels are fixed, so that it names
// hosts of one owner.
func checkHost(pattern string) string {
	labels := strings.Split(pattern, ".")
	n := len(labels)
	if n < 2 || labels[n-1] == "*" || labels[n-2] == "*" || len(pattern) > 253 {
		return "must be the host of the address, such as sns.*.amazonaws.com, whose last two parts are fixed."
	}
	for _, label := range labels {
		if label == "" || label != "*" && strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return "may have only small letters, digits, hyphens and dots, and * for a whole part."
		}
	}
	return ""
}
