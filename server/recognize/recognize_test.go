package recognize_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/recognize"
	"hookbeam/server/sample"
)

// first returns the most likely sender of a text, and why.
func first(t *testing.T, text string) (id, why string) {
	t.Helper()
	r, err := recognize.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	found := recognize.Senders(r)
	if len(found) == 0 {
		return "", ""
	}
	return found[0].Provider.ID, strings.Join(found[0].Reasons, ", ")
}

func TestAPastedRequestNamesItsSender(t *testing.T) {
	for name, c := range map[string]struct{ text, id, why string }{
		"name of a header": {"Stripe-Signature", "stripe", "header Stripe-Signature"},
		"lower case":       {"x-razorpay-signature\n", "razorpay", "header X-Razorpay-Signature"},
		"header line":      {"Paddle-Signature: ts=1;h1=00", "paddle", "header Paddle-Signature"},
		"raw request": {
			"POST /in/x HTTP/1.1\r\nHost: a\r\nX-GitHub-Event: push\r\n\r\n{}",
			"github", "header X-Github-Event",
		},
		"shared header": {"X-Hub-Signature: sha1=00\nX-GitHub-Event: push", "github", "header X-Hub-Signature"},
		"shared, other sender": {
			"X-Hub-Signature: sha256=00\nX-Event-Key: repo:push\nX-Hook-UUID: 1",
			"bitbucket", "header X-Hub-Signature",
		},
		"GitHub's headers beside its own": {
			"X-Gitea-Delivery: 1\nX-Gitea-Event: push\nX-Gitea-Signature: 00\nX-Gogs-Delivery: 1\n" +
				"X-Gogs-Signature: 00\nX-Hub-Signature: sha1=00\nX-Hub-Signature-256: sha256=00\n" +
				"X-GitHub-Delivery: 1\nX-GitHub-Event: push\nX-GitHub-Event-Type: push",
			"gitea", "header X-Gitea-Signature",
		},
		"only Forgejo": {"X-Forgejo-Signature: 00", "gitea", "header X-Forgejo-Signature"},
		"WhatsApp": {
			"X-Hub-Signature-256: sha256=00\n\n" + `{"object":"whatsapp_business_account","entry":[{"id":"1",` +
				`"changes":[{"field":"messages","value":{}}]}]}`,
			"meta", "header X-Hub-Signature-256",
		},
		"Zoom": {"x-zm-request-timestamp: 1\nx-zm-signature: v0=00", "zoom", "header X-Zm-Signature"},
		"curl": {
			`curl -X POST https://a/in -H 'X-Shopify-Hmac-Sha256: eA==' --data-raw '{"id":1}'`,
			"shopify", "header X-Shopify-Hmac-Sha256",
		},
		"curl in lines": {
			"$ curl https://a \\\n  -H \"X-Slack-Signature: v0=00\" \\\n  -d 'x'",
			"slack", "header X-Slack-Signature",
		},
		"curl -v": {
			"> POST / HTTP/1.1\n> X-Line: 1\n> X-Twilio-Signature: eA==",
			"twilio", "header X-Twilio-Signature",
		},
		"HTTP/2": {":method: POST\n:path: /\nbtcpay-sig: sha256=00", "btcpay", "header Btcpay-Sig"},
		"logged JSON": {
			`{"headers":{"x-cc-webhook-signature":["00"]},"body":"{}"}`,
			"coinbase-commerce", "header X-Cc-Webhook-Signature",
		},
		"an object of headers": {`{"x-line-signature":"eA==","host":"h"}`, "line", "header X-Line-Signature"},
		"an object of Python":  {"{'X-GitHub-Event': 'push'}", "github", "header X-Github-Event"},
		"a name of CGI":        {"HTTP_X_TRELLO_WEBHOOK", "trello", "header X-Trello-Webhook"},
		"names of CGI":         {"HTTP_X_ZM_SIGNATURE=v0=00\nCONTENT_TYPE=a/b", "zoom", "header X-Zm-Signature"},
		"an archive": {
			`{"log":{"entries":[{"request":{"method":"POST","url":"https://h/a?b","headers":[{"name":` +
				`"x-xero-signature","value":"eA=="}],"postData":{"text":"{}"}}}]}}`,
			"xero", "header X-Xero-Signature",
		},
		"an archive of nothing": {`{"log":{"entries":[]}}`, "", ""},
		"a body with a hyphen":  {`{"order-id":"1","x-":2}`, "", ""},
		"signature in the body": {
			`{"signature":{"timestamp":"1","token":"t","signature":"00"},"event-data":{}}`,
			"mailgun", "signature.signature",
		},
		"batch in the body": {
			`{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"eA=="}}}]}`,
			"adyen", "hmacSignature",
		},
		"type in the body": {
			`{"id":"evt_1","type":"payment_intent.succeeded"}`,
			"stripe", "event type payment_intent.succeeded",
		},
		"User-Agent":        {"User-Agent: GitHub-Hookshot/1", "github", "User-Agent GitHub-Hookshot/1"},
		"unknown signature": {"X-Acme-Signature: 00", "generic-hmac", "header X-Acme-Signature may be a signature"},
		"unknown":           {"Content-Type: application/json\n\n{}", "", ""},
		"text":              {"hello there", "", ""},
	} {
		if id, why := first(t, c.text); id != c.id || !strings.Contains(why, c.why) {
			t.Errorf("%s: %q because of %q, want %q because of %q", name, id, why, c.id, c.why)
		}
	}
}

