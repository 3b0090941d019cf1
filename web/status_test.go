package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"hookbeam/server/hook"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// examplePage returns the page of a payment of 49 euros in a state, with some changes.
func examplePage(state hook.State, change ...func(*hook.StatusPage)) hook.StatusPage {
	at := func(s int) hook.Time { return hook.Time{Time: noon.Add(time.Duration(s) * time.Second)} }
	v := hook.StatusPage{
		Nonce:  "n0nce",
		Token:  "t0ken",
		Base:   "https://hooks.example.com/",
		Script: true,
		Reload: 1,
		Seen:   "a1.2",
		Now:    at(9),
		Brand:  hook.Page{Name: "Acme Store", Color: "#0d6e5c", Back: "https://acme.example.com/orders"},
		Public: hook.Public{
			Status:    state,
			Kind:      hook.KindPayment,
			Tone:      hook.ToneActive,
			Amount:    4900,
			Currency:  "EUR",
			Reference: "10-4471",
			StartedAt: at(0),
			UpdatedAt: at(2),
			Timeline: []hook.PublicStep{
				{Status: hook.StatePending, At: at(0)},
				{Status: hook.StateProcessing, At: at(1)},
				{Status: state, At: at(2)},
			},
			TimeToPaid: &hook.Latency{P50: 8, P90: 20, Samples: 40},
		},
	}
	for _, do := range change {
		do(&v)
	}
	return v
}

func asFinal(v *hook.StatusPage) {
	v.Public.Final, v.Public.Tone, v.Reload, v.Public.TimeToPaid = true, hook.ToneSuccess, 0, nil
}

func inLanguage(lang string) func(*hook.StatusPage) {
	return func(v *hook.StatusPage) { v.Language = lang }
}

// rendered returns a page as a browser gets it, and the size of the response. header has names and values alternately.
func rendered(t testing.TB, v hook.StatusPage, header ...string) (text string, size int) {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/status/t0ken", nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	New(Options{}).Status(w, r, v)
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("%d %s", w.Code, w.Header())
	}
	body := w.Body.Bytes()
	if w.Header().Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(plain), len(body)
	}
	return string(body), len(body)
}

// allStates are the states that pages have words for.
var allStates = []hook.State{
	hook.StateWaiting,
	hook.StatePending,
	hook.StateActionRequired,
	hook.StateProcessing,
	hook.StateAuthorized,
	hook.StatePaid,
	hook.StatePartiallyPaid,
	hook.StatePartiallyRefunded,
	hook.StateRefunded,
	hook.StateFailed,
	hook.StateCanceled,
	hook.StateExpired,
	hook.StateUnfulfilled,
	hook.StatePartiallyFulfilled,
	hook.StateFulfilled,
	hook.StateReturned,
	hook.StateAmbiguous,
}

func TestTheLanguageIsTheReaders(t *testing.T) {
	for accept, want := range map[string]string{
		"":                        "en",
		"de-AT,de;q=0.9,en;q=0.8": "de",
		"pt-BR, fr;q=0.8":         "fr",
		"xx":                      "en",
		"HI":                      "hi",
	} {
		text, _ := rendered(t, examplePage(hook.StatePaid), "Accept-Language", accept)
		if !strings.Contains(text, `<html lang="`+want+`"`) {
			t.Errorf("%q: not %s", accept, want)
		}
	}
}

// TestThePageIsSmall: the compressed page and its script must stay under 10 KB together. The size of the script is
// checked where it is built: at most 4.5 KiB.
func TestThePageIsSmall(t *testing.T) {
	for lang := range languages {
		for _, state := range allStates {
			text, size := rendered(t, examplePage(state, inLanguage(lang)), "Accept-Encoding", "br, gzip")
			if size > 4500 {
				t.Errorf("%s, %s: %d bytes, %d before compression", lang, state, size, len(text))
			}
		}
	}
	for lang := range languages {
		paid := examplePage(hook.StatePaid, inLanguage(lang), asFinal)
		if text, size := rendered(t, paid, "Accept-Encoding", "gzip"); len(text) > 11_500 || size > 4300 {
			t.Errorf("%s, paid: %d bytes, %d before compression", lang, size, len(text))
		}
		paid.Script = false
		if text, _ := rendered(t, paid); len(text) > 9000 {
			t.Errorf("%s, paid, without script: %d bytes", lang, len(text))
		}
	}
}

