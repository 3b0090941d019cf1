package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// set returns settings of pairs of names and values.
func set(pairs ...string) map[string]string {
	settings := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		settings[pairs[i]] = pairs[i+1]
	}
	return settings
}

// pairsOf returns the settings for "t=…,v1=…" in a header.
func pairsOf(header string, more ...string) map[string]string {
	return set(append([]string{"header", header, "prefix", "v1=", "timestamp", "t=", "message", "{time}.{body}"},
		more...)...)
}

// standardOf returns the settings for Standard Webhooks with the given prefix of header names.
func standardOf(prefix, key string) map[string]string {
	return set("header", prefix+"-signature", "prefix", "v1,", "separator", "space", "encoding", "base64", "key", key,
		"timestamp", prefix+"-timestamp", "message", "{header:"+prefix+"-id}.{time}.{body}")
}

// expressedByHMAC are senders' rules as settings of generic-hmac.
func expressedByHMAC() map[string]map[string]string {
	hub := set("header", "x-hub-signature", "prefix", "sha256=")
	all := map[string]map[string]string{
		"stripe/v1": pairsOf("Stripe-Signature"), "mux/v1": pairsOf("Mux-Signature"),
		"calendly/v1": pairsOf("Calendly-Webhook-Signature", "timestamp", "calendly-webhook-signature"),
		"shippo/v1":   pairsOf("Shippo-Auth-Signature"), "workos/v1": pairsOf("WorkOS-Signature"),
		"revenuecat/v1": pairsOf("X-RevenueCat-Webhook-Signature"),
		"sanity/v1":     pairsOf("sanity-webhook-signature", "encoding", "base64url"),
		"retell/v1": set("header", "X-Retell-Signature", "prefix", "d=", "timestamp", "v=", "message",
			"{body}{time}", "unit", "milliseconds"),
		"paddle/h1": set("header", "Paddle-Signature", "prefix", "h1=", "timestamp", "ts=", "separator", "semicolon",
			"message", "{time}:{body}"),
		"circleci/v1":  set("header", "circleci-signature", "prefix", "v1="),
		"pagerduty/v1": set("header", "X-PagerDuty-Signature", "prefix", "v1="),
		"revolut/v1": set("header", "Revolut-Signature", "prefix", "v1=", "timestamp", "Revolut-Request-Timestamp",
			"message", "v1.{time}.{body}"),

		"box/v1": set("header", "BOX-SIGNATURE-PRIMARY, BOX-SIGNATURE-SECONDARY", "encoding", "base64", "message",
			"{body}{time}", "timestamp", "BOX-DELIVERY-TIMESTAMP", "body", "escaped"),
		"docusign/hmac": set("header", "X-DocuSign-Signature-*", "encoding", "base64"),
		"pandadoc/hmac": set("query", "signature"),
		"omise/v1": set("header", "Omise-Signature", "separator", "comma", "key", "base64", "timestamp",
			"Omise-Signature-Timestamp", "message", "{time}.{body}"),

		"zendesk/hmac": set("header", "X-Zendesk-Webhook-Signature", "encoding", "base64", "timestamp",
			"X-Zendesk-Webhook-Signature-Timestamp", "message", "{time}{body}"),
		"twitch/hmac": set("header", "Twitch-Eventsub-Message-Signature", "prefix", "sha256=", "timestamp",
			"Twitch-Eventsub-Message-Timestamp", "message", "{header:twitch-eventsub-message-id}{time}{body}"),
		"webflow/hmac": set("header", "x-webflow-signature", "timestamp", "x-webflow-timestamp", "message",
			"{time}:{body}"),
		"airwallex/hmac": set("header", "x-signature", "timestamp", "x-timestamp", "message", "{time}{body}"),
		"cashfree/v1": set("header", "x-webhook-signature", "timestamp", "x-webhook-timestamp", "message",
			"{time}{body}", "encoding", "base64"),
		"klaviyo/hmac": set("header", "Klaviyo-Signature", "timestamp", "Klaviyo-Timestamp", "message",
			"{body}{time}"),
		"grafana/hmac-time": set("header", "X-Grafana-Alerting-Signature", "timestamp", "X-Signed-At", "message",
			"{time}:{body}"),
		"slack/v0": set("header", "X-Slack-Signature", "prefix", "v0=", "timestamp", "X-Slack-Request-Timestamp",
			"message", "v0:{time}:{body}"),
		"zoom/v0": set("header", "x-zm-signature", "prefix", "v0=", "timestamp", "x-zm-request-timestamp", "message",
			"v0:{time}:{body}"),
		"customerio/v0": set("header", "X-CIO-Signature", "timestamp", "X-CIO-Timestamp", "message",
			"v0:{time}:{body}"),
		"linear/hmac": set("header", "Linear-Signature", "timestamp", "body:webhookTimestamp"),
		"hubspot/v3": set("header", "X-HubSpot-Signature-v3", "encoding", "base64", "timestamp",
			"X-HubSpot-Request-Timestamp", "message", "{method}{url}{body}{time}"),

		"standard-webhooks/v1": standardOf("webhook", "whsec"), "svix/v1": standardOf("svix", "whsec"),
		"gitlab/signing-token": standardOf("webhook", "whsec"), "openai/v1": standardOf("webhook", "whsec"),
		"clerk/v1": standardOf("svix", "whsec"), "resend/v1": standardOf("svix", "whsec"),
		"supabase/v1": standardOf("webhook", "whsec"), "polar/v1": standardOf("webhook", "text"),
		"bigcommerce/standard": standardOf("webhook", "text"),

		"square/hmac": set("header", "x-square-hmacsha256-signature", "encoding", "base64", "message", "{url}{body}"),
		"trello/hmac": set("header", "x-trello-webhook", "algorithm", "sha1", "encoding", "base64", "message",
			"{body}{url}"),
		"microsoft-teams/hmac": set(
			"header",
			"Authorization",
			"prefix",
			"HMAC ",
			"encoding",
			"base64",
			"key",
			"base64",
		),
		"adyen/platform":   set("header", "HmacSignature", "key", "hex", "encoding", "base64"),
		"squarespace/hmac": set("header", "Squarespace-Signature", "key", "hex"),
		"paystack/hmac":    set("header", "x-paystack-signature", "algorithm", "sha512"),
		"intercom/sha1":    set("header", "X-Hub-Signature", "prefix", "sha1=", "algorithm", "sha1"),
		"github/sha1":      set("header", "X-Hub-Signature", "prefix", "sha1=", "algorithm", "sha1"),
		"segment/sha1":     set("header", "X-Signature", "algorithm", "sha1"),
		"vercel/sha1":      set("header", "x-vercel-signature", "algorithm", "sha1"),
		"bitbucket/hmac":   hub, "bitbucket-data-center/hmac": hub, "jira/hmac": hub,
		"x/hmac":        set("header", "x-twitter-webhooks-signature", "prefix", "sha256=", "encoding", "base64"),
		"typeform/hmac": set("header", "Typeform-Signature", "prefix", "sha256=", "encoding", "base64"),
	}
	maps.Copy(all, onlyHeaders())
	return all
}

