package payload

import "testing"

func TestANameInQuotesIsTakenAsItIs(t *testing.T) {
	var tree Tree
	for path, want := range map[string]string{
		`data.metadata.Order #`:      "1",
		`data.metadata."Order #"`:    "1",
		`data.metadata."order.id"`:   "2",
		`data.metadata.order\.id`:    "2",
		`data."a.b".c`:               "3",
		`"data"."a.b"."c"`:           "3",
		`data.metadata."#x=y"`:       "4",
		`data.metadata.order.id`:     "",
		`data.metadata."order.id`:    "",
		`data.metadata.""`:           "",
		`data.metadata."Order #".no`: "",
	} {
		tree.Reset(`{"data":{"metadata":{"Order #":"1","order.id":2,"#x=y":4},"a.b":{"c":3}}}`, nil)
		if got := textAt(&tree, path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAPathOfAnEndpointMayHaveSpaces(t *testing.T) {
	for path, want := range map[string]bool{
		"id": true, "data.object.metadata.cart": true, "data.object.metadata.Order #": true, "a.0.b-c": true,
		`data.object.metadata."Order #"`: true, `data.metadata."a.b[c]"`: true, `data.order\.id`: true,
		"": false, ".": false, "a..b": false, "a.": false, ".a": false, "items.#(a==1)": false, "items.#a=b": false,
		"items[0].a": false, "$.a|@pretty": false, "a.*": false, "a. b": false, "a.b ": false, `a.b"c`: false,
		"a.b\n": false, `a.""`: false,
	} {
		if got := IsReferencePath(path); got != want {
			t.Errorf("%q: %t, want %t", path, got, want)
		}
	}
}
