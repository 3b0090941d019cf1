package diagnose

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"hookbeam/server/hook"
)

// maxVariant bounds the bodies of which variants are made: beyond it they cost more than they explain.
const maxVariant = 4 << 20

// variant is a body as it may have been before something between changed it.
type variant struct {
	cause, how string
	body       []byte
}

// body tries the variants of the body with the endpoint's own secrets.
func (d *diagnosis) body() { d.bodies(d.own(), d.registered()) }

// bodies tries the variants of the body with some secrets and one address.
func (d *diagnosis) bodies(secrets []owned, address string) {
	if len(secrets) == 0 {
		return
	}
	for v := range variants(d.Record) {
		if !d.spend(len(v.body)) {
			return
		}
		r := copied(d.Record)
		r.Body = v.body
		for _, s := range secrets {
			if _, ok := d.try(trial{&d.provider.Signature, d.Endpoint, address, s.Secret, r}); !ok {
				continue
			}
			c := Cause{Cause: v.cause, Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("Valid%s if the body %s: something between changed it.", d.by(s), v.how),
				Fix: "Find what reads and rewrites the body before it comes here: a proxy, a gateway, " +
					"a body parser that re-encodes. It must pass the bytes on as they are."}
			d.tell(c)
			return
		}
	}
}

// by names a secret that is not the endpoint's own.
func (d *diagnosis) by(s owned) string {
	if s.of == d.Endpoint {
		return ""
	}
	return " with the secret " + d.named(s) + ","
}

// named names a secret, and its endpoint where that is another one.
func (d *diagnosis) named(s owned) string {
	if s.of == d.Endpoint {
		return strconv.Quote(s.Label)
	}
	return fmt.Sprintf("%q of your endpoint %q", s.Label, s.of.Name)
}

// variants makes the bodies that may have been sent, one at a time, the likeliest first.
func variants(r *hook.Record) iter.Seq[variant] {
	body := r.Body
	return func(yield func(variant) bool) {
		if len(body) > maxVariant {
			return
		}
		for _, change := range []func(*hook.Record) iter.Seq[variant]{lineEnds, unpacked, jsonVariants, formVariants} {
			for v := range change(r) {
				if !bytes.Equal(v.body, body) && !yield(v) {
					return
				}
			}
		}
	}
}

// lineEnds makes bodies of other line ends, white space and byte order marks.
func lineEnds(r *hook.Record) iter.Seq[variant] {
	body := r.Body
	return func(yield func(variant) bool) {
		unix := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		for _, v := range []variant{
			{"newline", "had its last newline", with(body, "\n")},
			{"newline", "had its last newline", with(body, "\r\n")},
			{"newline", "had no newline at its end", bytes.TrimRight(body, "\r\n")},
			{"line_ends", "had the line ends of Windows", bytes.ReplaceAll(unix, []byte("\n"), []byte("\r\n"))},
			{"line_ends", "had the line ends of Unix", unix},
			{"byte_order_mark", "had no byte order mark", bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))},
			{"byte_order_mark", "had its byte order mark", slices.Concat([]byte("\xef\xbb\xbf"), body)},
			{"spaces", "had no white space around it", bytes.TrimSpace(body)},
			{"empty_body", "was empty", nil},
		} {
			if !yield(v) {
				return
			}
		}
	}
}

// with returns a body with something behind it.
func with(body []byte, end string) []byte { return append(slices.Clone(body), end...) }

// unpacked inflates a body that came compressed, up to a limit.
func unpacked(r *hook.Record) iter.Seq[variant] {
	return func(yield func(variant) bool) {
		for _, open := range []func(io.Reader) (io.Reader, error){
			func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
			func(r io.Reader) (io.Reader, error) { return flate.NewReader(r), nil },
		} {
			in, err := open(bytes.NewReader(r.Body))
			if err != nil {
				continue
			}
			plain, err := io.ReadAll(io.LimitReader(in, maxVariant))
			if err == nil && len(plain) > 0 && !yield(variant{"compressed", "were decompressed", plain}) {
				return
			}
		}
	}
}

// formVariants writes a form anew as libraries do.
func formVariants(r *hook.Record) iter.Seq[variant] {
	return func(yield func(variant) bool) {
		body := string(r.Body)
		fields, err := url.ParseQuery(body)
		if err != nil || !strings.Contains(body, "=") || strings.ContainsAny(body[:min(len(body), 200)], "{[<\n ") {
			return
		}
		var pairs, percent []string
		for part := range strings.SplitSeq(body, "&") {
			name, value, _ := strings.Cut(part, "=")
			n, _ := url.QueryUnescape(name) // it parsed above
			v, _ := url.QueryUnescape(value)
			pairs = append(pairs, url.QueryEscape(n)+"="+url.QueryEscape(v))
			percent = append(percent, strings.ReplaceAll(url.QueryEscape(n)+"="+url.QueryEscape(v), "+", "%20"))
		}
		for _, text := range []string{strings.Join(pairs, "&"), strings.Join(percent, "&"), fields.Encode(),
			lowerHex(strings.Join(pairs, "&")), lowerHex(strings.Join(percent, "&"))} {
			if !yield(variant{"form_rewritten", "were the form as another library writes it", []byte(text)}) {
				return
			}
		}
	}
}

// lowerHex writes the digits behind each percent sign small.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// two tries what takes two causes: another endpoint's secret and a changed header, body or address; a
// changed body and address.
func (d *diagnosis) two() {
	others := d.others()
	d.headers(others)
	for _, look := range []func(){func() { d.bodies(others, d.registered()) }, func() { d.addresses(others) }} {
		if len(d.found) == 0 {
			look()
		}
	}
	for address := range d.otherAddresses() {
		if len(d.found) > 0 {
			return
		}
		d.bodies(d.own(), address)
	}
}
