package intake

import (
	"strings"
	"testing"

	"hookbeam/server/hook"
)

func TestWhatAStatusPageMayBe(t *testing.T) {
	long := func(n int) string { return "https://shop.example/" + strings.Repeat("x", n) }
	for name, c := range map[string]struct {
		rules hook.StatusRules
		says  string // part of the problem; "": none
	}{
		"nothing": {},
		"all of it": {rules: hook.StatusRules{References: []string{"data.object.metadata.cart", "body.id"}, Unsigned: true, Page: hook.Page{
			Name: strings.Repeat("ß", 80), Color: "#0A7f5c", Logo: "https://cdn.shop.example:8443/a%20logo.svg?v=2*2", Back: "http://shop.example/thanks",
			Hidden: []string{"amount", "reference", "timeline"}, Embed: []string{"https://shop.example", "https://shop.example:8443", "http://localhost:3000",
				"http://127.0.0.1", "http://[::1]:5173"}}}},
		"a colour by name":             {hook.StatusRules{Page: hook.Page{Color: "red"}}, "color"},
		"a colour that ends the style": {hook.StatusRules{Page: hook.Page{Color: "#0a7f5c;}*{"}}, "color"},
		"a short colour":               {hook.StatusRules{Page: hook.Page{Color: "#fff"}}, "color"},
		"a logo by plain HTTP":         {hook.StatusRules{Page: hook.Page{Logo: "http://shop.example/l.png"}}, "logo"},
		"a logo in itself":             {hook.StatusRules{Page: hook.Page{Logo: "data:image/svg+xml,<svg/>"}}, "logo"},
		"a logo of anywhere":           {hook.StatusRules{Page: hook.Page{Logo: "https://*/l.png"}}, "logo"},
		"a logo that adds to a policy": {hook.StatusRules{Page: hook.Page{Logo: "https://a; script-src https://evil.example"}}, "logo"},
		"a logo with a login":          {hook.StatusRules{Page: hook.Page{Logo: "https://me:pw@shop.example/l.png"}}, "logo"},
		"a logo without a host":        {hook.StatusRules{Page: hook.Page{Logo: "https:///l.png"}}, "logo"},
		"a logo too long":              {hook.StatusRules{Page: hook.Page{Logo: long(500)}}, "logo"},
		"a way back by script":         {hook.StatusRules{Page: hook.Page{Back: "javascript:alert(1)"}}, "back"},
		"a way back to nowhere":        {hook.StatusRules{Page: hook.Page{Back: "/thanks"}}, "back"},
		"hiding the state":             {hook.StatusRules{Page: hook.Page{Hidden: []string{"status"}}}, "cannot be hidden"},
		"a name too long":              {hook.StatusRules{Page: hook.Page{Name: strings.Repeat("ß", 81)}}, "name"},
		"a name on two lines":          {hook.StatusRules{Page: hook.Page{Name: "a\nb"}}, "name"},
		"frames of 21 sites":           {hook.StatusRules{Page: hook.Page{Embed: make([]string, 21)}}, "20 origins"},
		"nine spots of references":     {hook.StatusRules{References: make([]string, 9)}, "8 paths"},
		"a reference that is a query":  {hook.StatusRules{References: []string{"items.#(a==1)"}}, "no path"},
	} {
		if got := validateStatuses(c.rules); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q in it", name, got, c.says)
		}
	}
	for _, origin := range []string{"", "*", "https://*.shop.example", "https://shop.example/", "https://shop.example/path", "http://shop.example",
		"http://localhost.evil.example", "https://Shop.example", "shop.example", "'self'", "https://a https://b", "https://a;sandbox", "https://a,b", "https:",
		"null", "file:///x", "https://me@shop.example", "https://shop.example?x", "http://10.0.0.1", "https://shöp.example"} {
		if problem := validateStatuses(hook.StatusRules{Page: hook.Page{Embed: []string{origin}}}); !strings.Contains(
			problem,
			"no origin",
		) {
			t.Errorf("frames of %q: %q", origin, problem)
		}
	}
}
