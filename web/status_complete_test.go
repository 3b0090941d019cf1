package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// hookConstants returns the values of all constants of a type in package hook.
func hookConstants(t testing.TB, typeName string) (values []string) {
	t.Helper()
	paths, err := filepath.Glob("../server/hook/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			of, isType := spec.Type.(*ast.Ident)
			value, isText := spec.Values[0].(*ast.BasicLit)
			if isType && isText && of.Name == typeName {
				values = append(values, strings.Trim(value.Value, `"`))
			}
			return true
		})
	}
	if len(values) < 3 {
		t.Fatalf("found %d constants of type %s", len(values), typeName)
	}
	return values
}

// statesOfRuns are the states that payments and orders do not have.
var statesOfRuns = []string{"queued", "waiting_for_approval", "running", "success", "failure", "cancelled", "skipped",
	"superseded"}

// TestEveryStateOfAPaymentHasWords: a state that package hook gets has to be added to messageOf and to steps.
func TestEveryStateOfAPaymentHasWords(t *testing.T) {
	for _, state := range hookConstants(t, "State") {
		p := hook.Public{Status: hook.State(state), Kind: hook.KindPayment}
		_, known := messageOf(&p)
		if named := english.steps[p.Status] != ""; known != named || known == slices.Contains(statesOfRuns, state) {
			t.Errorf("%s: has words: %t, has a step: %t", state, known, named)
		}
		if known != slices.Contains(allStates, p.Status) {
			t.Errorf("%s is not among the states that the tests look at", state)
		}
	}
}

// changesWords reports whether a fact changes what is said in some state. set puts the fact into a status.
func changesWords(set func(*hook.Public)) bool {
	return slices.ContainsFunc(allStates, func(state hook.State) bool {
		before := hook.Public{Status: state, Kind: hook.KindOrder, Summary: hook.Summary{State: state, Denied: true}}
		after := before
		set(&after)
		a, _ := messageOf(&before)
		b, _ := messageOf(&after)
		return a.title != b.title || !slices.Equal(a.note, b.note)
	})
}

// TestEveryFactThatHasANameHasWords: causes, methods, disputes and fulfilment that package hook gets have to be told.
func TestEveryFactThatHasANameHasWords(t *testing.T) {
	for _, cause := range hookConstants(t, "Cause") {
		set := func(p *hook.Public) { p.Summary.Cause = hook.Cause(cause) }
		if slices.Contains([]hook.Cause{hook.CauseTrial, hook.CauseFree, hook.CauseSetup}, hook.Cause(cause)) {
			set = func(p *hook.Public) { p.Summary.NothingDue = hook.Cause(cause) }
		}
		if !changesWords(set) {
			t.Errorf("the cause %s has no words", cause)
		}
	}
	for _, method := range hookConstants(t, "Method") {
		said := changesWords(func(p *hook.Public) { p.Summary.Method = hook.Method(method) })
		if said == (method == string(hook.MethodWallet)) { // of a wallet, no more is known than of any method
			t.Errorf("the method %s has words: %t", method, said)
		}
	}
	for _, dispute := range hookConstants(t, "Dispute") {
		if !changesWords(func(p *hook.Public) { p.Summary.Dispute = hook.Dispute(dispute) }) {
			t.Errorf("the dispute %s has no words", dispute)
		}
	}
	for _, state := range []hook.State{hook.StatePartiallyFulfilled, hook.StateFulfilled, hook.StateReturned} {
		if !changesWords(func(p *hook.Public) { p.Fulfilment = state }) {
			t.Errorf("the fulfilment %s has no words", state)
		}
	}
}
