package intake

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// TestPEMIsAcceptedAsItsFileIs saves keys and certificates with the line breaks and blanks that files and clipboards
// have, as secrets and as a setting, in a new endpoint and in a changed one.
func TestPEMIsAcceptedAsItsFileIs(t *testing.T) {
	paypal, _ := provider.For("paypal")
	_, certificate, err := paypal.Signature.NewKey(noon)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{
		"paypal":  strings.TrimSpace(certificate),
		"rfc9421": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	}
	for sender, text := range texts {
		clean := strings.TrimSpace(text)
		for name, given := range map[string]string{
			"as it is": clean, "a final newline": clean + "\n", "several": "\n\n" + clean + "\n \n\t",
			"Windows": strings.ReplaceAll(clean, "\n", "\r\n") + "\r\n", "a byte order mark": "\ufeff" + clean + "\n",
		} {
			t.Run(sender+" "+name, func(t *testing.T) {
				fx := newFixture(t)
				secrets := []hook.Secret{{Label: "pem", Value: given}}
				settings, certificate := map[string]string{}, ""
				if sender == "paypal" {
					settings["webhook_id"], certificate = "WH-1", clean
				}
				e := fx.create(t, hook.Endpoint{Name: "new", Provider: sender, Secrets: secrets, Settings: settings})
				if e.Secrets[0].Value != clean || e.Verify != hook.Enforce || secrets[0].Value != given {
					t.Errorf("created with %q", e.Secrets[0].Value)
				}
				if certificate != "" {
					settings["certificate"] = given
				}
				e, err := fx.all.Change(t.Context(), e.ID, func(e *hook.Endpoint) error {
					e.Secrets, e.Settings = secrets, settings
					return nil
				})
				if err != nil || e.Secrets[0].Value != clean || e.Settings["certificate"] != certificate {
					t.Errorf("changed: %v, %q", err, e.Settings["certificate"])
				}
				if complaint := provider.CheckSecret(&e, given).Refusal; complaint != "" {
					t.Errorf("checked: %s", complaint)
				}
			})
		}
	}
	// White space around any other secret may be part of it.
	fx := newFixture(t)
	for i, value := range []string{" " + strings.Repeat("k", 20), strings.Repeat("k", 20) + "\n"} {
		e := fx.create(t, hook.Endpoint{Name: fmt.Sprint("text", i), Provider: "github",
			Secrets: []hook.Secret{{Label: "text", Value: value}}})
		if e.Secrets[0].Value != value || e.Verify != hook.Enforce {
			t.Errorf("%q is saved as %q", value, e.Secrets[0].Value)
		}
	}
}
