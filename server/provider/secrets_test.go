package provider

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// sentWith verifies a delivery that the sender signed with one secret, at an endpoint that has another.
func sentWith(t *testing.T, id, signed, stored string) signature.Result {
	t.Helper()
	p, _ := For(id)
	e := &hook.Endpoint{Provider: id, Verify: hook.Enforce, Secrets: secret(stored),
		Settings: map[string]string{"public_key": "public"}}
	body := "{}"
	if id == "braintree" {
		body = "bt_payload=P"
	}
	r := extracttest.Record("POST", headers("Webhook-Id", "1", "Svix-Id", "1"), body)
	if id == "adyen" {
		r.Body = []byte(`{"notificationItems":[{"NotificationRequestItem":{"additionalData":{},` +
			`"pspReference":"1","eventCode":"REPORT_AVAILABLE","amount":{"value":1,"currency":"EUR"},` +
			`"success":"true"}}]}`)
	}
	with := signature.Signing{Endpoint: e, URL: address, At: noon, Secret: signed}
	if err := p.Sign(r, with); err != nil {
		t.Fatal(err)
	}
	return p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
}

// TestASecretThatLooksWrongIsDoubtedAndVerifies has secrets that senders really sign with, although they look like
// another key, are short, long or have blanks at their ends.
func TestASecretThatLooksWrongIsDoubtedAndVerifies(t *testing.T) {
	generated := ` x;[]{}<>~` + "`" + `+=,.;:/?|abcdefghijklmnopqrstuvwxyz01234`
	for _, c := range []struct{ id, secret, doubts string }{
		{"woocommerce", "cs_" + strings.Repeat("a1", 20), DoubtAnotherKey},
		{"mailgun", "key-" + strings.Repeat("3ax6", 8), DoubtAnotherKey},
		{"razorpay", "rzp_webhook_secret_2026", DoubtAnotherKey},
		{"mollie", "test_of_the_webhook_secret", DoubtAnotherKey},
		{"github", "ghp_of_the_webhook_secret_0123456", DoubtAnotherKey},
		{"shopify", "https://shop.example/webhook-secret", DoubtAnotherKey},
		{"gitlab", "glpat-of-the-webhook-token", DoubtAnotherKey},
		{"github", "GITHUB_WEBHOOK_SECRET=0123456789abcdef", DoubtAssignment},
		{"slack", "export SLACK_SECRET='0123456789abcdef'", DoubtAssignment},
		{"gitlab", "webhook_secret: 0123456789abcdef", DoubtAssignment},
		{"line", "channelSecret: 0123456789abcdef", DoubtAssignment},
		{"github", "secret=0123456789abcdef", DoubtAssignment},
		{"github", "a question: 0123456789abcdef=", ""},
		{"github", "a_key=", DoubtWeak},
		{"woocommerce", generated, DoubtSurrounded},
		{"github", "a secret with a blank at its end ", DoubtSurrounded},
		{"paystack", "'sk_live_0123456789abcdef'", DoubtSurrounded},
		{"github", "mysecretkey", DoubtWeak},
		{"telegram", "hunter22", DoubtWeak},
		{"lemonsqueezy", "a", DoubtWeak},
		{"razorpay", "rzp_1", DoubtAnotherKey + " " + DoubtWeak},
		{"basic", "somebody-with-a-long-name:short", DoubtWeak},
		{"braintree", "short", DoubtWeak},
		{"adyen", "abcdef", DoubtWeak},
		{"svix", "whsec_" + encode([]byte("short-secret")), DoubtWeak},
		{"rfc9421", "short", DoubtWeak},
		{"lemonsqueezy", strings.Repeat("k", 41), DoubtTooLong},
		{"telegram", plain + "!", DoubtCharacters},
		{"github", "a key of two\nlines, of some length", DoubtCharacters},
		{"standard-webhooks", "polar_whs_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK", DoubtNotBase64},
		{"svix", "whsec_!" + plain, DoubtNotBase64},
		{"stripe", plain, DoubtPrefix},
		{"github", plain, ""},
	} {
		t.Run(c.id+" "+c.secret, func(t *testing.T) {
			got := CheckSecret(&hook.Endpoint{Provider: c.id}, c.secret)
			var codes []string
			for _, d := range got.Doubts {
				codes = append(codes, d.Code)
				if len(d.Text) < 40 || strings.Contains(d.Text, c.secret) && len(c.secret) > 1 {
					t.Errorf("%s: %s", d.Code, d.Text)
				}
			}
			weak := strings.Contains(c.doubts, DoubtWeak)
			if got.Refusal != "" || strings.Join(codes, " ") != c.doubts || got.Weak != weak {
				t.Errorf("%+v, want %s", got, c.doubts)
			}
			f := sentWith(t, c.id, c.secret, c.secret)
			if f.Verdict != hook.Verified || f.Marks&hook.MarkSecretWeak != 0 != weak {
				t.Errorf("%+v", f)
			}
		})
	}
}

