package hook

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"
)

// TestEveryReasonForReviewIsCounted compares the list of reasons with the constants that are declared.
func TestEveryReasonForReviewIsCounted(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "payment.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Review" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if reason := Review(text); reason != ReviewAny {
			declared++
			if !slices.Contains(reviews[:], reason) {
				t.Errorf("%s is not counted", reason)
			}
		}
		return true
	})
	if declared != len(reviews) {
		t.Errorf("%d are declared, %d are counted", declared, len(reviews))
	}
}

func TestReviewsAreCountedInTotalAndByReason(t *testing.T) {
	counts := ReviewCounts{Reasons: map[Review]int{}}
	counts.Add((&Status{Review: []Review{ReviewOverpaid}}).OpenReviews(), 9) // somebody looked at these
	counts.Add((&Status{NeedsReview: true, Review: []Review{ReviewOverpaid, ReviewUnderpaid}}).OpenReviews(), 2)
	counts.Add((&Status{NeedsReview: true, Review: []Review{"not known"}}).OpenReviews(), 1)
	if counts.Total != 3 || len(counts.Reasons) != 2 || counts.Reasons[ReviewUnderpaid] != 2 {
		t.Errorf("%+v", counts)
	}
}
