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

// header tries the signature in another header, with another prefix, or in another encoding.
func (d *diagnosis) header() { d.headers(d.own()) }

// headers tries other forms of the value in the sender's header. If the delivery does not have that header, it
// tries the value of each other header.
func (d *diagnosis) headers(secrets []ownedSecret) {
	for i := range d.schemes {
		sc := &d.schemes[i]
		name, inHeader := sc.At.Header()
		if !inHeader || sc.Legacy {
			continue
		}
		if sent := d.Record.Header(name); sent != "" {
			d.tryRewrites(sc, secrets, name, sent, "")
			continue
		}
		for _, h := range d.Record.Headers {
			if len(h.Value) >= 16 && len(h.Value) <= maxHeaderTried && h.Name != "Authorization" {
				d.tryRewrites(sc, secrets, name, h.Value, h.Name)
			}
		}
	}
}

// maxHeaderTried is the length of the longest header value, in bytes, that may be a signature.
const maxHeaderTried = 1000

// tryRewrites rewrites a value into the scheme's format, in each way in which it can be read, and tries the
// results. from is the header that has the value, "" if it is the right one. value is never shown.
func (d *diagnosis) tryRewrites(sc *signature.Scheme, secrets []ownedSecret, name, value, from string) {
	for _, w := range d.rewrites(sc, value) {
		r := cloneRecord(d.Record)
		signature.SetHeader(r, name, w.value)
		for _, s := range secrets {
			if _, ok := d.try(d.with(s, r)); !ok {
				continue
			}
			c := Cause{Cause: "header_form", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("The secret %s matches, but the header %s %s.", d.named(s), name, w.how),
				Fix: fmt.Sprintf("Configure the sender to write the header exactly as %s does, and check that "+
					"no proxy changes it.", d.provider.Name)}
			if scheme, _ := word(value); from == "" && scheme != "bare" && d.takesCredentials() {
				c.Fix = d.advice("Set the endpoint's setting scheme to "+scheme+", or configure the sender to send "+
					"the secret alone.", "Verify it with --setting scheme="+scheme+".")
			}
			if from != "" {
				c.Cause, c.Summary = "header_name", fmt.Sprintf("The secret %s matches, but the "+
					"signature is in the header %s instead of %s.", d.named(s), from, name)
				c.Fix = "Configure the sender, or the proxy that renames the header, to use the expected name."
				if d.hasSetting("header") {
					c.Fix = d.advice("Set the endpoint's setting header to "+from+".",
						"Verify it with --setting header="+from+".")
				}
			}
			d.addFinding(c)
			return
		}
	}
}

// rewrite is a value in the scheme's format, and what was wrong with the format in which it was sent: how completes
// "the header X …".
type rewrite struct{ value, how string }

// rewrites returns the values in the scheme's format that a value may stand for.
func (d *diagnosis) rewrites(sc *signature.Scheme, value string) []rewrite {
	plain := strings.Trim(value, " \t\"'")
	all := []rewrite{{plain, "has quotes or spaces around its value"}}
	if sc.Kind == signature.Token || sc.Kind == signature.Basic || sc.Kind == signature.JWT {
		for _, word := range []string{"Bearer ", "bearer ", "Token ", "token ", "Basic "} {
			if rest, found := strings.CutPrefix(plain, word); found {
				plain = strings.TrimSpace(rest)
			}
		}
		return append(all, rewrite{plain, "has an extra word before its value, such as Bearer"},
			rewrite{strings.TrimSpace(sc.Prefix + " " + plain), "lacks the prefix " + sc.Prefix})
	}
	if sc.Prefix != "" && sc.Format == signature.Prefixed {
		all = append(all, rewrite{sc.Prefix + plain, "lacks the prefix " + sc.Prefix})
	}
	// Any part of the value that decodes to 16 to 512 bytes may be the signature.
	timestamp := d.timestampText(sc)
	for _, part := range strings.FieldsFunc(plain, func(c rune) bool { return strings.ContainsRune(" ,;|", c) }) {
		for _, text := range []string{part, afterSign(part, "="), afterSign(part, ":")} {
			for _, read := range []struct{ name, text string }{{"hex", decodedText(hex.DecodeString(text))},
				{"base64", fromAnyBase64(text)}} {
				if len(read.text) >= 16 && len(read.text) <= 512 {
					all = append(all,
						rewrite{sc.Write(d.Endpoint, sc.Encoding.Encode([]byte(read.text)), timestamp),
							"has an unexpected format: it contains the signature in " + read.name})
				}
			}
		}
	}
	return all
}

