package trust_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// stored is the response to a delivery that was stored. The types in this package are copies of those in server/wire on
// purpose, so that a test fails if the JSON changes.
type stored struct {
	ID          string `json:"id"`
	Seq         int64  `json:"seq"`
	DuplicateOf int64  `json:"duplicate_of"` // the seq of an earlier delivery of the event; 0: none
}

// delivery is a delivery as the list and the frames show it.
type delivery struct {
	ID       string `json:"id"`
	Seq      int64  `json:"seq"`
	Endpoint string `json:"endpoint"`
	Event    string `json:"event"`
	Verdict  string `json:"verdict"`
	Size     int64  `json:"size"`
}

// endpoint is a webhook endpoint as the API returns it.
type endpoint struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// in is the endpoint's URL at the server's own address, without a proxy that the public URL may name.
func (e endpoint) in(s *server) string {
	u, err := url.Parse(e.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	return "http://" + s.addr + u.Path
}

// newClient returns an HTTP client that keeps up to n idle connections, for n goroutines that share it.
func newClient(t *testing.T, n int) *http.Client {
	transport := &http.Transport{MaxIdleConnsPerHost: n, MaxIdleConns: n}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: waitTimeout}
}

// send posts a body and returns the status, headers and body of the response. header lists names and values in turn.
func send(ctx context.Context, client *http.Client, address, body string, header ...string) (int, http.Header, []byte,
	error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, text, err
}

// deliver posts a body that must be stored: any response but 200 with an id and a seq is an error.
func deliver(ctx context.Context, client *http.Client, address, body string, header ...string) (stored, error) {
	var s stored
	status, _, text, err := send(ctx, client, address, body, header...)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("answered %d: %s", status, text)
	}
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err == nil && (s.ID == "" || s.Seq == 0) {
		err = fmt.Errorf("answered 200 without id and seq: %s", text)
	}
	return s, err
}

// api calls the REST API as administrator and fails the test unless the response has the status want. in, if not nil,
// is sent as JSON. out, if not nil, receives the decoded JSON, or the raw body if it is a *[]byte.
func (s *server) api(method, path string, want int, in, out any) {
	s.t.Helper()
	if err := s.call(s.t.Context(), &http.Client{Timeout: waitTimeout}, method, path, want, in, out); err != nil {
		s.t.Fatal(err)
	}
}

// call is api for goroutines that share a client: it returns an error instead of failing the test.
func (s *server) call(
	ctx context.Context, client *http.Client, method, path string, want int, in, out any,
) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.addr+path, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+adminToken)
	if in != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != want {
		return fmt.Errorf("%s %s: %s, not %d: %s", method, path, answer.Status, want, text)
	}
	switch out := out.(type) {
	case nil:
	case *[]byte:
		*out = text
	default:
		if err := json.Unmarshal(text, out); err != nil {
			return fmt.Errorf("%s %s: %w in %s", method, path, err, text)
		}
	}
	return nil
}

// first returns the endpoint that the server created on its first start. It verifies nothing.
func (s *server) first() endpoint {
	s.t.Helper()
	var list struct{ Endpoints []endpoint }
	s.api(http.MethodGet, "/api/v1/endpoints", http.StatusOK, nil, &list)
	if len(list.Endpoints) == 0 {
		s.t.Fatal("there is no first endpoint")
	}
	return list.Endpoints[0]
}

// make creates an endpoint with these fields of the create request.
func (s *server) make(facts map[string]any) endpoint {
	s.t.Helper()
	var e endpoint
	s.api(http.MethodPost, "/api/v1/endpoints", http.StatusCreated, facts, &e)
	return e
}

// list returns all deliveries in the log, oldest first, from all pages of the list.
func (s *server) list() []delivery {
	s.t.Helper()
	var all []delivery
	for path := "/api/v1/deliveries?limit=500"; path != ""; {
		var page struct {
			Deliveries []delivery
			Next       string
		}
		s.api(http.MethodGet, path, http.StatusOK, nil, &page)
		all = append(all, page.Deliveries...)
		path = ""
		if page.Next != "" {
			path = "/api/v1/deliveries?limit=500&before=" + url.QueryEscape(page.Next)
		}
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	return all
}

// body returns the stored body of a delivery, byte for byte.
func (s *server) body(id string) string {
	s.t.Helper()
	var text []byte
	s.api(http.MethodGet, "/api/v1/deliveries/"+id+"/body", http.StatusOK, nil, &text)
	return string(text)
}

// stripeSignature returns a valid Stripe-Signature header for a body, with the current time.
func stripeSignature(secret, body string) string {
	at := time.Now().Unix()
	sum := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(sum, "%d.%s", at, body)
	return fmt.Sprintf("t=%d,v1=%s", at, hex.EncodeToString(sum.Sum(nil)))
}

// eventually checks a condition every 10 ms until it holds, and fails the test after waitTimeout. what names the
// condition in the failure.
func eventually(t *testing.T, what string, reached func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(waitTimeout); !reached(); <-tick.C {
		if time.Now().After(limit) {
			t.Fatalf("not reached: %s", what)
		}
	}
}
