package server

import (
	"encoding/json"
	"net/http"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"

	"hookbeam/server/client"
	"hookbeam/server/hook"
)

// apiPrefix is the path of the API's calls. Those below publicStatus are for the public, which the channel does not
// serve.
const (
	apiPrefix    = "/api/v1/"
	publicStatus = "/api/v1/status/"
)

// routes returns the handler of all calls of the control channel: its own, and those of the API.
func (c controlCalls) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST " + client.LoginsPath:        c.newLogin,
		"GET " + client.EndpointsPath:      c.listEndpoints,
		"GET " + client.BackupPath:         c.backup,
		"GET " + client.CheckPath:          c.check,
		"GET " + client.AboutPath:          c.about,
		"POST " + client.ProofsPath:        c.newProof,
		"GET /control/v1/debug":            c.debug,
		"GET /control/v1/debug/goroutines": profile("goroutine"),
		"GET /control/v1/debug/heap":       profile("heap"),
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			w.(*auditWriter).NoteRoute(pattern)
			handle(w, r)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, apiPrefix) && !strings.HasPrefix(r.URL.Path, publicStatus) {
			c.API.ServeHTTP(w, r)
			return
		}
		writeControlProblem(w, http.StatusNotFound, noControlCall)
	})
	return mux
}

// newLogin creates a one-time link to the dashboard.
func (c controlCalls) newLogin(w http.ResponseWriter, r *http.Request) {
	code, err := c.Logins.New(r.Context())
	if err != nil {
		writeControlProblem(w, http.StatusServiceUnavailable, &hook.Problem{Code: "cannot_store",
			Detail: "The login could not be stored. Check the free disk space; the server's log has the cause."})
		return
	}
	writeControlJSON(w, http.StatusCreated, client.Login{Link: c.Site.URL("login/" + code)})
}

// listEndpoints returns the endpoints with the values of their secrets, so that a command can sign samples. The users
// of the channel could read these in the database as well.
func (c controlCalls) listEndpoints(w http.ResponseWriter, _ *http.Request) {
	all := client.Endpoints{Endpoints: []client.Endpoint{}}
	for _, e := range c.Endpoints.List() {
		one := client.Endpoint{ID: e.ID, Name: e.Name, URL: c.Site.URL("in/" + e.Slug), Provider: e.Provider,
			SignedURL: e.SignedURL, Settings: e.Settings, Secrets: []client.Secret{}}
		for _, s := range e.Secrets {
			one.Secrets = append(one.Secrets, client.Secret{Label: s.Label, Value: s.Value})
		}
		all.Endpoints = append(all.Endpoints, one)
	}
	writeControlJSON(w, http.StatusOK, all)
}

// about returns what hookbeam doctor compares with what it finds.
func (c controlCalls) about(w http.ResponseWriter, _ *http.Request) {
	writeControlJSON(w, http.StatusOK, c.About())
}

// newProof returns a question that only this process can answer.
func (c controlCalls) newProof(w http.ResponseWriter, _ *http.Request) {
	ask, answer := c.Proofs.New()
	writeControlJSON(w, http.StatusCreated, client.Proof{Ask: ask, Answer: answer})
}

// debug returns a summary of the server's internal state. With ?gc=1 it collects garbage first, so that live_bytes is
// what is in use now.
func (c controlCalls) debug(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("gc") == "1" {
		runtime.GC()
	}
	writeControlJSON(w, http.StatusOK, c.Summary())
}

// profile returns a handler for one of the runtime's profiles. Its format is that of go tool pprof, or text with
// ?debug=1 or ?debug=2.
func profile(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		level, _ := strconv.Atoi(r.URL.Query().Get("debug"))
		w.Header().Set("Content-Type", "application/octet-stream")
		if level > 0 {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		}
		_ = pprof.Lookup(name).WriteTo(w, min(max(level, 0), 2)) // fails only if the client has left
	}
}

// writeControlJSON writes a value as JSON.
func writeControlJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // fails only if the client has left
}
