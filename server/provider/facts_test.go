package provider

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

func TestAnEventSaysWhoseItIsAndWhetherItIsATest(t *testing.T) {
	for name, c := range map[string]struct {
		id, body      string
		header        http.Header
		account, mode string
	}{
		"stripe, live":   {"stripe", `{"account":"acct_1","livemode":true}`, nil, "acct_1", "live"},
		"stripe, test":   {"stripe", `{"livemode":false}`, nil, "", "test"},
		"stripe, silent": {"stripe", `{}`, nil, "", ""},
		"lemon, test": {
			"lemonsqueezy",
			`{"meta":{"test_mode":true},"data":{"attributes":{"store_id":7}}}`,
			nil,
			"7",
			"test",
		},
		"lemon, live": {"lemonsqueezy", `{"meta":{"test_mode":false}}`, nil, "", "live"},
		"square": {
			"square",
			`{"merchant_id":"M"}`,
			http.Header{"Square-Environment": {"Sandbox"}},
			"M",
			"test",
		},
		"paypal, sandbox": {
			"paypal",
			`{}`,
			http.Header{"Paypal-Cert-Url": {"https://api.sandbox.paypal.com/v1/x"}},
			"",
			"test",
		},
		"paypal, elsewhere": {
			"paypal",
			`{}`,
			http.Header{"Paypal-Cert-Url": {"https://api.paypal.com.evil.example/"}},
			"",
			"",
		},
		"adyen": {
			"adyen",
			`{"live":"true","notificationItems":[{"NotificationRequestItem":{"merchantAccountCode":"Shop"}}]}`,
			nil,
			"Shop",
			"live",
		},
		"mollie": {"mollie", `{"_embedded":{"entity":{"mode":"test"}}}`, nil, "", "test"},
		"shopify": {
			"shopify",
			`{"test":true}`,
			http.Header{"X-Shopify-Shop-Domain": {"a.myshopify.com"}},
			"a.myshopify.com",
			"test",
		},
		"a batch, alike": {"hubspot", `[{"portalId":1},{"portalId":1}]`, nil, "1", ""},
		"a batch, not":   {"hubspot", `[{"portalId":1},{"portalId":2}]`, nil, "", ""},
		"unprintable":    {"stripe", `{"account":"a\u0000b"}`, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := For(c.id)
			f := p.Verify(
				&hook.Endpoint{Verify: hook.Off},
				extracttest.Record("POST", c.header, c.body),
				signature.ReceiveContext{At: noon},
			)
			if f.Account != c.account || f.Mode != c.mode {
				t.Errorf("account %q, mode %q", f.Account, f.Mode)
			}
		})
	}
}

// timed is the number of published payloads of each sender that carry a time.
var timed = map[string]int{
	"stripe":    21,
	"paddle":    16,
	"adyen":     20,
	"razorpay":  21,
	"mailgun":   8,
	"sendgrid":  9,
	"paystack":  9,
	"github":    13,
	"gitlab":    3,
	"bitbucket": 2,
}

func TestTheTimeOfPublishedEventsIsRead(t *testing.T) {
	folder := filepath.Join(shared(t), "fixtures")
	content, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index []struct{ Provider, File string }
	if err := json.Unmarshal(content, &index); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, x := range index {
		body, err := os.ReadFile(filepath.Join(folder, x.File))
		if err != nil {
			t.Fatal(err)
		}
		p, _ := For(x.Provider)
		f := p.Verify(
			&hook.Endpoint{Verify: hook.Off},
			extracttest.Record("POST", nil, string(body)),
			signature.ReceiveContext{At: noon},
		)
		if !f.OccurredAt.IsZero() || len(f.Batch) > 0 && !f.Batch[0].OccurredAt.IsZero() {
			found[x.Provider]++
		}
	}
	for id, want := range timed {
		if found[id] < want {
			t.Errorf("%s: the time of %d events, want %d", id, found[id], want)
		}
	}
	t.Log(found)
}
