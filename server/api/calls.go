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

// prefix is the path of every call.
const prefix = "/api/v1"

// useProblems makes huma's errors ours: its extension point for that is a variable of the package.
var useProblems = sync.OnceFunc(func() { huma.NewError = humaError })

// Calls are the calls that huma serves, mounted on an API that has nothing behind its doors yet.
type Calls struct{ api *API }

// BeginDescribing has Describe run beside what else is done, and returns a function that waits for it.
func BeginDescribing(version string) func() *Calls {
	calls := sync.OnceValue(func() *Calls { return Describe(version) })
	go calls()
	return calls
}

// Describe makes the calls of one API. What they take, what they answer, and openapi.json come from the same types, and
// reading those takes longer than all else that New does. It needs nothing, so it can be done while the command line is
// read and the databases are opened. It panics where New would.
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
		_, _ = w.Write(body) // the far end left: nobody to tell
	})
	return &Calls{a}
}

// describedCalls mounts the calls on a, which need not be whole where only their description is wanted.
func (a *API) describedCalls(version string) huma.API {
	h := newHuma(a.routes, version)
	a.mountSession(h)
	a.mountServer(h)
	a.mountProviders(h)
	a.mountEndpoints(h)
	a.mountMapping(h)
	a.mountDeliveries(h)
	a.mountStatuses(h)
	a.mountLinks(h)
	return h
}

func newHuma(mux humago.Mux, version string) huma.API {
	useProblems()
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
		RejectUnknownQueryParameters: true, // a filter that is not there must not look as if it had filtered
	})
}

var jsonFormat = huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: json.Unmarshal}

// call describes one call. pattern is its row in the table of routes without the prefix: "GET /endpoints/{id}". The id
// names the operation in generated clients: a verb and a noun. The call's tag follows from its path.
func (a *API) call(pattern, id, summary, description string) huma.Operation {
	method, path, _ := strings.Cut(pattern, " ")
	row, known := a.routes.rows[method+" "+prefix+path]
	if !known {
		panic("api: " + pattern + " is not in the table of routes")
	}
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Description: description,
		Tags: []string{tagOf(path)}, MaxBodyBytes: row.body}
}

// formerCall describes the old route of a call that was renamed. It is served beside the new one until the first tagged
// release. now is the operation id of the new route.
func (a *API) formerCall(pattern, id, now string) huma.Operation {
	op := a.call(pattern, id, "Old route of "+now, "Use "+now+" instead. This route will be removed.")
	op.Deprecated = true
	return op
}

// register mounts a call whose errors are rendered like all others.
func register[I, O any](a *API, h huma.API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.fault(ctx, err)
		}
		return out, nil
	})
}

// fault is err as huma answers with it, logged where it is the server's.
func (a *API) fault(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if v, ok := ctx.Value(requestMetaKey{}).(requestMeta); ok {
		logFault(v.w, a.Log, p, err)
	}
	return p
}
