package api

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// Bounds of proofs.
const (
	proofLife = time.Minute
	maxProofs = 16 // at once; the oldest is forgotten
)

// Proofs let hookbeam doctor find out whether a URL leads to this very process, through whatever proxies are between.
// The command gets a proof over the control channel, sends its question to the URL, and compares the answer. Whoever
// has no question learns nothing: without one, the route does not exist. A proof is random and ends after a minute,
// so that nobody can recognize a server by it.
type Proofs struct {
	Now func() time.Time

	mu  sync.Mutex
	all []proof // oldest first
}

// proof is a question and its answer.
type proof struct {
	ask, answer string
	until       time.Time
}

// New returns a new question with its answer.
func (p *Proofs) New() (ask, answer string) {
	one := proof{ask: rand.Text(), answer: rand.Text(), until: p.Now().Add(proofLife)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, one)
	if len(p.all) > maxProofs {
		p.all = p.all[len(p.all)-maxProofs:]
	}
	return one.ask, one.answer
}

// answerTo returns the answer to a question, or "" if this process did not ask it within the last minute.
func (p *Proofs) answerTo(ask string) (answer string) {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.all {
		if subtle.ConstantTimeCompare([]byte(one.ask), []byte(ask)) == 1 && p.Now().Before(one.until) {
			answer = one.answer
		}
	}
	return answer
}

// checkUnknown is the response of the check to everybody who does not have a question of this process.
var checkUnknown = &hook.Problem{Kind: hook.ErrNotFound, Code: "check_unknown",
	Detail: "This URL is for hookbeam doctor, which knows a question for it. " +
		"If hookbeam doctor gets this response, another server answers here."}

// mountCheck mounts the check of hookbeam doctor. It is below the path of the live connection, so that a proxy treats
// it as it treats that. It answers how the request has arrived, as JSON, or in one WebSocket message if the request
// still asks for an upgrade.
func (a *API) mountCheck() {
	upgrader := newUpgrader(func(w http.ResponseWriter, reason error) {
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrInvalid, Code: "not_a_websocket",
			Detail: "The headers for a WebSocket have arrived incomplete.", Cause: reason})
	})
	a.routes.HandleFunc("GET /api/v1/live/check", func(w http.ResponseWriter, r *http.Request) {
		answer := a.Proofs.answerTo(r.URL.Query().Get("ask"))
		if answer == "" {
			writeProblem(w, a.Log, checkUnknown)
			return
		}
		text, err := json.Marshal(wire.AddressCheck{
			Answer: answer, Peer: r.RemoteAddr, Client: a.Addresses.Of(r), Host: r.Host,
			OwnHost:   a.Site.OwnHost(r),
			Forwarded: access.IsForwarded(r.Header), ForwardedFor: strings.Join(r.Header["X-Forwarded-For"], ","),
			Trusted: a.Addresses.TrustsPeer(r),
		})
		if err != nil {
			writeProblem(w, a.Log, err)
			return
		}
		if !websocket.IsWebSocketUpgrade(r) {
			writeJSONText(w, string(text))
			return
		}
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return // the upgrader has responded
		}
		_ = ws.SetWriteDeadline(a.Now().Add(closeTimeout))
		_ = ws.WriteMessage(websocket.TextMessage, text) // an error means that the client has left
		_ = ws.Close()
	})
}
