package server

import (
	"encoding/json"
	"net/http"
	"runtime/pprof"
	"strconv"
	"strings"

	"hookbeam/server/client"
	"hookbeam/server/hook"
)

// apiPrefix is where the calls of the API are, and publicStatus those of them that are for the public.
const (
	apiPrefix    = "/api/v1/"
	publicStatus = "/api/v1/status/"
)

// routes returns the calls of the control channel.
func (c controlCalls) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]http.HandlerFunc{
		"POST " + client.LoginsPath:        c.newLogin,
		"GET " + client.EndpointsPath:      c.listEndpoints,
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

// newLogin makes a one-time link to the dashboard.
func (c controlCalls) newLogin(w http.ResponseWriter, r *http.Request) {
	code, err := c.Logins.New(r.Context())
	if err != nil {
		writeControlProblem(w, http.StatusServiceUnavailable, &hook.Problem{Code: "cannot_store",
			Detail: "The login cannot be stored now. The server's log says why; look at the disk's free space first."})
		return
	}
	writeControlJSON(w, http.StatusCreated, client.Login{Link: c.Site.URL("login/" + code)})
}

// listEndpoints gives the endpoints with their secrets, so that a command can sign what it sends. Whoever may use the
// channel could read them in the database.
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

// debug gives a summary of what goes on inside.
func (c controlCalls) debug(w http.ResponseWriter, _ *http.Request) {
	writeControlJSON(w, http.StatusOK, c.Summary())
}

// profile gives one of the runtime's profiles: for go tool pprof, or, with ?debug=1 or ?debug=2, as text.
func profile(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		level, _ := strconv.Atoi(r.URL.Query().Get("debug"))
		w.Header().Set("Content-Type", "application/octet-stream")
		if level > 0 {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		}
		_ = pprof.Lookup(name).WriteTo(w, min(max(level, 0), 2)) // the other end left: nobody to tell
	}
}

func writeControlJSON(w http.ResponseWriter, status int, what any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(what) // the other end left: nobody to tell
}
