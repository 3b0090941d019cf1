package api

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// TestLinkShowsOnlyItsOwnPayment is promise S15. Two shops have two payments each, and one payment has the same id in
// both shops. Every link is read on the page, by polling and over a WebSocket.
func TestLinkShowsOnlyItsOwnPayment(t *testing.T) {
	h := newTestAPI(t, "")
	type link struct{ token, order, amount string }
	var all []link
	for i, name := range []string{"north", "south"} {
		s := h.shop(name)
		for j, payment := range []string{"pi_same", "pi_" + name} {
			order, amount := fmt.Sprintf("order-of-%s-%d", name, j), 777001+2*i+j
			s.sendPayment("succeeded", payment, order, amount)
			all = append(all, link{s.token("payment/"+payment, ""), order, fmt.Sprint(amount)},
				link{s.token("order/"+order, ""), order, fmt.Sprint(amount)})
		}
	}
	for _, mine := range all {
		polled := h.do(request{method: "GET", path: "/api/v1/status/" + mine.token})
		page := h.do(request{method: "GET", path: "/status/" + mine.token})
		message, _ := h.watch(mine.token).read()
		for way, text := range map[string]string{
			"polling": polled.text, "the page": page.text, "the WebSocket": message,
		} {
			if !strings.Contains(text, mine.order) || !strings.Contains(text, mine.amount) {
				t.Errorf("%s does not show %s: %s", way, mine.order, text)
			}
			for _, other := range all {
				foreign := strings.Contains(text, other.order) || strings.Contains(text, other.amount)
				if other.order != mine.order && foreign {
					t.Errorf("%s with the link of %s shows %s: %s", way, mine.order, other.order, text)
				}
			}
			if strings.Contains(text, "payer@") {
				t.Errorf("%s shows the payer's address: %s", way, text)
			}
		}
	}
}

// TestLinkKeyOpensOnlyItsOwnEndpointsStatuses signs tokens for one endpoint with the key of another.
func TestLinkKeyOpensOnlyItsOwnEndpointsStatuses(t *testing.T) {
	h := newTestAPI(t, "")
	north, south := h.shop("north"), h.shop("south")
	south.sendPayment("succeeded", "pi_south", "south-1", 100)
	north.ID = south.ID
	h.do(request{method: "GET", path: "/api/v1/status/" + north.token("payment/pi_south", "")}).expect(t, 404,
		"not_found")
	north = shop{Endpoint: h.createEndpoint(`{"name":"other"}`), h: h}
	north.rotate("0s")
	if p := h.public(north.token("payment/pi_south", "")); p.Status != hook.StateWaiting || p.Amount != 0 {
		t.Errorf("another shop's payment: %+v", p)
	}
}

func TestTestEventsAreShownOnlyByTestLinks(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	s.sendPayment("succeeded", "pi_real", "1", 100) // the endpoint gets live events, too
	s.sendEvent(`{"id":"evt_1","type":"payment_intent.succeeded","livemode":false,
		"data":{"object":{"id":"pi_1","amount_received":5,"currency":"eur"}}}`)
	if p := h.public(s.token("payment/pi_1", "")); p.Status != hook.StateWaiting || p.Test {
		t.Errorf("a link: %+v", p)
	}
	if p := h.public(s.token("payment/pi_1", "test")); p.Status != hook.StatePaid || !p.Test {
		t.Errorf("a test link: %+v", p)
	}
}

// TestHiddenFieldsAreInNoPublicResponse is promise S20, for status pages.
func TestHiddenFieldsAreInNoPublicResponse(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	h.call("PATCH", "/endpoints/"+string(s.ID), `{"statuses":{"page":{"hidden":["amount","reference","timeline"]}}}`,
		200, nil)
	token := s.token("payment/pi_1", "")
	socket := h.watch(token)
	socket.read()
	s.sendPayment("created", "pi_1", "the-secret-order", 777001)
	text, _ := socket.read()
	s.sendPayment("succeeded", "pi_1", "the-secret-order", 777001)
	more, p := socket.read()
	if p.Status != hook.StatePaid {
		t.Fatalf("the status is %+v, want paid", p)
	}
	text += more + h.do(request{method: "GET", path: "/api/v1/status/" + token}).text
	page := h.do(request{method: "GET", path: "/status/" + token})
	text += strings.NewReplacer("Amount:0", "", "Timeline:[]", "", token, "").
		Replace(page.text) // how the test's page prints empty fields
	for _, hidden := range []string{"the-secret-order", "777001", "EUR", "imeline", "mount", "payer@", "evt_"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is shown: %s", hidden, text)
		}
	}
}

// TestLinkKeysAreReturnedOnlyWhenCreated is promise S17 for link keys: a response has the key only when it is
// created.
func TestLinkKeysAreReturnedOnlyWhenCreated(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	a := h.do(request{method: "GET", path: "/api/v1/endpoints/" + string(s.ID), token: true})
	list := h.do(request{method: "GET", path: "/api/v1/endpoints/" + string(s.ID) + "/link-keys", token: true})
	changed := h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + string(s.ID), token: true,
		body: `{"statuses":{"unsigned":true}}`})
	for _, text := range []string{a.text, list.text, changed.text} {
		if strings.Contains(text, access.LinkKeyPrefix) || len(text) < 50 {
			t.Errorf("the response is %s", text)
		}
	}
	if !strings.Contains(list.text, s.key.ID) {
		t.Errorf("listed: %s", list.text)
	}
	if p := h.public(s.token("order/1", "")); p.Status != hook.StateWaiting {
		t.Errorf("after a change: %+v", p) // the key is still there
	}
}

