package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// prefix is the path prefix of every REST operation. The code calls such an operation a call.
const prefix = "/api/v1"

// useProblemErrors makes huma report its own errors as problem details. huma's extension point for this is a package
// variable.
var useProblemErrors = sync.OnceFunc(func() { huma.NewError = humaError })

// Calls are the REST operations that huma serves. They are mounted on an API without Options; New completes it. main
// creates one with BeginDescribing.
type Calls struct{ api *API }

// BeginDescribing runs Describe in the background and returns a function that waits for its result.
func BeginDescribing(version string) func() *Calls {
	calls := sync.OnceValue(func() *Calls { return Describe(version) })
	go calls()
	return calls
}

// Describe mounts the calls of one API. Parameters, responses and openapi.json are derived from the same Go
// types by reflection, which takes longer than everything else that New does. Describe needs no Options, so it
// can run while the command line is parsed and the databases are opened. It panics for the same reasons as New.
func Describe(version string) *Calls {
	a := &API{version: version}
	a.routes = newRoutes(a)
	h := a.describedCalls(version)
	text := sync.OnceValues(func() ([]byte, error) { return openAPI(h) })
	a.routes.HandleFunc("GET "+prefix+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		body, err := text()
		if err != nil {
			writeProblem(w, a.Log, err)
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(body) // an error means that the client has left
	})
	return &Calls{a}
}

// describedCalls mounts the calls on a. To describe them, a needs only routes; to serve them, it also needs Options.
func (a *API) describedCalls(version string) huma.API {
	h := newHuma(a.routes, version)
	a.mountSession(h)
	a.mountTokens(h)
	a.mountServer(h)
	a.mountProviders(h)
	a.mountEndpoints(h)
	a.mountApply(h)
	a.mountMapping(h)
	a.mountDeliveries(h)
	a.mountRefusals(h)
	a.mountOperations(h)
	a.mountStatuses(h)
	a.mountLinks(h)
	return h
}

// newHuma returns the framework for the calls. It validates parameters and bodies against the struct tags of
// their types before a handler runs, and derives openapi.json from them.
func newHuma(mux humago.Mux, version string) huma.API {
	useProblemErrors()
	return humago.NewWithPrefix(mux, prefix, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Hookbeam", Version: version,
				Description: apiDescription},
			Tags: apiTags,
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:                      map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true, // a misspelt filter must not return unfiltered results
	})
}

var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: json.Unmarshal}

// call describes one call. pattern is its row in the table of routes without the prefix: "GET /endpoints/{id}".
// The id names the operation in generated clients: a verb and a noun. The tag follows from the path, and the
// maximum size of the body from the row. call panics if the table has no such row.
func (a *API) call(pattern, id, summary, description string) huma.Operation {
	method, path, _ := strings.Cut(pattern, " ")
	row, known := a.routes.rows[method+" "+prefix+path]
	if !known {
		panic("api: " + pattern + " is not in the table of routes")
	}
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description,
		Tags: []string{tagOf(path)}, MaxBodyBytes: row.body}
}

// formerCall describes the old route of a call that was renamed. It is served beside the new one until the
// first tagged release. now is the operation id of the new route.
func (a *API) formerCall(pattern, id, now string) huma.Operation {
	op := a.call(pattern, id, "Old route of "+now, "Use "+now+" instead. This route will be removed.")
	op.Deprecated = true
	return op
}

// register mounts a call. The handler may return any error: see problemOf for what the client gets.
func register[I, O any](a *API, h huma.API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.fault(ctx, err)
		}
		return out, nil
	})
}

// fault returns err in the form that huma sends, and logs it if it is the server's fault.
func (a *API) fault(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if v, ok := ctx.Value(requestMetaKey{}).(requestMeta); ok {
		logFault(v.w, a.Log, p, err)
	}
	return p
}
