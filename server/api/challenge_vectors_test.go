package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// senderWithChallenge returns a sender of the catalogue, or else one of futureSenders.
func senderWithChallenge(id string) (p provider.Provider, known bool) {
	if one, known := provider.For(id); known {
		return *one, true
	}
	p, known = futureSenders[id]
	return p, known
}

// futureSenders are senders that the catalogue does not have, with what their challenges need.
var futureSenders = func() map[string]provider.Provider {
	sign := func(header, hash string, encoding signature.Encoding) signature.Profile {
		return signature.Profile{Schemes: []signature.Scheme{{At: payload.Select("header:" + header), Hash: hash,
			Encoding: encoding, Message: signature.Message("{body}")}}}
	}
	token := func(at string, form challenge.Form, most int) challenge.Token {
		return challenge.Token{At: payload.Select(at), Form: form, Most: most}
	}
	echo := challenge.Reply{Text: challenge.Text("{token}")}
	get, post := []string{"GET"}, []string{"POST"}
	type list = []challenge.Challenge
	type when = []challenge.Condition
	all := map[string]list{
		"x": {
			{
				Methods: get,
				When:    when{challenge.Has("query:crc_token")},
				Token:   token("query:crc_token", challenge.Name, 0),
				Keyed:   &challenge.Keyed{Hash: "sha256", Encoding: signature.Base64},
				Reply:   challenge.Reply{JSON: challenge.Object("response_token", "sha256={hmac}")},
			},
		},
		"lark": {
			{
				Methods: post,
				When:    when{challenge.Is("body:type", "url_verification"), challenge.Has("body:challenge")},
				Require: []challenge.Requirement{{At: payload.Select("body:token"), Setting: "verification_token"}},
				Token:   token("body:challenge", challenge.Name, 0),
				Reply:   challenge.Reply{JSON: challenge.Object("challenge", "{token}")},
			},
		},
		"monday": {{Methods: post, When: when{challenge.Has("body:challenge"), challenge.Lacks("beside:challenge")},
			Token: token("body:challenge", challenge.Name, 0),
			Reply: challenge.Reply{JSON: challenge.Object("challenge", "{token}")}}},
		"notion": {{Methods: post, When: when{challenge.Has("body:verification_token"),
			challenge.Lacks("beside:verification_token")}, Takes: true,
			Token: challenge.Token{
				At:    payload.Select("body:verification_token"),
				Form:  challenge.Word,
				Least: 16,
				Most:  256,
			}}},
		"dropbox": {{Methods: get, When: when{challenge.Has("query:challenge")},
			Token: token("query:challenge", challenge.Name, 0), Reply: echo}},
		"dropbox-sign": nil,
	}
	senders := map[string]provider.Provider{}
	for id, challenges := range all {
		p := provider.Provider{ID: id, Name: id, Challenges: challenges, Signature: sign("X-Signature", "sha256",
			signature.Hex), Identity: provider.Identity{Types: payload.SelectAll("body:type", "body:event.type")}}
		if id == "dropbox-sign" {
			p.Ack = &hook.Response{
				Status:      200,
				ContentType: "text/plain; charset=utf-8",
				Body:        "Hello API Event Received",
			}
		}
		senders[id] = p
	}
	return senders
}()

// challengeCase is a request by which a sender tests an address, and the answer that it expects.
type challengeCase struct {
	sender, name  string
	method, query string
	header        map[string]string
	body          string
	settings      map[string]string
	secret        string
	has           bool   // the endpoint has a secret, whatever it is
	status        int    // 0: the request is no challenge
	media, answer string // of JSON: with names in alphabetical order
	answerHeader  [2]string
}

const testChallengeKey = "0123456789abcdef0123456789abcdef"

// receiveAs returns a server whose only endpoint is one of a sender that need not be in the catalogue.
func receiveAs(t *testing.T, p *provider.Provider, e hook.Endpoint) *testReceiver {
	t.Helper()
	settings := e.Settings
	e.Provider, e.Settings = "generic", nil
	if p.TakesSecret(&e) { // so that it waits for a secret
		e.Settings = map[string]string{"challenge": "store-header", "challenge_field": "X-Hook-Secret"}
	}
	d := newTestReceiver(t, e, func(o *ReceiveOptions) {
		o.Intake = o.Intake.With(func(string) (*provider.Provider, bool) { return p, true })
		at, _ := o.Endpoints.At(o.Endpoints.List()[0].Slug)
		at.Settings = settings
	})
	return d
}

func (c *challengeCase) test(t *testing.T, p *provider.Provider, e hook.Endpoint) (*http.Response, *testReceiver) {
	t.Helper()
	d := receiveAs(t, p, e)
	var head strings.Builder
	for name, value := range c.header {
		fmt.Fprintf(&head, "%s: %s\r\n", name, value)
	}
	query := c.query
	if query != "" {
		query = "?" + query
	}
	fmt.Fprintf(&head, "Connection: close\r\nContent-Length: %d\r\n\r\n%s", len(c.body), c.body)
	answer := d.raw(t, fmt.Sprintf("%s /in/{slug}%s HTTP/1.1\r\nHost: h\r\n%s", c.method, query, head.String()))
	return answer, d
}

// endpoint returns an endpoint for a case.
func (c *challengeCase) endpoint() hook.Endpoint {
	e := hook.Endpoint{Settings: c.settings}
	if c.has && c.secret == "" {
		c.secret = testChallengeKey
	}
	if c.secret != "" {
		e.Secrets = []hook.Secret{{Label: "live", Value: c.secret}}
	}
	return e
}

