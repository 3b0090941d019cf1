package diagnose

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

const (
	stripeLive  = "whsec_of-the-live-endpoint-0001"
	stripeTest  = "whsec_of-the-test-endpoint-0002"
	githubKnown = "a-secret-of-the-repository-0003"
)

// patient is a delivery that was signed rightly, before a test spoils it.
type patient struct {
	sender string
	secret string // that the sender signs with
	own    string // that the endpoint has; "": the same
	at     time.Duration
	url    string // that the sender knows the endpoint by
	before func(*hook.Record)
	after  func(*hook.Record)
}

// diagnosed signs as the sender does, changes what was signed, and asks why.
func diagnosed(t *testing.T, c patient) (Diagnosis, Case) {
	t.Helper()
	p, _ := provider.For(c.sender)
	r, err := sample.NewSampler().Make(p, "", nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	if c.before != nil {
		c.before(r)
	}
	own := c.own
	if own == "" {
		own = c.secret
	}
	e := &hook.Endpoint{ID: "ep_own", Name: "shop", Provider: c.sender, Verify: hook.Enforce, Tolerance: 5 * time.Minute,
		Secrets: []hook.Secret{{Label: "live", Value: own}}}
	signedAt := c.url
	if signedAt == "" {
		signedAt = address
	}
	if err := p.Sign(r, signature.Signing{Endpoint: e, URL: signedAt, At: noon.Add(c.at), Secret: c.secret}); err != nil {
		t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	on := signature.ReceiveContext{At: noon, URL: address}
	f := p.Verify(e, r, on)
	r.Verdict, r.Reason = f.Verdict, f.Reason
	one := Case{Record: r, Endpoint: e, Context: on, Others: []Known{
		{&hook.Endpoint{ID: "ep_test", Name: "shop-test", Provider: "stripe", Secrets: []hook.Secret{{Label: "test", Value: stripeTest}}}, address + "-test"},
		{&hook.Endpoint{ID: "ep_code", Name: "code", Provider: "github", Secrets: []hook.Secret{{Label: "repository", Value: githubKnown}}}, address + "-code"},
	}}
	return Run(p, one), one
}

func setHeader(name string, change func(string) string) func(*hook.Record) {
	return func(r *hook.Record) { signature.SetHeader(r, name, change(r.Header(name))) }
}

func setBody(change func([]byte) []byte) func(*hook.Record) {
	return func(r *hook.Record) { r.Body = change(r.Body) }
}

func noHeader(name string) func(*hook.Record) {
	return func(r *hook.Record) {
		for i, h := range r.Headers {
			if h.Name == name {
				r.Headers = append(r.Headers[:i:i], r.Headers[i+1:]...)
				return
			}
		}
	}
}

func renamed(from, to string) func(*hook.Record) {
	return func(r *hook.Record) {
		value := r.Header(from)
		noHeader(from)(r)
		signature.SetHeader(r, to, value)
	}
}

// inOtherCoding writes the hex at the end of a text in base64.
func inOtherCoding(s string) string {
	cut := strings.LastIndexByte(s, '=') + 1
	sum, _ := hex.DecodeString(s[cut:])
	return s[:cut] + base64.StdEncoding.EncodeToString(sum)
}

func indented(style jsonStyle) func(*hook.Record) {
	return setBody(func(b []byte) []byte { return style.write(b) })
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

var ill = map[string]struct {
	patient
	cause, says string
}{
	"nothing is wrong":          {patient{sender: "stripe", secret: stripeLive}, "verified", `the secret "live" fits`},
	"another endpoint's secret": {patient{sender: "stripe", secret: stripeTest, own: stripeLive}, "other_secret", `Valid with the secret "test" of your endpoint "shop-test".`},
	"unknown secret":            {patient{sender: "stripe", secret: "whsec_nobody-knows-this-one", own: stripeLive}, "unknown_secret", "No known secret fits"},
	"no signature":              {patient{sender: "shopify", secret: stripeLive, after: noHeader("X-Shopify-Hmac-Sha256")}, "signature_missing", "Shopify sends it in the header X-Shopify-Hmac-Sha256"},
	"clock ahead":               {patient{sender: "stripe", secret: stripeLive, at: 7 * time.Minute}, "clock", "its clock is 7 min ahead"},
	"clock behind":              {patient{sender: "stripe", secret: stripeLive, at: -7 * time.Minute}, "clock", "signed 7 min before it came"},
	"old":                       {patient{sender: "stripe", secret: stripeLive, at: -3 * time.Hour}, "old", "signed 3 h before it came"},
	"milliseconds": {patient{sender: "stripe", secret: stripeLive, after: func(r *hook.Record) {
		stamp := seconds(noon) + "000"
		signature.SetHeader(r, "Stripe-Signature", "t="+stamp+",v1="+hmacHex(sha256.New, stripeLive, stamp+"."+string(r.Body)))
	}}, "timestamp_unit", "in another unit than Stripe writes"},
	"quotes":                    {patient{sender: "github", secret: plain, after: setHeader("X-Hub-Signature-256", func(s string) string { return `"` + s + `"` })}, "header_form", "in quotes or spaces"},
	"no prefix":                 {patient{sender: "github", secret: plain, after: setHeader("X-Hub-Signature-256", func(s string) string { return strings.TrimPrefix(s, "sha256=") })}, "header_form", "without its sha256="},
	"another prefix":            {patient{sender: "github", secret: plain, after: setHeader("X-Hub-Signature-256", func(s string) string { return strings.Replace(s, "sha256=", "hmac=", 1) })}, "header_form", "X-Hub-Signature-256"},
	"base64 for hex":            {patient{sender: "github", secret: plain, after: setHeader("X-Hub-Signature-256", inOtherCoding)}, "header_form", "base64 was found"},
	"hex for base64":            {patient{sender: "shopify", secret: plain, after: setHeader("X-Shopify-Hmac-Sha256", func(s string) string { b, _ := base64.StdEncoding.DecodeString(s); return hex.EncodeToString(b) })}, "header_form", "hex was found"},
	"base64 for addresses":      {patient{sender: "shopify", secret: plain, after: setHeader("X-Shopify-Hmac-Sha256", func(s string) string { return strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s) })}, "header_form", "base64 was found"},
	"another header":            {patient{sender: "razorpay", secret: plain, after: renamed("X-Razorpay-Signature", "X-Webhook-Hmac")}, "header_name", "came as X-Webhook-Hmac"},
	"a bearer token":            {patient{sender: "generic", secret: plain, after: setHeader("X-Webhook-Secret", func(s string) string { return "Bearer " + s })}, "header_form", "behind another word"},
	"secret decoded":            {patient{sender: "github", secret: plain, own: base64.StdEncoding.EncodeToString([]byte(plain))}, "secret_form", "decoded from base64"},
	"secret decoded from hex":   {patient{sender: "github", secret: plain, own: hex.EncodeToString([]byte(plain))}, "secret_form", "decoded from hex"},
	"secret not decoded":        {patient{sender: "standard-webhooks", secret: "whsec_" + base64.StdEncoding.EncodeToString([]byte("whsec_"+base64.StdEncoding.EncodeToString([]byte(plain)))), own: "whsec_" + base64.StdEncoding.EncodeToString([]byte(plain))}, "secret_form", "not decoded"},
	"secret with a newline":     {patient{sender: "github", secret: plain + "\n", own: plain}, "secret_form", "white space behind it"},
	"last newline lost":         {patient{sender: "github", secret: plain, before: setBody(func(b []byte) []byte { return append(bytes.TrimSpace(b), '\n') }), after: setBody(bytes.TrimSpace)}, "newline", "had its last newline: something between changed it."},
	"newline added":             {patient{sender: "github", secret: plain, before: setBody(bytes.TrimSpace), after: setBody(func(b []byte) []byte { return append(bytes.Clone(b), '\n') })}, "newline", "had no newline at its end"},
	"line ends of Unix":         {patient{sender: "github", secret: plain, before: setBody(func([]byte) []byte { return []byte("{\r\n\"a\":1\r\n}") }), after: setBody(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) })}, "line_ends", "of Windows"},
	"line ends of Windows":      {patient{sender: "github", secret: plain, before: setBody(func([]byte) []byte { return []byte("{\n\"a\":1\n}") }), after: setBody(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) })}, "line_ends", "of Unix"},
	"byte order mark added":     {patient{sender: "github", secret: plain, after: setBody(func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) })}, "byte_order_mark", "had no byte order mark"},
	"byte order mark lost":      {patient{sender: "github", secret: plain, before: setBody(func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }), after: setBody(func(b []byte) []byte { return b[3:] })}, "byte_order_mark", "had its byte order mark"},
	"JSON made compact":         {patient{sender: "stripe", secret: stripeLive, before: indented(jsonStyle{comma: ",", colon: ": ", indent: "  "}), after: indented(jsonStyle{comma: ",", colon: ":"})}, "json_rewritten", "in other spaces or escapes"},
	"JSON as Python writes it":  {patient{sender: "stripe", secret: stripeLive, before: indented(jsonStyle{comma: ",", colon: ":"}), after: indented(jsonStyle{comma: ", ", colon: ": "})}, "json_rewritten", "other spaces"},
	"slashes escaped":           {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"url":"https:\/\/x\/y","é":"\u00e9"}`) }), after: setBody(func([]byte) []byte { return []byte(`{"url":"https://x/y","é":"é"}`) })}, "unknown_secret", ""},
	"letters escaped":           {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"a":"\u00e9\ud83d\ude00","b":"x/y"}`) }), after: setBody(func([]byte) []byte { return []byte(`{"a":"é😀","b":"x/y"}`) })}, "json_rewritten", "escapes"},
	"as PHP writes it":          {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"a":"\u00e9","b":"x\/y"}`) }), after: setBody(func([]byte) []byte { return []byte(`{"a":"é","b":"x/y"}`) })}, "json_rewritten", "escapes"},
	"as Go writes it":           {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"a":"<b>&"}`) }), after: setBody(func([]byte) []byte { return []byte(`{"a":"\u003cb\u003e\u0026"}`) })}, "json_rewritten", "escapes"},
	"as Go wrote it":            {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"a":"\u003cb\u003e\u0026"}`) }), after: setBody(func([]byte) []byte { return []byte(`{"a":"<b>&"}`) })}, "json_rewritten", "escapes"},
	"with what is empty":        {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte("{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1\n  ]\n}") }), after: setBody(func([]byte) []byte { return []byte(`{"a": { },"b":[ ],"c":[1]}`) })}, "json_rewritten", "other spaces"},
	"members sorted on the way": {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"b":1,"a":2}`) }), after: setBody(func([]byte) []byte { return []byte(`{"a":2,"b":1}`) })}, "unknown_secret", ""},
	"members sorted by sender":  {patient{sender: "stripe", secret: stripeLive, before: setBody(func([]byte) []byte { return []byte(`{"a":2,"b":1.50}`) }), after: setBody(func([]byte) []byte { return []byte(`{"b":1.50,"a":2}`) })}, "json_rewritten", "members sorted"},
	"form with plus":            {patient{sender: "slack", secret: plain, before: setBody(func([]byte) []byte { return []byte("text=a%20b&command=%2Fx") }), after: setBody(func([]byte) []byte { return []byte("text=a+b&command=%2Fx") })}, "form_rewritten", "as another library writes it"},
	"form in small hex":         {patient{sender: "slack", secret: plain, before: setBody(func([]byte) []byte { return []byte("command=%2fx&text=a+b") }), after: setBody(func([]byte) []byte { return []byte("command=%2Fx&text=a+b") })}, "form_rewritten", "another library"},
	"form in order":             {patient{sender: "slack", secret: plain, before: setBody(func([]byte) []byte { return []byte("command=x&text=a") }), after: setBody(func([]byte) []byte { return []byte("text=a&command=x") })}, "form_rewritten", "another library"},
	"compressed":                {patient{sender: "github", secret: plain, after: setBody(zipped)}, "compressed", "were decompressed"},
	"body lost":                 {patient{sender: "github", secret: plain, after: setBody(func([]byte) []byte { return nil })}, "empty_body", "without a body"},
	"another sender":            {patient{sender: "stripe", secret: stripeLive, after: asGitHub(plain)}, "other_sender", "is GitHub's header; the endpoint expects Stripe."},
	"another sender, genuine":   {patient{sender: "stripe", secret: stripeLive, after: asGitHub(githubKnown)}, "other_endpoint", `Valid as GitHub's, with the secret "repository" of your endpoint "code".`},
	"another hash in a header that two senders share": {patient{sender: "bitbucket", secret: plain, after: setHeader("X-Hub-Signature", func(string) string { return "sha1=" + strings.Repeat("0a", 20) })}, "unknown_secret", ""},
	"another sender, near": {patient{sender: "bitbucket", secret: plain, after: func(r *hook.Record) {
		asGitHub(plain)(r)
		signature.SetHeader(r, "X-Hub-Signature", "sha1="+hmacHex(sha1.New, plain, string(r.Body)))
	}}, "other_sender", "X-Hub-Signature-256 is GitHub's header; the endpoint expects Bitbucket"},
	"another address":            {patient{sender: "square", secret: plain, url: strings.Replace(address, "https", "http", 1)}, "other_address", "address is http://hooks"},
	"a slash at its end":         {patient{sender: "square", secret: plain, url: address + "/"}, "other_address", "registered at Square"},
	"another host":               {patient{sender: "square", secret: plain, url: "https://inner.example/in/shop-0123456789abcdef", after: func(r *hook.Record) { signature.SetHeader(r, "X-Forwarded-Host", "inner.example") }}, "other_address", "https://inner.example"},
	"the host that came":         {patient{sender: "square", secret: plain, url: "https://public.example/in/shop-0123456789abcdef", after: func(r *hook.Record) { r.Host = "public.example" }}, "other_address", "https://public.example"},
	"other secret, lost newline": {patient{sender: "stripe", secret: stripeTest, own: stripeLive, before: setBody(func(b []byte) []byte { return append(bytes.TrimSpace(b), '\n') }), after: setBody(bytes.TrimSpace)}, "newline", `with the secret "test" of your endpoint "shop-test", if the body had its last newline`},
	"other address and newline":  {patient{sender: "square", secret: plain, url: address + "/", before: setBody(func(b []byte) []byte { return append(bytes.TrimSpace(b), '\n') }), after: setBody(bytes.TrimSpace)}, "newline", "last newline"},
}

