package payload

import (
	"strings"
	"testing"
)

// TestAReleasedTreeHoldsNothingOfItsBody: what is used again must not keep a stranger's megabytes.
func TestAReleasedTreeHoldsNothingOfItsBody(t *testing.T) {
	for name, members := range map[string]int{"a few members": 3, "many": 900} {
		var tree Tree
		tree.Reset(`{"data":{"object":{`+strings.Repeat(`"a":"text",`, members)+`"id":"pi_1"}}}`, nil)
		if got := textAt(&tree, "data.object.id"); got != "pi_1" {
			t.Fatalf("%s: %q", name, got)
		}
		textAt(&tree, "data.elsewhere.id")
		tree.Release()
		if tree.root != "" || cap(tree.fields) > keptFields {
			t.Errorf("%s: keeps %d bytes, and room for %d", name, len(tree.root), cap(tree.fields))
		}
		for _, l := range tree.fields[:cap(tree.fields)] {
			if l != (field{}) {
				t.Fatalf("%s: keeps %+v", name, l)
			}
		}
		tree.Reset(`{"id":"pi_2"}`, nil)
		if got := textAt(&tree, "id"); got != "pi_2" {
			t.Errorf("%s: used again it says %q", name, got)
		}
	}
}

func textAt(t *Tree, path string) string {
	p := ParsePath(path)
	return t.TextOrID(&p)
}
