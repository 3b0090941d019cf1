package provider

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"hookbeam/server/hook"
)

// header tries the signature as it may have been meant: in another header, with another prefix, in another encoding.
func (d *diagnosis) header() {
	for i := range d.provider.rules {
		ru := &d.provider.rules[i]
		name, inHeader := strings.CutPrefix(ru.at, "header:")
		if !inHeader || ru.legacy {
			continue
		}
		if sent := d.Record.Header(name); sent != "" {
			d.rewritten(ru, name, sent, "")
			continue
		}
		for _, h := range d.Record.Headers {
			if len(h.Value) >= 16 && len(h.Value) <= maxHeaderTried && h.Name != "Authorization" {
				d.rewritten(ru, name, h.Value, h.Name)
			}
		}
	}
}

// maxHeaderTried bounds the values that are looked at for a signature.
const maxHeaderTried = 1000

// rewritten tries a value as the rule's signature, written as the rule wants it. from is the header in which it came,
// "" where it came in the right one.
func (d *diagnosis) rewritten(ru *rule, name, value, from string) {
	for _, w := range d.writings(ru, value) {
		r := copied(d.Record)
		SetHeader(r, name, w.value)
		for _, s := range d.own() {
			if _, ok := d.try(d.with(s, r)); !ok {
				continue
			}
			c := Cause{Cause: "header_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("Valid with the secret %q, but the header %s is %s.", s.Label, name, w.how),
				Fix:     fmt.Sprintf("Have the sender write it exactly as %s does, and let nothing between rewrite headers.", d.sender)}
			if from != "" {
				c.Cause, c.Summary = "header_name", fmt.Sprintf("Valid with the secret %q, but the signature came as %s; the endpoint expects it as %s.", s.Label, from, name)
				c.Fix = "Have the sender, or the proxy between, use that name."
			}
			d.tell(c)
			return
		}
	}
}

// writing is a value as it may have been meant, and what is odd about how it was written.
type writing struct{ value, how string }

func (d *diagnosis) writings(ru *rule, value string) []writing {
	plain := strings.Trim(value, " \t\"'")
	all := []writing{{plain, "in quotes or spaces"}}
	if ru.kind == token || ru.kind == basic {
		for _, word := range []string{"Bearer ", "bearer ", "Token ", "token ", "Basic "} {
			if rest, found := strings.CutPrefix(plain, word); found {
				plain = strings.TrimSpace(rest)
			}
		}
		return append(all, writing{plain, "behind another word"}, writing{strings.TrimSpace(ru.mark + " " + plain), "without its " + ru.mark})
	}
	if ru.mark != "" && ru.format == prefixed {
		all = append(all, writing{ru.mark + plain, "without its " + ru.mark})
	}
	q := &request{record: d.Record, endpoint: d.Endpoint, Receipt: d.Receipt}
	stamp := ru.stampText(q)
	for _, part := range strings.FieldsFunc(plain, func(c rune) bool { return strings.ContainsRune(" ,;|", c) }) {
		for _, text := range []string{part, behind(part, "="), behind(part, ":")} {
			for _, read := range []struct{ name, text string }{{"hex", inText(hex.DecodeString(text))}, {"base64", fromAnyBase64(text)}} {
				if len(read.text) >= 16 && len(read.text) <= 512 {
					all = append(all, writing{ru.written(q, ru.coding.encode([]byte(read.text)), stamp), "not written as usual: " + read.name + " was found in it"})
				}
			}
		}
	}
	return all
}

// behind returns what stands behind a short word and a sign, "" where nothing does.
func behind(part, sign string) string {
	word, rest, found := strings.Cut(part, sign)
	if !found || len(word) > 20 {
		return ""
	}
	return rest
}

func inText(b []byte, err error) string {
	if err != nil {
		return ""
	}
	return string(b)
}

func fromAnyBase64(text string) string {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return inText(base64.RawStdEncoding.DecodeString(text))
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
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(value)), "as it is written, not decoded", "one of them decodes it before use, the other takes its letters.")
	add("whsec_"+base64.StdEncoding.EncodeToString([]byte(bare)), "behind its whsec_ as it is written, not decoded", "one of them decodes it before use, the other takes its letters.")
	add(hex.EncodeToString([]byte(value)), "as it is written, not decoded from hex", "one of them decodes it before use, the other takes its letters.")
	for _, end := range []string{"\n", "\r\n", " "} {
		add(value+end, "and white space behind it", "a line break was copied into the sender's; set it anew there.")
	}
	return all
}

// otherSender looks for the header of another sender where the endpoint's own did not come.
func (d *diagnosis) otherSender() {
	if d.Record.Reason != signatureMissing && d.Record.Reason != signatureMalformed {
		return
	}
	best, most := (*Provider)(nil), 0
	var at string
	for i := range all {
		p := &all[i]
		if n, name := p.resembles(d.Record); p != d.provider && n > most && !d.provider.looksAt(name) {
			best, most, at = p, n, name
		}
	}
	if best == nil {
		return
	}
	c := Cause{Cause: "other_sender", Summary: fmt.Sprintf("%s is %s's header; the endpoint expects %s.", at, best.Name, d.sender),
		Fix: fmt.Sprintf("Set the endpoint's provider to %s, or register another endpoint's address at %s.", best.Name, best.Name)}
	for _, s := range d.every() {
		if _, ok := d.try(trial{best, d.Endpoint, d.registered(), s.Secret, d.Record}); ok {
			c.genuine, c.Endpoint, c.Secret = true, s.of.ID, s.Label
			c.Summary += fmt.Sprintf(" It is genuine: the secret %q of %q fits.", s.Label, s.of.Name)
			break
		}
	}
	d.tell(c)
}

// resembles counts what of a sender's own headers a request has, and names the one of its signature; none without it.
func (p *Provider) resembles(r *hook.Record) (n int, name string) {
	for i := range p.rules {
		at, inHeader := strings.CutPrefix(p.rules[i].at, "header:")
		if found, _ := p.rules[i].signatures(&request{record: r, endpoint: &hook.Endpoint{}}); inHeader && at != "Authorization" &&
			(len(found) > 0 || p.rules[i].kind == token && r.Header(at) != "") {
			if n += 2; name == "" {
				name = at
			}
		}
	}
	if n == 0 {
		return 0, ""
	}
	for _, spots := range [][]string{p.events, p.types} {
		for _, spot := range spots {
			if at, inHeader := strings.CutPrefix(spot, "header:"); inHeader && r.Header(at) != "" {
				n++
			}
		}
	}
	return n, name
}

// looksAt reports whether the signature is one of the places where this sender's is.
func (p *Provider) looksAt(name string) bool {
	for i := range p.rules {
		if p.rules[i].at == "header:"+name {
			return true
		}
	}
	return false
}