// TestWithoutScriptItRefreshesItself: also after a final state, since a refund can follow. Then it does so rarely, and
// says no more how long a payment takes.
func TestWithoutScriptItRefreshesItself(t *testing.T) {
	text, _ := rendered(t, examplePage(hook.StateProcessing))
	for _, want := range []string{
		`<noscript><meta http-equiv="refresh" content="1;url=?seen=a1.2"></noscript>`,
		`This page refreshes itself. <a href="?">`,
		"Usually confirmed within 8 seconds; 9 in 10 within 20 seconds.",
		`class="todo" data-state="paid"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q", want)
		}
	}
	text, _ = rendered(t, examplePage(hook.StatePaid, asFinal))
	if !strings.Contains(text, `<meta http-equiv="refresh" content="60;url=?seen=a1.2">`) {
		t.Error("a page of a final state does not go on")
	}
	for _, not := range []string{"Usually", "todo\""} {
		if strings.Contains(strings.Split(text, `id="live"`)[0], not) {
			t.Errorf("final, and says %q", not)
		}
	}
	late := func(v *hook.StatusPage) { v.Now.Time = noon.Add(21 * time.Second) }
	text, _ = rendered(t, examplePage(hook.StateProcessing, late))
	if !strings.Contains(strings.Split(text, `id="live"`)[0], "longer than usual") {
		t.Error("slower than usual, and does not say so")
	}
}

func TestStrangersTextIsText(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	text, _ := rendered(t, examplePage(evil, func(v *hook.StatusPage) {
		v.Brand.Name, v.Public.Reference, v.Token, v.Public.Currency = evil, evil, evil, evil
		v.Brand.Color, v.Brand.Back = `red;}</style><script>`, "javascript:alert(1)"
	}))
	if n := strings.Count(text, "<script"); n != 2 {
		t.Errorf("%d scripts: %s", n, text)
	}
	for _, not := range []string{"<img", "javascript:", "red;}"} {
		if strings.Contains(text, not) {
			t.Errorf("holds %q", not)
		}
	}
	attribute := regexp.MustCompile(`\s(style|on[a-z]+)="`)
	if inline := attribute.FindString(strings.ReplaceAll(text, "content=", "")); inline != "" {
		t.Errorf("an attribute that the policy forbids: %s", inline)
	}
	_, data, _ := strings.Cut(text, `<script id="live" type="application/json">`)
	data, _, _ = strings.Cut(data, "</script>")
	var live struct{ Token string }
	if err := json.Unmarshal([]byte(data), &live); err != nil || live.Token != evil {
		t.Errorf("what the script gets: %q, %v", live.Token, err)
	}
}

func TestALinkThatLeadsNowhereSaysNoMore(t *testing.T) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/status/x", nil)
	r.Header.Set("Accept-Language", "de")
	New(Options{}).StatusGone(w, r, "n0nce")
	if w.Code != 404 || !strings.Contains(w.Body.String(), german.goneTitle) ||
		strings.Contains(w.Body.String(), "<script") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMoneyIsWrittenAsItIsRead(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		lang     string
		want     string
	}{
		{4900, "EUR", "en", "€49.00"},
		{123456789, "USD", "en", "$1,234,567.89"},
		{4900, "EUR", "de", "49,00\u00a0€"},
		{123456, "EUR", "de", "1.234,56\u00a0€"},
		{123456, "EUR", "fr", "1\u202f234,56\u00a0€"},
		{10000000, "INR", "hi", "₹1,00,000.00"},
		{10000000, "INR", "en", "₹1,00,000.00"},
		{500, "JPY", "en", "¥500"},
		{1500, "KWD", "en", "KWD\u00a01.500"},
		{5, "EUR", "en", "€0.05"},
		{-4900, "EUR", "en", "€-49.00"},
		{4900, "CHF", "de", "49,00\u00a0CHF"},
		{123456, "EUR", "es", "1234,56\u00a0€"},
		{1234567, "EUR", "es", "12.345,67\u00a0€"},
		{4900, "USD", "fr", "49,00\u00a0$US"},
		{4900, "USD", "es", "49,00\u00a0US$"},
		{500, "JPY", "hi", "JP¥500"},
	} {
		if got := money(c.minor, c.currency, c.lang); got != c.want {
			t.Errorf("%d %s in %s: %q, want %q", c.minor, c.currency, c.lang, got, c.want)
		}
	}
}

func TestWhatStandsOnTheShopsColourCanBeRead(t *testing.T) {
	for _, color := range []string{
		"#000000", "#ffffff", "#0d6e5c", "#ffe600", "#ff0000", "#777777", "#767676", "#00ff00", "#0000ff",
	} {
		on := map[string]float64{"#000": 0, "#fff": 1}[readableOn(color)]
		l := luminance(color)
		if contrast := (max(l, on) + 0.05) / (min(l, on) + 0.05); contrast < 4.5 {
			t.Errorf("%s on %s: %.2f", readableOn(color), color, contrast)
		}
	}
}

func TestScriptsForOtherPagesAreFoundByTheirName(t *testing.T) {
	p := New(Options{UI: fstest.MapFS{
		"embed/hookbeam.js": {Data: []byte("x")},
		"embed/sub/y.js":    {Data: []byte("y")},
		"embed/p.js.gz":     {Data: []byte("p, in gzip form")},
		"assets/z.js":       {Data: []byte("z")},
	}})
	for name, want := range map[string]string{"hookbeam.js": "x", "p.js": "p, in gzip form"} {
		if stored, ok := p.Embedded(name); !ok || string(stored) != want {
			t.Errorf("%s: %q, %v", name, stored, ok)
		}
	}
	for _, name := range []string{"", "sub/y.js", "../assets/z.js", "page.js", "."} {
		if _, ok := p.Embedded(name); ok {
			t.Errorf("%q is found", name)
		}
	}
}
