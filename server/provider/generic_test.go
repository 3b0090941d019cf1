package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// TestAnySenderHasOneWayToSendItsSecret holds that exactly the configured header and form count: a weaker one never
// stands beside it.
func TestAnySenderHasOneWayToSendItsSecret(t *testing.T) {
	const login = "user:" + plain
	bearer, basic := "Bearer "+plain, "Basic "+encode([]byte(login))
	for name, c := range map[string]struct {
		id       string
		settings map[string]string
		secret   string
		header   []string
		reason   hook.Reason
	}{
		"as ever": {"generic", nil, plain, []string{"X-Webhook-Secret", plain}, ""},
		"Cloudflare": {"generic", set("header", "cf-webhook-auth"), plain, []string{"Cf-Webhook-Auth",
			plain}, ""},
		"another": {"generic", set("header", "x-a"), plain, []string{"X-A", plain[1:]},
			hook.ReasonSecretMismatch},
		"the usual one then": {"generic", set("header", "x-a"), plain, []string{"X-Webhook-Secret", plain},
			hook.ReasonSignatureMissing},
		"RevenueCat": {"generic", set("header", "Authorization"), plain, []string{"Authorization", plain}, ""},
		"RevenueCat with Bearer in its value": {"generic", set("header", "authorization"), bearer,
			[]string{"Authorization", bearer}, ""},
		"Bearer where the bare value is expected": {"generic", set("header", "Authorization"), plain,
			[]string{"Authorization", bearer}, hook.ReasonSecretMismatch},
		"Bearer": {"generic", set("scheme", "bearer"), plain, []string{"Authorization", bearer}, ""},
		"Bearer in small letters": {"generic", set("scheme", "bearer"), plain, []string{"Authorization",
			"bearer " + plain}, ""},
		"bare where Bearer is expected": {"generic", set("scheme", "bearer"), plain, []string{"Authorization", plain},
			hook.ReasonSignatureMalformed},
		"X-Webhook-Secret beside Bearer": {"generic", set("scheme", "bearer"), plain,
			[]string{"X-Webhook-Secret", plain}, hook.ReasonSignatureMissing},
		"Bearer elsewhere": {"generic", set("scheme", "bearer", "header", "x-auth"), plain, []string{"X-Auth",
			bearer}, ""},
		"Basic": {"generic", set("scheme", "basic"), login, []string{"Authorization", basic}, ""},
		"another password": {"generic", set("scheme", "basic"), login,
			[]string{"Authorization", "Basic " + encode([]byte(login+"x"))}, hook.ReasonSecretMismatch},
		"a bare login beside Basic": {"generic", set("scheme", "basic"), login, []string{"X-Webhook-Secret", login},
			hook.ReasonSignatureMissing},
		"Bearer in place of Basic": {"generic", set("scheme", "basic"), login, []string{"Authorization",
			"Bearer " + login},
			hook.ReasonSignatureMalformed},

		"the old Basic":             {"basic", nil, login, []string{"Authorization", basic}, ""},
		"the old Basic elsewhere":   {"basic", set("header", "x-auth"), login, []string{"X-Auth", basic}, ""},
		"the old Basic with Bearer": {"basic", set("scheme", "bearer"), plain, []string{"Authorization", bearer}, ""},
		"the old header":            {"shared-secret-header", nil, plain, []string{"X-Webhook-Secret", plain}, ""},
		"the old header elsewhere":  {"shared-secret-header", set("header", "x-a"), plain, []string{"X-A", plain}, ""},
	} {
		if complaint := CheckSettings(c.id, c.settings, nil); complaint != "" {
			t.Errorf("%s: %s", name, complaint)
		}
		p, _ := For(c.id)
		e := &hook.Endpoint{Provider: c.id, Verify: hook.Enforce, Settings: c.settings, Secrets: secret(c.secret)}
		if refusal := CheckSecret(e, c.secret).Refusal; refusal != "" {
			t.Errorf("%s: the secret %s", name, refusal)
		}
		f := p.Verify(e, extracttest.Record("POST", headers(c.header...), "{}"), signature.ReceiveContext{At: noon})
		if f.Reason != c.reason || (f.Verdict == hook.Verified) != (c.reason == "") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	for place, settings := range map[string]map[string]string{"header X-Webhook-Secret": nil,
		"header Cf-Webhook-Auth": set("header", "cf-webhook-auth"), "header Authorization": set("scheme", "bearer")} {
		e := &hook.Endpoint{Settings: settings}
		problem := generic.Problem(e, signature.Result{Reason: hook.ReasonSignatureMissing})
		if !strings.Contains(problem.Detail, place) {
			t.Errorf("%s: the sender is told %q", place, problem.Detail)
		}
	}
	e := &hook.Endpoint{Provider: "generic", Settings: set("scheme", "basic")}
	if got := CheckSecret(e, plain).Refusal; got != "must be user:password." {
		t.Errorf("no login for Basic: %q", got)
	}
	if got := CheckSettings("basic", set("scheme", "bare"), nil); got == "" {
		t.Error("a bare secret in no header")
	}
}

// TestAliasesAreNotOffered holds that the catalogue offers one entry for what senders send without a signature, and
// that the ids of older releases stay valid.
func TestAliasesAreNotOffered(t *testing.T) {
	for _, p := range All() {
		if p.AliasOf != "" {
			t.Errorf("%s is offered", p.ID)
		}
	}
	for _, id := range []string{"shared-secret-header", "basic"} {
		if p, known := For(id); !known || p.ID != id || p.AliasOf != "generic" {
			t.Errorf("%s is not an alias", id)
		}
	}
	if n := len(Aliases("generic")); n != 2 {
		t.Errorf("%d aliases", n)
	}
}

// TestTimesOfAllKinds has the times of real senders: numbers of four units and dates, in a header of their own,
// beside the signature, in the query and in the body.
func TestTimesOfAllKinds(t *testing.T) {
	millis := func(at time.Time) string { return seconds(at) + "250" }
	date := func(at time.Time) string { return at.Format("2006-01-02T15:04:05.25Z07:00") }
	written := func(layout string) func(time.Time) string {
		return func(at time.Time) string { return at.UTC().Format(layout) }
	}
	for name, c := range map[string]struct {
		unit  string
		write func(time.Time) string
		valid bool
	}{
		"seconds": {"", seconds, true}, "milliseconds": {"", millis, true}, "RFC 3339": {"", date, true},
		"seconds as said":      {"seconds", seconds, true},
		"milliseconds as said": {"milliseconds", millis, true},
		"RFC 3339 as said":     {"rfc3339", date, true},
		"another unit":         {"seconds", millis, false},
		"a date for seconds":   {"seconds", date, false},
		"seconds for a date":   {"rfc3339", seconds, false},
		"microseconds":         {"", func(at time.Time) string { return seconds(at) + "000250" }, true},
		"nanoseconds":          {"", func(at time.Time) string { return seconds(at) + "000000000" }, true},
		"a decimal point":      {"", func(at time.Time) string { return seconds(at) + ".25" }, true},
		"small letters":        {"", written("2006-01-02t15:04:05.25z"), true},
		"a blank for T":        {"", written("2006-01-02 15:04:05Z"), true},
		"a zone without colon": {"", written("2006-01-02T15:04:05+0000"), true},
		"an HTTP date":         {"", written(http.TimeFormat), true},
		"an HTTP date as said": {"rfc3339", written(http.TimeFormat), true},
		"no zone":              {"", written("2006-01-02T15:04:05"), false},
		"a point of a date":    {"", func(at time.Time) string { return seconds(at) + ".2-5" }, false},
		"an exponent":          {"", func(at time.Time) string { return seconds(at) + "e0" }, false},
		"two points":           {"", func(at time.Time) string { return seconds(at) + ".1.1" }, false},
		"too many digits":      {"", func(at time.Time) string { return seconds(at) + "0000000000000" }, false},
		"no time":              {"", func(time.Time) string { return "yesterday" }, false},
	} {
		for _, after := range []time.Duration{0, 4*time.Minute + 58*time.Second, -5*time.Minute - time.Second} {
			at := noon.Add(after)
			sum := hex.EncodeToString(mac(sha256.New, plain, c.write(at)+".{}"))
			for place, sent := range map[string]struct {
				settings map[string]string
				headers  []string
				query    string
			}{
				"a header": {set("timestamp", "x-time"), []string{"X-Signature", sum, "X-Time", c.write(at)}, ""},
				"beside": {set("timestamp", "t=", "prefix", "v1="),
					[]string{"X-Signature", "t=" + c.write(at) + ", v0=00,v1=" + sum}, ""},
				"beside, by name": {set("timestamp", "X-Signature", "prefix", "v1=", "separator", "semicolon"),
					[]string{"X-Signature", "t=" + c.write(at) + ";v1=00; v1=" + sum}, ""},
				"the query": {set("timestamp", "query:ts"), []string{"X-Signature", sum},
					"ts=" + url.QueryEscape(c.write(at))},
			} {
				sent.settings["message"], sent.settings["unit"] = "{time}.{body}", c.unit
				if complaint := CheckSettings("generic-hmac", sent.settings, nil); complaint != "" {
					t.Fatal(complaint)
				}
				r := extracttest.Record("POST", headers(sent.headers...), "{}")
				r.Query = sent.query
				p, _ := For("generic-hmac")
				f := p.Verify(
					&hook.Endpoint{Verify: hook.Enforce, Tolerance: 5 * time.Minute, Settings: sent.settings,
						Secrets: secret(plain)},
					r,
					signature.ReceiveContext{At: noon},
				)
				isPart := place == "beside" && strings.Contains(c.write(at), ",") // its list has commas
				if want := c.valid && !isPart && after > -5*time.Minute; (f.Verdict == hook.Verified) != want {
					t.Errorf("%s in %s, %v: %+v", name, place, after, f)
				}
			}
		}
	}
}

// TestSignaturesInSeveralPlaces has senders that sign with the old and the new secret at once.
func TestSignaturesInSeveralPlaces(t *testing.T) {
	good, bad := hex256("{}"), hex256("{ }")
	for name, c := range map[string]struct {
		settings map[string]string
		headers  []string
		query    string
		reason   hook.Reason
	}{
		"the second header": {set("header", "x-a, x-b"), []string{"X-A", bad, "X-B", good}, "", ""},
		"only the second":   {set("header", "x-a,x-b"), []string{"X-B", good}, "", ""},
		"neither": {set("header", "x-a,x-b"), []string{"X-A", bad, "X-B", bad}, "",
			hook.ReasonSignatureMismatch},
		"none":             {set("header", "x-a,x-b"), []string{"X-C", good}, "", hook.ReasonSignatureMissing},
		"the third number": {set("header", "x-sig-*"), []string{"X-Sig-1", bad, "X-Sig-3", good}, "", ""},
		"the ninth":        {set("header", "x-sig-*"), []string{"X-Sig-9", good}, "", hook.ReasonSignatureMissing},
		"a list":           {set("separator", "comma"), []string{"X-Signature", bad + ", " + good}, "", ""},
		"a list with prefix": {set("separator", "space", "prefix", "v1,"), []string{"X-Signature",
			"v1," + bad + " v1," + good}, "", ""},
		"the query":     {set("query", "signature"), nil, "a=b&signature=" + good, ""},
		"another query": {set("query", "signature"), nil, "signature=" + bad, hook.ReasonSignatureMismatch},
		"a header beside it": {set("query", "signature"), []string{"X-Signature", good}, "",
			hook.ReasonSignatureMissing},
		"a time beside": {set("timestamp", "t=", "prefix", "v1=", "message", "{time}{body}"),
			[]string{"X-Signature", "t=" + seconds(noon) + ",v1=" + hex256(seconds(noon)+"{}")}, "", ""},
		"a prefix in a query": {set("query", "s", "prefix", "sha256="), nil, "s=sha256%3D" + good, ""},
	} {
		if complaint := CheckSettings("generic-hmac", c.settings, nil); complaint != "" {
			t.Errorf("%s: %s", name, complaint)
		}
		r := extracttest.Record("POST", headers(c.headers...), "{}")
		r.Query = c.query
		e := &hook.Endpoint{Verify: hook.Enforce, Settings: c.settings, Secrets: secret(plain)}
		p, _ := For("generic-hmac")
		if f := p.Verify(e, r, signature.ReceiveContext{At: noon}); f.Reason != c.reason ||
			(f.Verdict == hook.Verified) != (c.reason == "") {
			t.Errorf("%s: %+v", name, f)
		}
		signed := extracttest.Record("POST", nil, "{}")
		if err := p.Sign(signed, signature.Signing{Endpoint: e, At: noon, Secret: plain}); err != nil {
			t.Fatal(err)
		}
		if f := p.Verify(e, signed, signature.ReceiveContext{At: noon}); f.Verdict != hook.Verified {
			t.Errorf("%s: signed %+v: %+v", name, signed.Headers, f)
		}
	}
}

// TestTheHostMayBeSigned has a message with the header that requests have no line for.
func TestTheHostMayBeSigned(t *testing.T) {
	e := &hook.Endpoint{Verify: hook.Enforce, Secrets: secret(plain), Settings: set("message", "{header:host}{body}")}
	if complaint := CheckSettings("generic-hmac", e.Settings, nil); complaint != "" {
		t.Fatal(complaint)
	}
	for host, want := range map[string]hook.Verdict{"h.example:81": hook.Verified, "h.example": hook.Rejected,
		"": hook.Rejected} {
		r := extracttest.Record("POST", headers("X-Signature", hex256("h.example:81{}")), "{}")
		r.Host = host
		p, _ := For("generic-hmac")
		if f := p.Verify(e, r, signature.ReceiveContext{At: noon}); f.Verdict != want {
			t.Errorf("%q: %+v", host, f)
		}
	}
}
