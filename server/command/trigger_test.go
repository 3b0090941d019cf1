package command

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// testDeps is what a command needs that has no server and no data folder.
func testDeps(env func(string) string, out, errs io.Writer) Deps {
	return Deps{Version: "test", Env: env, Stdio: Stdio{Out: out, Err: errs}, ServeFlags: &struct{}{}}
}

func TestTriggerTakesAnAnswerForWhatItIs(t *testing.T) {
	far := http.NewServeMux()
	followed := false
	far.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/there", http.StatusPermanentRedirect)
	})
	far.HandleFunc("/there", func(http.ResponseWriter, *http.Request) { followed = true })
	far.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20))
	})
	far.HandleFunc("/escapes", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("a\x1b[2J\r\nb\u202e"))
	})
	far.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(far)
	defer server.Close()
	for name, c := range map[string]struct {
		path, says string
		code       int
	}{
		"a redirect is not followed": {"/moved", "308 ", exitFailed},
		"a long answer is cut":       {"/long", strings.Repeat("a", 400) + "… in", exitDone},
		"nothing acts on a terminal": {"/escapes", "200 a [2J b in", exitDone},
		"an empty answer":            {"/empty", "204 in ", exitDone},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := Run(t.Context(), []string{"trigger", "stripe", "--to", server.URL + c.path + "?key=hidden"},
				testDeps(func(string) string { return "" }, &out, &errs))
			if code != c.code || !strings.Contains(out.String(), c.says) ||
				strings.Contains(out.String()+errs.String(), "hidden") ||
				followed {
				t.Errorf("code %d, followed %v: %s%s", code, followed, out.String(), errs.String())
			}
		})
	}
}

func TestTriggerSendsWhatTheSenderWouldSend(t *testing.T) {
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	defer server.Close()
	var out, errs bytes.Buffer
	env := func(name string) string { return map[string]string{"MINE": "a-secret-of-16-bytes"}[name] }
	args := []string{"trigger", "mailchimp", "profile", "--to", server.URL + "/x?a=1", "--secret-env", "MINE"}
	if code := Run(t.Context(), args, testDeps(env, &out, &errs)); code != exitDone {
		t.Fatal(errs.String())
	}
	if got.URL.RawQuery != "a=1&secret=a-secret-of-16-bytes" || got.Header.Get("User-Agent") != "MailChimp" ||
		got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" ||
		len(got.Header["Accept-Encoding"]) > 1 {
		t.Errorf("%s %v", got.URL, got.Header)
	}
	if strings.Contains(out.String()+errs.String(), "a-secret") {
		t.Errorf("the secret is printed: %s%s", out.String(), errs.String())
	}
}

func TestTriggerSendsEveryValueOfARepeatedHeader(t *testing.T) {
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header }))
	defer server.Close()
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := sender{target: target{url: to}, client: newHTTPClient()}
	r := &hook.Record{Delivery: hook.Delivery{Method: "POST", Path: "/"}}
	r.Headers = []hook.Header{{Name: "X-Two", Value: "a"}, {Name: "X-One", Value: "c"}, {Name: "X-Two", Value: "b"}}
	if err := s.send(t.Context(), r, &sent{}); err != nil {
		t.Fatal(err)
	}
	if two := got["X-Two"]; !slices.Equal(two, []string{"a", "b"}) || got.Get("X-One") != "c" {
		t.Errorf("the receiver got X-Two: %q of %v", two, got)
	}
}