// onlyHeaders are the rules whose settings are little more than the header.
func onlyHeaders() map[string]map[string]string {
	all := map[string]map[string]string{
		"contentful/v1": set("header", "x-contentful-signature", "timestamp", "x-contentful-timestamp",
			"signed_headers", "x-contentful-signed-headers", "message", `{method}\n{path}\n{headers}\n{body}`),
		"recurly/v1":      set("header", "recurly-signature", "timestamp", "first", "message", "{time}.{body}"),
		"easypost/hmac":   set("header", "X-Hmac-Signature", "prefix", "hmac-sha256-hex=", "key", "nfkd"),
		"websub/hmac":     set("header", "X-Hub-Signature", "algorithm", "named"),
		"github/sha256":   set("header", "X-Hub-Signature-256", "prefix", "sha256="),
		"meta/sha256":     set("header", "X-Hub-Signature-256", "prefix", "sha256="),
		"notion/hmac":     set("header", "X-Notion-Signature", "prefix", "sha256="),
		"btcpay/hmac":     set("header", "BTCPay-Sig", "prefix", "sha256="),
		"mollie/next-gen": set("header", "X-Mollie-Signature", "prefix", "sha256="),
	}
	for rule, header := range map[string]string{"razorpay/hmac": "X-Razorpay-Signature",
		"lemonsqueezy/hmac":      "X-Signature",
		"coinbase-commerce/hmac": "X-CC-Webhook-Signature", "asana/hmac": "X-Hook-Signature",
		"gitea/hmac": "X-Gitea-Signature", "sentry/hmac": "Sentry-Hook-Signature",
		"dropbox/hmac": "X-Dropbox-Signature",
		"grafana/hmac": "X-Grafana-Alerting-Signature", "gocardless/hmac": "Webhook-Signature",
		"checkout-com/hmac": "Cko-Signature", "creem/hmac": "creem-signature"} {
		all[rule] = set("header", header)
	}
	for rule, header := range map[string]string{"shopify/hmac": "X-Shopify-Hmac-Sha256",
		"line/hmac": "x-line-signature",
		"xero/hmac": "x-xero-signature"} {
		all[rule] = set("header", header, "encoding", "base64")
	}
	return all
}

