package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/outbound"
	"hookbeam/server/wire"
)

// oneAddress resolves every name to one public address.
type oneAddress struct{}

func (oneAddress) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("64.4.250.1")}, nil
}

// fakeSender is a sender that wants to be visited. It answers with a redirect.
type fakeSender struct {
	mu     sync.Mutex
	visits []string
}

// visitor returns a visitor that reaches only the fake sender.
func (f *fakeSender) visitor(t *testing.T) *intake.Visitor {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.visits = append(f.visits, r.Method+" "+r.Host+r.URL.String())
		http.Redirect(w, r, "https://evil.example/", http.StatusFound)
	}))
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	guard := outbound.New(outbound.Options{Resolver: oneAddress{},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
		}})
	return intake.NewVisitor(guard, outbound.ClientOptions{
		TLS: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}})
}

// TestAnAddressIsVisitedByOneClickAfterTheSignatureHeld: a delivery alone never has anything visited.
func TestAnAddressIsVisitedByOneClickAfterTheSignatureHeld(t *testing.T) {
	h := newTestAPI(t, "")
	sender := &fakeSender{}
	h.api.Visitor = sender.visitor(t)
	e := h.createEndpoint(`{"name":"sns","provider":"generic-hmac","settings":{"challenge":"visit-url",` +
		`"challenge_field":"SubscribeURL","challenge_host":"sns.*.amazonaws.com",` +
		`"challenge_when":"body:Type=SubscriptionConfirmation"},"secrets":[{"label":"live","value":"` +
		genericSecret + `"}]}`)
	send := func(address string, signed bool) wire.DeliveryDetail {
		body := fmt.Sprintf(`{"Type":"SubscriptionConfirmation","SubscribeURL":"%s"}`, address)
		header := http.Header{}
		if signed {
			header.Set("X-Signature", hexHMAC(body))
		}
		h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL), body: body, header: header})
		return h.newest(e)
	}
	const right = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
	for _, c := range []struct {
		address string
		signed  bool
	}{{right, false}, {"https://evil.example/", true}, {"http://sns.eu-1.amazonaws.com/", true},
		{"https://sns.eu-1.amazonaws.com@evil.example/", true}} {
		d := send(c.address, c.signed)
		if d.ConfirmURL != "" || (d.Verdict == hook.Verified) != c.signed {
			t.Errorf("%s, signed %v: %s, to visit %q", c.address, c.signed, d.Verdict, d.ConfirmURL)
		}
		h.call("POST", "/deliveries/"+string(d.ID)+"/visit", "", 409, nil)
	}
	d := send(right, true)
	if d.ConfirmURL != right || d.Type != "handshake" || d.Verdict != hook.Verified || d.Event != "" {
		t.Fatalf("%s %q, to visit %q", d.Verdict, d.Type, d.ConfirmURL)
	}
	if len(sender.visits) > 0 {
		t.Fatalf("visited before anybody asked for it: %q", sender.visits)
	}
	var visit wire.Visit
	h.call("POST", "/deliveries/"+string(d.ID)+"/visit", "", 200, &visit)
	want := "GET sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
	if visit.Status != 302 || visit.Host != "sns.eu-central-1.amazonaws.com" || len(sender.visits) != 1 ||
		sender.visits[0] != want {
		t.Errorf("%+v after %q", visit, sender.visits)
	}
	a := h.do(request{method: "POST", path: "/api/v1/deliveries/" + string(d.ID) + "/visit"})
	if a.StatusCode != 401 || len(sender.visits) != 1 {
		t.Errorf("without a login: %d, %q", a.StatusCode, sender.visits)
	}
}

// TestTheServersOwnNetworkIsNotVisited: what the name resolves to counts, whatever the host is.
func TestTheServersOwnNetworkIsNotVisited(t *testing.T) {
	v := intake.NewVisitor(outbound.New(outbound.Options{}), outbound.ClientOptions{})
	for _, address := range []string{"https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/"} {
		if status, err := v.Visit(t.Context(), address); err == nil || status != 0 {
			t.Errorf("%s was visited: %d", address, status)
		}
	}
}

