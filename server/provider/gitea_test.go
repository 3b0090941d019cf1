package provider

import (
	"net/url"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// TestAFormOfGiteaIsVerifiedByItsOnlyField: the signature is one of the JSON in it. A form that could be read as other
// JSON than what was signed does not verify.
func TestAFormOfGiteaIsVerifiedByItsOnlyField(t *testing.T) {
	const signed, evil = `{"repository":{"full_name":"example/shop"}}`, `{"repository":{"full_name":"evil"}}`
	field := func(text string) string { return "payload=" + url.QueryEscape(text) }
	for name, c := range map[string]struct{ media, body, account string }{
		"a form":          {"application/x-www-form-urlencoded", field(signed), "example/shop"},
		"with a charset":  {"application/x-www-form-urlencoded; charset=utf-8", field(signed), "example/shop"},
		"JSON":            {"application/json", signed, "example/shop"},
		"other JSON":      {"application/x-www-form-urlencoded", field(evil), ""},
		"JSON before it":  {"application/x-www-form-urlencoded", evil + "&" + field(signed), ""},
		"a blank before":  {"application/x-www-form-urlencoded", " " + evil + "&" + field(signed), ""},
		"two of them":     {"application/x-www-form-urlencoded", field(signed) + "&" + field(evil), ""},
		"two, reversed":   {"application/x-www-form-urlencoded", field(evil) + "&" + field(signed), ""},
		"another field":   {"application/x-www-form-urlencoded", "a=b&" + field(signed), ""},
		"another name":    {"application/x-www-form-urlencoded", "Payload" + field(signed)[7:], ""},
		"no form":         {"text/plain", field(signed), ""},
		"JSON, not said":  {"application/json", evil + "&" + field(signed), ""},
		"nothing in it":   {"application/x-www-form-urlencoded", "payload=", ""},
		"multipart, said": {"multipart/form-data; boundary=b", field(signed), ""},
	} {
		r := extracttest.Record("POST", headers("X-Gitea-Signature", hex256(signed), "Content-Type", c.media), c.body)
		f := examine("gitea", hook.Endpoint{Secrets: secret(plain)}, r)
		if (f.Verdict == hook.Verified) != (c.account != "") || f.Verdict == hook.Verified && f.Account != c.account {
			t.Errorf("%s: %+v", name, f)
		}
	}
	empty := extracttest.Record("POST", headers("X-Gitea-Signature", hex256(""), "Content-Type",
		"application/x-www-form-urlencoded"), "payload=")
	if f := examine("gitea", hook.Endpoint{Secrets: secret(plain)}, empty); f.Verdict != hook.Rejected {
		t.Errorf("nothing: %+v", f)
	}
}

// TestGiteaWithoutASecretSignsNothing: the header is there, and empty.
func TestGiteaWithoutASecretSignsNothing(t *testing.T) {
	r := extracttest.Record("POST", headers("X-Gitea-Signature", "", "X-Gogs-Signature", ""), "{}")
	f := examine("gitea", hook.Endpoint{Secrets: secret(plain)}, r)
	if f.Verdict != hook.Rejected {
		t.Errorf("%+v", f)
	}
}