// TestTheSampleOfEverySenderIsRecognised does without the senders whose requests carry nothing that is theirs.
func TestTheSampleOfEverySenderIsRecognised(t *testing.T) {
	unmarked := []string{"generic", "cloudevents", "basic", "mailchimp", "generic-hmac", "websub",
		"rfc9421", "shared-secret-header", "standard-webhooks"}
	for _, p := range provider.All() {
		if slices.Contains(unmarked, p.ID) {
			continue
		}
		r, err := new(sample.Sampler).Make(&p, "", nil, time.Unix(1772625600, 0))
		if err != nil {
			t.Fatal(p.ID, err)
		}
		for i := range p.Signature.Schemes[:min(1, len(p.Signature.Schemes))] {
			if name, is := p.Signature.Schemes[i].At.Header(); is {
				r.Headers = append(r.Headers, hook.Header{Name: name, Value: "00"})
			}
		}
		found := recognize.Senders(r)
		first := slices.IndexFunc(found, func(c recognize.Candidate) bool { return c.Provider.ID == p.ID })
		// Bitbucket Data Center sends the headers of Bitbucket Cloud, so the cloud may come before it.
		if first != 0 && (p.ID != "bitbucket-data-center" || first != 1) {
			t.Errorf("%s: %+v", p.ID, recognize.Wire(found))
		}
	}
}

func TestALongOrEmptyTextIsRefused(t *testing.T) {
	if _, err := recognize.Parse([]byte(" \n")); !errors.Is(err, recognize.ErrEmpty) {
		t.Error(err)
	}
	if _, err := recognize.Parse(make([]byte, recognize.MaxText+1)); !errors.Is(err, recognize.ErrTooLong) {
		t.Error(err)
	}
	r, err := recognize.Parse([]byte(strings.Repeat("X-A: b\n", 9000)))
	if err != nil || len(r.Headers) != 200 {
		t.Error(err, len(r.Headers))
	}
}

func TestACommandIsReadLikeAShell(t *testing.T) {
	r, err := recognize.Parse([]byte(`curl --request PUT -H "A-B: \"c\" \\ d" -HX-Y:z --data $'a\n\'b' ` +
		`-o out --json=1 'https://h.example/p?q=1'`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Method != "PUT" || r.Header("A-B") != `"c" \ d` || r.Header("X-Y") != "z" || string(r.Body) != "a\n'b&1" ||
		r.Host != "h.example" || r.Path != "/p" || r.Query != "q=1" {
		t.Errorf("%+v %q", r, r.Body)
	}
}

// FuzzParse finds texts that make Parse or Senders fail.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "A-B", "curl -H", `curl '`, `curl $'\`,
		"POST / HTTP/1.1\n\n", `{"headers":{}}`, "\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := recognize.Parse([]byte(text)); err == nil {
			if found := recognize.Senders(r); len(found) > 5 {
				t.Error(found)
			}
		}
	})
}