func TestChallengesOfSendersAreAnsweredAtTheDoor(t *testing.T) {
	for _, c := range challengeCases {
		t.Run(c.sender+" "+c.name, func(t *testing.T) {
			p, _ := senderWithChallenge(c.sender)
			answer, d := c.test(t, &p, c.endpoint())
			checkChallenge(t, &c, answer, d)
		})
	}
}

// TestChallengesOfMicrosoftAreAnsweredAtTheDoor has the same cases with the literals of the catalogue.
func TestChallengesOfMicrosoftAreAnsweredAtTheDoor(t *testing.T) {
	tried := 0
	for _, c := range slices.Concat(challengeCases, microsoftCases) {
		if !slices.Contains([]string{"microsoft-graph", "sharepoint", "azure-event-grid"}, c.sender) {
			continue
		}
		for _, has := range []bool{c.has, true} { // a secret of the endpoint makes no difference
			t.Run(fmt.Sprint(c.sender, " ", c.name, " ", has), func(t *testing.T) {
				p, known := provider.For(c.sender)
				if !known {
					t.Fatal("is not in the catalogue")
				}
				tried++
				c.has = has
				answer, d := c.test(t, p, c.endpoint())
				checkChallenge(t, &c, answer, d)
			})
		}
	}
	if tried < 20 {
		t.Errorf("only %d", tried)
	}
}

func readAll(t *testing.T, answer *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(answer.Body)
	check(t, err)
	return string(text)
}

// newest returns the newest delivery of the only endpoint.
func (d *testReceiver) newest(t *testing.T) hook.Record {
	t.Helper()
	page, _, err := d.store.Deliveries(t.Context(), hook.Filter{}, d.store.Head()+1, 1)
	check(t, err)
	if len(page) == 0 {
		t.Fatal("nothing was stored")
	}
	r, err := d.store.Delivery(t.Context(), page[0].ID)
	check(t, err)
	return r
}

// checkChallenge compares an answer, and what was stored, with a case.
func checkChallenge(t *testing.T, c *challengeCase, answer *http.Response, d *testReceiver) {
	t.Helper()
	body := readAll(t, answer)
	r := d.newest(t)
	switch {
	case c.status == 0: // an event without a signature
		if answer.StatusCode != 401 || r.Type == "handshake" || r.Verdict != hook.Rejected {
			t.Errorf("%d %s, stored as %s %q", answer.StatusCode, body, r.Verdict, r.Type)
		}
		return
	case c.status != 200:
		want := map[int]hook.Reason{404: hook.ReasonHandshakeRefused, 401: hook.ReasonSignatureMissing}[c.status]
		if answer.StatusCode != c.status || r.Verdict != hook.Rejected || r.Reason != want {
			t.Errorf("%d %s, stored as %s %s", answer.StatusCode, body, r.Verdict, r.Reason)
		}
		return
	}
	if answer.StatusCode != 200 || body != c.answer ||
		c.media != "" && answer.Header.Get("Content-Type") != c.media ||
		answer.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %q %v, want %q as %q", answer.StatusCode, body, answer.Header, c.answer, c.media)
	}
	if name := c.answerHeader[0]; answer.Header.Get(name) != c.answerHeader[1] {
		t.Errorf("%s is %q", name, answer.Header.Get(name))
	}
	kept := r.Type == "handshake" || r.Type == "ping" || c.sender == "dropbox-sign"
	if r.Verdict != hook.Unsigned || !kept || r.Event != "" {
		t.Errorf("stored as %s %q %q", r.Verdict, r.Type, r.Event)
	}
}

// TestSharedChallengeVectors runs challenges that were collected elsewhere, where they are available.
func TestSharedChallengeVectors(t *testing.T) {
	folder := os.Getenv("HOOKBEAM_SHARED")
	if folder == "" {
		t.Skip("NOT TESTED: the published challenges of senders, because HOOKBEAM_SHARED is not set")
	}
	text, err := os.ReadFile(filepath.Join(folder, "providers", "more", "challenge_vectors.json"))
	check(t, err)
	var all []struct {
		Provider, Name, Method, URL string
		Header                      map[string][]string
		BodyB64, SecretB64          []byte
		Cfg                         map[string]string
		Answer                      *struct {
			Status  int
			Body    string
			JSON    map[string]string
			Headers map[string]string
		}
	}
	check(t, json.Unmarshal(text, &all))
	for _, v := range all {
		t.Run(v.Provider+" "+v.Name, func(t *testing.T) {
			p, known := senderWithChallenge(v.Provider)
			if !known {
				t.Fatal("this sender has no challenge here")
			}
			c := challengeCase{sender: v.Provider, method: v.Method, body: string(v.BodyB64), settings: v.Cfg,
				secret: string(v.SecretB64), header: map[string]string{}}
			_, c.query, _ = strings.Cut(v.URL, "?")
			for name, values := range v.Header {
				c.header[name] = values[0]
			}
			c.has = v.Answer == nil
			switch {
			case v.Answer == nil:
			case v.Answer.Status == 200:
				c.status, c.answer = 200, v.Answer.Body
				if v.Answer.JSON != nil {
					text, err := json.Marshal(v.Answer.JSON)
					check(t, err)
					c.answer = string(text)
				}
				for name, value := range v.Answer.Headers {
					c.answerHeader = [2]string{name, value}
				}
			default:
				c.status = 404
			}
			answer, d := c.test(t, &p, c.endpoint())
			checkChallenge(t, &c, answer, d)
		})
	}
	if len(all) < 23 {
		t.Errorf("only %d", len(all))
	}
}
