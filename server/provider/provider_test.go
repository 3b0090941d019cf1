package provider

import (
	"net/http"
	"reflect"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

const live, next = "live-secret-0123456789", "next-secret-0123456789"

func TestAGenericSecretDecidesTheVerdict(t *testing.T) {
	two := []hook.Secret{{Label: "live", Value: live}, {Label: "next", Value: next}}
	rejected := func(why hook.Reason) signature.Result {
		return signature.Result{Verdict: hook.Rejected, Reason: why}
	}
	for name, c := range map[string]struct {
		verify  hook.Verify
		secrets []hook.Secret
		sent    string
		want    signature.Result
	}{
		"right":              {hook.Enforce, two, live, signature.Result{Verdict: hook.Verified, Secret: "live"}},
		"the other":          {hook.Enforce, two, next, signature.Result{Verdict: hook.Verified, Secret: "next"}},
		"wrong":              {hook.Enforce, two, live[1:], rejected("secret_mismatch")},
		"one bit off":        {hook.Enforce, two, "mive" + live[4:], rejected("secret_mismatch")},
		"longer":             {hook.Enforce, two, live + "\x00", rejected("secret_mismatch")},
		"missing":            {hook.Enforce, two, "", rejected("signature_missing")},
		"observed":           {hook.Observe, two, "x", rejected("secret_mismatch")},
		"off":                {hook.Off, two, "x", signature.Result{Verdict: hook.Unsigned}},
		"no secret":          {hook.Enforce, nil, "x", rejected("secret_missing")},
		"empty secret":       {hook.Enforce, []hook.Secret{{Label: "e"}}, "", rejected("secret_missing")},
		"empty secret, sent": {hook.Enforce, []hook.Secret{{Label: "e"}}, "x", rejected("secret_missing")},
		"blank secret, sent": {
			hook.Enforce,
			[]hook.Secret{{Label: "e", Value: "  "}},
			"  ",
			rejected("secret_missing"),
		},
		"observed, nothing": {hook.Observe, nil, "x", rejected("secret_missing")},
		"no rule known":     {"", nil, "x", rejected("secret_missing")},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := For("generic")
			h := http.Header{}
			if c.sent != "" {
				h["X-Webhook-Secret"] = []string{c.sent}
			}
			got := p.Verify(
				&hook.Endpoint{Verify: c.verify, Secrets: c.secrets},
				extracttest.Record("POST", h, ""),
				signature.ReceiveContext{At: noon},
			)
			got = signature.Result{Verdict: got.Verdict, Reason: got.Reason, Secret: got.Secret}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAGenericEventIsNamedByTheFirstHeaderThatWasSent(t *testing.T) {
	long := make([]byte, maxEventID+1)
	for i := range long {
		long[i] = 'x'
	}
	for name, c := range map[string]struct {
		header http.Header
		want   string
	}{
		"none":            {http.Header{}, ""},
		"webhook id":      {http.Header{"Webhook-Id": {"a"}, "X-Webhook-Id": {"b"}, "Idempotency-Key": {"c"}}, "a"},
		"x webhook id":    {http.Header{"X-Webhook-Id": {"b"}, "Idempotency-Key": {"c"}}, "b"},
		"idempotency key": {http.Header{"Idempotency-Key": {"c", "d"}}, "c"},
		"too long":        {http.Header{"Webhook-Id": {string(long)}, "Idempotency-Key": {"c"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := For("generic")
			if got := p.Verify(&hook.Endpoint{}, extracttest.Record("POST", c.header, ""),
				signature.ReceiveContext{At: noon}).Event; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// FuzzExamine: every request gets one of the three verdicts, and none is verified without the secret.
func FuzzExamine(f *testing.F) {
	f.Add("x", "id")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, sent, id string) {
		p, _ := For("generic")
		h := http.Header{"X-Webhook-Secret": {sent}, "Webhook-Id": {id}}
		got := p.Verify(
			&hook.Endpoint{Verify: hook.Enforce, Secrets: []hook.Secret{{Label: "live", Value: live}}},
			extracttest.Record("POST", h, ""),
			signature.ReceiveContext{At: noon},
		)
		if !got.Verdict.Known() || (got.Verdict == hook.Verified) != (sent == live) || len(got.Event) > maxEventID {
			t.Errorf("%+v", got)
		}
	})
}