// expressedByCredential are senders' rules as settings of generic.
func expressedByCredential() map[string]map[string]string {
	own, authorization, basic := set(
		"header",
		"X-Webhook-Secret",
	), set(
		"header",
		"Authorization",
	), set(
		"scheme",
		"basic",
	)
	return map[string]map[string]string{
		"telegram/token": set(
			"header",
			"X-Telegram-Bot-Api-Secret-Token",
		), "cloudflare/token": set("header", "cf-webhook-auth"),
		"xendit/token": set("header", "x-callback-token"), "brevo/header": set("header", "X-Mailin-Key"),
		"azure-event-grid/header": own, "bigcommerce/header": own, "datadog/header": own, "okta/header": authorization,
		"auth0/header": authorization, "harbor/header": authorization, "checkout-com/authorization": authorization,
		"revenuecat/authorization": authorization, "postmark/basic": basic, "azure-devops/basic": basic,
		"chargebee/basic": basic, "alertmanager/basic": basic, "phonepe/sha256": authorization,
		"docker-hub/query": set("query", "secret"), "salesforce-outbound/query": set("query", "secret"),
	}
}

// notExpressed says why a sender's rule cannot be written as settings.
var notExpressed = map[string]string{
	"paypal/cert": publicKey, "sendgrid/ecdsa": publicKey, "discord/ed25519": publicKey, "wise/rsa": publicKey,
	"standard-webhooks/v1a": publicKey, "telnyx/ed25519": publicKey, "aws-sns/cert": publicKey,
	"messagebird/jwt": jwt, "monday/jwt": jwt, "netlify/jws": jwt, "vonage/jwt": jwt, "wix/rs256": jwt,
	"plaid/es256": jwt,
	"hubspot/v1":  plainHash, "hubspot/v2": plainHash, "lark/sha256": plainHash, "wecom/sha1": plainHash,
	"midtrans/sha512": plainHash,
	"adyen/standard":  fields, "braintree/bt": fields, "mailgun/body-sig": fields, "dropbox-sign/event-hash": fields,
	"mercadopago/v1": fields, "plivo/v2": fields, "plivo/v3": fields, "twilio/json": fields, "twilio/form": fields,
	"lark/token": inBody, "microsoft-graph/client-state": inBody, "sharepoint/client-state": inBody,
}

