package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// sendSigned sends a body as GitHub signs it, and returns the delivery.
func (h *testAPI) sendSigned(e wire.Endpoint, key string) wire.DeliveryDetail {
	h.t.Helper()
	sum := hmac.New(sha256.New, []byte(key))
	sum.Write([]byte("{}"))
	h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: "{}", header: http.Header{
		"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sum.Sum(nil))}}})
	return h.newest(e)
}

// TestDoubtfulSecretsAreSavedAndSayWhy creates endpoints with secrets that look wrong, changes one, and reads them
// back.
func TestDoubtfulSecretsAreSavedAndSayWhy(t *testing.T) {
	h := newTestAPI(t, "")
	for _, c := range []struct{ name, provider, value, codes string }{
		{"a", "woocommerce", "cs_0123456789abcdef0123456789", "another_key"},
		{"b", "mailgun", "key-0123456789abcdef0123456789", "another_key"},
		{"c", "razorpay", "rzp_1", "another_key weak"},
		{"d", "github", " x;[]{}<>~+=,.;:/?|abcdefghijkl", "surroundings"},
		{"e", "standard-webhooks", "polar_whs_0123456789a", "not_base64"},
		{"f", "github", "0123456789abcdef", ""},
	} {
		e := h.createEndpoint(`{"name":"` + c.name + `","provider":"` + c.provider + `",
			"secrets":[{"label":"live","value":"` + c.value + `"}]}`)
		var again wire.Endpoint
		h.call("PATCH", "/endpoints/"+string(e.ID), `{"max_body":1000}`, 200, &again)
		for _, got := range []wire.Endpoint{e, again} {
			var codes []string
			for _, d := range got.Secrets[0].Doubts {
				codes = append(codes, d.Code)
				if d.Detail == "" || strings.Contains(d.Detail, c.value) {
					t.Errorf("%s: %+v", c.provider, d)
				}
			}
			weak := strings.Contains(c.codes, "weak")
			if strings.Join(codes, " ") != c.codes || got.Secrets[0].Weak != weak || got.Verify != hook.Enforce {
				t.Errorf("%s: %+v", c.provider, got.Secrets)
			}
		}
		var check wire.SecretCheck // the check beforehand says the same
		h.call("POST", "/providers/"+c.provider+"/check-secret", `{"value":"`+c.value+`"}`, 200, &check)
		if check.Error != "" || !slices.Equal(check.Doubts, append([]wire.SecretDoubt{}, e.Secrets[0].Doubts...)) ||
			check.Weak != e.Secrets[0].Weak {
			t.Errorf("%s: checked %+v, saved %+v", c.provider, check, e.Secrets[0])
		}
	}
	for _, blank := range []string{"", " ", `\n\t`, `\"\"`, "whsec_", `\ufeff`, "\u200b"} {
		a := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true, header: http.Header{
			"Content-Type": {"application/json"}},
			body: `{"name":"blank","provider":"github","secrets":[{"label":"live","value":"` + blank + `"}]}`})
		a.expect(t, 400, "invalid_request")
	}
}

