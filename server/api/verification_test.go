package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/wire"
)

const stripeSecret = "whsec_a-secret-that-nobody-wrongCodes"

// createEndpoint creates an endpoint from JSON.
func (h *testAPI) createEndpoint(body string) (e wire.Endpoint) {
	h.t.Helper()
	h.call("POST", "/endpoints", body, 201, &e)
	return e
}

// stripeEndpoint creates an endpoint for Stripe with one secret.
func (h *testAPI) stripeEndpoint(label, secret string) wire.Endpoint {
	h.t.Helper()
	return h.createEndpoint(`{"name":"stripe","provider":"stripe",
		"secrets":[{"label":"` + label + `","value":"` + secret + `"}]}`)
}

// stripe sends an event as Stripe does, signed some time ago, and returns the response.
func (h *testAPI) stripe(e wire.Endpoint, secret, body string, age time.Duration) answer {
	h.t.Helper()
	stamp := time.Now().Add(-age).Unix()
	sum := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(sum, "%d.%s", stamp, body)
	return h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: body, header: http.Header{
		"Stripe-Signature": {fmt.Sprintf("t=%d,v1=%s", stamp, hex.EncodeToString(sum.Sum(nil)))}}})
}

// newest is the newest delivery of an endpoint.
func (h *testAPI) newest(e wire.Endpoint) (d wire.DeliveryDetail) {
	h.t.Helper()
	var page struct{ Deliveries []wire.Delivery }
	h.get("/api/v1/deliveries?limit=1&endpoint="+string(e.ID), &page)
	if len(page.Deliveries) == 0 {
		h.t.Fatal("no delivery")
	}
	h.get("/api/v1/deliveries/"+string(page.Deliveries[0].ID), &d)
	return d
}

func TestDeliveryDetailHasTheCheckAndTheEvent(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("live", stripeSecret)
	body := `{"id":"evt_1","type":"charge.refunded","created":1772625600,"account":"acct_1","livemode":false}`
	h.stripe(e, stripeSecret, body, 2*time.Minute).expect(t, 200, "")
	d := h.newest(e)
	if d.Verdict != hook.Verified || d.Secret != "live" || d.Event != "evt_1" || d.Type != "charge.refunded" ||
		d.Account != "acct_1" || d.Mode != "test" || d.OccurredAt.Unix() != 1772625600 {
		t.Errorf("%+v", d.Delivery)
	}
	c := d.Check
	if c == nil || c.Scheme != "hmac-sha256" || c.Covers != "body" || c.Strength != "signed body" ||
		c.SkewMS == nil || *c.SkewMS < 120_000 || *c.SkewMS > 180_000 {
		t.Fatalf("%+v", c)
	}
	h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "x"}).expect(t, 200, "")
	if first, _ := h.api.Endpoints.Get(h.endpoint.ID); h.newest(View(h.api.Site, first)).Check != nil {
		t.Error("a delivery that was not verified has a check")
	}
}

