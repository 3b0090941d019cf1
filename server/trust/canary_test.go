package trust_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTheLogHoldsNoCanary checks S16. A recognizable value, the canary, is used as every kind of secret: in paths,
// queries, headers, cookies, malformed requests and settings, at log level debug. Neither it, nor the secret part of a
// webhook URL, nor the administrator's token may be in the log after the startup banner, which prints the login link on
// purpose.
func TestTheLogHoldsNoCanary(t *testing.T) {
	const canary = "canary0123456789abcdef"
	s := newServer(t, "--log-level", "debug", "--public-url", "http://127.0.0.1:9/hooks/",
		"--metrics-listen", "127.0.0.1:0")
	s.start()
	eventually(t, "the greeting", func() bool { return strings.Contains(s.log.String(), "until you confirm it") })
	greeted := len(s.log.String())
	first := s.first()
	_, tail, _ := strings.Cut(first.URL, "/first-")
	made := s.make(map[string]any{"name": "paypal", "provider": "paypal",
		"settings": map[string]any{"webhook_id": canary}})
	shop := s.make(map[string]any{"name": "shop", "secrets": []any{map[string]any{"label": "live", "value": canary}}})
	keyed := s.make(map[string]any{"name": "keyed", "settings": map[string]any{"query": "key"},
		"secrets": []any{map[string]any{"label": "live", "value": canary}}})
	// Each request has a secret where a user or a program could put it by mistake.
	requests := []string{
		"GET /hooks/login/" + canary + "/status/x", "GET /x/login/" + canary,
		"GET /login/" + canary + "?code=" + canary,
		"POST /in/first-" + tail + "/status/x", "POST /hooks/in/first-" + tail + "?token=" + canary,
		"GET /in/x/first-" + tail,
		"DELETE /in//first-" + tail, "GET /status/" + canary + "/status/" + canary,
		"GET /api/v1/status/" + canary + "/live?token=" + canary,
		"GET /api/v1/endpoints/" + canary, "BREW /" + canary, canary + " /", "GET /%zz" + canary, "GET " + canary,
		"CONNECT " + canary + ":443",
		"GET http://" + canary + "/login/" + canary, "POST /login", "GET /hooks/..%2f" + canary,
		"GET /;" + canary + "?a;b=" + canary,
		"GET /metrics?token=" + canary, "GET /metrics/" + canary, "GET /api/v1/operations?range=" + canary,
		"GET /api/v1/operations?endpoint=" + canary, "GET /api/v1/refusals?endpoint=" + canary,
		"POST " + strings.TrimPrefix(made.in(s), "http://"+s.addr),
		"POST " + strings.TrimPrefix(shop.in(s), "http://"+s.addr),
		"POST " + strings.TrimPrefix(keyed.in(s), "http://"+s.addr) + "?key=" + canary,
	}
	for _, request := range requests {
		// Each request is sent without and with headers that contain secrets, some of them invalid.
		for _, header := range []string{"", "Authorization: Bearer " + canary + "\r\n",
			"Cookie: hookbeam_9=" + canary + "\r\nOrigin: http://" + canary + "\r\n",
			"X-Webhook-Secret: " + canary + "\r\n", "X-Forwarded-For: " + canary + "\r\n" +
				"Referer: http://a/" + canary + "\r\n",
			"Paypal-Cert-Url: https://127.0.0.1/v1/notifications/certs/" + canary +
				"\r\nPaypal-Auth-Algo: SHA256withRSA\r\n" +
				"Paypal-Transmission-Sig: AAAA\r\nPaypal-Transmission-Id: 1\r\n" +
				"Paypal-Transmission-Time: 2026-01-01T00:00:00Z\r\n",
			"Bad header " + canary + "\r\n", "Transfer-Encoding: " + canary + "\r\n",
			"Traceparent: 00-" + canary + "\r\nTracestate: a=" + canary + "\r\nX-Request-Id: " + canary + "\r\n",
			"Upgrade: websocket\r\nConnection: upgrade\r\n"} {
			text := fmt.Sprintf("%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", request, s.addr, header,
				len(canary), canary)
			s.sendIgnoringAnswer(s.addr, text)
			if header == "" || strings.HasPrefix(header, "Trace") {
				s.sendIgnoringAnswer(s.metricsAddr(), text)
			}
		}
	}
	if metrics := s.scrape(); strings.Contains(metrics, canary) || strings.Contains(metrics, tail) ||
		!strings.Contains(metrics, "hookbeam_deliveries_rejected_total") {
		t.Error("the metrics have a canary, or nothing at all")
	}
	// A last, valid call shows that the server is still alive; the stop flushes the log.
	s.api(http.MethodGet, "/api/v1/endpoints", http.StatusOK, nil, nil)
	s.stop()
	log := s.log.String()[greeted:]
	// The check below would pass on an empty log, so count its lines first.
	if n := strings.Count(log, "msg=request"); n < len(requests) {
		t.Fatalf("only %d requests were logged", n)
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, canary) || strings.Contains(line, tail) || strings.Contains(line, adminToken) {
			t.Errorf("the log has %s", line)
		}
	}
}

// sendIgnoringAnswer writes raw bytes on a new connection and waits for the response or for the server to close the
// connection. Either is fine here: the caller looks at the log only.
func (s *server) sendIgnoringAnswer(addr, text string) {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", addr, waitTimeout)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(waitTimeout))
	if _, err = conn.Write([]byte(text)); err != nil {
		return // the server has closed the connection already
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		_ = answer.Body.Close()
	}
}

// metricsAddr returns the address of --metrics-listen. It waits for the banner, which names it.
func (s *server) metricsAddr() (addr string) {
	s.t.Helper()
	eventually(s.t, "the banner with the address of the metrics", func() (complete bool) {
		_, after, _ := strings.Cut(s.log.String(), "  Metrics     http://")
		addr, _, complete = strings.Cut(after, "/metrics")
		return complete
	})
	return addr
}

// scrape returns the metrics of --metrics-listen.
func (s *server) scrape() string {
	s.t.Helper()
	answer, err := http.Get("http://" + s.metricsAddr() + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("the metrics: %d %v", answer.StatusCode, err)
	}
	return string(text)
}
