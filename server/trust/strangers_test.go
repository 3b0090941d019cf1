package trust_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// corpus is malformed and hostile input. Each entry is written to a connection as it is, after fill has replaced %s
// with an endpoint's path, %% with a percent sign, and @ with a valid bearer token.
var corpus = []string{
	// No request, or a malformed request line or Host header.
	"",
	"\r\n\r\n",
	"\x00\x00\x00\x00\r\n\r\n",
	"GET\r\n\r\n",
	"GET /\r\n\r\n",
	"GET / HTTP/9.9\r\n\r\n",
	"GET / HTTP/1.1\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: \x01\r\n\r\n",
	"GET http:// HTTP/1.1\r\nHost: localhost\r\n\r\n",
	// Methods that are not for this server, and other protocols: HTTP/2, TLS, SSH, Redis.
	"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"CONNECT evil:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	"SSH-2.0-OpenSSH_9.6\r\n",
	"*1\r\n$4\r\nPING\r\n",
	// Lengths of a body that are invalid, contradictory or longer than the body.
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1e3\r\n\r\nx",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	// Malformed chunked bodies.
	"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n",
	// Header values of deliveries that are unexpected or not text.
	"POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 200-maybe\r\nContent-Length: 2\r\n\r\nhi",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=\r\n" +
		"Content-Length: 2\r\n\r\nhi",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: \xff\xfe\r\nContent-Length: 0\r\n\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nWebhook-Id: \x00\r\nContent-Length: 0\r\n\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nWebhook-Id: \xff\xff\xff\r\nContent-Length: 0\r\n\r\n",
	"POST %s HTTP/1.1\r\nHost: localhost\r\nX-Webhook-Secret: \xff\r\nContent-Length: 0\r\n\r\n",
	// Old versions, unusual methods, and paths below and beside a webhook URL.
	"POST %s HTTP/1.0\r\n\r\n",
	"post %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"P\xd6ST %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST %s/%%00 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
	"POST %s/%%zz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
	"POST %s/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
	"POST %s//a//..%%2f?%%zz=\xff&;; HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
	"POST /in/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST /in HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST /in/%%2e%%2e/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST //in//x HTTP/1.1\r\nHost: localhost\r\n\r\n",
	// Invalid parameters, ids and cursors of the REST API.
	"GET /api/v1/deliveries?limit=-1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/deliveries?limit=99999999999999999999 HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/deliveries?before=\xff HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/deliveries?before=%%00%%00&verdict=x HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/deliveries/dlv_%%00 HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/deliveries/dlv_vvvvvvvvvvvvvaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: localhost\r\n" +
		"Authorization: @\r\n\r\n",
	"GET /api/v1/deliveries/../../x/body HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/updates?after=abcdefghij.0.99999999999999999999 HTTP/1.1\r\nHost: localhost\r\n" +
		"Authorization: @\r\n\r\n",
	"GET /api/v1/updates?after=abcdefghij.0.9223372036854775807&wait=0s HTTP/1.1\r\nHost: localhost\r\n" +
		"Authorization: @\r\n\r\n",
	"GET /api/v1/updates?after=-1&wait=-5s HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/updates?after=0&wait=1e309s HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/updates?after=a.b.c&endpoint=%%ff HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	// WebSocket upgrades that are incomplete, outdated, or followed by invalid frames.
	"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\nConnection: Upgrade\r\n" +
		"Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: x\r\n\r\n",
	"GET /api/v1/live?after=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\nConnection: Upgrade\r\n" +
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
		"\xff\xff\xff\xff\xff\xff\xff\xff",
	// JSON that is incomplete or of the wrong type.
	"POST /api/v1/endpoints HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n" +
		"Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{",
	"POST /api/v1/endpoints HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n" +
		"Content-Type: application/json\r\nContent-Length: 4\r\n\r\nnull",
	"POST /api/v1/endpoints HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n" +
		"Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"name\":[1,{}]}",
	"POST /api/v1/endpoints HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\nContent-Type: text/xml\r\n" +
		"Content-Length: 4\r\n\r\n<a/>",
	"PATCH /api/v1/endpoints/ep_x HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n" +
		"Content-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"name\":\"\xff\xfe\"} ",
	"DELETE /api/v1/endpoints/%%2e%%2e HTTP/1.1\r\nHost: localhost\r\nAuthorization: @\r\n\r\n",
	// Logins, files outside the assets, and malformed headers of page requests.
	"GET /login/%%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
		"Content-Length: 8\r\n\r\n%%zz=;;&&",
	"GET /assets/../../hookbeam.db HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET /assets/%%2e%%2e%%2fhookbeam.db HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: hookbeam=\x7f;;==;\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: localhost\r\nRange: bytes=-1-,\r\nIf-None-Match: \"\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: ,,;[::\r\nForwarded: for=\r\n\r\n",
	// Malformed signatures of many schemes, with bodies that fit them.
	withSignature("t=1,v1=00,v1=zz,,t=,=", `{"id":1e999,"type":{"a":[`+strings.Repeat("[", 3000)),
	withSignature("v1,, v1a,AAAA v2,x", strings.Repeat(`[{"`, 2000)),
	withSignature(`sig=("@method" "content-digest";req);created=1;created=2;keyid="`, "x"),
	withSignature("sha-256=:AAAA:, sig=:AA=:", "{}"),
	withSignature("sha1=00, sha256="+strings.Repeat("00", 4000),
		`{"notificationItems":[{},[],1,{"NotificationRequestItem":{"additionalData":{"hmacSignature":7}}}]}`),
	withSignature("Basic "+strings.Repeat("!", 99), "bt_signature=%%26%%7C&bt_payload=%%zz;;&bt_challenge="),
	withSignature("Basic OmE=", `{"signature":{"timestamp":-1,"token":[],"signature":"zz"}}`),
	// Challenges by which providers confirm an endpoint, with invalid parameters.
	"GET %s?hub.mode=subscribe&hub.challenge=%%00&bt_challenge=zz&secret=%%ff HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n",
	"OPTIONS %s HTTP/1.1\r\nHost: localhost\r\nWebHook-Request-Origin: \xff,*\r\n\r\n",
	// Malformed header lines.
	"GET / HTTP/1.1\r\nHost: localhost\r\nA : b\r\n\r\n",
	"GET / HTTP/1.1\r\n: b\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: localhost\r\nA: b\r\n c\r\n\r\n",
	"GET / HTTP/1.1\nHost: x\n\n",
}

