package provider

import (
	"strings"
	"testing"
)

// TestAFelledTreeHoldsNothingOfItsBody: what is used again must not keep a stranger's megabytes.
func TestAFelledTreeHoldsNothingOfItsBody(t *testing.T) {
	for name, members := range map[string]int{"a few members": 3, "many": 900} {
		var tree tree
		tree.plant(`{"data":{"object":{`+strings.Repeat(`"a":"text",`, members)+`"id":"pi_1"}}}`, nil)
		if got := tree.text("data.object.id"); got != "pi_1" {
			t.Fatalf("%s: %q", name, got)
		}
		tree.text("data.elsewhere.id")
		tree.fell()
		if tree.root != "" || cap(tree.leaves) > keptLeaves {
			t.Errorf("%s: keeps %d bytes, and room for %d", name, len(tree.root), cap(tree.leaves))
		}
		for _, l := range tree.leaves[:cap(tree.leaves)] {
			if l != (leaf{}) {
				t.Fatalf("%s: keeps %+v", name, l)
			}
		}
		tree.plant(`{"id":"pi_2"}`, nil)
		if got := tree.text("id"); got != "pi_2" {
			t.Errorf("%s: used again it says %q", name, got)
		}
	}
}