const (
	publicKey = "signed with a private key"
	jwt       = "the signature is a JWT"
	plainHash = "a hash that is no HMAC"
	fields    = "the body is not signed as a whole"
	inBody    = "the secret is in the body"
)

// TestRealSendersAreExpressedBySettings verifies the vectors of real senders with settings of generic-hmac and generic,
// and again with one bit turned.
func TestRealSendersAreExpressedBySettings(t *testing.T) {
	counts := map[string]int{}
	byHMAC, byCredential := expressedByHMAC(), expressedByCredential()
	for _, file := range []string{"vectors.json", "more/vectors.json"} {
		content, err := os.ReadFile(filepath.Join(shared(t), file))
		if err != nil {
			t.Fatal(err)
		}
		var vectors []struct {
			vector
			Cfg json.RawMessage // not needed, and of several kinds
		}
		if err := json.Unmarshal(content, &vectors); err != nil {
			t.Fatal(err)
		}
		for _, v := range vectors {
			rule := v.Provider + "/" + v.Rule
			id, settings := "generic-hmac", byHMAC[rule]
			if settings == nil {
				id, settings = "generic", byCredential[rule]
			}
			why := notExpressed[rule] + notExpressed[rule+"/"+v.Name]
			switch {
			case strings.Contains(v.Name, "wrong on purpose"):
				continue
			case why != "":
				id = "none"
				t.Logf("%s/%s: %s", rule, v.Name, why)
			case settings == nil:
				t.Fatalf("%s is not in the tables", rule)
			}
			if counts[id]++; id == "none" {
				continue
			}
			t.Run(rule+"/"+v.Name, func(t *testing.T) { v.expressed(t, id, settings) })
		}
	}
	if counts["generic-hmac"] != 103 || counts["generic"] != 19 || counts["none"] != 47 {
		t.Errorf("%v", counts)
	}
}

// expressed verifies a vector at an endpoint with these settings.
func (v *vector) expressed(t *testing.T, id string, settings map[string]string) {
	t.Helper()
	if complaint := CheckSettings(id, settings, nil); complaint != "" {
		t.Fatal(complaint)
	}
	p, _ := For(id)
	verify := func(change func(*hook.Record)) signature.Result {
		e, r := v.request()
		e.Provider, e.Settings, e.Tolerance = id, maps.Clone(settings), 0
		if u, err := url.Parse(v.URL); err == nil {
			r.Query = u.RawQuery
		}
		change(r)
		return p.Verify(e, r, signature.ReceiveContext{At: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)})
	}
	if f := verify(func(*hook.Record) {}); f.Verdict != hook.Verified || f.Secret != "live" {
		t.Fatalf("%+v", f)
	}
	if id == "generic" {
		if settings["query"] != "" {
			if f := verify(func(r *hook.Record) { r.Query = strings.Replace(r.Query, "e", "d", 2) }); f.Verdict !=
				hook.Rejected {
				t.Errorf("another secret in the query: %+v", f)
			}
			return
		}
		name := http.CanonicalHeaderKey(settings["header"])
		if name == "" {
			name = "Authorization"
		}
		if f := verify(func(r *hook.Record) {
			i := slices.IndexFunc(r.Headers, func(h hook.Header) bool { return h.Name == name })
			turned := []byte(r.Headers[i].Value)
			turned[len(turned)/2] ^= 1
			r.Headers[i].Value = string(turned)
		}); f.Verdict != hook.Rejected {
			t.Errorf("a bit of the header turned: %+v", f)
		}
		return
	}
	for i := 0; i < len(v.BodyB64); i += 1 + len(v.BodyB64)/100 {
		if f := verify(func(r *hook.Record) { r.Body[i] ^= 1 }); f.Verdict != hook.Rejected {
			t.Fatalf("byte %d turned: %+v", i, f)
		}
	}
}