// asGitHub takes Stripe's header away and signs as GitHub would.
func asGitHub(secret string) func(*hook.Record) {
	return func(r *hook.Record) {
		noHeader("Stripe-Signature")(r)
		p, _ := provider.For("github")
		_ = p.Sign(r, signature.Signing{Endpoint: &hook.Endpoint{}, At: noon, Secret: secret})
		signature.SetHeader(r, "X-Github-Event", "push")
	}
}

func TestEachCauseIsFoundAndNamed(t *testing.T) {
	for name, c := range ill {
		t.Run(name, func(t *testing.T) {
			got, one := diagnosed(t, c.patient)
			if got.Cause != c.cause || !strings.Contains(got.Summary, c.says) || got.Findings[0].Fix == "" {
				t.Errorf("%s: %s", got.Cause, got.Summary)
			}
			if got.Genuine != (c.cause != "unknown_secret" && c.cause != "signature_missing" && !strings.Contains(got.Summary, "without a body") && name != "another sender") {
				t.Errorf("genuine: %v", got.Genuine)
			}
			p, _ := provider.For(c.sender)
			if again := Run(p, one); !reflect.DeepEqual(again, got) {
				t.Errorf("asked again, it says %+v", again)
			}
		})
	}
}

func TestWhatWasNotAboutTheSignatureIsExplainedAsWell(t *testing.T) {
	p, _ := provider.For("stripe")
	for reason, says := range map[hook.Reason]string{hook.ReasonAddressNotAllowed: "came from 192.0.2.9", hook.ReasonHandshakeRefused: "confirmation",
		hook.ReasonCertificateUnavailable: "could not be fetched", hook.ReasonCertificateUntrusted: "does not belong to the sender"} {
		r := &hook.Record{Delivery: hook.Delivery{Reason: reason}, Request: hook.Request{Remote: "192.0.2.9"}}
		if got := Run(p, Case{Record: r, Endpoint: &hook.Endpoint{}, Context: signature.ReceiveContext{At: noon}}); got.Cause != string(reason) || !strings.Contains(got.Summary, says) {
			t.Errorf("%s: %+v", reason, got)
		}
	}
	got := Run(p, Case{Record: recordOf("POST", nil, "{}"), Endpoint: &hook.Endpoint{}, Context: signature.ReceiveContext{At: noon}})
	if got.Cause != "no_secret" || got.Genuine {
		t.Errorf("without a secret: %+v", got)
	}
}

