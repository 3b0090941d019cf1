package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestSecretsAreNeverLogged is promise S16, at log level debug: each secret is used, and then searched in the log.
func TestSecretsAreNeverLogged(t *testing.T) {
	h := newTestAPI(t, "http://localhost/hooks/")
	code, err := h.api.Logins.New(t.Context())
	check(t, err)
	const canary = "canary-0123456789abcdef"
	login := h.do(request{method: "GET", path: "/hooks/login/" + code})
	secrets := []string{code, login.Cookies()[0].Value, adminToken, canary, h.endpoint.Slug}
	q := request{method: "POST", path: "/hooks/in/" + h.endpoint.Slug + "?token=" + canary, body: canary,
		header: http.Header{"X-Webhook-Secret": {canary}, "Cookie": {"a=" + canary}}}
	h.do(q).expect(t, 200, "")
	h.do(request{method: "PATCH", path: "/api/v1/endpoints/" + string(h.endpoint.ID), token: true,
		body: `{"secrets":[{"label":"live","value":"` + canary + `"}]}`}).expect(t, 200, "")
	h.stop()
	h.do(q)
	h.do(request{method: "GET", path: "/api/v1/session",
		header: http.Header{"Authorization": {"Bearer " + canary}}}).expect(t, 401, "unauthenticated")
	log := h.log.String()
	if strings.Count(log, "msg=request") < 5 {
		t.Fatalf("nothing is logged: %s", log)
	}
	for _, s := range secrets {
		if strings.Contains(log, s) {
			t.Errorf("the log has %q: %s", s, log)
		}
	}
}

// TestPathParametersAreNeverLogged sends a canary at every position of a path, byte for byte.
func TestPathParametersAreNeverLogged(t *testing.T) {
	const canary = "canary0123456789abcdef"
	h := newTestAPI(t, "http://localhost/hooks/")
	session := h.login()
	sent := 0
	for _, path := range []string{
		"/in/%s", "/in/first-%s", "/in/first-%s/status/x", "/in/%s-x", "/in/a-%s-b/c", "/in/first-x/%s", "/in//%s",
		"/in/%%2F%s",
		"/login/%s", "/login/%s/status/x", "/x/login/%s", "/login//%s", "/login/%s/", "//login/%s", "/login%%2F%s",
		"/LOGIN/%s", "/logins/%s",
		"/status/%s", "/status/%s/live", "/status/%s/x", "/x/status/%s", "/status/../status/%s", "/status%%2f%s",
		"/api/v1/status/%s", "/api/v1/status/%s/live", "/api/v1/status/%s/x/y", "/api/v1/status//%s",
		"/api/v2/status/%s",
		"/api/v1/endpoints/%s", "/api/v1/deliveries/%s/body", "/api/%s", "/api/v1/%s", "/%s", "/%s/status/x",
		"/%s/login/x",
		"/deliveries/%s", "/web/%s", "/assets/%s", "/embed/%s", "/?%s", "/login?%s", "/in/first?%s", "/;%s",
		"/%%0a%s", "/./%s",
	} {
		for _, base := range []string{"", "/hooks", "/hooks/hooks", "/other"} {
			target := base + fmt.Sprintf(path, canary)
			for _, line := range []string{"GET " + target, "POST " + target, "DELETE " + target, "CONNECT " + target,
				canary + " " + target,
				"GET http://" + canary + target, "OPTIONS " + target} {
				h.raw(line + " HTTP/1.1\r\nHost: localhost\r\n" +
					"Cookie: " + session.Name + "=" + session.Value + "\r\nReferer: http://" + canary + "/\r\n" +
					"Connection: close\r\nContent-Length: 0\r\n\r\n")
				sent++
			}
		}
	}
	h.raw("CONNECT " + canary + ":443 HTTP/1.1\r\nHost: " + canary + ":443\r\nConnection: close\r\n\r\n")
	h.raw("OPTIONS * HTTP/1.1\r\nHost: " + canary + "\r\nConnection: close\r\n\r\n")
	log := h.log.String()
	if n := strings.Count(log, "msg=request"); n < sent/2 {
		t.Fatalf("%d of %d requests are in the log", n, sent)
	}
	for line := range strings.Lines(log) {
		if strings.Contains(line, canary) {
			t.Errorf("the log has %s", line)
		}
	}
	for _, route := range []string{"path=/api/v1/endpoints/{id}", "path=/in/…", "path=/login/{code}"} {
		if !strings.Contains(log, route) {
			t.Errorf("the log has no %s: %.2000s", route, log)
		}
	}
}

// raw sends a request byte for byte, and reads the response to its end.
func (h *testAPI) raw(text string) {
	h.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(h.t.Context(), "tcp", h.Listener.Addr().String())
	check(h.t, err)
	defer conn.Close()
	_, err = conn.Write([]byte(text))
	check(h.t, err)
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		continue // until the server closes the connection
	}
}

// TestADeliveryIsInTheLineOfItsRequest checks that a request's line has the ids of its delivery, and the trace of its
// sender if that is one.
func TestADeliveryIsInTheLineOfItsRequest(t *testing.T) {
	const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	h := newTestAPI(t, "http://localhost/")
	send := func(trace string) (a answer, line string) {
		before := len(h.log.String())
		a = h.do(request{method: "POST", path: "/in/" + h.endpoint.Slug, body: "x",
			header: http.Header{"Traceparent": {trace}}})
		a.expect(t, 200, "")
		return a, h.log.String()[before:]
	}
	got, line := send(trace)
	var stored struct {
		ID  string
		Seq int
	}
	check(t, json.Unmarshal([]byte(got.text), &stored))
	for _, want := range []string{"request=" + got.Header.Get("X-Request-Id"), "delivery=" + stored.ID,
		fmt.Sprint("seq=", stored.Seq), "endpoint=" + string(h.endpoint.ID), "verdict=unsigned",
		"traceparent=" + trace} {
		if !strings.Contains(line, want) {
			t.Errorf("the line has no %s: %s", want, line)
		}
	}
	var d struct {
		Headers []struct{ Name, Value string }
	}
	h.get("/api/v1/deliveries/"+stored.ID, &d)
	if text := fmt.Sprint(d.Headers); !strings.Contains(text, "{Traceparent "+trace+"}") {
		t.Errorf("the header is not kept: %s", text)
	}
	for _, no := range []string{"", "canary", strings.ToUpper(trace), trace + "0",
		strings.Replace(trace, "00", "ff", 1), strings.Replace(trace, "-", "0", 1),
		strings.Replace(trace, "4bf9", "4b f", 1)} {
		if _, line := send(no); strings.Contains(line, "traceparent") || !strings.Contains(line, "delivery=dlv_") {
			t.Errorf("%q is logged: %s", no, line)
		}
	}
}
