package api

import (
	"context"
	"net/http"
	"time"

	"hookbeam/server/hook"
)

// probing is how long a probe of storing may take.
const probing = 3 * time.Second

func (a *API) mountHealth() {
	a.routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, `{"status":"ok"}`) })
	a.routes.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := a.ready(r.Context()); err != nil {
			writeProblem(w, a.Log, err)
			return
		}
		say(w, `{"status":"ready"}`)
	})
}

// ready says why a delivery could not be stored now.
func (a *API) ready(ctx context.Context) error {
	if a.life.Err() != nil {
		return stopping
	}
	ctx, cancel := context.WithTimeout(ctx, probing)
	defer cancel()
	if err := a.Store.Probe(ctx); err != nil {
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: "cannot_store", RetryAfter: 5 * time.Second, Cause: err,
			Detail: "Deliveries cannot be stored now. The server's log says why; look at the disk's free space first."}
	}
	return nil
}

func say(w http.ResponseWriter, json string) {
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write([]byte(json + "\n")) // the far end left: nobody to tell
}