// TestStrangersCannotCrashIt checks R10 and S6: the corpus is sent as it is, then with bytes changed, removed and
// repeated at random, from 16 clients in three waves. The server must answer or close each connection, no response may
// be 5xx except 503 and two that net/http sends, and memory must not grow after the first wave.
func TestStrangersCannotCrashIt(t *testing.T) {
	t.Parallel()
	const strangers = 16
	s := serveMeasured(t)
	endpoints := append(s.makeSignedEndpoints(), s.first())
	e := endpoints[len(endpoints)-1]
	before := 0
	for wave := range 3 {
		var all sync.WaitGroup
		for w := range strangers {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(wave), uint64(w)))
				for i := w; i < scaled(4000); i += strangers {
					request := fill(corpus[i%len(corpus)], endpoints[i/len(corpus)%len(endpoints)])
					// In the first wave each entry is sent once as it is.
					if i >= len(corpus) || wave > 0 {
						request = mutate(random, request)
					}
					// net/http itself sends 501 and 505, before our handlers see the request.
					switch status := sendRaw(t, s.addr, request); status {
					case http.StatusServiceUnavailable, http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
					default:
						if status >= 500 {
							t.Errorf("answered %d: %q", status, request)
						}
					}
				}
			})
		}
		all.Wait()
		// After each wave the server must still be ready.
		s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
		now := s.resident()
		t.Logf("wave %d: %d MiB", wave, now>>20)
		if wave == 0 {
			before = now // after the first wave, all buffers and caches exist
		} else if now > before+before/8+(8<<20) {
			t.Errorf("memory went from %d to %d MiB", before>>20, now>>20)
		}
	}
	if _, err := deliver(t.Context(), newClient(t, 1), e.in(s), "all is well"); err != nil {
		t.Error(err)
	}
}

