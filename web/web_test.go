package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// builtDashboard is a dashboard as Vite writes it.
var builtDashboard = fstest.MapFS{
	".vite/manifest.json": {Data: []byte(`{
		"src/main.tsx": {
			"file":"assets/main-a1.js","isEntry":true,"css":["assets/main-b2.css"],
			"imports":["_react.js"],"dynamicImports":["src/later.tsx"],
			"assets":["assets/inter-g7.woff2","assets/picture.png"]},
		"_react.js": {"file":"assets/react-c3.js","imports":["_tiny.js"],"css":["assets/react-d4.css"]},
		"_tiny.js": {"file":"assets/tiny-e5.js","imports":["_react.js"]},
		"src/later.tsx": {"file":"assets/later-f6.js"}}`)},
	"assets/main-a1.js":     {Data: []byte(strings.Repeat("console.log('hello');", 100))},
	"assets/inter-g7.woff2": {Data: []byte("wOF2")},
	"index.html":            {Data: []byte("not for serving")},
}

func pages(t *testing.T, url string, o Options) *Pages {
	t.Helper()
	site, err := access.ParseSite(url)
	if err != nil {
		t.Fatal(err)
	}
	o.Site, o.Version = site, "v1.2.3"
	return New(o)
}

// capture returns the response that draw writes.
func capture(draw func(w *httptest.ResponseRecorder)) (status int, html string) {
	w := httptest.NewRecorder()
	draw(w)
	return w.Code, w.Body.String()
}

func TestTheShellCarriesTheDashboard(t *testing.T) {
	p := pages(t, "https://example.com/hooks/", Options{UI: builtDashboard})
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", "theme=dark")
	status, html := capture(func(w *httptest.ResponseRecorder) { p.Shell(w, r, "n0nce") })
	for _, want := range []string{
		`<html lang="en" data-theme="dark" data-base="/hooks/" ` +
			`data-public-url="https://example.com/hooks" data-version="v1.2.3">`,
		`<meta property="csp-nonce" nonce="n0nce">`,
		`<div id="root"></div>`,
		`<script type="module" src="/hooks/assets/main-a1.js" nonce="n0nce"></script>`,
		`<link rel="stylesheet" href="/hooks/assets/main-b2.css" nonce="n0nce">`,
		`<link rel="stylesheet" href="/hooks/assets/react-d4.css" nonce="n0nce">`,
		`<link rel="preload" as="font" type="font/woff2" href="/hooks/assets/inter-g7.woff2" crossorigin>`,
		`<link rel="modulepreload" href="/hooks/assets/react-c3.js" nonce="n0nce">`,
		`<link rel="modulepreload" href="/hooks/assets/tiny-e5.js" nonce="n0nce">`,
	} {
		if strings.Count(html, want) != 1 {
			t.Errorf("%d times %s in %s", strings.Count(html, want), want, html)
		}
	}
	if status != 200 || strings.Contains(html, "later-f6") || strings.Contains(html, "<style") {
		t.Errorf("%d %s", status, html)
	}
}

func TestTheThemeIsThereFromTheFirstPaint(t *testing.T) {
	p := pages(t, "http://localhost:8080", Options{UI: builtDashboard})
	for cookie, want := range map[string]string{
		"":                `<html lang="en" data-base`,
		"theme=light":     `<html lang="en" data-theme="light" data-base`,
		"theme=x\"onload": `<html lang="en" data-base`,
		"theme=":          `<html lang="en" data-base`,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", cookie)
		_, html := capture(func(w *httptest.ResponseRecorder) { p.Shell(w, r, "n") })
		if !strings.Contains(html, want) {
			t.Errorf("%q: %s", cookie, html)
		}
	}
}

func TestWithoutADashboardThePageSaysHowToBuildIt(t *testing.T) {
	for name, ui := range map[string]fstest.MapFS{
		"nothing":              nil,
		"only the kept folder": {".keep": {}},
		"a broken manifest":    {".vite/manifest.json": {Data: []byte("{")}},
		"another program's":    {".vite/manifest.json": {Data: []byte(`{"src/other.tsx":{}}`)}},
	} {
		p := pages(t, "http://localhost:8080", Options{UI: ui})
		_, html := capture(func(w *httptest.ResponseRecorder) { p.Shell(w, httptest.NewRequest("GET", "/", nil), "n") })
		if !strings.Contains(html, "make build") || strings.Contains(html, "<script") {
			t.Errorf("%s: %s", name, html)
		}
	}
}

func TestTheLoginSaysWhatWasWrong(t *testing.T) {
	p := pages(t, "https://example.com/hooks/", Options{})
	r := httptest.NewRequest("GET", "/login", nil)
	_, fresh := capture(func(w *httptest.ResponseRecorder) { p.Login(w, r, "n", 200, nil) })
	if strings.Contains(fresh, `role="alert"`) ||
		!strings.Contains(fresh, `<form method="post" action="/hooks/login">`) ||
		!strings.Contains(fresh, `name="code"`) {
		t.Error(fresh)
	}
	status, again := capture(func(w *httptest.ResponseRecorder) {
		p.Login(w, r, "n", 401, &hook.Problem{Code: "login_unknown", Detail: `No <b>"code"</b>`})
	})
	if status != 401 || !strings.Contains(again, `role="alert"`) ||
		!strings.Contains(again, `No &lt;b&gt;&#34;code&#34;&lt;/b&gt;`) ||
		!strings.Contains(again, `aria-describedby="problem"`) {
		t.Errorf("%d %s", status, again)
	}
}

