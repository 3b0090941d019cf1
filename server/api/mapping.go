package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/extract/expr"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// mountMapping mounts the call that tests a mapping on stored deliveries. It needs a session or a token. Errors:
// "endpoint_not_found", "mapping_invalid" and "busy".
func (a *API) mountMapping(h huma.API) {
	register(a, h, a.call("POST /endpoints/{id}/mapping/test", "test-mapping", "Test a mapping",
		"Returns what a mapping would have read from the endpoint's past deliveries. Nothing is changed."),
		a.testMapping)
	register(a, h, a.formerCall("POST /endpoints/{id}/mapping/try", "try-mapping", "test-mapping"), a.testMapping)
}

// Limits of one test of a mapping.
const (
	mappingTestDeliveries = 1000 // the newest ones
	mappingTestTime       = 5 * time.Second
)

// TestMappingRequest is the body of POST /endpoints/{id}/mapping/test.
type TestMappingRequest struct {
	Mapping orNull[wire.Mapping] `json:"mapping,omitempty" doc:"The mapping to test. By default one is suggested from the newest delivery."`
}

// testMapping runs the mapping in the request, or a suggested one, on the endpoint's newest deliveries. A
// suggestion may lack an expression that is required; the result is then empty, so that the dashboard can show
// the form.
func (a *API) testMapping(ctx context.Context, in *struct {
	ID   hook.EndpointID `path:"id" maxLength:"40" doc:"The endpoint's id."`
	Body TestMappingRequest
}) (*struct{ Body wire.MappingTestResult }, error) {
	e, err := a.Endpoints.Get(in.ID)
	if err != nil {
		return nil, err
	}
	done, err := a.work.acquire(ctx, mappingCost)
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, end := context.WithTimeout(ctx, mappingTestTime)
	defer end()
	sent := in.Body.Mapping.value.Mapping()
	rules, err := a.mappingToTest(ctx, e.ID, sent)
	if err != nil {
		return nil, err
	}
	m, err := expr.Compile(rules)
	switch {
	case err != nil && sent != nil:
		return nil, err
	case err != nil: // an incomplete suggestion
		return &struct{ Body wire.MappingTestResult }{testResult(rules, expr.Untried())}, nil
	}
	trial, err := m.Try(ctx, func(do func(*hook.Record) error) error {
		return a.Events.EachRecent(ctx, e.ID, mappingTestDeliveries, do)
	})
	return &struct{ Body wire.MappingTestResult }{testResult(rules, trial)}, err
}

// testResult returns the result of a test as clients see it, including the deprecated names.
func testResult(rules hook.Mapping, t expr.Trial) wire.MappingTestResult {
	r := wire.MappingTestResult{
		Mapping: wire.NewMapping(rules), Examined: t.Looked, Matched: t.Matched, Failed: t.Failed, Looked: t.Looked,
		States: []wire.MappingStateCount{}, Examples: []wire.MappingExample{}, Errors: []wire.MappingError{},
	}
	for _, s := range t.States {
		r.States = append(r.States, wire.MappingStateCount(s))
	}
	for _, e := range t.Examples {
		r.Examples = append(r.Examples, wire.MappingExample(e))
	}
	for _, p := range t.Problems {
		r.Errors = append(r.Errors, wire.MappingError(p))
	}
	r.Problems = r.Errors
	return r
}

// mappingToTest returns sent, or a mapping that is guessed from the newest delivery. Without deliveries the
// guess has only a kind.
func (a *API) mappingToTest(ctx context.Context, endpoint hook.EndpointID, sent *hook.Mapping) (hook.Mapping, error) {
	if sent != nil {
		return *sent, nil
	}
	guess := hook.Mapping{Kind: hook.KindOwn}
	err := a.Events.EachRecent(ctx, endpoint, 1, func(r *hook.Record) error {
		guess = expr.Guess(r)
		return nil
	})
	return guess, err
}