func TestRedeliveriesOfAnEventListTheirDifferences(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("live", stripeSecret)
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 200, "")
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, time.Minute).expect(t, 200, "")
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"b"}`, time.Minute).expect(t, 200, "")
	d := h.newest(e)
	if d.Try != 3 || d.Reason != "body_differs" || d.DuplicateOf == 0 {
		t.Errorf("%+v", d.Delivery)
	}
	var out wire.RedeliveryList
	h.get("/api/v1/deliveries/"+string(d.ID)+"/tries", &out)
	var differs []string
	for _, try := range out.Tries {
		differs = append(differs, strings.Join(try.Differs, "+"))
	}
	if got := strings.Join(differs, " | "); got != " | Stripe-Signature | body+Stripe-Signature" {
		t.Errorf("differs: %s", got)
	}
	h.do(request{method: "GET", path: "/api/v1/deliveries/dlv_none/tries", token: true}).expect(t, 404, "not_found")
}

func TestBatchListsItsEventsAndDuplicates(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.createEndpoint(
		`{"name":"cloud","provider":"cloudevents","secrets":[{"label":"live","value":"a-token-of-some-length"}]}`,
	)
	send := func(body string) {
		h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: body, header: http.Header{
			"Content-Type":  {"application/cloudevents-batch+json"},
			"Authorization": {"Bearer a-token-of-some-length"}}}).expect(t, 200, "")
	}
	send(`[{"id":"1","source":"s","type":"a","time":"2026-03-04T12:00:00Z"},{"id":"2","source":"s","type":"b"}]`)
	send(`[{"id":"2","source":"s","type":"b"},{"id":"3","source":"s","type":"b"}]`)
	d := h.newest(e)
	if d.Events != 2 || d.Event != "" || d.Type != "b" || d.DuplicateOf != 0 || len(d.Batch) != 2 {
		t.Fatalf("%+v", d)
	}
	a, b := d.Batch[0], d.Batch[1]
	if a.Event != "s/2" || a.DuplicateOf != d.Seq-1 || b.Event != "s/3" || b.DuplicateOf != 0 {
		t.Errorf("%+v", d.Batch)
	}
}

func TestReverifyReleasesRejectedDeliveries(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("old", "whsec_of-another-endpoint")
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 401, "signature_mismatch")
	rejected := h.newest(e)
	path := "/endpoints/" + string(e.ID)
	h.call("PATCH", path, `{"secrets":[{"label":"old"},{"label":"live","value":"`+stripeSecret+`"}]}`, 200, nil)
	var result wire.ReverifyResult
	h.call("POST", path+"/verify-again", `{}`, 200, &result)
	if result != (wire.ReverifyResult{Examined: 1, Verified: 1}) {
		t.Errorf("without release: %+v", result)
	}
	if h.call("POST", path+"/verify-again", `{"release":true}`, 200, &result); result.Released != 1 {
		t.Errorf("with release: %+v", result)
	}
	if d := h.newest(e); d.Verdict != hook.Verified || d.ReleaseOf != rejected.Seq || d.Secret != "live" ||
		d.Event != "evt_1" || !d.ReceivedAt.Equal(rejected.ReceivedAt.Time) {
		t.Errorf("%+v", d.Delivery)
	}
	h.call("POST", "/endpoints/ep_none/verify-again", `{}`, 404, nil)
}

// TestAnEndpointOffersWhatWouldVerify corrects a secret while the check of rejected deliveries runs, and releases what
// it finds. The forged delivery stays rejected.
func TestAnEndpointOffersWhatWouldVerify(t *testing.T) {
	h := newTestAPI(t, "")
	offered := make(chan int, 10)
	h.api.Endpoints.Subscribe(func(e hook.Endpoint) { offered <- e.WouldVerify })
	checks := intake.NewRechecker(h.api.Intake, h.api.Log, time.Now,
		func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	running.Go(func() { _ = checks.Run(ctx) })
	defer running.Wait()
	defer cancel()

	e := h.stripeEndpoint("old", "whsec_of-another-endpoint")
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 401, "signature_mismatch")
	h.stripe(e, "whsec_of-a-forger-0000000", `{"id":"evt_2","type":"a"}`, 0).expect(t, 401, "signature_mismatch")
	path := "/endpoints/" + string(e.ID)
	h.call("PATCH", path, `{"secrets":[{"label":"live","value":"`+stripeSecret+`"}]}`, 200, nil)
	for <-offered != 1 { // the creation, the change, and then the check
	}
	var endpoint wire.Endpoint
	if h.call("GET", path, "", 200, &endpoint); endpoint.WouldVerify != 1 {
		t.Errorf("the endpoint offers %d", endpoint.WouldVerify)
	}
	var result wire.ReverifyResult
	h.call("POST", path+"/reverify", `{"release":true}`, 200, &result)
	if want := (wire.ReverifyResult{Examined: 2, Verified: 1, Released: 1}); result != want {
		t.Errorf("%+v", result)
	}
	endpoint = wire.Endpoint{}
	if h.call("GET", path, "", 200, &endpoint); endpoint.WouldVerify != 0 {
		t.Errorf("after the release the endpoint offers %d", endpoint.WouldVerify)
	}
	d := h.newest(e)
	if d.Verdict != hook.Verified || d.Event != "evt_1" {
		t.Errorf("%+v", d.Delivery)
	}
	h.call("POST", path+"/reverify", `{"release":true}`, 200, &result)
	if want := (wire.ReverifyResult{Examined: 1}); result != want {
		t.Errorf("once more: %+v", result)
	}
}

func TestDiagnosisFindsTheSecretOfAnotherEndpoint(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("old", "whsec_of-another-endpoint")
	other := h.createEndpoint(
		`{"name":"shop-test","provider":"stripe","secrets":[{"label":"test","value":"` + stripeSecret + `"}]}`,
	)
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 401, "signature_mismatch")
	var got wire.Diagnosis
	path := "/deliveries/" + string(h.newest(e).ID) + "/diagnose"
	h.call("POST", path, "", 200, &got)
	if f := got.Findings[0]; got.Cause != "other_secret" || !got.Genuine || f.Endpoint != other.ID ||
		f.Secret != "test" || got.Summary != `The secret "test" of your endpoint "shop-test" matches.` {
		t.Errorf("%+v", got)
	}
	h.call("DELETE", "/endpoints/"+string(other.ID), "", 204, nil)
	if h.call("POST", path, "", 200, &got); got.Cause != "unknown_secret" || got.Genuine {
		t.Errorf("with the secret of a deleted endpoint: %+v", got)
	}
	h.call("POST", "/deliveries/dlv_none/diagnose", "", 404, nil)
}

func TestEndpointAcceptsOnlyItsAllowedAddresses(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.createEndpoint(`{"name":"far","allow":["203.0.113.7/24"]}`)
	if strings.Join(e.Allow, " ") != "203.0.113.0/24" {
		t.Errorf("allow %v", e.Allow)
	}
	inbox := strings.TrimPrefix(e.URL, h.URL)
	h.do(request{method: "POST", path: inbox, body: "x"}).expect(t, 403, "address_not_allowed")
	if d := h.newest(e); d.Verdict != hook.Rejected || d.Reason != "address_not_allowed" {
		t.Errorf("%+v", d.Delivery)
	}
	h.call("PATCH", "/endpoints/"+string(e.ID), `{"allow":["127.0.0.1"]}`, 200, nil)
	h.do(request{method: "POST", path: inbox, body: "x"}).expect(t, 200, "")
	h.call("PATCH", "/endpoints/"+string(e.ID), `{"allow":["everyone"]}`, 400, nil)
}

func TestSecretFormatIsChecked(t *testing.T) {
	h := newTestAPI(t, "")
	for name, c := range map[string]struct{ provider, value, complaint, doubt string }{
		"right":           {"stripe", stripeSecret, "", ""},
		"an API key":      {"stripe", "sk_live_0123456789abcdef", "", "looks like an API secret key (sk_…)"},
		"right elsewhere": {"paystack", "sk_live_0123456789abcdef", "", ""},
		"odd":             {"stripe", "0123456789abcdef0123", "", "begins with whsec_"},
		"short":           {"stripe", "whsec_1", "", "guessed from one signed request"},
		"an address":      {"generic", "https://example.com/hook", "", "looks like a URL"},
		"blank":           {"stripe", `\t`, "is blank", ""},
		"another form":    {"discord", "not-hexadecimal-at-all", "64 hex digits", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got struct{ Complaint, Doubt string }
			h.call("POST", "/providers/"+c.provider+"/check-secret", `{"value":"`+c.value+`"}`, 200, &got)
			for said, want := range map[string]string{got.Complaint: c.complaint, got.Doubt: c.doubt} {
				if (said == "") != (want == "") || !strings.Contains(said, want) || strings.Contains(said, c.value) {
					t.Errorf("%+v", got)
				}
			}
		})
	}
	h.do(request{method: "POST", path: "/api/v1/providers/none/check-secret", body: `{"value":"x"}`,
		token: true}).expect(t, 404, "not_found")
}
