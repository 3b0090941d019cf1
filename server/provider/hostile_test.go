package provider

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// hostileBodies are bodies of about n bytes that an attacker would send to make reading slow.
var hostileBodies = map[string]func(n int) string{
	"nothing but spaces":    func(n int) string { return strings.Repeat(" ", n) },
	"lists in lists":        func(n int) string { return strings.Repeat("[", n) },
	"closed lists in lists": func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
	"objects in objects":    func(n int) string { return strings.Repeat(`{"data":`, n/8) },
	"closed objects": func(n int) string {
		return strings.Repeat(`{"data":`, n/9) + "1" + strings.Repeat("}", n/9)
	},
	"known paths, repeated": func(n int) string { return strings.Repeat(`{"data":{"object":{"payment":`, n/29) },
	"one key many times":    func(n int) string { return "{" + repeated(n, `"type":"a",`) + `"id":1}` },
	"many keys":             func(n int) string { return "{" + counted(n, `"key%d":1,`) + `"id":1}` },
	"many keys of one object": func(n int) string {
		return `{"data":{"object":{` + counted(n, `"key%d":1,`) +
			`"id":1}}}`
	},
	"many objects as ids": func(n int) string {
		return `{"data":{"object":{"id":[` + repeated(n, `{"id":{"id":1}},`) +
			`1]}}}`
	},
	"a long text":           func(n int) string { return `{"type":"` + strings.Repeat("x", n) + `"}` },
	"a text without an end": func(n int) string { return `{"type":"` + strings.Repeat("x", n) },
	"a text of backslashes": func(n int) string { return `{"type":"` + strings.Repeat(`\\`, n/2) + `"}` },
	"a text of escapes": func(n int) string {
		return `{"id":"` + repeated(n, `\u0041`) + `","type":"` + repeated(10, `\n`) + `"}`
	},
	"keys of escapes":   func(n int) string { return "{" + repeated(n, `"\u0041":1,`) + `"id":1}` },
	"a long number":     func(n int) string { return `{"created":` + strings.Repeat("1", n) + `}` },
	"a list of nothing": func(n int) string { return "[" + repeated(n, "{},") + "{}]" },
	"a list of numbers": func(n int) string { return "[" + repeated(n, "1,") + "1]" },
	"a list of events":  func(n int) string { return "[" + counted(n, `{"type":"a","id":%d,"event":"b"},`) + "{}]" },
	"a list in a list":  func(n int) string { return `[[` + repeated(n, `{"type":"a"},`) + `1]]` },
	"items of Adyen": func(n int) string {
		return `{"notificationItems":[` + counted(
			n,
			`{"NotificationRequestItem":{"pspReference":"%d","eventCode":"AUTHORISATION","success":"true",`+
				`"additionalData":{"hmacSignature":"AAAA"},"amount":{"value":1,"currency":"EUR"}}},`,
		) + `{}]}`
	},
	"links": func(n int) string {
		return `{"resource":{"links":[` + repeated(n, `{"rel":"down","href":"x"},`) + `{"rel":"up"}]}}`
	},
	"ampersands":          func(n int) string { return strings.Repeat("&", n) },
	"pairs of one name":   func(n int) string { return repeated(n, "a=1&") },
	"pairs of many names": func(n int) string { return counted(n, "a%d=1&") },
	"percent":             func(n int) string { return "type=" + repeated(n, "%41") },
	"broken percent":      func(n int) string { return repeated(n, "%") },
	"tags of longer names": func(n int) string {
		return braintreeOf("<kind>transaction_settled</kind>" + repeated(n, "<transactionX") + ">")
	},
	"elements in elements": func(n int) string { return braintreeOf(repeated(n, "<transaction>")) },
	"elements, all closed": func(n int) string {
		return braintreeOf("<n>" + repeated(n, "<transaction><idx>1</idx></transaction>") + "</n>")
	},
	"attributes": func(n int) string { return braintreeOf("<transaction " + counted(n, `a%d="" `) + "/>") },
	"comments":   func(n int) string { return braintreeOf("<kind>" + repeated(n, "x<!---->") + "</kind>") },
	"entities":   func(n int) string { return braintreeOf("<kind>" + repeated(n, "&amp;") + "</kind>") },
	"a type with entities": func(n int) string {
		return braintreeOf("<!DOCTYPE a [" + counted(n, `<!ENTITY a%d "b">`) + "]><kind>a</kind>")
	},
	"text and no end":     func(n int) string { return braintreeOf("<kind>" + strings.Repeat("x", n)) },
	"base64 that is none": func(n int) string { return "bt_payload=" + strings.Repeat("%0A", n/3) },
	"events of Mandrill": func(n int) string {
		return "mandrill_events=" + url.QueryEscape("["+counted(n/2, `{"_id":"%d","event":"a","ts":1},`)+"{}]")
	},
	"slashes": func(n int) string { return `{"resource":{"href":"` + strings.Repeat("/", n) + `"}}` },
	"JSON in a form": func(n int) string {
		return "payload=" + url.QueryEscape(`{"data":{"object":{`+counted(n/2, `"key%d":1,`)+`"id":1}}}`)
	},
	"lists in a form": func(n int) string { return "payload=" + strings.Repeat("[", n) },
	"JSON in a part": func(n int) string {
		return "--B\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{" + counted(n, `"key%d":1,`) +
			"\"id\":1}\r\n--B--"
	},
	"parts of a mail": func(n int) string {
		return repeated(n, "--B\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx\r\n") + "--B--"
	},
	"signatures in parts": func(n int) string {
		return "--B\r\nContent-Disposition: form-data; name=\"signature\"\r\n\r\n" + repeated(n, "00,") + "\r\n--B--"
	},
	"marks between parts": func(n int) string { return repeated(n, "--B\r\n\r\n") },
	"many amounts as texts": func(n int) string {
		return `{"amount":{` + repeated(n, `"value":"1",`) +
			`"currency":"EUR"}}`
	},
}

