package provider

import (
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

func sampleTuned() []sample {
	return []sample{
		{
			id:     "generic-hmac",
			secret: plain,
			body:   `{"type":"made","id":"t-1"}`,
			typ:    "made",
			event:  "t-1",
			sign:   signed("X-Signature", "", hex256),
		},
		{
			id:     "generic-hmac",
			secret: encode([]byte(plain)),
			body:   `{"event":"made"}`,
			typ:    "made",
			event:  "t-2",
			dated:  true,
			settings: map[string]string{
				"header":    "x-acme-sig",
				"prefix":    "v9=",
				"algorithm": "sha512",
				"encoding":  "base64url",
				"key":       "base64",
				"timestamp": "x-acme-time",
				"message":   "{method}:{url}:{time}:{header:Webhook-Id}:{body}",
			},
			sign: func(at time.Time, body string) http.Header {
				sum := mac(sha512.New, plain, "POST:"+address+":"+seconds(at)+":t-2:"+body)
				return headers(
					"X-Acme-Sig",
					"v9="+base64.RawURLEncoding.EncodeToString(sum),
					"X-Acme-Time",
					seconds(at),
					"Webhook-Id",
					"t-2",
				)
			},
		},
		{id: "generic-hmac", secret: hex.EncodeToString([]byte(plain)), body: `x`, event: "sha256", typ: "made",
			settings: map[string]string{"algorithm": "sha1", "encoding": "base64", "key": "hex"},
			sign: signed(
				"X-Signature",
				"",
				func(body string) string { return hmac64(sha1.New, plain, body) },
				"X-Event-Type",
				"made",
			)},
	}
}

func TestWhatNoSettingsMayBe(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"nothing":             {nil, ""},
		"algorithm":           {map[string]string{"algorithm": "md5"}, "algorithm"},
		"encoding":            {map[string]string{"encoding": "base32"}, "encoding"},
		"key":                 {map[string]string{"key": "pem"}, "key"},
		"no body":             {map[string]string{"message": "{method}"}, "any body"},
		"unknown part":        {map[string]string{"message": "{body}{secret}"}, "no HMAC"},
		"open brace":          {map[string]string{"message": "{body}{time"}, "message may contain only"},
		"unsigned time":       {map[string]string{"timestamp": "X-Time"}, "{time}"},
		"time without header": {map[string]string{"message": "{time}.{body}"}, "{time}"},
		"both":                {map[string]string{"message": "{time}.{body}", "timestamp": "X-Time"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := CheckSettings("generic-hmac", c.settings, nil)
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q in it", got, c.want)
			}
			if got == "" {
				return
			}
			f := examine(
				"generic-hmac",
				hook.Endpoint{Secrets: secret(plain), Settings: c.settings},
				extracttest.Record("POST", headers("X-Signature", hex256("x")), "x"),
			)
			if f.Verdict != hook.Rejected || f.Reason != hook.ReasonKeyMissing {
				t.Errorf("with settings that cannot be: %+v", f)
			}
		})
	}
}
