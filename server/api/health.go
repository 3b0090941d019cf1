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

// readinessTimeout limits all readiness checks together.
const readinessTimeout = 3 * time.Second

// ReadinessCheck is one condition for the server to be ready. Run returns nil if the condition holds. Its error
// should be a *hook.Problem, whose code and detail are shown to everybody; of any other error only the log has
// the text. Package server passes its checks in Options.
type ReadinessCheck struct {
	Name string
	Run  func(context.Context) error
}

// mountHealth mounts the probes of load balancers and orchestrators, which are public. /healthz answers 200
// while the process can answer at all. /readyz answers 200 if all checks pass, otherwise the problem of the
// first one that fails; with ?verbose, it answers with the result of every check.
func (a *API) mountHealth() {
	a.routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSONText(w, `{"status":"ok"}`)
	})
	a.routes.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readinessTimeout)
		defer cancel()
		if r.URL.Query().Has("verbose") {
			a.writeChecks(ctx, w)
			return
		}
		for _, c := range a.checks() {
			if err := c.Run(ctx); err != nil {
				p := problemOf(err) // Warn limits the rate of log lines, because probes come every few seconds
				a.Refusals.Warn("not_ready", "the server is not ready: "+c.Name, "error", err)
				p.write(w)
				return
			}
		}
		writeJSONText(w, `{"status":"ready"}`)
	})
}

// checks returns all checks in the order in which they run.
func (a *API) checks() []ReadinessCheck {
	return append([]ReadinessCheck{{"running", a.notStopping}, {"storage", a.canStore}}, a.Checks...)
}

// notStopping is the check "running".
func (a *API) notStopping(context.Context) error {
	if a.stopCtx.Err() != nil {
		return serverStopping
	}
	return nil
}

// canStore is the check "storage": it returns why a delivery could not be stored now. A problem that says more than
// "cannot_store" is returned as it is; every other error may contain paths, so only the log gets it.
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

// writeChecks responds with the result of every check. It adds the notices and the warning about an untrusted proxy,
// which do not make the server unready. Because /readyz is public, the warning does not contain the address of the
// proxy.
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
	if len(a.Addresses.UntrustedProxies(a.Now())) > 0 {
		answer.Checks = append(answer.Checks,
			wire.ReadinessCheck{Name: "proxy", OK: true, Code: proxyNotTrusted, Detail: proxyAdvice})
	}
	if a.Notices != nil {
		for _, n := range a.Notices() {
			answer.Checks = append(
				answer.Checks,
				wire.ReadinessCheck{Name: n.Code, OK: true, Code: n.Code, Detail: n.Detail},
			)
		}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		writeProblem(w, a.Log, errors.Join(errors.New("write the checks"), err))
		return
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // an error means that the client has left
}

// writeJSONText responds with JSON that is already encoded, and a line break.
func writeJSONText(w http.ResponseWriter, json string) {
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write([]byte(json + "\n")) // an error means that the client has left
}
