package api

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/sqlite"
)

// testReceiver is a server with only the Receive handler, on a real log.
type testReceiver struct {
	*httptest.Server
	store    *sqlite.Log
	receive  *Receive
	endpoint hook.Endpoint
}

// publicAddress returns the webhook URL of an endpoint, as the tests configure it.
func publicAddress(slug string) string { return "https://hooks.example.com/in/" + slug }

func newTestReceiver(t *testing.T, e hook.Endpoint, change func(*ReceiveOptions)) *testReceiver {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	db, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{Now: time.Now, Random: rand.Reader, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var writer sync.WaitGroup
	writer.Go(func() { _ = db.Run(ctx) })
	endpoints, err := intake.LoadEndpoints(t.Context(), db.Registry(), time.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	e.Name = "shop"
	if e, err = endpoints.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		t.Fatal(err)
	}
	o := ReceiveOptions{
		Endpoints: endpoints,
		Intake:    intake.New(endpoints, db.Log(), time.Now, publicAddress, nil),
		Addresses: addresses,
		Now:       time.Now,
		Log:       quiet,
	}
	if change != nil {
		change(&o)
	}
	d := &testReceiver{store: db.Log(), receive: NewReceive(o), endpoint: e}
	d.Server = httptest.NewServer(d.receive)
	t.Cleanup(func() { d.Close(); cancel(); writer.Wait(); _ = db.Close() })
	return d
}

// raw sends a request byte for byte, with {slug} replaced, and returns the response.
func (d *testReceiver) raw(t *testing.T, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "{slug}", d.endpoint.Slug)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// stored checks that the response reports a stored delivery, and returns the delivery.
func (d *testReceiver) stored(t *testing.T, answer *http.Response) hook.Record {
	t.Helper()
	var body struct {
		ID  hook.DeliveryID
		Seq hook.Seq
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || answer.StatusCode != 200 {
		t.Fatalf("status %d, %v", answer.StatusCode, err)
	}
	r, err := d.store.Delivery(t.Context(), body.ID)
	if err != nil || r.Seq != body.Seq {
		t.Fatalf("seq %d, want %d: %v", r.Seq, body.Seq, err)
	}
	return r
}

// code checks that the response is a problem, and returns its code.
func code(t *testing.T, answer *http.Response) string {
	t.Helper()
	var p Problem
	if err := json.NewDecoder(answer.Body).Decode(&p); err != nil || p.Status != answer.StatusCode || p.Detail == "" ||
		answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("not problem details: %v %+v %v", err, p, answer.Header)
	}
	return p.Code
}

func TestDeliveryIsStoredByteForByte(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, nil)
	body := "a=1&b=%zz\r\n\x00\xff"
	r := d.stored(t, d.raw(t, "PATCH /in/{slug}/a%2Fb//c/../d;e?x=%20&x=%zz&&y HTTP/1.1\r\n"+
		"Host: Shop.Example:81\r\nX-B: 2\r\nx-a:  one \r\nX-A: two\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n"+
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)))
	if string(r.Body) != body || r.Method != "PATCH" || r.Path != "/a%2Fb//c/../d;e" || r.Query != "x=%20&x=%zz&&y" ||
		r.Host != "Shop.Example:81" || r.Proto != "HTTP/1.1" || r.Remote != "127.0.0.1" || r.Size != int64(len(body)) {
		t.Errorf("%+v", r)
	}
	want := []hook.Header{
		{Name: "Content-Encoding", Value: "gzip"},
		{Name: "Content-Length", Value: fmt.Sprint(len(body))},
		{Name: "Content-Type", Value: "application/x-www-form-urlencoded"},
		{Name: "X-A", Value: "one"},
		{Name: "X-A", Value: "two"},
		{Name: "X-B", Value: "2"},
	}
	if diff := cmp.Diff(want, r.Headers); diff != "" {
		t.Error(diff)
	}
}

