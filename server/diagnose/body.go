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

// maxVariant is the largest body, in bytes, of which variants are made. Variants of larger ones cost more than they
// explain.
const maxVariant = 4 << 20

// variant is a body as it may have been before it was changed on the way. cause is the code of the finding, and what
// completes "The signature matches …".
type variant struct {
	cause, what string
	body        []byte
}

// body tries variants of the body with the endpoint's own secrets.
func (d *diagnosis) body() { d.bodies(d.own(), d.registered()) }

// bodies tries variants of the body with the given secrets and URL. The first one that matches is enough.
func (d *diagnosis) bodies(secrets []ownedSecret, address string) {
	if len(secrets) == 0 {
		return
	}
	for v := range variants(d.Record) {
		if !d.charge(len(v.body)) {
			return
		}
		r := cloneRecord(d.Record)
		r.Body = v.body
		for _, s := range secrets {
			if _, ok := d.try(trial{&d.provider.Signature, d.Endpoint, address, s.Secret, r}); !ok {
				continue
			}
			d.addFinding(Cause{Cause: v.cause, Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("%s matches %s. The body was changed after it was signed.",
					d.signature(s), v.what),
				Fix: d.advice("Find the proxy, gateway or body parser that changes the body before this server "+
					"receives it. Configure it to pass the body through unchanged.", savedFix(v.cause))})
			return
		}
	}
}

// savedFix returns the advice for a file whose body was changed in a way: editors and tools change files far more often
// than proxies change requests.
func savedFix(cause string) string {
	switch cause {
	case "newline", "line_ends", "byte_order_mark", "spaces":
		return "An editor, a copy or the tool that saved the file probably changed it. " +
			"Save the body byte for byte, as it was sent."
	case "json_rewritten", "form_rewritten":
		return "The tool that saved the file probably formatted the body. Save the body byte for byte, as it was sent."
	case "compressed":
		return "The sender signs the body before it is compressed. Verify the decompressed body."
	default:
		return "Save the request as it was sent, and verify it again."
	}
}

// signature begins a sentence about the signature. It names the secret if that is one of another endpoint.
func (d *diagnosis) signature(s ownedSecret) string {
	if s.of == d.Endpoint {
		return "The signature"
	}
	return "With the secret " + d.named(s) + ", the signature"
}

// named names a secret by its label, and by its endpoint if that is another one.
func (d *diagnosis) named(s ownedSecret) string {
	if s.of == d.Endpoint {
		return strconv.Quote(s.Label)
	}
	return fmt.Sprintf("%q of your endpoint %q", s.Label, s.of.Name)
}

// variants yields the bodies that may have been sent, most likely first. They are made one at a time, so memory
// holds only one.
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

// lineEnds yields variants with other line ends, white space and byte order marks: editors and copying add and
// remove them.
func lineEnds(r *hook.Record) iter.Seq[variant] {
	body := r.Body
	return func(yield func(variant) bool) {
		unix := bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n"))
		for _, v := range []variant{
			{"newline", "the body with a trailing newline", with(body, "\n")},
			{"newline", "the body with a trailing newline", with(body, "\r\n")},
			{"newline", "the body without a trailing newline", bytes.TrimRight(body, "\r\n")},
			{"line_ends", "the body with Windows line endings",
				bytes.ReplaceAll(unix, []byte("\n"), []byte("\r\n"))},
			{"line_ends", "the body with Unix line endings", unix},
			{"byte_order_mark", "the body without a byte order mark",
				bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))},
			{"byte_order_mark", "the body with a byte order mark", slices.Concat([]byte("\xef\xbb\xbf"), body)},
			{"spaces", "the body without leading and trailing white space", bytes.TrimSpace(body)},
			{"empty_body", "an empty body", nil},
		} {
			if !yield(v) {
				return
			}
		}
	}
}

// with returns a copy of the body with end appended.
func with(body []byte, end string) []byte { return append(slices.Clone(body), end...) }

// unpacked yields the decompressed body, at most maxVariant bytes: a proxy may have compressed it.
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
			if err == nil && len(plain) > 0 && !yield(variant{"compressed", "the decompressed body", plain}) {
				return
			}
		}
	}
}

// formVariants yields the fields of a form as other libraries encode them.
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
		// In their order, with + and with %20, and sorted by name; with hex digits in either case.
		for _, text := range []string{strings.Join(pairs, "&"), strings.Join(percent, "&"), fields.Encode(),
			lowerHex(strings.Join(pairs, "&")), lowerHex(strings.Join(percent, "&"))} {
			if !yield(variant{"form_rewritten", "the same form in another encoding", []byte(text)}) {
				return
			}
		}
	}
}

// lowerHex writes the hex digits after each percent sign in lower case.
func lowerHex(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// combinations tries two changes at once: another endpoint's secret and a changed header, body or URL, and a
// changed body and URL. It stops at the first finding.
func (d *diagnosis) combinations() {
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
