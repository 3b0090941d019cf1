package hook

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryReasonHasItsTexts reads the constants from the source, because Go cannot list them: a reason without a row
// in the table would be shown by its code alone.
func TestEveryReasonHasItsTexts(t *testing.T) {
	declared := declaredReasons(t)
	if len(declared) < 15 {
		t.Fatalf("found only %d constants of type Reason", len(declared))
	}
	listed := Reasons()
	labels := map[string]Reason{}
	for _, reason := range declared {
		if !slices.Contains(listed, reason) {
			t.Errorf("%s has no row in reasonTable", reason)
			continue
		}
		text := reason.Text()
		if text.Label == "" || text.Title == "" || text.Explanation == "" || len(text.NextSteps) == 0 {
			t.Errorf("%s lacks a text: %+v", reason, text)
		}
		if len(text.Label) > 25 || strings.HasSuffix(text.Title, ".") || !strings.HasSuffix(text.Explanation, ".") {
			t.Errorf("%s: the label is to be short, the title without a full stop, the explanation a sentence",
				reason)
		}
		if (text.Answer == "") != (text.Kind == nil) {
			t.Errorf("%s: an answer needs a kind, and a kind an answer", reason)
		}
		if other, taken := labels[text.Label]; taken {
			t.Errorf("%s and %s have the same label", reason, other)
		}
		labels[text.Label] = reason
	}
	if len(listed) != len(declared) {
		t.Errorf("the table has %d rows for %d reasons", len(listed), len(declared))
	}
}

// declaredReasons returns the values of all constants of type Reason.
func declaredReasons(t *testing.T) []Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []Reason
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Reason" {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, Reason(value))
		return true
	})
	return reasons
}

func TestAnAnswerHasNoPlaceholderLeft(t *testing.T) {
	all := []string{"{credential}", "the header X", "{provider}", "Stripe", "{missing_secret}", "No secret.",
		"{help}", "Add it.",
		"{compare}", "and the body"}
	for _, reason := range Reasons() {
		p := reason.Problem(all...)
		if strings.ContainsAny(p.Detail, "{}") || p.Code != string(reason) {
			t.Errorf("%s: %q", reason, p.Detail)
		}
	}
}

func TestAnUnknownReasonIsExplainedByItsCode(t *testing.T) {
	text := Reason("moon_phase").Text()
	if text.Label != "moon phase" || text.Explanation != "Verification failed (moon phase)." ||
		len(text.NextSteps) == 0 {
		t.Errorf("%+v", text)
	}
	if p := Reason("moon_phase").Problem(); !errors.Is(p, ErrUnauthenticated) || p.Detail == "" {
		t.Errorf("%+v", p)
	}
}

func TestReasonsAreOrderedByHowFarVerificationCame(t *testing.T) {
	for _, c := range []struct{ further, other Reason }{
		{ReasonSignatureMismatch, ReasonSignatureMissing},
		{ReasonTimestampTooOld, ReasonSignatureMismatch},
		{ReasonSignatureMalformed, ReasonSignatureMissing},
	} {
		if !c.further.FurtherThan(c.other) || c.other.FurtherThan(c.further) || c.other.FurtherThan(c.other) {
			t.Errorf("%s and %s", c.further, c.other)
		}
	}
}