func TestTheAddressIsStoredByteForByte(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, nil)
	for sent, want := range map[string][2]string{
		"":                       {"", ""},
		"/":                      {"/", ""},
		"?":                      {"?", ""},
		"/?":                     {"/?", ""},
		"/a?":                    {"/a?", ""},
		"/a??":                   {"/a", "?"},
		"?a=1":                   {"", "a=1"},
		"/?a=1":                  {"/", "a=1"},
		"/{id}":                  {"/{id}", ""},
		"/a|b\"c<d>^`\\e#f":      {"/a|b\"c<d>^`\\e#f", ""},
		"/%7Bid%7d?%7b={":        {"/%7Bid%7d", "%7b={"},
		"/a?b=\"<>^`{|}'??#c":    {"/a", "b=\"<>^`{|}'??#c"},
		"//a/../b/./c//?//":      {"//a/../b/./c//", "//"},
		"/\xc3\xa9\xff?\xc3\xa9": {"/\xc3\xa9\xff", "\xc3\xa9"},
	} {
		for _, before := range []string{"", "http://shop.example"} { // a client of a proxy sends the whole address
			r := d.stored(t, d.raw(t, "POST "+before+"/in/{slug}"+sent+
				" HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"))
			if r.Path != want[0] || r.Query != want[1] {
				t.Errorf("%q is stored as %q %q", before+sent, r.Path, r.Query)
			}
		}
	}
}

func TestAllMethodsAndChunkedBodiesAreReceived(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, nil)
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "M-SEARCH"} {
		r := d.stored(t, d.raw(t, method+" /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"))
		if r.Method != method || r.Path != "" || string(r.Body) != "abc" {
			t.Errorf("%s: %+v", method, r)
		}
	}
	if answer := d.raw(t, "HEAD /in/{slug} HTTP/1.0\r\n\r\n"); answer.StatusCode != 200 {
		t.Errorf("HEAD gave %d", answer.StatusCode)
	}
	chunked := d.stored(t, d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"+
		"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"))
	if string(chunked.Body) != "abcde" {
		t.Errorf("chunked body %q", chunked.Body)
	}
}

// TestTrailersAreKeptBesideTheHeaders has trailer fields of which one was announced, and one that claims to be a header
// that decides something.
func TestTrailersAreKeptBesideTheHeaders(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, nil)
	r := d.stored(t, d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n"+
		"Content-Type: text/plain\r\n\r\n2\r\n{}\r\n0\r\nx-sum: abc\r\nX-Other: caf\xe9\r\nx-sum: def\r\n"+
		"Content-Type: text/html\r\n\r\n"))
	want := []hook.Header{{Name: "Content-Type", Value: "text/html"}, {Name: "X-Other", Value: "caf\xe9"},
		{Name: "X-Sum", Value: "abc"}, {Name: "X-Sum", Value: "def"}}
	if diff := cmp.Diff(want, r.Trailers); diff != "" {
		t.Error(diff)
	}
	if r.ContentType != "text/plain" || r.Header("Content-Type") != "text/plain" || r.Header("X-Sum") != "" {
		t.Errorf("a trailer counts as a header: %+v", r.Headers)
	}
	large := d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"+
		strings.Repeat("X-A: "+strings.Repeat("x", 1000)+"\r\n", 100)+"\r\n")
	if got := code(t, large); got != "body_incomplete" {
		t.Errorf("100 KB of trailers: %s", got)
	}
}

func TestBodiesOverTheEndpointsLimitAreRefused(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{MaxBody: 2000}, nil)
	for name, c := range map[string]struct {
		size    int
		chunked bool
		want    int
	}{
		"empty":                {0, false, 200},
		"at the limit":         {2000, false, 200},
		"one over":             {2001, false, 413},
		"chunked, empty":       {0, true, 200},
		"chunked, one buffer":  {512, true, 200},
		"chunked at the limit": {2000, true, 200},
		"chunked one over":     {2001, true, 413},
		"chunked far over":     {1 << 20, true, 413},
	} {
		t.Run(name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(strings.Repeat("x", c.size))
			if c.chunked {
				body = io.MultiReader(body) // hides the length
			}
			answer, err := http.Post(d.URL+"/in/"+d.endpoint.Slug, "", body)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != c.want {
				t.Fatalf("status %d, want %d", answer.StatusCode, c.want)
			}
			if c.want == 200 {
				if r := d.stored(t, answer); len(r.Body) != c.size {
					t.Errorf("stored %d bytes of %d", len(r.Body), c.size)
				}
			} else if got := code(t, answer); got != "body_too_large" {
				t.Errorf("code %s", got)
			}
		})
	}
	if b := d.receive.bodies; b.held != 0 {
		t.Errorf("%d bytes are still held", b.held)
	}
}

func TestIncompleteBodyIsNotStored(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, nil)
	conn, err := net.Dial("tcp", d.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /in/%s HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", d.endpoint.Slug)
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || answer.StatusCode != 400 || code(t, answer) != "body_incomplete" || d.store.Head() != 0 {
		t.Errorf("%v %v head %d", err, answer, d.store.Head())
	}
}