// TestASecretIsUnderstoodAsItIsShown stores secrets as senders, files and consoles show them, and verifies deliveries
// that are signed with what is meant.
func TestASecretIsUnderstoodAsItIsShown(t *testing.T) {
	key := "0123456789abcdefghij-of_the/sender"
	whsec := "whsec_" + encode([]byte(key))
	bare, text := strings.TrimPrefix(whsec, "whsec_"), "abcdefghijklmnopqrst" // which is base64 as well
	polar, words := "polar_whs_"+text, "a text of some length"
	inHex := hex.EncodeToString([]byte(key))
	ofText := func(text string) string { return "whsec_" + encode([]byte(text)) }
	const trimmed, asText = hook.MarkSecretTrimmed, hook.MarkSecretAsText
	for name, c := range map[string]struct {
		id, signed, stored string
		marks              hook.Marks
	}{
		"Supabase":                   {"standard-webhooks", whsec, "v1," + whsec, 0},
		"Supabase at Svix":           {"svix", whsec, "v1," + whsec, 0},
		"Supabase with a line break": {"standard-webhooks", whsec, " v1," + whsec + "\r\n", 0},
		"whsec in quotes":            {"svix", whsec, `"` + whsec + `"`, 0},
		"whsec twice":                {"svix", whsec, "whsec_" + whsec, 0},
		"whsec in capitals":          {"standard-webhooks", whsec, "WHSEC_" + bare, 0},
		"a blank after whsec":        {"standard-webhooks", whsec, "whsec_ " + bare, 0},
		"a comma behind it":          {"standard-webhooks", whsec, whsec + ",", 0},
		"a blank after the version":  {"standard-webhooks", whsec, "v1, " + whsec, 0},
		"a token with its scheme":    {"cloudevents", plain, "bearer " + plain, trimmed},
		"a token with its header":    {"cloudevents", plain, "Authorization: Bearer  " + plain + "\n", trimmed},
		"a short token with its scheme": {"cloudevents", "short-one", "Bearer short-one",
			trimmed | hook.MarkSecretWeak},
		"a login with its header": {"basic", "me:" + plain, "Authorization: Basic " + encode([]byte("me:"+plain)),
			trimmed},
		"an encoded login":             {"basic", "me:" + plain, "Basic " + encode([]byte("me:"+plain)), trimmed},
		"no prefix":                    {"standard-webhooks", whsec, bare, 0},
		"no padding":                   {"standard-webhooks", whsec, strings.TrimRight(whsec, "="), 0},
		"the URL alphabet":             {"svix", "whsec_-_8=", "whsec_+/8=", hook.MarkSecretWeak},
		"Polar":                        {"standard-webhooks", ofText(polar), polar, asText},
		"text that is base64":          {"standard-webhooks", ofText(text), text, asText},
		"base64 that may be text":      {"standard-webhooks", "whsec_" + text, text, 0},
		"text with a blank":            {"svix", ofText(words), " " + words, asText | trimmed},
		"text after whsec_":            {"svix", ofText(words), "whsec_" + words, asText | trimmed},
		"quotes":                       {"github", plain, `"` + plain + `"`, trimmed},
		"other quotes":                 {"shopify", plain, "“" + plain + "” ", trimmed},
		"a byte order mark":            {"github", plain, "\ufeff" + plain + "\n", trimmed},
		"a space that does not break":  {"slack", plain, "\u00a0" + plain, trimmed},
		"a blank that is meant":        {"github", " " + plain, " " + plain, 0},
		"quotes that are meant":        {"woocommerce", `"` + plain + `"`, `"` + plain + `"`, 0},
		"hex with a line break":        {"adyen", inHex, inHex + "\n", trimmed},
		"SHA-1 of it":                  {"braintree", plain, plain + "\r\n", trimmed},
		"a token with a blank":         {"gitlab", plain, plain + " ", trimmed},
		"a login with a line break":    {"basic", "me:" + plain, "me:" + plain + "\n", trimmed},
		"a message key in quotes":      {"rfc9421", plain, "'" + plain + "'", trimmed},
		"a message key of Supabase":    {"rfc9421", whsec, "v1," + whsec, trimmed},
		"a message key that has a tab": {"rfc9421", plain + "\t", plain + "\t", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if f := sentWith(t, c.id, c.signed, c.stored); f.Verdict != hook.Verified || f.Marks != c.marks {
				t.Errorf("%s %s, marks %b, want %b", f.Verdict, f.Reason, f.Marks, c.marks)
			}
			wrong := c.signed[:len(c.signed)-4] + "abcd"
			if f := sentWith(t, c.id, wrong, c.stored); f.Verdict != hook.Rejected {
				t.Errorf("with another secret: %+v", f)
			}
		})
	}
}

