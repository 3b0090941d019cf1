package provider

import (
	"net/url"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
)

// TestAFormOfGiteaIsNotVerified: the signature is one of the JSON in it. If it counted, a form that begins like JSON
// would be read as other JSON than what was signed.
func TestAFormOfGiteaIsNotVerified(t *testing.T) {
	const signed = `{"ref":"refs/heads/main"}`
	for _, body := range []string{"payload=" + url.QueryEscape(signed),
		`{"ref":"evil"}&payload=` + url.QueryEscape(signed)} {
		r := extracttest.Record("POST", headers("X-Gitea-Signature", hex256(signed), "Content-Type",
			"application/x-www-form-urlencoded"), body)
		if f := examine("gitea", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Rejected {
			t.Errorf("%s: %+v", body, f)
		}
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
