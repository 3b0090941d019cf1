package challenge

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

var body256 = signature.Profile{Schemes: []signature.Scheme{{At: payload.Select("header:X-Signature"), Hash: "sha256",
	Message: signature.Message("{body}")}}}

func TestFormsHoldOnlyTheirCharacters(t *testing.T) {
	for form, c := range map[Form]struct{ good, bad string }{
		Plain: {"aZ0-._~+/=:|", "<>\"' {}\\&;\x00\n\x7f\u00e9"},
		Name:  {"aZ0-._~+/=", ":|<> {\n"}, Word: {"aZ0-_", ".=/ :"},
		Hex: {"0af9", "gA-"}, Digits: {"09", "a-. "}, Printable: {"a Z: é<", "\n\r\x00\x1b\u202e\u2028\x7f"},
	} {
		if !form.holds(c.good) || form.holds("") {
			t.Errorf("form %d refuses %q or allows nothing", form, c.good)
		}
		for _, r := range c.bad {
			if form.holds("a" + string(r)) {
				t.Errorf("form %d allows %q", form, r)
			}
		}
	}
	if Printable.holds("a\xff") {
		t.Error("allows what is not UTF-8")
	}
}

func TestAnUnsafeChallengeIsNoticed(t *testing.T) {
	at := payload.Select("query:a")
	for name, c := range map[string]Challenge{
		"signs anything": {Methods: []string{"GET"},
			Token: Token{At: at, Form: Printable}, Keyed: &Keyed{Hash: "sha256"}},
		"signs colons": {Methods: []string{"GET"}, Token: Token{At: at}, Keyed: &Keyed{Hash: "sha256"}},
		"signs long texts": {Methods: []string{"GET"},
			Token: Token{At: at, Form: Name, Most: 4000}, Keyed: &Keyed{}},
		"takes a short one":   {Methods: []string{"GET"}, Token: Token{At: at}, Takes: true},
		"visits unsigned":     {Methods: []string{"GET"}, Confirm: &Confirm{At: at, Hosts: []string{"a.b"}}},
		"visits any host":     {Signed: true, When: []Condition{{At: at}}, Confirm: &Confirm{Hosts: []string{"*.com"}}},
		"matches all":         {Reply: Reply{Text: Text("ok")}},
		"echoes without form": {Methods: []string{"GET"}, Reply: Reply{Text: Text("{query:a}")}},
		"has no token":        {Methods: []string{"GET"}, Reply: Reply{Text: Text("{token}")}},
	} {
		if c.Check() == "" {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
}

func TestTheAddressToVisitIsAtANamedHost(t *testing.T) {
	all := []Challenge{{Signed: true, When: []Condition{Has("body:u")},
		Confirm: &Confirm{At: payload.Select("body:u"), Hosts: []string{"sns.*.amazonaws.com"}}}}
	const right = "https://sns.eu-central-1.amazonaws.com/?Action=Confirm&Token=t"
	for address, want := range map[string]bool{
		right: true, "https://sns.eu-1.amazonaws.com:443/": true, "https://SNS.eu-1.AMAZONAWS.com/": true,
		"http://sns.eu-1.amazonaws.com/": false, "https://sns.eu-1.amazonaws.com:8443/": false,
		"https://sns.eu-1.amazonaws.com.evil.example/": false, "https://evil.example/sns.eu-1.amazonaws.com": false,
		"https://sns.eu-1.amazonaws.com@evil.example/": false, "https://u:p@sns.eu-1.amazonaws.com/": false,
		"https://sns.a.b.amazonaws.com/": false, "https://sns..amazonaws.com/": false,
		"https://evil.example#.sns.eu-1.amazonaws.com": false, "https://sns.eu_1.amazonaws.com/": false,
		"//sns.eu-1.amazonaws.com/": false, "": false, "https://sns.eu-1.amazonaws.com/\\u000a": false,
		"https://sns.eu-1.amazonaws.com/" + strings.Repeat("a", maxAddress): false,
	} {
		r := extracttest.Record("POST", nil, `{"u":"`+address+`"}`)
		for _, verdict := range []hook.Verdict{hook.Verified, hook.Unsigned, hook.Rejected} {
			r.Verdict = verdict
			got := Address(all, &body256, &hook.Endpoint{}, r)
			if (got != "") != (want && verdict == hook.Verified) || got != "" && got != address {
				t.Errorf("%s %.80q: %q", verdict, address, got)
			}
		}
	}
}

func TestASecretIsTakenOnlyWhileItIsAwaited(t *testing.T) {
	all := []Challenge{{Methods: []string{"POST"}, When: []Condition{Has("header:X-Hook-Secret")}, Takes: true,
		Token: Token{At: payload.Select("header:X-Hook-Secret"), Form: Word, Least: 16}}}
	const value = "0123456789abcdef"
	until := hook.Time{Time: noon.Add(time.Minute)}
	for name, c := range map[string]struct {
		e     hook.Endpoint
		value string
		want  string
	}{
		"awaited":            {hook.Endpoint{Verify: hook.Off, HandshakeUntil: until}, value, value},
		"awaited, enforced":  {hook.Endpoint{Verify: hook.Enforce, HandshakeUntil: until}, value, value},
		"over":               {hook.Endpoint{Verify: hook.Off, HandshakeUntil: hook.Time{Time: noon}}, value, ""},
		"never awaited":      {hook.Endpoint{Verify: hook.Off}, value, ""},
		"it has one":         {hook.Endpoint{HandshakeUntil: until, Secrets: []hook.Secret{{Value: "x"}}}, value, ""},
		"short":              {hook.Endpoint{HandshakeUntil: until}, value[1:], ""},
		"with a line break":  {hook.Endpoint{HandshakeUntil: until}, value + "\n", ""},
		"with another quote": {hook.Endpoint{HandshakeUntil: until}, value + `"`, ""},
	} {
		r := extracttest.Record("POST", http.Header{"X-Hook-Secret": {c.value}}, "")
		q := signature.NewRequest(&c.e, r, signature.ReceiveContext{At: noon})
		f, asked := Unsigned(all, &body256, q)
		q.Release()
		refused := f.Verdict == hook.Rejected && f.Reason == hook.ReasonHandshakeRefused && f.Reply == nil
		if !asked || f.NewSecret != c.want || refused != (c.want == "") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// FuzzChallenges: whatever settings and requests are, nothing panics, an answer has no control characters and a bounded
// length, what is signed is in the alphabet of Name, and a challenge is never verified.
func FuzzChallenges(f *testing.F) {
	f.Add("echo-query", "challenge", "", "", "GET", "challenge=abc", "X-A", "b", "")
	f.Add("echo-json-field", "challenge", "", "header:X-A=b", "POST", "", "X-A", "b", `{"challenge":"c"}`)
	f.Add("echo-json", "a.b", `{"r":"{token}"}`, "", "POST", "", "", "", `{"a":{"b":"c"}}`)
	f.Add("echo-header", "X-A", "", "", "POST", "", "X-A", "b\r\nc", "")
	f.Add("echo-header-json", "X-A", "", "", "GET", "", "X-A", "b", "")
	f.Add("hmac-json", "query:t", `{"r":"sha256={hmac}","t":"{token}"}`, "", "GET", "t=1.a", "", "", "")
	f.Add("hmac-json", "body:p.t", `{"r":"{hmac}"}`, "body:e=v", "POST", "", "", "", `{"e":"v","p":{"t":"x"}}`)
	f.Add("answer-method", "HEAD", "", "", "HEAD", "", "", "", "")
	f.Add("cloudevents-options", "", "", "", "OPTIONS", "", "Webhook-Request-Origin", "a.example", "")
	f.Add("empty-batch", "events", "", "", "POST", "", "", "", `{"events":[ ]}`)
	f.Add("accept-unsigned", "", "", "header:X-A=b", "POST", "", "X-A", "b", `{}`)
	f.Add(
		"store-field",
		"verification_token",
		"",
		"",
		"POST",
		"",
		"",
		"",
		`{"verification_token":"0123456789abcdef"}`,
	)
	f.Add("store-header", "X-Hook-Secret", "", "", "POST", "", "X-Hook-Secret", "0123456789abcdef", "")
	f.Add("visit-url", "u", "", "", "POST", "", "", "", `{"u":"https://sns.a.amazonaws.com/"}`)
	f.Fuzz(func(t *testing.T, form, field, answer, when, method, query, header, value, body string) {
		settings := map[string]string{"challenge": form, "challenge_field": field, "challenge_answer": answer,
			"challenge_when": when}
		if form == formVisit {
			settings["challenge_host"] = "sns.*.amazonaws.com"
		}
		all, complaint := Parse(settings, nil, Sum{Hash: "sha256"})
		if complaint != "" {
			return
		}
		for i := range all {
			if bad := all[i].Check(); bad != "" {
				t.Fatalf("%v: %s", settings, bad)
			}
		}
		r := extracttest.Record(method, http.Header{http.CanonicalHeaderKey(header): {value}}, body)
		r.Query = query
		e := &hook.Endpoint{Verify: hook.Enforce, Secrets: []hook.Secret{{Label: "a", Value: "0123456789abcdef"}}}
		if form == formStore || form == formStoreHead {
			e = &hook.Endpoint{Verify: hook.Off, HandshakeUntil: hook.Time{Time: noon.Add(time.Minute)}}
		}
		q := signature.NewRequest(e, r, signature.ReceiveContext{At: noon})
		defer q.Release()
		got, asked := Unsigned(all, &body256, q)
		if !asked {
			got = signature.Result{Verdict: hook.Unsigned}
			Signed(all, &body256, q, &got)
		}
		if got.Verdict == hook.Verified || got.Event != "" {
			t.Fatalf("%+v", got)
		}
		if got.Reply == nil {
			return
		}
		texts := []string{got.Reply.Body}
		for _, h := range got.Reply.Headers {
			texts = append(texts, h.Value)
		}
		for _, text := range texts {
			if len(text) > 20_000 || strings.ContainsFunc(text, hidden) {
				t.Errorf("answered %q", text)
			}
		}
		if media := got.Reply.ContentType; media != plainText && media != "application/json" {
			t.Errorf("answered as %s", media)
		}
	})
}