func TestAProblemSaysWhatToDo(t *testing.T) {
	p := pages(t, "https://example.com/hooks/", Options{})
	for _, code := range []int{400, 403, 404, 405, 429, 500, 503} {
		status, html := capture(func(w *httptest.ResponseRecorder) {
			p.Problem(w, httptest.NewRequest("GET", "/x", nil), "n", code, &hook.Problem{Detail: "Do this."})
		})
		if status != code || !strings.Contains(html, "Do this.") || !strings.Contains(html, `href="/hooks/"`) {
			t.Errorf("%d: %d %s", code, status, html)
		}
	}
}

// TestPagesKeepToTheirPolicy: no script, no inline style, nothing from elsewhere.
func TestPagesKeepToTheirPolicy(t *testing.T) {
	p := pages(t, "https://example.com/hooks/", Options{})
	r := httptest.NewRequest("GET", "/x", nil)
	for name, draw := range map[string]func(*httptest.ResponseRecorder){
		"login":     func(w *httptest.ResponseRecorder) { p.Login(w, r, "n", 200, &hook.Problem{}) },
		"problem":   func(w *httptest.ResponseRecorder) { p.Problem(w, r, "n", 404, &hook.Problem{}) },
		"not built": func(w *httptest.ResponseRecorder) { p.Shell(w, r, "n") },
	} {
		_, html := capture(draw)
		forbidden := regexp.MustCompile(`<script|style=| on[a-z]+=|//[a-z]`)
		if bad := forbidden.FindString(strings.ReplaceAll(html, "http://www.w3.org", "")); bad != "" {
			t.Errorf("%s has %q: %s", name, bad, html)
		}
		for _, address := range regexp.MustCompile(`(?:href|src|action)="([^"]*)"`).FindAllStringSubmatch(html, -1) {
			if !strings.HasPrefix(address[1], "/hooks/") {
				t.Errorf("%s leads to %s, which is not under its base", name, address[1])
			}
		}
	}
	if colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgb\(`).Find(pagesCSS); colour != nil {
		t.Errorf("pages.css names the colour %s instead of a token", colour)
	}
}

func TestFilesAreServedByTheirNamesOnly(t *testing.T) {
	p := pages(t, "http://localhost", Options{UI: builtDashboard})
	get := func(path, encoding string) (*httptest.ResponseRecorder, bool) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", encoding)
		ok := p.ServeFile(w, r, path)
		return w, ok
	}
	for path, kind := range map[string]string{
		"assets/main-a1.js": "text/javascript; charset=utf-8", "assets/inter-g7.woff2": "font/woff2",
		p.files.stylePath: "text/css; charset=utf-8", p.files.iconPath: "image/svg+xml",
	} {
		if w, ok := get(path, ""); !ok || w.Header().Get("Content-Type") != kind || w.Body.Len() == 0 {
			t.Errorf("%s: %v %s", path, ok, w.Header())
		}
	}
	for _, path := range []string{
		"", "assets", "assets/", "assets/none.js", "index.html", ".vite/manifest.json", "assets/../index.html",
		"assets/./main-a1.js", "/assets/main-a1.js", "web/pages.css", "web/",
	} {
		if w, ok := get(path, ""); ok || w.Body.Len() > 0 {
			t.Errorf("%s was served: %s", path, w.Body)
		}
	}
	plain, _ := get("assets/main-a1.js", "")
	for range 2 {
		small, _ := get("assets/main-a1.js", "br, gzip")
		z, err := gzip.NewReader(small.Body)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(text, plain.Body.Bytes()) || small.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("by gzip: %v %s", err, small.Header())
		}
	}
	if font, _ := get("assets/inter-g7.woff2", "gzip"); font.Header().Get("Content-Encoding") != "" {
		t.Error("a font was packed twice")
	}
}

// TestACompressedBuildIsServedToEveryone serves a build whose script is stored in its gzip form alone: as it is to a
// client that accepts it, and unpacked to any other.
func TestACompressedBuildIsServedToEveryone(t *testing.T) {
	const script = "export const a = 1;"
	var small bytes.Buffer
	z := gzip.NewWriter(&small)
	_, _ = io.WriteString(z, script)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	p := pages(t, "http://localhost", Options{UI: fstest.MapFS{"assets/a.js.gz": {Data: small.Bytes()}}})
	for accepted, packed := range map[string]bool{"": false, "br": false, "gzip": true, "br, GZIP;q=0.5": true,
		"*": true, "gzip;q=0": false, "gzip; q=0.000, *": false, "*;q=0": false, "identity, *;q=0.1": true,
		"gzip;q=0.001": true, "x-gzip-not": false} {
		for _, method := range []string{"GET", "HEAD"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(method, "/", nil)
			r.Header.Set("Accept-Encoding", accepted)
			if !p.ServeFile(w, r, "assets/a.js") {
				t.Fatal("there is no such file")
			}
			want, encoding := script, ""
			if packed {
				want, encoding = small.String(), "gzip"
			}
			h := w.Header()
			if h.Get("Content-Encoding") != encoding || h.Get("Content-Length") != strconv.Itoa(len(want)) ||
				h.Get("Vary") != "Accept-Encoding" || h.Get("Content-Type") != "text/javascript; charset=utf-8" {
				t.Errorf("%s %q: %s", method, accepted, h)
			}
			if method == "HEAD" {
				want = ""
			}
			if w.Body.String() != want {
				t.Errorf("%s %q: %q", method, accepted, w.Body)
			}
		}
	}
	if p.ServeFile(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "assets/a.js.gz") {
		t.Error("the gzip form is served as a file of its own")
	}
}

func TestAHeadAnswerHasNoBody(t *testing.T) {
	p := pages(t, "http://localhost", Options{})
	_, html := capture(func(w *httptest.ResponseRecorder) {
		p.Login(w, httptest.NewRequest("HEAD", "/login", nil), "n", 200, nil)
	})
	if html != "" {
		t.Errorf("it has %s", html)
	}
}