func TestReceiveStatusDependsOnSlugAndCredential(t *testing.T) {
	const secret = "0123456789abcdef"
	d := newTestReceiver(t, hook.Endpoint{Secrets: []hook.Secret{{Label: "live", Value: secret}}}, nil)
	const head = " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"
	for name, c := range map[string]struct {
		request, code string
		status        int
	}{
		"right":      {"POST /in/{slug}" + head + "X-Webhook-Secret: " + secret + "\r\n\r\n", "", 200},
		"wrong":      {"POST /in/{slug}" + head + "X-Webhook-Secret: x\r\n\r\n", "secret_mismatch", 403},
		"missing":    {"POST /in/{slug}" + head + "\r\n", "signature_missing", 401},
		"unknown":    {"POST /in/shop-nobody" + head + "\r\n", "endpoint_not_found", 404},
		"no slug":    {"POST /in/" + head + "\r\n", "endpoint_not_found", 404},
		"upper case": {"POST /in/" + strings.ToUpper(d.endpoint.Slug) + head + "\r\n", "endpoint_not_found", 404},
		"escaped": {"POST /in/%73" + strings.TrimPrefix(d.endpoint.Slug, "s") + head + "\r\n",
			"endpoint_not_found", 404},
	} {
		t.Run(name, func(t *testing.T) {
			answer := d.raw(t, c.request)
			if answer.StatusCode != c.status || (c.code != "" && code(t, answer) != c.code) {
				t.Errorf("status %d, want %d %s", answer.StatusCode, c.status, c.code)
			}
		})
	}
}

func TestDuplicateRefersToTheFirstDelivery(t *testing.T) {
	const secret = "0123456789abcdef"
	d := newTestReceiver(t, hook.Endpoint{Secrets: []hook.Secret{{Label: "live", Value: secret}}}, nil)
	request := "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nIdempotency-Key: a\r\n" +
		"X-Webhook-Secret: " + secret + "\r\n\r\n"
	first := d.stored(t, d.raw(t, request))
	again := d.stored(t, d.raw(t, request))
	if first.DuplicateOf != 0 || again.DuplicateOf != first.Seq {
		t.Errorf("first %d, again %d", first.DuplicateOf, again.DuplicateOf)
	}
}

func TestCustomResponseReplacesTheStandardResponse(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{
		Response: &hook.Response{Status: 202, ContentType: "text/plain", Body: "[accepted]"}}, nil)
	answer := d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 202 || string(body) != "[accepted]" || answer.Header.Get("Content-Type") != "text/plain" ||
		d.store.Head() != 1 {
		t.Errorf("%d %q %v", answer.StatusCode, body, answer.Header)
	}
}

func TestRateLimitedSenderGetsRetryAfter(t *testing.T) {
	for name, change := range map[string]func(*ReceiveOptions){
		"of an address":   func(o *ReceiveOptions) { o.PerAddress = access.NewLimiter(0.01, 1, 10) },
		"for an endpoint": func(o *ReceiveOptions) { o.PerEndpoint = access.NewLimiter(0.01, 1, 10) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newTestReceiver(t, hook.Endpoint{}, change)
			const request = "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
			d.stored(t, d.raw(t, request))
			answer := d.raw(t, request)
			if answer.StatusCode != 429 || answer.Header.Get("Retry-After") == "" ||
				code(t, answer) != "too_many_requests" {
				t.Errorf("%d %v", answer.StatusCode, answer.Header)
			}
		})
	}
}

func TestRequestOverTheTotalBodyMemoryGets503(t *testing.T) {
	d := newTestReceiver(t, hook.Endpoint{}, func(o *ReceiveOptions) { o.MaxInFlight = 1000 })
	answer := d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n")
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "1" || code(t, answer) != "busy" ||
		d.receive.bodies.held != 0 {
		t.Errorf("%d %v, %d held", answer.StatusCode, answer.Header, d.receive.bodies.held)
	}
	d.stored(t, d.raw(t, "POST /in/{slug} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"))
}

func FuzzSplitTarget(f *testing.F) {
	f.Add("shop-abc/a%2Fb")
	f.Add("shop-abc?")
	f.Add("shop-abc/?a?b")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		slug, path, query := splitTarget(receivePath + s)
		whole := slug + path
		if query != "" {
			whole += "?" + query
		}
		if strings.ContainsAny(slug, "/?") || path != "" && path[0] != '/' && path != "?" && query != "" || whole != s {
			t.Errorf("%q gave %q, %q and %q", s, slug, path, query)
		}
	})
}