// TestAPublicKeyIsNeverASharedSecret signs with the texts of public keys as HMAC keys, as anybody could.
func TestAPublicKeyIsNeverASharedSecret(t *testing.T) {
	public, _, _ := ed25519.GenerateKey(rand.Reader)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, _ := x509.MarshalPKIXPublicKey(&private.PublicKey)
	inPEM := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	for _, shown := range []string{"whpk_" + encode(public), inPEM} {
		for _, stored := range []string{shown, `"` + shown + `"`, " " + shown, "v1a," + shown, shown + "\n\n"} {
			for _, key := range []string{shown, stored, strings.TrimSpace(shown), strings.TrimPrefix(shown, "whpk_")} {
				for _, id := range []string{"standard-webhooks", "svix"} {
					if f := sentWith(t, id, "whsec_"+encode([]byte(key)), stored); f.Verdict != hook.Rejected {
						t.Errorf("%s with %q: %+v", id, stored, f)
					}
				}
				if f := forgedMessage(key, stored); f.Verdict != hook.Rejected {
					t.Errorf("rfc9421 with %q: %+v", stored, f)
				}
			}
		}
	}
	if f := forgedMessage(plain, plain); f.Verdict != hook.Verified {
		t.Errorf("the forgery is not one: %+v", f)
	}
}

// forgedMessage verifies an HTTP message signature by HMAC that names no algorithm.
func forgedMessage(key, stored string) signature.Result {
	digest := sha256.Sum256([]byte("{}"))
	named := "sha-256=:" + encode(digest[:]) + ":"
	params := fmt.Sprintf(`("@method" "@target-uri" "content-digest");created=%d`, noon.Unix())
	base := "\"@method\": POST\n\"@target-uri\": " + address + "\n\"content-digest\": " + named +
		"\n\"@signature-params\": " + params
	sum := mac(sha256.New, key, base)
	r := extracttest.Record("POST", headers("Content-Digest", named, "Signature-Input", "sig1="+params,
		"Signature", "sig1=:"+base64.StdEncoding.EncodeToString(sum)+":"), "{}")
	p, _ := For("rfc9421")
	return p.Verify(&hook.Endpoint{Provider: "rfc9421", Verify: hook.Enforce, Secrets: secret(stored)}, r,
		signature.ReceiveContext{At: noon, URL: address})
}