// TestNoDiagnosisGivesASecretOrASignatureAway looks for every secret, in every form, and for what would have been
// right.
func TestNoDiagnosisGivesASecretOrASignatureAway(t *testing.T) {
	for name, c := range ill {
		got, one := diagnosed(t, c.patient)
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := provider.For(c.sender)
		right := copied(one.Record)
		if err := p.Sign(right, signature.Signing{Endpoint: one.Endpoint, URL: address, At: noon.Add(c.at), Secret: one.Endpoint.Secrets[0].Value}); err != nil {
			t.Fatal(err)
		}
		hidden := []string{c.secret, one.Endpoint.Secrets[0].Value, stripeTest, githubKnown}
		for _, h := range right.Headers {
			if one.Record.Header(h.Name) != h.Value {
				hidden = append(hidden, h.Value)
			}
		}
		for _, secret := range hidden {
			for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret)), url.QueryEscape(secret)} {
				if strings.Contains(string(text), form) {
					t.Errorf("%s: %s holds %s", name, text, form)
				}
			}
		}
	}
}

// FuzzDiagnose: whatever came, there is a diagnosis, and without the secret nothing is genuine.
func FuzzDiagnose(f *testing.F) {
	for _, p := range provider.All() {
		r, err := sample.NewSampler().Make(&p, "", nil, noon)
		if err != nil {
			f.Fatal(err)
		}
		line := strings.Repeat("0a", 32)
		if p.Sign(r, signature.Signing{Endpoint: &hook.Endpoint{}, URL: address, At: noon, Secret: plain}) == nil {
			for _, sc := range p.Signature.Schemes {
				if name, ok := sc.At.Header(); ok && r.Header(name) != "" {
					line = r.Header(name)
				}
			}
		}
		f.Add(p.ID, line, r.Body, "a=b")
	}
	f.Add("stripe", "t=1,v1=00", []byte(`{"a":["\ud800",1e999,{}]}`), "")
	f.Fuzz(func(t *testing.T, id, line string, body []byte, query string) {
		p, known := provider.For(id)
		if !known || len(body) > 1<<16 {
			return
		}
		r := recordOf("POST", nil, string(body))
		r.Query, r.Reason = query, hook.ReasonSignatureMismatch
		for _, ru := range p.Signature.Schemes {
			if name, ok := ru.At.Header(); ok {
				signature.SetHeader(r, name, line)
			}
		}
		e := &hook.Endpoint{Provider: id, Secrets: []hook.Secret{{Label: "live", Value: "0f0e0d0c0b0a09080706050403020100"}}}
		if got := Run(p, Case{Record: r, Endpoint: e, Context: signature.ReceiveContext{At: noon, URL: address}}); got.Genuine || got.Summary == "" || len(got.Findings) == 0 {
			t.Errorf("%+v", got)
		}
	})
}