// afterSign returns the text after a short word and a sign, such as after "v1="; "" if there is none.
func afterSign(part, sign string) string {
	word, rest, found := strings.Cut(part, sign)
	if !found || len(word) > 20 {
		return ""
	}
	return rest
}

// decodedText returns the decoded bytes as text, "" if decoding failed. It takes both results of a decoder.
func decodedText(b []byte, err error) string {
	if err != nil {
		return ""
	}
	return string(b)
}

// fromAnyBase64 decodes standard base64 and base64 for URLs, with or without padding.
func fromAnyBase64(text string) string {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	return decodedText(base64.RawStdEncoding.DecodeString(text))
}

// otherSender looks for another sender's signature if the endpoint's own sender's is missing, and tries the known
// secrets with that sender's schemes.
func (d *diagnosis) otherSender() {
	if d.reason != hook.ReasonSignatureMissing && d.reason != hook.ReasonSignatureMalformed {
		return
	}
	// Several senders may share the name of a header. The one with the most of its own headers is the likely one, and
	// one with a known secret is certain.
	type candidate struct {
		sender *provider.Provider
		header string
		n      int
	}
	var all []candidate
	for _, p := range provider.All() {
		if n, name := resembles(&p, d.Record); n > 0 && p.ID != d.provider.ID && !d.looksAt(name) {
			all = append(all, candidate{&p, name, n})
		}
	}
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return b.n - a.n })
	for _, one := range all {
		if s, ok := d.knownFor(one.sender); ok {
			c := d.senderFinding(one.sender, one.header)
			c.genuine, c.Endpoint, c.Secret = true, s.of.ID, s.Label
			c.Summary += fmt.Sprintf(" The secret %q of your endpoint %q matches.", s.Label, s.of.Name)
			d.addFinding(c)
			return
		}
	}
	likely := all[0].sender
	c := d.senderFinding(likely, all[0].header)
	c.Fix = d.advice(fmt.Sprintf("If the request is from %s, set the endpoint's provider to %s, or register the URL "+
		"of another endpoint there.", likely.Name, likely.Name),
		fmt.Sprintf("If the request is from %s, verify it with --provider %s.", likely.Name, likely.ID))
	d.addFinding(c)
}

// knownFor returns the first known secret with which a delivery verifies as one of another sender.
func (d *diagnosis) knownFor(p *provider.Provider) (ownedSecret, bool) {
	for _, s := range append(d.own(), d.others()...) {
		if _, ok := d.try(trial{&p.Signature, d.Endpoint, d.registered(), s.Secret, d.Record}); ok {
			return s, true
		}
	}
	return ownedSecret{}, false
}

// senderFinding returns the finding that a delivery has the signature of another sender.
func (d *diagnosis) senderFinding(p *provider.Provider, header string) Cause {
	return Cause{Cause: "other_sender",
		Summary: fmt.Sprintf("The header %s belongs to %s, but the endpoint expects requests from %s.", header,
			p.Name, d.provider.Name),
		Fix: d.advice(fmt.Sprintf("Set the endpoint's provider to %s, or register the URL of another endpoint at %s.",
			p.Name, p.Name), fmt.Sprintf("Verify it with --provider %s.", p.ID))}
}

// resembles reports how many of a sender's own headers a delivery has, and the header with its signature; 0 if it
// has no such signature.
func resembles(p *provider.Provider, r *hook.Record) (n int, header string) {
	if n, header = p.Signature.Resembles(r); n > 0 {
		n += p.IdentityHeaders(r)
	}
	return n, header
}

// looksAt reports whether a scheme of the endpoint's own sender reads the header.
func (d *diagnosis) looksAt(name string) bool {
	return slices.ContainsFunc(d.schemes, func(sc signature.Scheme) bool { return sc.At.String() == "header:"+name })
}
