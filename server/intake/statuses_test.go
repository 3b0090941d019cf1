package intake

import (
	"strings"
	"testing"

	"hookbeam/server/hook"
)

func TestWhatAStatusPageMayBe(t *testing.T) {
	page := func(p hook.Page) hook.StatusRules { return hook.StatusRules{Page: p} }
	logo := func(address string) hook.StatusRules { return page(hook.Page{Logo: address}) }
	all := hook.StatusRules{
		References: []string{"data.object.metadata.cart", "body.id"},
		Unsigned:   true,
		Page: hook.Page{
			Name:   strings.Repeat("ß", 80),
			Color:  "#0A7f5c",
			Logo:   "https://cdn.shop.example:8443/a%20logo.svg?v=2*2",
			Back:   "http://shop.example/thanks",
			Hidden: []string{"amount", "reference", "timeline"},
			Embed: []string{
				"https://shop.example",
				"https://shop.example:8443",
				"http://localhost:3000",
				"http://127.0.0.1",
				"http://[::1]:5173",
			},
		},
	}
	for name, c := range map[string]struct {
		rules hook.StatusRules
		says  string // part of the problem; "": none
	}{
		"nothing":                      {},
		"all of it":                    {rules: all},
		"a colour by name":             {page(hook.Page{Color: "red"}), "color"},
		"a colour that ends the style": {page(hook.Page{Color: "#0a7f5c;}*{"}), "color"},
		"a short colour":               {page(hook.Page{Color: "#fff"}), "color"},
		"a logo by plain HTTP":         {logo("http://shop.example/l.png"), "logo"},
		"a logo in itself":             {logo("data:image/svg+xml,<svg/>"), "logo"},
		"a logo of anywhere":           {logo("https://*/l.png"), "logo"},
		"a logo that adds to a policy": {logo("https://a; script-src https://evil.example"), "logo"},
		"a logo with a login":          {logo("https://me:pw@shop.example/l.png"), "logo"},
		"a logo without a host":        {logo("https:///l.png"), "logo"},
		"a logo too long":              {logo("https://shop.example/" + strings.Repeat("x", 500)), "logo"},
		"a way back by script":         {page(hook.Page{Back: "javascript:alert(1)"}), "back"},
		"a way back to nowhere":        {page(hook.Page{Back: "/thanks"}), "back"},
		"hiding the state":             {page(hook.Page{Hidden: []string{"status"}}), "cannot be hidden"},
		"a name too long":              {page(hook.Page{Name: strings.Repeat("ß", 81)}), "name"},
		"a name on two lines":          {page(hook.Page{Name: "a\nb"}), "name"},
		"frames of 21 sites":           {page(hook.Page{Embed: make([]string, 21)}), "20 origins"},
		"nine paths of references":     {hook.StatusRules{References: make([]string, 9)}, "8 paths"},
		"a reference with a space":     {hook.StatusRules{References: []string{"data.object.metadata.Order #"}}, ""},
		"a reference that is a query":  {hook.StatusRules{References: []string{"items.#(a==1)"}}, "not a valid path"},
	} {
		if got := validateStatuses(c.rules); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q in it", name, got, c.says)
		}
	}
	for _, origin := range []string{
		"", "*", "null", "'self'",
		"https:", "file:///x", "shop.example",
		"https://*.shop.example", "https://Shop.example", "https://shöp.example",
		"https://shop.example/", "https://shop.example/path", "https://shop.example?x", "https://me@shop.example",
		"https://a https://b", "https://a;sandbox", "https://a,b",
		"http://shop.example", "http://localhost.evil.example", "http://10.0.0.1",
	} {
		problem := validateStatuses(page(hook.Page{Embed: []string{origin}}))
		if !strings.Contains(problem, "not a valid origin") {
			t.Errorf("frames of %q: %q", origin, problem)
		}
	}
}