// mediaOf returns the Content-Type under which a hostile body is read as far as possible.
func mediaOf(body string) string {
	switch {
	case strings.HasPrefix(body, "payload="):
		return formType
	case strings.HasPrefix(body, "--B"):
		return multipartB
	default:
		return "application/json"
	}
}

// hostileLines are lines of about n bytes for every header that a selector or a scheme reads.
var hostileLines = map[string]func(n int) string{
	"signatures of a list":  func(n int) string { return repeated(n, "v1,AAAA ") },
	"signatures of pairs":   func(n int) string { return "t=1," + repeated(n, "v1=00,") },
	"signatures with marks": func(n int) string { return repeated(n, "sha256=00, ") },
	"keys and signatures":   func(n int) string { return repeated(n, "a|00&") },
	"labels":                func(n int) string { return repeated(n, `a=("@method");created=1, `) },
	"short labels":          func(n int) string { return repeated(n, "a=(),") },
	"commas":                func(n int) string { return strings.Repeat(",", n) },
	"spaces":                func(n int) string { return "v1" + strings.Repeat(" ", n) },
	"digests": func(n int) string {
		return repeated(n, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:, ")
	},
	"brackets": func(n int) string { return "a=" + strings.Repeat("(", n) },
	"hex":      func(n int) string { return strings.Repeat("0", n) },
}

func repeated(n int, text string) string { return strings.Repeat(text, n/len(text)) }

// counted repeats format with a running number, up to about n bytes.
func counted(n int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func braintreeOf(xml string) string {
	return "bt_signature=x%7C00&bt_payload=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(xml)))
}

// cost is the work that one delivery caused.
type cost struct{ steps, hashed, allocated int }

func costOf(p *Provider, e *hook.Endpoint, r *hook.Record) (door, behind cost) {
	var before, between, after runtime.MemStats
	runtime.ReadMemStats(&before)
	q := signature.NewRequest(e, r, signature.ReceiveContext{At: noon, URL: address})
	defer q.Release()
	p.evaluate(q)
	runtime.ReadMemStats(&between)
	_, steps, err := p.extractor().Measured(e, r)
	runtime.ReadMemStats(&after)
	if err == nil && steps > payload.MaxSteps {
		behind.hashed = 1 << 60 // it told something all the same
	}
	door = cost{q.Steps, q.Hashed, int(between.TotalAlloc - before.TotalAlloc)}
	return door, cost{steps, behind.hashed, int(after.TotalAlloc - between.TotalAlloc)}
}

// linear returns what is wrong with the costs of a delivery and of one that is four times as large, "" if they grow
// with the size at most.
func linear(one, four cost, size int) error {
	switch {
	case one.steps > payload.MaxSteps || four.steps > payload.MaxSteps:
		return fmt.Errorf("%d steps, then %d", one.steps, four.steps)
	case one.steps > 64*size+200_000:
		return fmt.Errorf("%d steps for %d bytes", one.steps, size)
	case four.steps > 9*one.steps/2+50_000:
		return fmt.Errorf("%d steps, and %d for four times as much", one.steps, four.steps)
	case one.hashed > 40*size+200_000 || four.hashed > 9*one.hashed/2+200_000:
		return fmt.Errorf("%d bytes hashed, and %d for four times as much", one.hashed, four.hashed)
	case four.allocated > 6*one.allocated+4<<20:
		return fmt.Errorf("%d bytes allocated, and %d for four times as much", one.allocated, four.allocated)
	}
	return nil
}

// hostileEndpoint returns an endpoint with two secrets that fit the provider.
func hostileEndpoint(t *testing.T, p *Provider) *hook.Endpoint {
	t.Helper()
	for _, s := range samples(t) {
		if s.id == p.ID {
			e := s.endpoint()
			e.Secrets = append(e.Secrets, hook.Secret{Label: "other", Value: plain + "-2"})
			return e
		}
	}
	t.Fatalf("no sample of %s", p.ID)
	return nil
}

// firstType returns the first event type for which the provider has a rule; a prefix without its "*".
func (p *Provider) firstType() string {
	if len(p.Rules) == 0 {
		return ""
	}
	return strings.TrimSuffix(p.Rules[0].Types[0], "*")
}

// TestNoBodyCostsMoreThanItsLength verifies and extracts from hostile bodies of one size and of four times that size,
// with every type that the sender has rules for.
func TestNoBodyCostsMoreThanItsLength(t *testing.T) {
	const n = 12 << 10
	for _, p := range All() {
		t.Run(p.ID, func(t *testing.T) {
			e := hostileEndpoint(t, &p)
			for name, shape := range hostileBodies {
				record := func(n int) *hook.Record {
					body := shape(n)
					r := extracttest.Record("POST", headers("Content-Type", mediaOf(body)), body)
					r.ID, r.Type = "dlv_1", p.firstType()
					for _, ru := range p.Signature.Schemes {
						if header, is := ru.At.Header(); is {
							r.Headers = append(r.Headers, hook.Header{Name: header, Value: ru.Prefix + "AAAA"})
						}
					}
					return r
				}
				door, behind := costOf(&p, e, record(n))
				door4, behind4 := costOf(&p, e, record(4*n))
				if err := errors.Join(linear(door, door4, n), linear(behind, behind4, n)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestNoHeaderCostsMoreThanItsLength does the same with headers and the query.
func TestNoHeaderCostsMoreThanItsLength(t *testing.T) {
	const n = 12 << 10
	body := strings.Repeat("x", 64<<10)
	for _, p := range All() {
		t.Run(p.ID, func(t *testing.T) {
			e := hostileEndpoint(t, &p)
			for name, shape := range hostileLines {
				record := func(n int) *hook.Record {
					r := extracttest.Record("POST", nil, body)
					r.Query = shape(n)
					add := func(name string) {
						r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(name), Value: shape(n)})
					}
					for _, ru := range p.Signature.Schemes {
						for _, spot := range []payload.Selector{ru.At, ru.Time} {
							if header, is := spot.Header(); is {
								add(header)
							}
						}
					}
					for _, header := range []string{
						"Signature-Input",
						"Signature",
						"Content-Digest",
						"X-Signature",
						"Webhook-Id",
					} {
						add(header)
					}
					return r
				}
				one, _ := costOf(&p, e, record(n))
				four, _ := costOf(&p, e, record(4*n))
				if err := linear(one, four, len(body)+10*n); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestManySignaturesHashABodyOnce has a hundred signatures of RFC 9421 and as many correct digests of the body.
func TestManySignaturesHashABodyOnce(t *testing.T) {
	p, _ := For("rfc9421")
	e := &hook.Endpoint{
		Verify:  hook.Enforce,
		Secrets: []hook.Secret{{Label: "a", Value: plain}, {Label: "b", Value: plain + "2"}},
	}
	body := strings.Repeat("x", 1<<20)
	r := extracttest.Record("POST", nil, body)
	sum := sha256.Sum256(r.Body)
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":, "
	r.Headers = []hook.Header{
		{Name: "Content-Digest", Value: repeated(60<<10, digest)},
		{Name: "Signature-Input", Value: counted(8<<10, `s%d=("@method" "@target-uri" "content-digest");created=1, `)},
		{Name: "Signature", Value: counted(8<<10, "s%d=:AAAA:, ")},
	}
	q := signature.NewRequest(e, r, signature.ReceiveContext{At: noon, URL: address})
	defer q.Release()
	if f := p.evaluate(q); f.Reason != hook.ReasonSignatureMismatch {
		t.Errorf("%+v", f)
	}
	if q.Hashed > 2*len(body)+40*len(r.Headers[0].Value) {
		t.Errorf("%d bytes hashed for a body of %d", q.Hashed, len(body))
	}
}

// TestABatchOfAThousandEventsIsTold has a body of realistic events that is nearly as large as extraction accepts.
func TestABatchOfAThousandEventsIsTold(t *testing.T) {
	p, _ := For("adyen")
	one := `{"NotificationRequestItem":{"pspReference":"%d","eventCode":"AUTHORISATION","success":"true",` +
		`"merchantReference":"10-%[1]d",` +
		`"eventDate":"2026-03-04T12:00:00+01:00","amount":{"value":4900,"currency":"EUR"},"additionalData":{"x":"` +
		strings.Repeat("y", 700) + `"}}},`
	var b strings.Builder
	for i := range payload.MaxItems - 1 {
		fmt.Fprintf(&b, one, i)
	}
	r := extracttest.Record("POST", nil,
		`{"notificationItems":[`+b.String()+strings.TrimSuffix(fmt.Sprintf(one, payload.MaxItems), ",")+`]}`)
	all, steps, err := p.extractor().Measured(&hook.Endpoint{}, r)
	if err != nil || len(all) != payload.MaxItems || steps > payload.MaxSteps*3/4 ||
		len(r.Body) < hook.MaxExtracted*8/10 {
		t.Errorf("%d statements, %d steps for %d bytes: %v", len(all), steps, len(r.Body), err)
	}
	r.Body = append(r.Body, strings.Repeat(" ", hook.MaxExtracted)...)
	if all, err := p.Statements(&hook.Endpoint{}, r); len(all) > 0 || !errors.Is(err, hook.ErrTooMuch) {
		t.Errorf("of a larger body: %d statements, %v", len(all), err)
	}
}

// TestWhatIsTooMuchIsStillJudged has events whose ids come before and after more content than one delivery may cost to
// read.
func TestWhatIsTooMuchIsStillJudged(t *testing.T) {
	p, _ := For("paystack")
	e := &hook.Endpoint{Verify: hook.Enforce, Secrets: []hook.Secret{{Label: "live", Value: plain}}}
	for name, want := range map[string]string{"before": "charge.success/7/success", "behind": "sha256:"} {
		event := `"event":"charge.success","data":{"id":7,"status":"success"}`
		more := `"more":"` + strings.Repeat("x", payload.MaxSteps) + `"`
		body := "{" + event + "," + more + "}"
		if name == "behind" {
			body = "{" + more + "," + event + "}"
		}
		r := extracttest.Record("POST", headers("X-Paystack-Signature", hmacHex(sha512.New, plain, body)), body)
		if f := p.Verify(e, r, signature.ReceiveContext{At: noon}); f.Verdict != hook.Verified ||
			!strings.HasPrefix(f.Event, want) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