// TestWeakSecretsAreMarkedWhereverTheyShow looks at the endpoint, the delivery and the server's warnings.
func TestWeakSecretsAreMarkedWhereverTheyShow(t *testing.T) {
	h := newTestAPI(t, "")
	warned := func() string {
		var s wire.ServerInfo
		h.get("/api/v1/server", &s)
		for _, w := range s.Warnings {
			if w.Code == "weak_secret" {
				return w.Detail
			}
		}
		return ""
	}
	if w := warned(); w != "" {
		t.Errorf("warned already: %s", w)
	}
	e := h.createEndpoint(`{"name":"shop","provider":"github","secrets":[{"label":"tutorial","value":"mysecretkey"},
		{"label":"long","value":" 0123456789abcdef"}]}`)
	if !e.Secrets[0].Weak || e.Secrets[1].Weak {
		t.Errorf("%+v", e.Secrets)
	}
	if w := warned(); !strings.Contains(w, `"tutorial" of shop`) || strings.Contains(w, "mysecretkey") ||
		strings.Contains(w, `"long"`) {
		t.Errorf("warned: %q", w)
	}
	weak := wire.SecretUse{WeakSecret: true}
	if d := h.sendSigned(e, "mysecretkey"); d.Verdict != hook.Verified || d.Secret != "tutorial" ||
		d.Check.SecretUse != weak ||
		d.Integrity != hook.IntegrityOK {
		t.Errorf("%+v %+v", d.Delivery, d.Check)
	}
	if d := h.sendSigned(e, " 0123456789abcdef"); d.Secret != "long" || d.Check.SecretUse != (wire.SecretUse{}) {
		t.Errorf("as it was given: %+v %+v", d.Delivery, d.Check)
	}
	trimmed := wire.SecretUse{SecretTrimmed: true}
	if d := h.sendSigned(e, "0123456789abcdef"); d.Secret != "long" || d.Check.SecretUse != trimmed {
		t.Errorf("without the blank: %+v %+v", d.Delivery, d.Check)
	}
	if d := h.sendSigned(e, "another"); d.Verdict != hook.Rejected || d.Check.SecretUse != (wire.SecretUse{}) {
		t.Errorf("another secret: %+v %+v", d.Delivery, d.Check)
	}
	h.call("PATCH", "/endpoints/"+string(e.ID), `{"verify":"off"}`, 200, nil)
	if w := warned(); w != "" {
		t.Errorf("of an endpoint that verifies nothing: %s", w)
	}
}

// TestSecretsAreCheckedWithTheSettings decodes a secret as the settings of the endpoint say.
func TestSecretsAreCheckedWithTheSettings(t *testing.T) {
	h := newTestAPI(t, "")
	for body, code := range map[string]string{
		`{"value":"not hexadecimal at all","settings":{"key":"hex"}}`:           "unusable",
		`{"value":"not hexadecimal at all"}`:                                    "",
		`{"value":"30313233343536373839616263646566","settings":{"key":"hex"}}`: "",
		`{"value":"3031323334353637","settings":{"key":"hex"}}`:                 "weak",
	} {
		var check wire.SecretCheck
		h.call("POST", "/providers/generic-hmac/check-secret", body, 200, &check)
		if check.Error != "" || code == "" != (len(check.Doubts) == 0) || code != "" && check.Doubts[0].Code != code {
			t.Errorf("%s: %+v", body, check)
		}
	}
	// An endpoint with such a secret is not created as one that verifies nothing, unless that is asked for.
	const unusable = `{"name":"a","provider":"generic-hmac","settings":{"key":"hex"},
		"secrets":[{"label":"live","value":"not hexadecimal at all"}]`
	for _, verify := range []string{`}`, `,"verify":"enforce"}`} {
		a := h.do(request{method: "POST", path: "/api/v1/endpoints", token: true, body: unusable + verify,
			header: http.Header{"Content-Type": {"application/json"}}})
		if a.expect(t, 422, "secret_missing"); !strings.Contains(a.text, "cannot be decoded") {
			t.Error(a.text)
		}
	}
	off := h.createEndpoint(unusable + `,"verify":"off"}`)
	h.call("PATCH", "/endpoints/"+string(off.ID), `{"max_body":1000}`, 200, nil) // it stays as it was asked for
	open := h.createEndpoint(`{"name":"open","provider":"generic-hmac","settings":{"key":"hex"}}`)
	h.call("PATCH", "/endpoints/"+string(open.ID), `{"secrets":[{"label":"live","value":"not hexadecimal"}]}`, 422, nil)
	encoded := h.createEndpoint(`{"name":"b","provider":"generic-hmac","settings":{"key":"base64"},
		"secrets":[{"label":"live","value":"MDEyMzQ1Njc4OWFiY2RlZg \n"}]}`) // without padding
	if encoded.Verify != hook.Enforce || len(encoded.Secrets[0].Doubts) > 0 {
		t.Errorf("%+v", encoded.Secrets)
	}
}