// TestASenderBringsItsSecretOnce: in the ten minutes after the endpoint was created, and after a person asked for it.
func TestASenderBringsItsSecretOnce(t *testing.T) {
	const first, second = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	h := newTestAPI(t, "")
	e := h.createEndpoint(`{"name":"asana","provider":"generic-hmac","settings":{"challenge":"store-header",` +
		`"challenge_field":"X-Hook-Secret","header":"X-Hook-Signature"}}`)
	if !e.Open || !e.BringsSecret || e.HandshakeUntil.Sub(e.CreatedAt.Time).Minutes() != 10 {
		t.Fatalf("%+v", e)
	}
	path := strings.TrimPrefix(e.URL, h.URL)
	bring := func(value string) answer {
		return h.do(request{method: "POST", path: path, header: http.Header{"X-Hook-Secret": {value}}})
	}
	if a := bring(first); a.StatusCode != 200 || a.Header.Get("X-Hook-Secret") != first || a.text != "" {
		t.Fatalf("%d %v", a.StatusCode, a.Header)
	}
	d := h.newest(e)
	for _, header := range d.Headers {
		if strings.Contains(header.Value, first) {
			t.Errorf("the log has the secret in %s", header.Name)
		}
	}
	if d.Type != "handshake" || d.Verdict != hook.Unsigned {
		t.Errorf("stored as %s %q", d.Verdict, d.Type)
	}
	var now wire.Endpoint
	h.call("GET", "/endpoints/"+string(e.ID), "", 200, &now)
	if now.Verify != hook.Enforce || len(now.Secrets) != 1 || now.Secrets[0].Label != "handshake" || now.BringsSecret ||
		!now.HandshakeUntil.IsZero() {
		t.Errorf("%+v", now)
	}
	if a := bring(second); a.StatusCode != 404 || a.Header.Get("X-Hook-Secret") != "" ||
		h.newest(e).Reason != hook.ReasonHandshakeRefused {
		t.Errorf("a second secret: %d", a.StatusCode)
	}
	h.call("POST", "/endpoints/"+string(e.ID)+"/await-secret", "", 409, nil)
	a := h.do(request{method: "POST", path: path, body: "{}", header: http.Header{
		"X-Hook-Signature": {hmacOf(first, "{}")}}})
	if a.StatusCode != 200 || h.newest(e).Verdict != hook.Verified {
		t.Errorf("an event signed with it: %d", a.StatusCode)
	}
	h.call("PATCH", "/endpoints/"+string(e.ID), `{"secrets":[],"verify":"off"}`, 200, &now)
	if a := bring(second); a.StatusCode != 404 {
		t.Errorf("nobody waits for it: %d", a.StatusCode)
	}
	h.call("POST", "/endpoints/"+string(e.ID)+"/await-secret", "", 200, &now)
	if now.HandshakeUntil.IsZero() {
		t.Errorf("%+v", now)
	}
	if a := bring(second); a.StatusCode != 200 {
		t.Errorf("awaited: %d", a.StatusCode)
	}
	other := h.createEndpoint(`{"name":"other","provider":"stripe"}`)
	h.call("POST", "/endpoints/"+string(other.ID)+"/await-secret", "", 409, nil)
}

// TestNoSecretIsTakenFromAnAddressThatMayNotSend: the addresses that may send are checked first.
func TestNoSecretIsTakenFromAnAddressThatMayNotSend(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.createEndpoint(`{"name":"asana","provider":"generic-hmac","allow":["203.0.113.7"],"settings":{` +
		`"challenge":"store-header","challenge_field":"X-Hook-Secret"}}`)
	a := h.do(request{method: "POST", path: strings.TrimPrefix(e.URL, h.URL),
		header: http.Header{"X-Hook-Secret": {genericSecret}}})
	var now wire.Endpoint
	h.call("GET", "/endpoints/"+string(e.ID), "", 200, &now)
	if a.StatusCode != 403 || a.Header.Get("X-Hook-Secret") != "" || len(now.Secrets) != 0 ||
		h.newest(e).Reason != hook.ReasonAddressNotAllowed {
		t.Errorf("%d, %+v", a.StatusCode, now.Secrets)
	}
}