var perResponse = regexp.MustCompile(`nonce[=-][A-Za-z0-9+/]+`)

// bytes returns the whole response, without what differs in every response.
func (a answer) bytes() string {
	h := a.Header.Clone()
	for _, name := range []string{"Date", "X-Request-Id"} {
		h.Del(name)
	}
	return perResponse.ReplaceAllString(fmt.Sprint(a.StatusCode, h, a.text), "nonce")
}

// TestAllInvalidLinksGetTheSameResponse is promise S9 for links: the response does not tell what is wrong with one.
func TestAllInvalidLinksGetTheSameResponse(t *testing.T) {
	h := newTestAPI(t, "")
	h.api.badTokens = nil // no rate limit, which another test checks
	s, gone := h.shop("north"), h.shop("south")
	s.sendPayment("succeeded", "pi_1", "1", 100)
	old := s.token("payment/pi_1", "")
	s.rotate("0s")
	good, deleted := s.token("payment/pi_1", ""), gone.token("payment/pi_1", "")
	h.call("DELETE", "/endpoints/"+string(gone.ID), "", 204, nil)
	late, err := access.SignLink(s.key, access.Link{Endpoint: s.ID, Subject: "payment/pi_1",
		Expires: time.Now().Add(-time.Second)})
	check(t, err)
	other := s
	other.ID = "ep_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	for _, path := range []string{"/status/%s", "/api/v1/status/%s", "/api/v1/status/%s?wait=20s&shown=paid",
		"/api/v1/status/%s/live"} {
		var want string
		for _, c := range []struct{ name, token string }{
			{"malformed", "nonsense"},
			{"of a key that was replaced", old},
			{"expired", late},
			{"of a deleted endpoint", deleted},
			{"of an unknown endpoint", other.token("payment/pi_1", "")},
			{"forged", good[:len(good)-4] + "AAAA"},
			{"too long", strings.Repeat("a.b", 5000)},
		} {
			a := h.do(request{method: "GET", path: fmt.Sprintf(path, c.token),
				header: http.Header{"If-None-Match": {`"x"`}}})
			if want == "" {
				want = a.bytes()
			}
			if a.StatusCode != 404 || a.bytes() != want {
				t.Errorf("%s, a token %s:\n%s, want\n%s", path, c.name, a.bytes(), want)
			}
		}
	}
	if p := h.public(good); p.Status != hook.StatePaid {
		t.Errorf("a valid link: %+v", p)
	}
}

func TestOnlyInvalidLinksAreRateLimited(t *testing.T) {
	h := newTestAPI(t, "")
	s := h.shop("north")
	good := s.token("payment/pi_1", "")
	for range badTokensBurst {
		h.do(request{method: "GET", path: "/api/v1/status/guess"}).expect(t, 404, "not_found")
	}
	for _, path := range []string{"/api/v1/status/guess", "/api/v1/status/guess/live", "/status/guess"} {
		if a := h.do(request{method: "GET", path: path}); a.StatusCode != 429 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s, Retry-After %q", path, a.StatusCode, a.text, a.Header.Get("Retry-After"))
		}
	}
	for range 3 * badTokensBurst {
		h.public(good)
	}
}

// TestLinkTokensAreNotLoggedCachedOrSentAsReferrer is promise S16 for links: the log contains neither tokens
// nor keys, no response may be cached, no other site gets the address, and no cookie is set.
func TestLinkTokensAreNotLoggedCachedOrSentAsReferrer(t *testing.T) {
	h := newTestAPI(t, "http://localhost/hooks/")
	s := shop{h: h, Endpoint: h.createEndpoint(`{"name":"north"}`)}
	s.rotate("1h")
	var link wire.StatusLink
	h.call("POST", "/status-links", `{"endpoint":"`+string(s.ID)+`","subject":"order/1","expires_in":"1h"}`, 201,
		&link)
	if link.URL != "http://localhost/hooks/status/"+link.Token {
		t.Errorf("the link is %s", link.URL)
	}
	forged := link.Token[:len(link.Token)-4] + "AAAA"
	for _, token := range []string{link.Token, forged, s.token("order/2", "")} {
		for _, path := range []string{"/status/", "/hooks/status/", "/api/v1/status/", "/hooks/api/v1/status/"} {
			a := h.do(request{method: "GET", path: path + token, cookie: &http.Cookie{Name: "a", Value: "b"}})
			if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Referrer-Policy") != "no-referrer" ||
				a.Header.Get("Set-Cookie") != "" || a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s…: %v", path, a.Header)
			}
			h.do(request{method: "GET", path: path + token + "/live"})
			h.do(request{method: "GET", path: path + token + "/more"})
			h.do(request{method: "GET", path: "/" + path + token})
			h.do(request{method: "POST", path: path + token})
		}
		if ws, _, err := h.dial(token, nil); err == nil {
			check(t, ws.Close())
		}
	}
	log := h.log.String()
	if strings.Count(log, "msg=request") < 30 {
		t.Fatalf("nothing is logged: %s", log)
	}
	for _, part := range []string{link.Token, forged, s.key.Value, strings.Split(link.Token, ".")[1],
		strings.Split(link.Token, ".")[2]} {
		if strings.Contains(log, part) {
			t.Errorf("the log has %s", part)
		}
	}
}
