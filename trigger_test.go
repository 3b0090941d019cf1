package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTriggerTakesAnAnswerForWhatItIs(t *testing.T) {
	far := http.NewServeMux()
	followed := false
	far.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/there", http.StatusPermanentRedirect)
	})
	far.HandleFunc("/there", func(http.ResponseWriter, *http.Request) { followed = true })
	far.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("a"), 1<<20)) })
	far.HandleFunc("/escapes", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a\x1b[2J\r\nb\u202e")) })
	far.HandleFunc("/empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(far)
	defer server.Close()
	for name, c := range map[string]struct {
		path, says string
		code       int
	}{
		"a redirect is not followed": {"/moved", "308 ", failed},
		"a long answer is cut":       {"/long", strings.Repeat("a", 400) + "… in", done},
		"nothing acts on a terminal": {"/escapes", "200 a [2J b in", done},
		"an empty answer":            {"/empty", "204 in ", done},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), []string{"trigger", "stripe", "--to", server.URL + c.path + "?key=hidden"}, func(string) string { return "" }, stdio{&out, &errs})
			if code != c.code || !strings.Contains(out.String(), c.says) || strings.Contains(out.String()+errs.String(), "hidden") || followed {
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
	if code := run(t.Context(), []string{"trigger", "mailchimp", "profile", "--to", server.URL + "/x?a=1", "--secret-env", "MINE"}, env, stdio{&out, &errs}); code != done {
		t.Fatal(errs.String())
	}
	if got.URL.RawQuery != "a=1&secret=a-secret-of-16-bytes" || got.Header.Get("User-Agent") != "MailChimp" ||
		got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || len(got.Header["Accept-Encoding"]) > 1 {
		t.Errorf("%s %v", got.URL, got.Header)
	}
	if strings.Contains(out.String()+errs.String(), "a-secret") {
		t.Errorf("the secret is printed: %s%s", out.String(), errs.String())
	}
}
