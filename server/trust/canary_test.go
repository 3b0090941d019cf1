package trust_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTheLogHoldsNoCanary runs the binary at level debug, uses and misuses all that takes a secret, and looks for
// each of them in what was logged and printed after the greeting.
func TestTheLogHoldsNoCanary(t *testing.T) {
	const canary = "canary0123456789abcdef"
	s := newServer(t, "--log-level", "debug", "--public-url", "http://127.0.0.1:9/hooks/")
	s.start()
	eventually(t, "the greeting", func() bool { return strings.Contains(s.log.String(), "until you confirm it") })
	greeted := len(s.log.String())
	first := s.first()
	_, tail, _ := strings.Cut(first.URL, "/first-")
	made := s.make(map[string]any{"name": "paypal", "provider": "paypal",
		"settings": map[string]any{"webhook_id": canary}})
	shop := s.make(map[string]any{"name": "shop", "secrets": []any{map[string]any{"label": "live", "value": canary}}})
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
		"POST " + strings.TrimPrefix(made.in(s), "http://"+s.addr),
		"POST " + strings.TrimPrefix(shop.in(s), "http://"+s.addr),
	}
	for _, request := range requests {
		for _, header := range []string{"", "Authorization: Bearer " + canary + "\r\n",
			"Cookie: hookbeam_9=" + canary + "\r\nOrigin: http://" + canary + "\r\n",
			"X-Webhook-Secret: " + canary + "\r\n", "X-Forwarded-For: " + canary + "\r\n" +
				"Referer: http://a/" + canary + "\r\n",
			"Paypal-Cert-Url: https://127.0.0.1/v1/notifications/certs/" + canary +
				"\r\nPaypal-Auth-Algo: SHA256withRSA\r\n" +
				"Paypal-Transmission-Sig: AAAA\r\nPaypal-Transmission-Id: 1\r\n" +
				"Paypal-Transmission-Time: 2026-01-01T00:00:00Z\r\n",
			"Bad header " + canary + "\r\n", "Transfer-Encoding: " + canary + "\r\n",
			"Upgrade: websocket\r\nConnection: upgrade\r\n"} {
			s.wire(fmt.Sprintf("%s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", request, s.addr, header,
				len(canary), canary))
		}
	}
	s.api(http.MethodGet, "/api/v1/endpoints", http.StatusOK, nil, nil)
	s.stop()
	log := s.log.String()[greeted:]
	if n := strings.Count(log, "msg=request"); n < len(requests) {
		t.Fatalf("only %d requests were logged", n)
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, canary) || strings.Contains(line, tail) || strings.Contains(line, adminToken) {
			t.Errorf("the log has %s", line)
		}
	}
}

// wire writes bytes as they are on a connection of their own, and reads what comes back until nothing more does.
func (s *server) wire(text string) {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err = conn.Write([]byte(text)); err != nil {
		return // it was hung up on, which is an answer
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		_ = answer.Body.Close()
	}
}
