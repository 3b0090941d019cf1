package diagnose

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// header tries the signature as it may have been meant: in another header, with another prefix, in
// another encoding.
func (d *diagnosis) header() { d.headers(d.own()) }

// headers tries the sender's own header written otherwise, or, where it did not come, each of the
// others in its place.
func (d *diagnosis) headers(secrets []owned) {
	for i := range d.schemes {
		sc := &d.schemes[i]
		name, inHeader := sc.At.Header()
		if !inHeader || sc.Legacy {
			continue
		}
		if sent := d.Record.Header(name); sent != "" {
			d.rewritten(sc, secrets, name, sent, "")
			continue
		}
		for _, h := range d.Record.Headers {
			if len(h.Value) >= 16 && len(h.Value) <= maxHeaderTried && h.Name != "Authorization" {
				d.rewritten(sc, secrets, name, h.Value, h.Name)
			}
		}
	}
}

// maxHeaderTried bounds the values that are looked at for a signature.
const maxHeaderTried = 1000

// rewritten tries a value as the rule's signature, written as the rule wants it. from is the header in
// which it came, "" where it came in the right one.
func (d *diagnosis) rewritten(sc *signature.Scheme, secrets []owned, name, value, from string) {
	for _, w := range d.writings(sc, value) {
		r := copied(d.Record)
		signature.SetHeader(r, name, w.value)
		for _, s := range secrets {
			if _, ok := d.try(d.with(s, r)); !ok {
				continue
			}
			c := Cause{Cause: "header_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("Valid with the secret %s, but the header %s is %s.", d.named(s), name, w.how),
				Fix: fmt.Sprintf("Have the sender write it exactly as %s does, and let nothing between "+
					"rewrite headers.", d.provider.Name)}
			if from != "" {
				c.Cause, c.Summary = "header_name", fmt.Sprintf("Valid with the secret %s, but the "+
					"signature came as %s; the endpoint expects it as %s.", d.named(s), from, name)
				c.Fix = "Have the sender, or the proxy between, use that name."
			}
			d.tell(c)
			return
		}
	}
}

// writing is a value as it may have been meant, and what is odd about how it was written.
type writing struct{ value, how string }

// writings are what a value may have been meant as, in the form that the scheme reads.
func (d *diagnosis) writings(sc *signature.Scheme, value string) []writing {
	plain := strings.Trim(value, " \t\"'")
	all := []writing{{plain, "in quotes or spaces"}}
	if sc.Kind == signature.Token || sc.Kind == signature.Basic {
		for _, word := range []string{"Bearer ", "bearer ", "Token ", "token ", "Basic "} {
			if rest, found := strings.CutPrefix(plain, word); found {
				plain = strings.TrimSpace(rest)
			}
		}
		return append(all, writing{plain, "behind another word"},
			writing{strings.TrimSpace(sc.Prefix + " " + plain), "without its " + sc.Prefix})
	}
	if sc.Prefix != "" && sc.Format == signature.Prefixed {
		all = append(all, writing{sc.Prefix + plain, "without its " + sc.Prefix})
	}
	timestamp := d.timestampText(sc)
	for _, part := range strings.FieldsFunc(plain, func(c rune) bool { return strings.ContainsRune(" ,;|", c) }) {
		for _, text := range []string{part, behind(part, "="), behind(part, ":")} {
			for _, read := range []struct{ name, text string }{{"hex", inText(hex.DecodeString(text))},
				{"base64", fromAnyBase64(text)}} {
				if len(read.text) >= 16 && len(read.text) <= 512 {
					all = append(all,
						writing{sc.Write(d.Endpoint, sc.Encoding.Encode([]byte(read.text)), timestamp),
							"not written as usual: " + read.name + " was found in it"})
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

// inText returns what was decoded, "" where it could not be.
func inText(b []byte, err error) string {
	if err != nil {
		return ""
	}
	return string(b)
}

// fromAnyBase64 decodes any of the ways to write base64.
func fromAnyBase64(text string) string {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return inText(base64.RawStdEncoding.DecodeString(text))
}

// otherSender looks for the header of another sender where the endpoint's own did not come.
func (d *diagnosis) otherSender() {
	if d.reason != hook.ReasonSignatureMissing && d.reason != hook.ReasonSignatureMalformed {
		return
	}
	best, most := (*provider.Provider)(nil), 0
	var at string
	for _, p := range provider.All() {
		if n, name := resembles(&p, d.Record); p.ID != d.provider.ID && n > most && !d.looksAt(name) {
			best, most, at = &p, n, name
		}
	}
	if best == nil {
		return
	}
	c := Cause{Cause: "other_sender", Summary: fmt.Sprintf("%s is %s's header; the endpoint expects %s.", at,
		best.Name, d.provider.Name),
		Fix: fmt.Sprintf("Set the endpoint's provider to %s, or register another endpoint's address at %s.",
			best.Name, best.Name)}
	for _, s := range append(d.own(), d.others()...) {
		if _, ok := d.try(trial{&best.Signature, d.Endpoint, d.registered(), s.Secret, d.Record}); ok {
			c.genuine, c.Endpoint, c.Secret = true, s.of.ID, s.Label
			c.Summary += fmt.Sprintf(" It is genuine: the secret %q of %q fits.", s.Label, s.of.Name)
			break
		}
	}
	d.tell(c)
}

// resembles counts what of a sender's own headers a delivery has, and names the one of its signature; 0
// without it.
func resembles(p *provider.Provider, r *hook.Record) (n int, header string) {
	if n, header = p.Signature.Resembles(r); n > 0 {
		n += p.IdentityHeaders(r)
	}
	return n, header
}

// looksAt reports whether a header is one of the places where the endpoint's sender has its signature.
func (d *diagnosis) looksAt(name string) bool {
	return slices.ContainsFunc(d.schemes, func(sc signature.Scheme) bool { return sc.At.String() == "header:"+name })
}
