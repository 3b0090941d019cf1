package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// probing is how long all checks of readiness together may take.
const probing = 3 * time.Second

// ReadinessCheck is one thing that must be so for the server to be ready. Run returns what is wrong, best as a
// hook.Problem, whose detail anybody may read.
type ReadinessCheck struct {
	Name string
	Run  func(context.Context) error
}

func (a *API) mountHealth() {
	a.routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, `{"status":"ok"}`) })
	a.routes.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), probing)
		defer cancel()
		if r.URL.Query().Has("verbose") {
			a.writeChecks(ctx, w)
			return
		}
		for _, c := range a.checks() {
			if err := c.Run(ctx); err != nil {
				p := problemOf(err) // the log is told as seldom as of refusals: probes come every few seconds
				a.Refusals.Warn("not_ready", "the server is not ready: "+c.Name, "error", err)
				p.write(w)
				return
			}
		}
		say(w, `{"status":"ready"}`)
	})
}

// checks are all checks, in the order in which they are told.
func (a *API) checks() []ReadinessCheck {
	return append([]ReadinessCheck{{"running", a.notStopping}, {"storage", a.canStore}}, a.Checks...)
}

func (a *API) notStopping(context.Context) error {
	if a.life.Err() != nil {
		return serverStopping
	}
	return nil
}

// canStore says why a delivery could not be stored now.
func (a *API) canStore(ctx context.Context) error {
	if err := a.Probe(ctx); err != nil {
		var known *hook.Problem
		if errors.As(err, &known) && known.Code != "cannot_store" && known.Code != "stopping" {
			return known
		}
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: "cannot_store", RetryAfter: 5 * time.Second, Cause: err,
			Detail: "Deliveries cannot be stored right now. Check the free disk space and the server's log."}
	}
	return nil
}

// writeChecks answers with every check, and with what the operator should know though it does not make the server
// unready. Anybody may ask, so it names no addresses.
func (a *API) writeChecks(ctx context.Context, w http.ResponseWriter) {
	answer := wire.Readiness{Status: "ready"}
	status := http.StatusOK
	for _, c := range a.checks() {
		result := wire.ReadinessCheck{Name: c.Name, OK: true}
		if err := c.Run(ctx); err != nil {
			p := problemOf(err)
			result = wire.ReadinessCheck{Name: c.Name, Code: p.Code, Detail: p.Detail}
			answer.Status, status = "not_ready", http.StatusServiceUnavailable
		}
		answer.Checks = append(answer.Checks, result)
	}
	if len(a.Addresses.StrangeProxies(a.Now())) > 0 {
		answer.Checks = append(answer.Checks,
			wire.ReadinessCheck{Name: "proxy", OK: true, Code: proxyNotTrusted, Detail: proxyAdvice})
	}
	text, err := json.Marshal(answer)
	if err != nil {
		writeProblem(w, a.Log, errors.Join(errors.New("write the checks"), err))
		return
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the far end left: nobody to tell
}

func say(w http.ResponseWriter, json string) {
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write([]byte(json + "\n")) // the far end left: nobody to tell
}
