package provider

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// formCase is a request at an endpoint of generic-hmac, or of another sender.
type formCase struct {
	id       string // "": generic-hmac
	settings map[string]string
	secret   string // "": plain
	headers  []string
	query    string
	body     string // "": {}
	reason   hook.Reason
}

// result verifies the request.
func (c *formCase) result(t *testing.T) signature.Result {
	t.Helper()
	id, key, body := c.id, c.secret, c.body
	if id == "" {
		id = "generic-hmac"
	}
	if key == "" {
		key = plain
	}
	if body == "" {
		body = "{}"
	}
	if complaint := CheckSettings(id, c.settings, nil); complaint != "" {
		t.Fatal(complaint)
	}
	p, _ := For(id)
	r := extracttest.Record("POST", headers(c.headers...), body)
	r.Query = c.query
	e := &hook.Endpoint{Provider: id, Verify: hook.Enforce, Tolerance: 5 * time.Minute, Settings: c.settings,
		Secrets: secret(key)}
	return p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
}

// checkForms verifies all cases.
func checkForms(t *testing.T, cases map[string]formCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if f := c.result(t); f.Reason != c.reason || (f.Verdict == hook.Verified) != (c.reason == "") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestTheHeadersThatAreSignedAreNamed has the form of Contentful. The time counts only if it is among the headers: the
// list comes with the request.
func TestTheHeadersThatAreSignedAreNamed(t *testing.T) {
	settings := set("header", "x-sig", "timestamp", "x-time", "signed_headers", "x-signed", "message",
		`{method}\n{path}\n{headers}\n{body}`)
	stamp := seconds(noon)
	sum := func(headers string) string { return hex256("POST\n/in/shop-0123456789abcdef\n" + headers + "\n{}") }
	sent := func(list, headers string, more ...string) formCase {
		return formCase{settings: settings, headers: append([]string{"X-Signed", list, "X-Time", stamp, "X-A", " a ",
			"X-Sig", sum(headers)}, more...)}
	}
	refused := func(c formCase) formCase { c.reason = hook.ReasonSignatureMismatch; return c }
	many := formCase{settings: settings, headers: []string{"X-Time", stamp}, reason: hook.ReasonSignatureMismatch}
	var names, pairs []string
	for i := range 32 {
		names = append(names, fmt.Sprintf("x-%02d", i))
		pairs = append(pairs, fmt.Sprintf("x-%02d:a", i))
		many.headers = append(many.headers, names[i], "a")
	}
	many.headers = append(many.headers, "X-Signed", strings.Join(append(names, "x-time"), ","), "X-Sig",
		sum(strings.Join(append(pairs, "x-time:"+stamp), ";")))
	old := sent("x-time", "x-time:"+seconds(noon.Add(-time.Hour)), "X-Time", seconds(noon.Add(-time.Hour)))
	old.headers[3], old.reason = seconds(noon.Add(-time.Hour)), hook.ReasonTimestampTooOld
	checkForms(t, map[string]formCase{
		"only the time":      sent("x-time", "x-time:"+stamp),
		"sorted and trimmed": sent("x-time,x-a", "x-a:a;x-time:"+stamp),
		"too old":            old,
		"without the time":   refused(sent("x-a", "x-a:a")),
		"twice":              refused(sent("x-time,x-time", "x-time:"+stamp+";x-time:"+stamp)),
		"twice, in capitals": refused(sent("X-Time,x-a,x-time", "X-Time:"+stamp+";x-a:a;x-time:"+stamp)),
		"one that is absent": refused(sent("x-b,x-time", "x-b:;x-time:"+stamp)),
		"an empty name":      refused(sent(",x-time", ":;x-time:"+stamp)),
		"too many":           many,
		"another header":     refused(sent("x-a,x-time", "x-a:b;x-time:"+stamp)),
		"no list": {settings: settings, headers: []string{"X-Time", stamp, "X-Sig", sum("")},
			reason: hook.ReasonSignatureMismatch},
	})
}

// TestTheFirstOfAListIsTheTime has the form of Recurly.
func TestTheFirstOfAListIsTheTime(t *testing.T) {
	settings := set("timestamp", "first", "message", "{time}.{body}")
	stamp, old := seconds(noon)+"123", seconds(noon.Add(-6*time.Minute))+"123"
	good, none := hex256(stamp+".{}"), strings.Repeat("0", 64)
	line := func(text string, reason hook.Reason) formCase {
		return formCase{settings: settings, headers: []string{"X-Signature", text}, reason: reason}
	}
	checkForms(t, map[string]formCase{
		"one":               line(stamp+","+good, ""),
		"the second":        line(stamp+", "+none+", "+good, ""),
		"too old":           line(old+","+hex256(old+".{}"), hook.ReasonTimestampTooOld),
		"another time":      line(old+","+good, hook.ReasonSignatureMismatch),
		"no time":           line(good, hook.ReasonSignatureMalformed),
		"the time is last":  line(good+","+stamp, hook.ReasonSignatureMalformed),
		"only the time":     line(stamp, hook.ReasonSignatureMalformed),
		"the time as a sum": line(stamp+","+stamp, hook.ReasonSignatureMalformed),
	})
}

// TestTheSignatureNamesItsHash has the form of WebSub. A hash that is not known is none.
func TestTheSignatureNamesItsHash(t *testing.T) {
	settings := set("algorithm", "named")
	line := func(text string, reason hook.Reason) formCase {
		return formCase{settings: settings, headers: []string{"X-Signature", text}, reason: reason}
	}
	one := hmacHex(sha1.New, plain, "{}")
	checkForms(t, map[string]formCase{
		"sha1":          line("sha1="+one, ""),
		"sha256":        line("sha256="+hex256("{}"), ""),
		"another name":  line("sha256="+one, hook.ReasonSignatureMismatch),
		"md5":           line("md5="+one, hook.ReasonSignatureMalformed),
		"no name":       line(hex256("{}"), hook.ReasonSignatureMalformed),
		"nothing":       line("sha256=", hook.ReasonSignatureMalformed),
		"the beginning": line("sha256="+hex256("{}")[:32], hook.ReasonSignatureMismatch),
	})
}

// TestASecretInNFKD has the form of EasyPost: é in two spellings is one key, and no other letter is.
func TestASecretInNFKD(t *testing.T) {
	const decomposed = "cle\u0301-0123456789abcdef"
	sum := hmacHex(sha256.New, decomposed, "{}")
	one := func(key, form string, reason hook.Reason) formCase {
		return formCase{settings: set("key", form), secret: key, headers: []string{"X-Signature", sum}, reason: reason}
	}
	checkForms(t, map[string]formCase{
		"composed":          one("cl\u00e9-0123456789abcdef", "nfkd", ""),
		"decomposed":        one(decomposed, "nfkd", ""),
		"composed, as text": one("cl\u00e9-0123456789abcdef", "text", hook.ReasonSignatureMismatch),
		"another accent":    one("cl\u00e8-0123456789abcdef", "nfkd", hook.ReasonSignatureMismatch),
		"none":              one("cle-0123456789abcdef", "nfkd", hook.ReasonSignatureMismatch),
	})
	if f := CheckSecret(&hook.Endpoint{Provider: "generic-hmac", Settings: set("key", "nfkd")}, " "); f.Refusal == "" {
		t.Error("a blank one is accepted")
	}
}

// TestTheBodyMayBeSignedEscaped has the form of Box. What means something else in JSON is no other form of a body.
func TestTheBodyMayBeSignedEscaped(t *testing.T) {
	escaped := set("body", "escaped")
	one := func(body, signed string, reason hook.Reason) formCase {
		return formCase{settings: escaped, body: body, headers: []string{"X-Signature", hex256(signed)}, reason: reason}
	}
	const body = "{\"a\":\"スé\u007f😀 \\/ \\\" \\n\",\n\t\"b\":1}"
	const same = `{"a":"\u30b9\u00e9\u007f\ud83d\ude00 \/ \\" \\n",\n\t"b":1}`
	raw := one(body, same, hook.ReasonSignatureMismatch)
	raw.settings = nil
	long := `{"a":"` + strings.Repeat("é", 3000) + `"}`
	checkForms(t, map[string]formCase{
		"raw":           one(body, body, ""),
		"escaped":       one(body, same, ""),
		"not said":      raw,
		"long":          one(long, strings.ReplaceAll(long, "é", `\u00e9`), ""),
		"capitals":      one(`{"a":"é"}`, `{"a":"\u00E9"}`, hook.ReasonSignatureMismatch),
		"another":       one(`{"a":"è"}`, `{"a":"\u00e9"}`, hook.ReasonSignatureMismatch),
		"no JSON":       one(`é`, `\u00e9`, hook.ReasonSignatureMismatch),
		"not UTF-8":     one("{\"a\":\"\xe9\"}", `{"a":"\u00e9"}`, hook.ReasonSignatureMismatch),
		"another quote": one(`{"a":"x\","b":",1,"}`, `{"a":"x\\","b":",1,"}`, hook.ReasonSignatureMismatch),
		"a raw newline": one("{\"a\":\"x\ny\"}", `{"a":"x\ny"}`, hook.ReasonSignatureMismatch),
	})
}

// TestASecretInTheQuery: if the settings name a parameter, nothing else counts.
func TestASecretInTheQuery(t *testing.T) {
	in := set("query", "token")
	one := func(query string, reason hook.Reason, headers ...string) formCase {
		return formCase{id: "generic", settings: in, query: query, headers: headers, reason: reason}
	}
	checkForms(t, map[string]formCase{
		"right":          one("a=b&token="+plain, ""),
		"another":        one("token="+plain[1:], hook.ReasonSecretMismatch),
		"empty":          one("token=", hook.ReasonSignatureMissing),
		"another name":   one("Token="+plain, hook.ReasonSignatureMissing),
		"the second":     one("token=x&token="+plain, hook.ReasonSecretMismatch),
		"in the header":  one("", hook.ReasonSignatureMissing, "X-Webhook-Secret", plain),
		"Bearer":         one("", hook.ReasonSignatureMissing, "Authorization", "Bearer "+plain),
		"Bearer in it":   one("token=Bearer+"+plain, hook.ReasonSecretMismatch),
		"query, not set": {id: "generic", query: "token=" + plain, reason: hook.ReasonSignatureMissing},
	})
	c := one("token="+plain, "")
	if f := c.result(t); f.Check.Scheme != "url-token" || f.Check.Covers != hook.CoversNothing {
		t.Errorf("%+v", f.Check)
	}
	for _, settings := range []map[string]string{set("query", "t", "header", "X-A"),
		set("query", "t", "scheme", "basic"), set("query", "t", "scheme", "bearer"),
		set("query", "a&b"), set("query", "a b")} {
		if CheckSettings("generic", settings, nil) == "" {
			t.Errorf("%v is accepted", settings)
		}
	}
}

// TestOktasHeaderHasAnyName: only the one that is set counts.
func TestOktasHeaderHasAnyName(t *testing.T) {
	one := func(settings map[string]string, header string, reason hook.Reason) formCase {
		return formCase{id: "okta", settings: settings, headers: []string{header, plain}, reason: reason}
	}
	checkForms(t, map[string]formCase{
		"as ever":  one(nil, "Authorization", ""),
		"another":  one(set("header", "x-okta-key"), "X-Okta-Key", ""),
		"not both": one(set("header", "x-okta-key"), "Authorization", hook.ReasonSignatureMissing),
		"not set":  one(nil, "X-Okta-Key", hook.ReasonSignatureMissing),
	})
	for _, settings := range []map[string]string{set("scheme", "bearer"), set("header", "a b")} {
		if CheckSettings("okta", settings, nil) == "" {
			t.Errorf("%v is accepted, which Okta cannot send", settings)
		}
	}
}

// TestWhatIsSentInAFormIsSignedInIt signs samples in each new form.
func TestWhatIsSentInAFormIsSignedInIt(t *testing.T) {
	for _, settings := range []map[string]string{
		set("timestamp", "first", "message", "{time}.{body}", "prefix", "v1="), set("algorithm", "named"),
		set("timestamp", "first", "message", "{time}.{body}", "separator", "semicolon"), set("key", "nfkd"),
		set("timestamp", "x-time", "signed_headers", "x-signed", "message", `{path}\n{headers}\n{body}`),
		set("body", "escaped"), set("message", "{path}{body}"),
	} {
		e := &hook.Endpoint{Provider: "generic-hmac", Verify: hook.Enforce, Settings: settings, Secrets: secret(plain)}
		if complaint := CheckSettings("generic-hmac", settings, nil); complaint != "" {
			t.Error(complaint)
		}
		r := extracttest.Record("POST", nil, `{"a":"é"}`)
		with := signature.Signing{Endpoint: e, URL: address, At: noon, Secret: plain}
		if err := genericHMAC.Sign(r, with); err != nil {
			t.Errorf("%v: %v", settings, err)
		}
		f := genericHMAC.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
		if f.Verdict != hook.Verified {
			t.Errorf("%v: %+v of %+v", settings, f, r.Headers)
		}
	}
}

// TestPartsOfAMessageMayBeAbsentOrSorted has the forms of Mercado Pago and WeCom. A part that is not sent cannot be
// added, and one that is sent cannot be left out.
func TestPartsOfAMessageMayBeAbsentOrSorted(t *testing.T) {
	pago, com := expressedByProfile()["mercadopago/v1"], expressedByProfile()["wecom/sha1"]
	verify := func(p *signature.Profile, r *hook.Record, query string) hook.Verdict {
		e := &hook.Endpoint{Verify: hook.Enforce, Secrets: secret(plain)}
		r.Query = query
		q := signature.NewRequest(e, r, signature.ReceiveContext{At: noon})
		defer q.Release()
		return p.Verify(q).Verdict
	}
	signed := func(message string) *hook.Record {
		return extracttest.Record("POST", headers("X-Signature", "ts="+seconds(noon)+",v1="+
			hex256(message+"ts:"+seconds(noon)+";"), "X-Request-Id", "r"), "{}")
	}
	for query, want := range map[string]hook.Verdict{"data.id=AB1": hook.Verified, "data.id=ab1": hook.Verified,
		"data.id=ab2": hook.Rejected, "": hook.Rejected} {
		if got := verify(pago, signed("id:ab1;request-id:r;"), query); got != want {
			t.Errorf("%q: %s", query, got)
		}
	}
	if got := verify(pago, signed("request-id:r;"), "data.id=1"); got != hook.Rejected {
		t.Errorf("an id that is not signed: %s", got)
	}
	sum := sha1.Sum([]byte("0" + plain + "n"))
	for query, want := range map[string]hook.Verdict{"timestamp=0&nonce=n": hook.Verified,
		"timestamp=n&nonce=0": hook.Verified, "timestamp=0&nonce=m": hook.Rejected, "timestamp=0": hook.Rejected} {
		got := verify(com, extracttest.Record("GET", nil, ""), fmt.Sprintf("%s&msg_signature=%x", query, sum))
		if got != want {
			t.Errorf("%q: %s", query, got)
		}
	}
}

// FuzzForms: no settings of generic-hmac and no request in its forms cause a panic, and nothing verifies that was not
// signed.
func FuzzForms(f *testing.F) {
	f.Add("first", "{time}.{body}", "", "", "raw", "1790000000123,00,11", "{}")
	f.Add("X-Time", `{method}\n{path}\n{headers}\n{body}`, "X-Signed", "", "raw", "x-time,x-signed", "{}")
	f.Add("", "{body}", "", "", "escaped", "00", "{\"a\":\"\u30b9\U0001f600\\/\\\"\xff\"}")
	f.Add("", "{body}", "", "named", "raw", "sha1=00", "{}")
	f.Add("t=", "{path}{time}{body}", "", "", "escaped", "t=1,t=,00", "[]")
	f.Fuzz(func(t *testing.T, timestamp, message, list, algorithm, body, line, sent string) {
		settings := set("timestamp", timestamp, "message", message, "signed_headers", list, "algorithm", algorithm,
			"body", body, "key", "nfkd")
		if CheckSettings("generic-hmac", settings, nil) != "" {
			return
		}
		e := &hook.Endpoint{Provider: "generic-hmac", Verify: hook.Enforce, Settings: settings,
			Secrets: secret("cl\u00e9" + plain)}
		r := extracttest.Record("POST", headers("X-Signature", line, "X-Time", line, "X-Signed", line), sent)
		on := signature.ReceiveContext{At: noon, URL: address}
		if got := genericHMAC.Verify(e, r, on); got.Verdict != hook.Rejected {
			t.Errorf("%+v", got)
		}
		with := signature.Signing{Endpoint: e, URL: address, At: noon, Secret: e.Secrets[0].Value}
		if genericHMAC.Sign(r, with) != nil {
			return
		}
		if at, err := payload.ParseSelector(timestamp); err == nil && !at.IsZero() {
			return // a time in the body or query may be there already
		}
		signed := genericHMAC.Verify(e, r, on)
		if signed.Verdict != hook.Verified && timestamp == "" {
			t.Errorf("signed: %+v", signed)
		}
		e.Secrets = secret(plain)
		if got := genericHMAC.Verify(e, r, on); got.Verdict != hook.Rejected {
			t.Errorf("with another secret: %+v", got)
		}
	})
}
