package filter

import (
	"strings"
	"testing"
)

func TestTextsAreReadIntoTheirCanonicalForm(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                          {"", ""},
		"blanks are nothing":               {" \t\n", ""},
		"a key and a value":                {"verdict:rejected", "verdict:rejected"},
		"keys in capitals":                 {"Verdict:rejected", "verdict:rejected"},
		"and is implied":                   {"a  b", "a b"},
		"and may be written":               {"a AND b", "a b"},
		"and binds tighter than or":        {"a b OR c d", "a b OR c d"},
		"parentheses change that":          {"a (b OR c) d", "a (b OR c) d"},
		"not binds tightest":               {"NOT a b OR NOT c", "-a b OR -c"},
		"not of a group":                   {"NOT (a OR b) -(c d)", "-(a OR b) -(c d)"},
		"not of not":                       {"NOT -a", "--a"},
		"needless parentheses go":          {"((a) (b c)) OR (d OR e)", "a b c OR d OR e"},
		"operators need no blank before (": {"NOT(a)OR(b)", "-a OR b"},
		"small letters are words":          {"a or not b and c", "a or not b and c"},
		"a list":                           {"endpoint:shop,blog", "endpoint:shop,blog"},
		"a list with quotes and globs":     {`type:"a b",c*,"d,e"*`, `type:"a b",c*,"d,e"*`},
		"stars in a row are one":           {"type:a***b", "type:a*b"},
		"quoted and bare parts join":       {`type:a" "b`, `type:"a b"`},
		"escapes in quotes":                {`type:"a\"b\\c"`, `type:"a\"b\\c"`},
		"the empty text":                   {`body.a:""`, `body.a:""`},
		"a comparison":                     {"size:>=10 size:<20", "size:>=10 size:<20"},
		"a comparison without a colon":     {"size>1000 size<=3 body.x=1", "size:>1000 size:<=3 body.x:1"},
		"an equals sign behind a colon":    {"size:=1", "size:1"},
		"a value that begins like one":     {`type:"=a" type:a,>b`, `type:"=a" type:a,">b"`},
		"ranges":                           {"size:1..2 size:1.. seq:..2,7", "size:1..2 size:1.. seq:..2,7"},
		"two dots in a text":               {"type:a..b body.x:a..b", "type:a..b body.x:a..b"},
		"times": {"after:1h before:2026-11-01T10:00:00+02:00",
			"after:1h before:2026-11-01T10:00:00+02:00"},
		"has and is": {"has:event,body.a has:header.x is:Duplicate,test",
			"has:event,body.a has:header.x is:duplicate,test"},
		"paths":                             {`body.a."b.c"."d e":1`, `body.a."b.c"."d e":1`},
		"quotes that a path does not need":  {`body."a":1`, `body.a:1`},
		"dots in the names of other values": {`query.a.b:1 header.x-y:2`, `query."a.b":1 header.x-y:2`},
		"a value with colons":               {"path:/a:b ip:::1", "path:/a:b ip:::1"},
		"words":                             {"refund card-declined pay*", "refund card-declined pay*"},
		"phrases":                           {`"card declined" "card d"*`, `"card declined" "card d"*`},
		"operators as words":                {`"OR" "NOT"`, `"OR" "NOT"`},
		"ids":                               {"dlv_1a evt_1-b pi_1 #1042", "dlv_1a evt_1-b pi_1 #1042"},
		"a word with a minus sign":          {"a-b", "a-b"},
		"a number sign before letters":      {"#abc", "#abc"},
		"a state of an own mapping":         {`state:"brewing" status:sub_x`, `state:"brewing" status:sub_x`},
		"what the list of deliveries filters": {"endpoint:ep_x verdict:verified method:POST",
			"endpoint:ep_x verdict:verified method:POST"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if f.String() != c.want {
				t.Errorf("%q is written %q, want %q", c.text, f, c.want)
			}
			again, err := Parse(f.String())
			if err != nil || again.String() != f.String() {
				t.Errorf("%q is read again as %q: %v", f, again, err)
			}
		})
	}
}

func TestNodesKnowWhereTheyStand(t *testing.T) {
	text := ` a (b OR  size:>1,2 )  -has:body."x y" `
	text = strings.Replace(text, ",2", "", 1)
	f, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	and := f.Root().(And)
	or := and.Nodes[1].(Or)
	compare := or.Nodes[1].(Compare)
	has := and.Nodes[2].(Not).Node.(Has)
	for _, c := range []struct {
		at   interface{ Position() (int, int) }
		want string
	}{
		{and, `a (b OR  size:>1 )  -has:body."x y"`},
		{and.Nodes[0], "a"},
		{or, "b OR  size:>1"},
		{compare, "size:>1"},
		{compare.Key, "size"},
		{compare.Values[0], "1"},
		{and.Nodes[2], `-has:body."x y"`},
		{has.Keys[0], `body."x y"`},
	} {
		if start, end := c.at.Position(); text[start:end] != c.want {
			t.Errorf("%T stands at %q, want %q", c.at, text[start:end], c.want)
		}
	}
}

func TestTheLargestFilterIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"terms":  strings.Repeat("a ", MaxTerms),
		"depth":  strings.Repeat("(", MaxDepth) + "a" + strings.Repeat(")", MaxDepth),
		"NOTs":   strings.Repeat("-", MaxDepth) + "a",
		"text":   strings.Repeat("a", MaxText),
		"values": "type:" + strings.Repeat("a,", MaxValues-1) + "a",
		"path":   "body" + strings.Repeat(".a", MaxText/2-5) + ":1",
		"phrase": `"` + strings.Repeat("a ", MaxText/2-2) + `"`,
		"stars":  "type:" + strings.Repeat("*a", MaxText/2-5),
		"siblings": strings.Repeat("(a) ", MaxTerms/2) + // what was left again is no nesting
			strings.Repeat("-a ", MaxTerms/2),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(text); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEveryKeyAndFlagIsDescribedAndUnderstood(t *testing.T) {
	for _, doc := range Keys() {
		key := doc.Name
		if doc.kind == ofPath {
			key += "a"
		}
		value := map[kind]string{ofText: "x", ofNumber: "1", ofTime: "1h", ofAddress: "::1", ofPath: "1"}[doc.kind]
		if doc.Values != nil {
			value = doc.Values[0]
		}
		if _, err := Parse(key + ":" + value); err != nil || doc.About == "" {
			t.Errorf("%s, %q: %v", doc.Name, doc.About, err)
		}
	}
	for _, doc := range Flags() {
		if _, err := Parse("is:" + string(doc.Flag)); err != nil || doc.About == "" {
			t.Errorf("%s, %q: %v", doc.Flag, doc.About, err)
		}
	}
	for key := range strings.FieldsSeq("endpoint provider type event account subject reference verdict reason method " +
		"path status state amount mode size seq ip after before body header query form") {
		if _, ok := keyDoc(key); !ok {
			t.Errorf("there is no key %s", key)
		}
	}
}
