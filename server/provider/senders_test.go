package provider

import (
	"crypto/ed25519"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// samples has at least one request of every sender.
func samples(t testing.TB) []sample {
	k := newKeys(t)
	return slices.Concat(samplePayments(k), samplePlatforms(k), sampleTokens(),
		sampleGeneral(k), sampleTuned(), sampleMessages(k), sampleFiles(t, k))
}

// samplePayments are requests of payment providers.
func samplePayments(k keys) []sample {
	pem := map[string]string{"webhook_id": "WH-1"}
	return []sample{
		{id: "stripe", secret: plain, body: `{"id":"evt_1","type":"charge.succeeded"}`, typ: "charge.succeeded",
			event: "evt_1", dated: true,
			sign: func(at time.Time, body string) http.Header {
				return headers("Stripe-Signature",
					"t="+seconds(at)+",v0=00,v1="+strings.Repeat("0", 64)+",v1="+hex256(seconds(at)+"."+body))
			}},
		{id: "razorpay", secret: plain, body: `{"event":"payment.captured"}`, typ: "payment.captured", event: "rzp-1",
			sign: signed("X-Razorpay-Signature", "", hex256, "X-Razorpay-Event-Id", "rzp-1")},
		{id: "paypal", secret: k.pem, body: `{"id":"WH-9","event_type":"PAYMENT.SALE.COMPLETED"}`,
			typ: "PAYMENT.SALE.COMPLETED", event: "WH-9",
			settings: pem, dated: true, sign: k.paypal},
		{id: "paddle", secret: plain, body: `{"event_id":"evt_2","event_type":"transaction.paid"}`,
			typ: "transaction.paid", event: "evt_2", dated: true,
			sign: func(at time.Time, body string) http.Header {
				return headers("Paddle-Signature",
					"ts="+seconds(at)+";h1="+hex256("0")+";h1="+hex256(seconds(at)+":"+body))
			}},
		{id: "lemonsqueezy", secret: plain, body: `{"meta":{"event_name":"order_created","webhook_id":"w-1"}}`,
			typ: "order_created", event: "sha256",
			sign: signed("X-Signature", "", hex256)},
		{id: "square", secret: plain, body: `{"type":"payment.updated","event_id":"sq-1"}`,
			typ: "payment.updated", event: "sq-1",
			sign: signed("X-Square-Hmacsha256-Signature", "",
				func(body string) string { return b64256(address + body) })},
		{id: "adyen", secret: hex.EncodeToString([]byte(plain)), body: "8536", wrap: adyenBody,
			typ: "AUTHORISATION", event: "8536/AUTHORISATION/true"},
		{id: "adyen", secret: hex.EncodeToString([]byte(plain)),
			body: `{"type":"transfer.created","timestamp":"t","data":{"id":"d-1"}}`, typ: "transfer.created",
			event: "d-1/transfer.created/t", sign: signed("HmacSignature", "", b64256)},
		{id: "mollie", secret: plain, body: `{"id":"whe_1","type":"payment-link.paid"}`, typ: "payment-link.paid",
			event: "whe_1",
			sign:  signed("X-Mollie-Signature", "sha256=00, sha256=", hex256)},
		{id: "braintree", secret: plain, body: "<notification><kind>check</kind></notification>",
			wrap: braintreeForm, typ: "check",
			event: "sha256", settings: map[string]string{"public_key": "public"}},
		{id: "paystack", secret: plain, body: `{"event":"charge.success","data":{"id":7,"status":"success"}}`,
			typ: "charge.success", event: "charge.success/7/success",
			sign: signed("X-Paystack-Signature", "",
				func(body string) string { return hmacHex(sha512.New, plain, body) })},
		{id: "flutterwave", secret: plain, body: `{"type":"charge.completed","id":"fw-1"}`,
			typ: "charge.completed", event: "fw-1",
			sign: signed("Flutterwave-Signature", "", b64256)},
		{id: "coinbase-commerce", secret: plain, body: `{"event":{"id":"cc-1","type":"charge:confirmed"}}`,
			typ: "charge:confirmed", event: "cc-1",
			sign: signed("X-CC-Webhook-Signature", "", hex256)},
		{id: "btcpay", secret: plain,
			body: `{"deliveryId":"b-2","originalDeliveryId":"b-1","type":"InvoiceSettled"}`,
			typ:  "InvoiceSettled", event: "b-1",
			sign: signed("BTCPay-Sig", "sha256=", hex256)},
	}
}

// samplePlatforms are requests of code hosts, shops, chats and mail services.
func samplePlatforms(k keys) []sample {
	return []sample{
		{id: "github", secret: plain, body: `{"zen":"x"}`, typ: "push", event: "gh-1",
			sign: signed("X-Hub-Signature-256", "sha256=", hex256,
				"X-Github-Event", "push", "X-Github-Delivery", "gh-1")},
		{id: "github", secret: plain, body: `{"zen":"x"}`, typ: "push", event: "gh-1",
			sign: signed("X-Hub-Signature", "sha1=",
				func(body string) string { return hmacHex(sha1.New, plain, body) }, "X-Github-Event", "push",
				"X-Github-Delivery", "gh-1")},
		{id: "bitbucket", secret: plain, body: `{}`, typ: "repo:push", event: "bb-1",
			sign: signed("X-Hub-Signature", "sha256=", hex256, "X-Event-Key", "repo:push", "X-Request-Uuid", "bb-1")},
		{id: "bitbucket", secret: plain, body: `{}`, typ: "pr:opened", event: "bb-2", // Data Center
			sign: signed("X-Hub-Signature", "sha256=", hex256, "X-Event-Key", "pr:opened", "X-Request-Id", "bb-2")},
		{id: "shopify", secret: plain, body: `{"id":1}`, typ: "orders/create", event: "sh-1",
			sign: signed("X-Shopify-Hmac-Sha256", "", b64256, "X-Shopify-Topic", "orders/create",
				"X-Shopify-Webhook-Id", "sh-1")},
		{id: "shopify", secret: plain, body: `{"id":1}`, typ: "orders/create", event: "sh-1",
			sign: signed("Shopify-Hmac-Sha256", "", b64256,
				"Shopify-Topic", "orders/create", "Shopify-Event-Id", "sh-1")},
		{id: "woocommerce", secret: plain, body: `{"id":1}`, typ: "order.created", event: "order.created/sha256",
			sign: signed("X-WC-Webhook-Signature", "", b64256, "X-WC-Webhook-Topic", "order.created")},
		{id: "slack", secret: plain,
			body: `{"type":"event_callback","event_id":"Ev1","event":{"type":"message"}}`, typ: "message",
			event: "Ev1", dated: true,
			sign: func(at time.Time, body string) http.Header {
				return headers("X-Slack-Request-Timestamp", seconds(at), "X-Slack-Signature",
					"v0="+hex256("v0:"+seconds(at)+":"+body))
			}},
		{id: "discord", secret: hex.EncodeToString([]byte(k.public())),
			body: `{"type":1,"event":{"type":"ENTITLEMENT_CREATE"}}`, typ: "ENTITLEMENT_CREATE",
			event: "sha256", dated: true, sign: func(at time.Time, body string) http.Header {
				sum := ed25519.Sign(k.ed25519Key, []byte(seconds(at)+body))
				return headers("X-Signature-Timestamp", seconds(at), "X-Signature-Ed25519", hex.EncodeToString(sum))
			}},
		{id: "mandrill", secret: plain, body: "mandrill_events=" + url.QueryEscape(mandrillEvents), typ: "open",
			event: "m1/open/1772625600",
			sign: signed("X-Mandrill-Signature", "",
				func(string) string { return hmac64(sha1.New, plain, address+"mandrill_events"+mandrillEvents) })},
		{id: "twilio", secret: plain, body: "MessageSid=SM1&MessageStatus=sent&A=2&A=1", typ: "sent", event: "SM1/sent",
			sign: signed("X-Twilio-Signature", "", func(body string) string {
				form, _ := url.ParseQuery(body)
				return hmac64(sha1.New, plain,
					strings.Replace(address, ".com/", ".com:443/", 1)+"A1A2MessageSid"+form.Get("MessageSid")+
						"MessageStatus"+
						form.Get("MessageStatus"))
			})},
		{id: "hubspot", secret: plain,
			body:  `[{"eventId":1,"subscriptionId":2,"occurredAt":3,"subscriptionType":"contact.creation"}]`,
			typ:   "contact.creation",
			event: "1/2/3", dated: true, sign: func(at time.Time, body string) http.Header {
				return headers("X-HubSpot-Request-Timestamp", seconds(at)+"000", "X-HubSpot-Signature-v3",
					b64256("POST"+address+body+seconds(at)+"000"))
			}},
		{id: "sendgrid", secret: k.spki(), body: `[{"event":"open","sg_event_id":"sg-1"}]` + "\r\n", typ: "open",
			event: "sg-1", dated: true, sign: k.sendgrid},
		{id: "mailgun", secret: plain, typ: "delivered", event: "mg-1", dated: true, uncovered: true},
	}
}

const mandrillEvents = `[{"event":"open","_id":"m1","ts":1772625600,"msg":{"email":"ada@example.com"}}]`

func sampleTokens() []sample {
	login := "user:a:password-with:colons"
	return []sample{
		{id: "generic", secret: plain, body: `{"event":"made"}`, typ: "made", event: "g-1", uncovered: true,
			sign: signed("X-Webhook-Secret", "", constant(plain), "Webhook-Id", "g-1")},
		{id: "shared-secret-header", secret: plain, body: `{"type":"made","id":4}`, typ: "made", event: "4",
			uncovered: true,
			sign:      signed("X-Webhook-Secret", "", constant(plain))},
		{id: "flutterwave", secret: plain, body: `{"event":"charge.completed","data":{"id":1,"status":"ok"}}`,
			typ: "charge.completed", event: "charge.completed/1/ok",
			uncovered: true, sign: signed("verif-hash", "", constant(plain))},
		{id: "gitlab", secret: plain, body: `{"object_kind":"push"}`, typ: "push", event: "gl-1", uncovered: true,
			sign: signed("X-Gitlab-Token", "", constant(plain), "X-Gitlab-Event-UUID", "gl-1")},
		{id: "telegram", secret: plain, body: `{"update_id":5,"message":{"date":1}}`, typ: "message", event: "5",
			uncovered: true,
			sign:      signed("X-Telegram-Bot-Api-Secret-Token", "", constant(plain))},
		{id: "mailchimp", secret: plain, body: "type=subscribe&fired_at=x&data[id]=a&data[list_id]=b",
			typ: "subscribe", event: "subscribe/x/a/b",
			uncovered: true, query: func() string { return "secret=" + plain }},
		{id: "cloudevents", secret: plain, body: `{"specversion":"1.0","type":"t.made","source":"/s","id":"1"}`,
			typ: "t.made", event: "/s/1", uncovered: true,
			sign: signed("Authorization", "Bearer ", constant(plain))},
		{id: "cloudevents", secret: plain, body: `<x/>`, typ: "t.made", event: "/s/1", uncovered: true,
			query: func() string { return "access_token=" + plain },
			sign:  signed("Ce-Type", "", constant("t.made"), "Ce-Source", "/s", "Ce-Id", "1")},
		{id: "basic", secret: login, body: `{"type":"made"}`, typ: "made", event: "sha256", uncovered: true,
			sign: signed("Authorization", "Basic ", constant(encode([]byte(login))))},
	}
}

func sampleGeneral(k keys) []sample {
	whsec := "whsec_" + encode([]byte(plain))
	v1 := func(message string) string { return "v1," + b64256("0") + " v1," + b64256(message) }
	return []sample{
		standardSample("standard-webhooks", "Webhook", whsec, v1),
		standardSample("standard-webhooks", "Webhook", "whpk_"+encode([]byte(k.public())), func(message string) string {
			return "v1,AAAA v1a," + encode(ed25519.Sign(k.ed25519Key, []byte(message)))
		}),
		standardSample("svix", "Svix", whsec, v1),
		standardSample("svix", "Webhook", whsec, v1),
		{id: "gitlab", secret: whsec, body: `{}`, typ: "Push Hook", event: "msg_1", dated: true,
			sign: func(at time.Time, body string) http.Header {
				return headers("Webhook-Id", "msg_1", "Webhook-Timestamp", seconds(at), "Webhook-Signature",
					v1("msg_1."+seconds(at)+"."+body), "X-Gitlab-Event", "Push Hook")
			}},
		{id: "websub", secret: plain, body: `<feed/>`, typ: "content", event: "sha256",
			sign: signed("X-Hub-Signature", "sha384=",
				func(body string) string { return hmacHex(sha512.New384, plain, body) })},
		{id: "websub", secret: plain, body: `<feed/>`, typ: "content", event: "sha256",
			sign: signed("X-Hub-Signature", "sha256=",
				func(body string) string { return hmacHex(sha256.New, plain, body) })},
		{id: "websub", secret: plain, body: `{"object":"page"}`, typ: "content", event: "sha256", // Meta
			sign: signed("X-Hub-Signature-256", "sha256=", hex256)},
	}
}
