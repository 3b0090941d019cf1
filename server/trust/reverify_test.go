package trust_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// TestWhatACorrectedLiteralVerifiesIsOfferedAndReleased has a release that believed that Stripe signs other text: it
// rejects genuine deliveries. The release that corrects it offers to verify them again, also if it is killed during its
// start. Forged ones stay rejected. Those that are released move statuses, and readers get them from their cursors.
func TestWhatACorrectedLiteralVerifiesIsOfferedAndReleased(t *testing.T) {
	t.Parallel()
	const secret, genuine, forged = "whsec_0123456789abcdef", 14, 3
	stripe := "server/provider/stripe.go"
	s := newServer(t)
	s.program = buildWith(t, "v-before", map[string]string{
		stripe: edited(t, stripe, `signature.Message("{time}.{body}")`, `signature.Message("{time}:{body}")`)})
	s.start()
	shop := s.make(map[string]any{"name": "shop", "provider": "stripe",
		"secrets": []map[string]string{{"label": "live", "value": secret}}})
	code := s.make(map[string]any{"name": "any", "secrets": []map[string]string{{"label": "live", "value": secret}}})
	client := newClient(t, 1)
	if _, err := deliver(t.Context(), client, code.URL, `{}`, "X-Webhook-Secret", secret); err != nil {
		t.Fatal(err)
	}
	for i := range genuine + forged {
		key := secret
		if i%6 == 1 { // three of them
			key = "whsec_of-somebody-else"
		}
		body := fmt.Sprintf(`{"id":"evt_%d","type":"payment_intent.succeeded","created":1772625600,"data":{"object":{
			"id":"pi_%d","object":"payment_intent","amount":4200,"amount_received":4200,"currency":"eur",
			"status":"succeeded"}}}`, i, i)
		status, _, text, err := send(t.Context(), client, shop.URL, body, "Stripe-Signature",
			stripeSignature(key, body))
		if err != nil || status != http.StatusUnauthorized {
			t.Fatal(status, string(text), err)
		}
	}
	var frame struct{ Head string }
	s.api(http.MethodGet, "/api/v1/updates?wait=0s", http.StatusOK, nil, &frame)
	offered := func() int {
		var e struct {
			WouldVerify int `json:"would_verify"`
		}
		s.api(http.MethodGet, "/api/v1/endpoints/"+shop.ID, http.StatusOK, nil, &e)
		return e.WouldVerify
	}
	if n := offered(); n != 0 {
		t.Errorf("the release that rejected them offers %d", n)
	}
	s.stop()

	s.program = ""
	s.launch()
	s.kill()
	s.start()
	eventually(t, "the offer to verify again", func() bool { return offered() == genuine })
	if n := s.verdicts()["verified"]; n != 1 {
		t.Errorf("%d are verified before anybody asked for it", n)
	}
	var result struct{ Examined, Verified, Released int }
	s.api(http.MethodPost, "/api/v1/endpoints/"+shop.ID+"/reverify", http.StatusOK, map[string]any{"release": true},
		&result)
	if result.Examined != genuine+forged || result.Released != genuine || offered() != 0 {
		t.Errorf("%+v, and then %d are offered", result, offered())
	}
	// A release is a record of its own at the end of the log: what was received stays as it was judged.
	if got := s.verdicts(); got["verified"] != 1+genuine || got["rejected"] != genuine+forged {
		t.Errorf("%v", got)
	}
	var updates struct {
		Updates []struct {
			Kind     string
			Delivery struct{ Verdict string }
			Status   struct{ State string }
		}
	}
	s.api(http.MethodGet, "/api/v1/updates?wait=10s&after="+url.QueryEscape(frame.Head), http.StatusOK, nil, &updates)
	if len(updates.Updates) == 0 {
		t.Error("a reader from before the update gets nothing")
	}
	eventually(t, "the statuses of all released payments", func() bool {
		var list struct{ Statuses []struct{ State string } }
		s.api(http.MethodGet, "/api/v1/statuses?limit=100&state=paid", http.StatusOK, nil, &list)
		return len(list.Statuses) == genuine
	})
	s.stop()
	s.start()
	if got := s.verdicts(); got["verified"] != 1+genuine || offered() != 0 {
		t.Errorf("after a restart: %v, %d offered", got, offered())
	}
}

// verdicts counts the deliveries in the log by verdict.
func (s *server) verdicts() map[string]int {
	s.t.Helper()
	n := map[string]int{}
	for _, d := range s.list() {
		n[d.Verdict]++
	}
	return n
}