// TestTheReadingsOfSecretsAreBounded counts the bytes that a forged delivery has hashed. Each secret counts at least
// once.
func TestTheReadingsOfSecretsAreBounded(t *testing.T) {
	body := strings.Repeat("x", 100_000)
	var secrets []hook.Secret
	for i := range 10 {
		secrets = append(secrets, hook.Secret{Label: fmt.Sprint(i), Value: fmt.Sprintf(`"whsec_%d-_8a"`, 10+i)})
	}
	e := &hook.Endpoint{Provider: "svix", Verify: hook.Enforce, Secrets: secrets}
	p, _ := For("svix")
	sent := func(key string) *signature.Request {
		sum := hmac.New(sha256.New, []byte(key))
		fmt.Fprintf(sum, "1.%s.%s", seconds(noon), body)
		r := extracttest.Record("POST", headers("Svix-Id", "1", "Svix-Timestamp", seconds(noon),
			"Svix-Signature", "v1,"+encode(sum.Sum(nil))), body)
		return signature.NewRequest(e, r, signature.ReceiveContext{At: noon, URL: address})
	}
	q := sent("a forgery")
	defer q.Release()
	if f := p.evaluate(q); f.Verdict != hook.Rejected || q.Hashed > 21*len(body) || q.Hashed < 20*len(body) {
		t.Errorf("%s: %d bytes hashed for a body of %d", f.Verdict, q.Hashed, len(body))
	}
	for i := range secrets {
		key, _ := base64.RawURLEncoding.DecodeString(fmt.Sprintf("%d-_8a", 10+i))
		genuine := sent(string(key))
		if f := p.evaluate(genuine); f.Secret != fmt.Sprint(i) {
			t.Errorf("secret %d: %+v", i, f)
		}
		genuine.Release()
	}
}

// TestWeakIsWhatCanBeGuessed has secrets around the limit, in the forms of several senders.
func TestWeakIsWhatCanBeGuessed(t *testing.T) {
	for name, c := range map[string]struct {
		id, secret string
		weak       bool
	}{
		"15 bytes":                   {"github", plain[:15], true},
		"16 bytes":                   {"github", plain[:16], false},
		"16 in quotes, 14 without":   {"github", `"` + plain[:14] + `"`, true},
		"12 bytes in base64":         {"svix", "whsec_" + encode([]byte(plain[:12])), true},
		"16 bytes in base64":         {"svix", "whsec_" + encode([]byte(plain[:16])), false},
		"16 letters that are base64": {"svix", "abcdefghijklmnop", false},
		"15 bytes in hex":            {"adyen", strings.Repeat("ab", 15), true},
		"16 bytes in hex":            {"adyen", strings.Repeat("ab", 16), false},
		"a short password":           {"basic", "somebody-with-a-long-name:" + plain[:15], true},
		"a password":                 {"basic", "me:" + plain[:16], false},
		"a hashed one":               {"braintree", plain[:15], true},
		"a message key":              {"rfc9421", plain[:15], true},
	} {
		t.Run(name, func(t *testing.T) {
			check := CheckSecret(&hook.Endpoint{Provider: c.id}, c.secret)
			says := slices.ContainsFunc(check.Doubts, func(d Doubt) bool { return d.Code == DoubtWeak })
			if check.Weak != c.weak || says != c.weak {
				t.Errorf("%+v", check)
			}
		})
	}
	public, _, _ := ed25519.GenerateKey(rand.Reader)
	for id, key := range map[string]string{
		"standard-webhooks": "whpk_" + encode(public), "discord": hex.EncodeToString(public),
	} {
		if check := CheckSecret(&hook.Endpoint{Provider: id}, key); check.Weak || len(check.Doubts) > 0 {
			t.Errorf("a public key of %s: %+v", id, check)
		}
	}
}
