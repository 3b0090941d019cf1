package provider

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// shared returns the folder with vectors and payloads of the real senders; it skips the test if there is none.
func shared(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("HOOKBEAM_SHARED")
	if folder == "" {
		t.Skip(
			"SKIPPED: HOOKBEAM_SHARED is not set, so the published vectors and payloads in " +
				"$HOOKBEAM_SHARED/providers are not checked; the project's own samples are",
		)
	}
	return filepath.Join(folder, "providers")
}

type vector struct {
	Provider, Rule, Name, Method, URL string
	Header                            http.Header
	BodyB64, SecretB64                []byte
	Cfg                               map[string]string
	Item                              json.RawMessage
}

func (v *vector) request() (*hook.Endpoint, *hook.Record) {
	body := string(v.BodyB64)
	if len(v.Item) > 0 && string(v.Item) != "null" {
		body = `{"notificationItems":[{"NotificationRequestItem":` + string(v.Item) + `}]}`
	}
	e := &hook.Endpoint{Verify: hook.Enforce, Provider: v.Provider, SignedURL: v.URL,
		Secrets: []hook.Secret{
			{Label: "other", Value: "another-secret-0123"},
			{Label: "live", Value: string(v.SecretB64)},
		},
		Settings: map[string]string{"legacy": "accept"}}
	for name, value := range v.Cfg {
		e.Settings[name] = value
	}
	if v.Provider == "aws-sns" { // its certificate is looked up: see on
		e.Settings["topic_arn"] = "arn:aws:sns:eu-central-1:123456789012:orders"
	}
	return e, extracttest.Record(v.Method, v.Header, body)
}

// on returns what verifying a vector needs besides its request.
func (v *vector) on() signature.ReceiveContext {
	return signature.ReceiveContext{At: noon, URL: address, Certificates: onlyCertificate(v.Cfg["cert_pem"])}
}

// onlyCertificate is the certificate at every address that may have one; "" is none. There are no keys.
type onlyCertificate string

func (c onlyCertificate) Certificate(from *signature.Issuer, url string, _ time.Time) (*x509.Certificate, error) {
	if err := from.CheckURL(url); err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(c))
	if block == nil {
		return nil, signature.ErrUntrusted
	}
	return x509.ParseCertificate(block.Bytes)
}

func (onlyCertificate) Key(string, string, time.Time) (string, error) {
	return "", signature.ErrUntrusted
}

func TestThePublishedVectorsVerifyAndNoBitOfThemCanBeTurned(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(shared(t), "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(content, &vectors); err != nil || len(vectors) != 46 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	for _, v := range vectors {
		t.Run(v.Provider+"/"+v.Name, func(t *testing.T) {
			p, known := For(v.Provider)
			if !known {
				t.Fatal("unknown provider")
			}
			e, r := v.request()
			at := time.Date(2017, 3, 30, 20, 5, 0, 0, time.UTC) // while PayPal's certificate held
			if f := p.Verify(e, r, signature.ReceiveContext{At: at}); f.Verdict != hook.Verified || f.Secret != "live" {
				t.Fatalf("%+v", f)
			}
			turn(t, &v, p, at)
		})
	}
}

// turn flips the lowest bit of each byte that the signature of a vector covers, one after the other.
func turn(t *testing.T, v *vector, p *Provider, at time.Time) {
	t.Helper()
	covered := func(int) bool { return true }
	switch body := string(v.BodyB64); {
	case v.Rule == "token":
		return // covers nothing
	case v.Provider == "mailgun":
		token := strings.Index(body, `"token":"`) + len(`"token":"`)
		covered = func(i int) bool { return i >= token && i < token+50 }
	case v.Provider == "braintree":
		payload := strings.Index(body, "bt_payload=") + len("bt_payload=")
		covered = func(i int) bool { return i >= payload }
	case v.Item != nil && string(v.Item) != "null":
		_, r := v.request()
		value := strings.LastIndex(string(r.Body), `"pspReference"`) + 1 // the field's value, not its name
		covered = func(i int) bool { return i >= value && i < value+12 }
	}
	_, r := v.request()
	step := 1 + len(r.Body)/300
	for i := 0; i < len(r.Body); i += step {
		if !covered(i) {
			continue
		}
		e, r := v.request()
		r.Body[i] ^= 1
		if f := p.Verify(e, r, signature.ReceiveContext{At: at}); f.Verdict != hook.Rejected {
			t.Fatalf("byte %d turned: %+v", i, f)
		}
	}
	if e, r := v.request(); v.URL != "" {
		e.SignedURL += "x"
		if f := p.Verify(e, r, signature.ReceiveContext{At: at}); f.Verdict != hook.Rejected {
			t.Fatalf("another address: %+v", f)
		}
	}
}

func TestEveryPublishedPayloadIsIdentified(t *testing.T) {
	folder := filepath.Join(shared(t), "fixtures")
	content, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []struct{ Provider, File string }
	if err := json.Unmarshal(content, &index); err != nil || len(index) != 214 {
		t.Fatalf("%d payloads, %v", len(index), err)
	}
	for _, x := range index {
		t.Run(x.File, func(t *testing.T) { identified(t, folder, x.Provider, x.File) })
	}
}

func identified(t *testing.T, folder, id, file string) {
	body, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		t.Fatal(err)
	}
	p, known := For(id)
	if !known {
		t.Fatal("unknown provider")
	}
	var sent map[string]string
	headersFile := strings.TrimSuffix(file, filepath.Ext(file)) + ".headers"
	if content, err := os.ReadFile(filepath.Join(folder, headersFile)); err == nil {
		if err := json.Unmarshal(content, &sent); err != nil {
			t.Fatal(err)
		}
	}
	header := http.Header{}
	for name, value := range sent {
		header.Set(name, value)
	}
	if name := idHeaders[id]; name != "" {
		header.Set(name, "an-id")
	}
	if strings.HasSuffix(file, ".xml") { // what a form of Braintree's holds
		body = []byte("bt_signature=x&bt_payload=" + url.QueryEscape(encode(body)))
	}
	f := p.Verify(
		&hook.Endpoint{Verify: hook.Off},
		extracttest.Record("POST", header, string(body)),
		signature.ReceiveContext{At: noon},
	)
	if (f.Type == "") != untyped[file] || (f.Event == "") != nameless[file] {
		t.Errorf("type %q, event %q", f.Type, f.Event)
	}
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// untyped are payloads without a type.
var untyped = map[string]bool{
	"mollie/classic.form":                true,
	"twilio/voice.form":                  true,
	"standard-webhooks/test.signed.json": true,
}

// nameless are payloads without an id: their senders give none, or the values were removed before publication.
var nameless = map[string]bool{"mollie/classic.form": true, "twilio/voice.form": true,
	"woocommerce/ping.form":           true,
	"adyen/accountHolderCreated.json": true, "slack/url_verification.json": true,
	"slack/MessagePayload.json":    true,
	"slack/AppMentionPayload.json": true, "slack/ReactionAddedPayload.json": true,
	"slack/ChannelCreatedPayload.json": true,
	"slack/TeamJoinPayload.json":       true, "slack/AppRateLimitedPayload.json": true, "mailgun/failed.json": true,
	"mailgun/failed.2.json": true, "mailgun/failed.3.json": true, "mailgun/rejected.json": true,
	"mailgun/opened.json": true}

// idHeaders are the ids of senders whose payloads were published without headers.
var idHeaders = map[string]string{
	"github":    "X-Github-Delivery",
	"gitlab":    "Idempotency-Key",
	"bitbucket": "X-Request-Uuid",
	"shopify":   "X-Shopify-Webhook-Id",
}