// makeSignedEndpoints creates an endpoint for each of twelve providers, so that every signature scheme parses the
// corpus.
func (s *server) makeSignedEndpoints() (all []endpoint) {
	const secret = "whsec_c2l4dGVlbiBieXRlcyBvciBtb3Jl"
	for sender, value := range map[string]string{"stripe": secret, "standard-webhooks": secret, "github": secret,
		"websub":    secret,
		"braintree": secret, "twilio": secret, "rfc9421": secret, "basic": "user:" + secret,
		"adyen":   strings.Repeat("0a", 32),
		"mailgun": secret, "discord": strings.Repeat("0a", 32), "slack": secret} {
		settings := map[string]string{}
		if sender == "braintree" {
			settings["public_key"] = "p"
		}
		all = append(all, s.make(map[string]any{"name": sender, "provider": sender, "settings": settings,
			"secrets": []any{map[string]any{"label": "live", "value": value}}}))
	}
	return all
}

// withSignature returns a POST that has the same text in every signature header that a provider uses.
func withSignature(signature, body string) string {
	names := []string{"Stripe-Signature", "Webhook-Signature", "X-Hub-Signature", "X-Hub-Signature-256",
		"X-Twilio-Signature", "Signature-Input",
		"Signature", "Authorization", "X-Signature-Ed25519", "X-Slack-Signature", "Content-Digest"}
	head := "POST %s HTTP/1.1\r\nHost: localhost\r\nWebhook-Id: a\r\nWebhook-Timestamp: 1\r\n" +
		"X-Slack-Request-Timestamp: 1e9\r\nX-Signature-Timestamp: 99999999999999999999\r\n"
	for _, name := range names {
		head += name + ": " + signature + "\r\n"
	}
	return head + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body
}

// fill replaces the placeholders of a corpus entry.
func fill(request string, e endpoint) string {
	request = strings.ReplaceAll(request, "@", "Bearer "+adminToken)
	if strings.Contains(request, "%s") {
		return fmt.Sprintf(request, path(e))
	}
	return strings.ReplaceAll(request, "%%", "%")
}

// mutate applies one to four random changes to a request: a byte changed or removed, the rest cut off, a part repeated,
// or text inserted.
func mutate(random *rand.Rand, request string) string {
	b := []byte(request)
	for range 1 + random.IntN(4) {
		if len(b) == 0 {
			return "\xff"
		}
		switch at := random.IntN(len(b)); random.IntN(5) {
		case 0:
			b[at] = byte(random.Uint32())
		case 1:
			b = b[:at]
		case 2:
			b = append(b[:at:at], b[at+1:]...)
		case 3:
			b = append(b[:at:at], append(b[at:min(len(b), at+40)], b[at:]...)...)
		case 4:
			b = append(b[:at:at], append([]byte(strings.Repeat(string(rune(random.IntN(300))), random.IntN(2000))),
				b[at:]...)...)
		}
	}
	return string(b)
}

// sendRaw writes a request on a new connection, closes its sending side and returns the status of the response, or 0 if
// the server closes the connection without one. It fails the test if neither happens.
func sendRaw(t *testing.T, addr, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(waitTimeout))
	_, _ = io.WriteString(conn, request) // the server may have closed the connection already
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Errorf("neither an answer nor a hang-up: %q", request)
	}
	if err != nil {
		return 0
	}
	answer.Body.Close()
	return answer.StatusCode
}
