package command

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

const (
	key   = "a-secret-of-32-characters-000001"
	other = "another-secret-of-32-characters1"
)

// gitHubHead returns the lines of a request's head up to the empty line, signed as GitHub does.
func gitHubHead(secret, body string, more ...string) []string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(body))
	return append([]string{"POST /in/x HTTP/1.1", "Host: hooks.example.com",
		"X-Hub-Signature-256: sha256=" + hex.EncodeToString(m.Sum(nil))}, more...)
}

// twilioSignature signs an address and what is added to it, as Twilio does.
func twilioSignature(secret, text string) string {
	m := hmac.New(sha1.New, []byte(secret))
	m.Write([]byte(text))
	return "X-Twilio-Signature: " + base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func crlf(lines []string) string { return strings.Join(lines, "\r\n") + "\r\n\r\n" }
func lf(lines []string) string   { return strings.Join(lines, "\n") + "\n\n" }

func inUTF16(text string) string {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return string(b)
}

func inGzip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// verified runs the command with a request in a file, and returns what it prints as JSON.
func verified(t *testing.T, c verifyCmd, content string) wire.VerifyResult {
	t.Helper()
	c.File = filepath.Join(t.TempDir(), "request")
	if err := os.WriteFile(c.File, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c.SecretEnv, c.JSON = "SECRET", true
	if c.Provider == "" {
		c.Provider = "github"
	}
	var out bytes.Buffer
	d := Deps{Env: func(string) string { return key }}
	d.Stdio.Out = &out
	err := c.Run(d)
	var got wire.VerifyResult
	if e := json.Unmarshal(out.Bytes(), &got); e != nil {
		t.Fatalf("%v, %v: %s", err, e, out.String())
	}
	if (err == nil) != (got.Verdict == "verified") || (got.Diagnosis == nil) != (err == nil) {
		t.Fatalf("%v: %s", err, out.String())
	}
	return got
}

// TestSavedRequestsVerifyAsToolsWriteThem reads the same signed request in the forms in which it is saved. note is part
// of a note about the file, "" if none may be there.
func TestSavedRequestsVerifyAsToolsWriteThem(t *testing.T) {
	const body = `{"action":"x"}`
	const chunks = "6\r\n{\"acti\r\n8;ext=1\r\non\":\"x\"}\r\n0\r\n"
	const multipart = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n"
	chunked := gitHubHead(key, body, "Transfer-Encoding: chunked")
	counted := gitHubHead(key, body, "Content-Length: 14")
	small := gitHubHead(key, body, "content-type: application/json")
	for i, line := range small[1:] {
		name, value, _ := strings.Cut(line, ":")
		small[i+1] = strings.ToLower(name) + ":" + value
	}
	second := append([]string{":method: POST", ":path: /in/x", ":scheme: https", ":authority: h"}, small[2:]...)
	curl := "*   Trying 192.0.2.1:443...\n> " + strings.Join(small, "\n> ") + "\n>\n"
	for name, c := range map[string]struct{ content, note string }{
		"as it was sent":                  {crlf(counted) + body, ""},
		"LF":                              {lf(counted) + body, ""},
		"LF, and empty lines in the body": {lf(gitHubHead(key, multipart)) + multipart, ""},
		"no length":                       {lf(gitHubHead(key, body)) + body, ""},
		"a newline of an editor":          {lf(counted) + body + "\n", "White space after the end"},
		"a Windows newline of an editor":  {crlf(counted) + body + "\r\n", "White space after the end"},
		"an answer after it":              {crlf(counted) + body + "HTTP/1.1 200 OK\r\n\r\n", "What follows"},
		"a wrong length":                  {crlf(gitHubHead(key, body, "Content-Length: 3")) + body, ""},
		"a signed newline":                {lf(gitHubHead(key, body+"\n", "Content-Length: 15")) + body + "\n", ""},
		"a signed newline, wrong length":  {lf(gitHubHead(key, body+"\n", "Content-Length: 14")) + body + "\n", ""},
		"chunks":                          {crlf(chunked) + chunks + "\r\n", "chunks"},
		"chunks and no empty line":        {crlf(chunked) + chunks, "chunks"},
		"chunks and trailers":             {crlf(chunked) + chunks + "X-Trailer: 1\r\n\r\n", "chunks"},
		"chunks and an editor's newline":  {crlf(chunked) + chunks + "\r\n\n", "chunks"},
		"chunks with LF":                  {lf(chunked) + strings.ReplaceAll(chunks, "\r", "") + "\n", "chunks"},
		"chunked, put together by a tool": {crlf(chunked) + body, ""},
		"a body that looks like chunks": {
			crlf(gitHubHead(key, chunks, "Transfer-Encoding: chunked")) + chunks, "",
		},
		"a body that begins like a chunk": {
			crlf(gitHubHead(key, "a\nb", "Transfer-Encoding: chunked")) + "a\nb", "",
		},
		"a byte order mark":              {"\ufeff" + lf(counted) + body, ""},
		"UTF-16":                         {inUTF16(crlf(counted) + body), ""},
		"empty lines before":             {"\r\n\n" + lf(counted) + body, ""},
		"HTTP/2, names in small letters": {lf(append([]string{"POST /in/x HTTP/2"}, small[1:]...)) + body, ""},
		"HTTP/2, pseudo-headers":         {lf(second) + body, ""},
		"a URL in the request line": {
			lf(append([]string{"POST https://h/in/x HTTP/2.0"}, small[1:]...)) + body, "",
		},
		"no version":                       {lf(append([]string{"POST /in/x"}, small[1:]...)) + body, ""},
		"a continued header":               {lf(append(counted, "X-Long: a", "\tb")) + body, ""},
		"curl -v, and the body after it":   {curl + body, ""},
		"curl -v, and the answer after it": {curl + body + "\n< HTTP/2 200\n<\nok", ""},
		"no request line":                  {lf(small[1:]) + body, ""},
		"a curl command": {"curl -X POST https://h/in/x \\\n  -H '" + strings.Join(small[1:], "' \\\n  -H '") +
			"' \\\n  --data-raw '" + body + "'\n", ""},
		"compressed and signed like that": {crlf(gitHubHead(key, inGzip(body), "Content-Encoding: gzip")) +
			inGzip(body), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, "the answer after it") {
				c.content = strings.Replace(c.content, body+"\n", body, 1)
				c.content = strings.Replace(c.content, "< HTTP", "\n< HTTP", 1)
				c.content = strings.Replace(c.content, curl, "> "+strings.Join(append(small,
					"content-length: 14"), "\n> ")+"\n>\n", 1)
				c.note = "White space after the end"
			}
			got := verified(t, verifyCmd{Request: true}, c.content)
			notes := strings.Join(got.Notes, " ")
			if got.Verdict != "verified" || (notes == "") != (c.note == "") || !strings.Contains(notes, c.note) {
				t.Errorf("%+v, %+v", got, got.Diagnosis)
			}
		})
	}
}

// TestTheCauseIsLookedForInTheFile damages a saved request, and expects a cause that names the damage, advice that is
// about the file, and no proxy. genuine is whether the cause is proven.
func TestTheCauseIsLookedForInTheFile(t *testing.T) {
	const body = "{\"action\":\"x\",\n\"b\":1}"
	dos := strings.ReplaceAll(body, "\n", "\r\n")
	length := fmt.Sprint("Content-Length: ", len(body))
	for name, c := range map[string]struct {
		content, cause, says string
		genuine              bool
	}{
		"a newline, no length": {lf(gitHubHead(key, body)) + body + "\n", "newline", "editor", true},
		"the signed newline is gone": {lf(gitHubHead(key, body+"\n", length)) + body, "newline",
			"editor", true},
		"line ends changed":      {crlf(gitHubHead(key, body, length)) + dos, "line_ends", "editor", true},
		"line ends changed back": {lf(gitHubHead(key, dos, length+"1")) + body, "line_ends", "editor", true},
		"a mark before the body": {lf(gitHubHead(key, body)) + "\ufeff" + body, "byte_order_mark", "editor", true},
		"formatted": {
			lf(gitHubHead(key, `{"a":1}`)) + "{\n  \"a\": 1\n}", "json_rewritten", "formatted", true,
		},
		"compressed after signing": {lf(gitHubHead(key, body)) + inGzip(body), "compressed", "decompressed", true},
		"decompressed by the tool": {lf(gitHubHead(key, inGzip(body), "Content-Encoding: gzip")) + body,
			"decompressed", "If the tool", false},
		"cut off": {lf(gitHubHead(key, body, length)) + body[:9], "incomplete_file", "only 9 bytes", false},
		"cut off in chunks": {
			lf(gitHubHead(key, body, "Transfer-Encoding: chunked")) + "16\n" + body[:9], "incomplete_file",
			"last chunk", false,
		},
		"curl -v": {
			"> " + strings.Join(gitHubHead(key, body), "\n> ") + "\n> \n< HTTP/1.1 200\n", "incomplete_file",
			"curl -v", false,
		},
		"no body": {lf(gitHubHead(key, body)), "empty_body", "If the sender sent a body", false},
		"no signature": {
			lf([]string{"POST /in/x HTTP/1.1", "Host: h"}) + body, "signature_missing", "all headers", false,
		},
		"another sender's": {
			lf([]string{"POST /in/x HTTP/1.1", "Stripe-Signature: t=1,v1=00"}) + body, "other_sender",
			"If the request is from Stripe", false,
		},
		// and these are not to be blamed
		"another secret": {
			lf(gitHubHead(other, body, length)) + body, "unknown_secret", "another secret", false,
		},
		"another secret, and a newline": {
			lf(gitHubHead(other, body, length)) + body + "\n", "unknown_secret", "another secret", false,
		},
		"another secret, chunks": {
			lf(gitHubHead(other, "ab", "Transfer-Encoding: chunked")) + "2\nab\n0\n\n", "unknown_secret",
			"another secret", false,
		},
		"another secret, chunks are gone": {
			lf(gitHubHead(other, body, "Transfer-Encoding: chunked")) + body, "unknown_secret",
			"another secret", false,
		},
		"another secret, compressed": {
			lf(gitHubHead(other, body, "Content-Encoding: gzip")) + inGzip(body), "unknown_secret",
			"another secret", false,
		},
		"another secret, GET without body": {
			strings.Replace(lf(gitHubHead(other, "")), "POST", "GET", 1), "unknown_secret", "another secret",
			false,
		},
		"another secret, GET without lines": {
			strings.Replace(strings.Join(gitHubHead(other, ""), "\n"), "POST", "GET", 1), "unknown_secret",
			"another secret", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := verified(t, verifyCmd{Request: true}, c.content)
			if got.Diagnosis == nil {
				t.Fatalf("%+v", got)
			}
			found := got.Diagnosis.Findings[0]
			text := found.Summary + " " + found.Fix
			if found.Cause != c.cause || !strings.Contains(text, c.says) || got.Diagnosis.Genuine != c.genuine ||
				strings.Contains(text, "proxy") || strings.Contains(text, "address") {
				t.Errorf("%s: %s", found.Cause, text)
			}
		})
	}
}

// TestTheAddressIsTakenFromTheFileOrAskedFor verifies requests of senders that sign it, without the flag --url.
func TestTheAddressIsTakenFromTheFileOrAskedFor(t *testing.T) {
	const address = "https://hooks.example.com/in/t"
	form := func(line, signature string, more ...string) string {
		return lf(
			append([]string{line, "Content-Type: application/x-www-form-urlencoded", signature}, more...),
		) + "CallSid=CA1"
	}
	right := twilioSignature(key, address+"CallSidCA1")
	for name, c := range map[string]struct{ content, url, cause, says string }{
		"the host": {form("POST /in/t HTTP/1.1", right, "Host: hooks.example.com"), "", "", address},
		"http": {
			form("POST /in/t HTTP/1.1", twilioSignature(key, "http://h:8080/in/tCallSidCA1"), "Host: h:8080"),
			"", "", "http://h:8080/in/t",
		},
		"a URL in the line": {form("POST "+address+" HTTP/2.0", right), "", "", address},
		"behind a proxy": {
			form("POST /in/t HTTP/1.1", right, "Host: 127.0.0.1:3000",
				"X-Forwarded-Host: hooks.example.com", "X-Forwarded-Proto: https"),
			"", "", address,
		},
		"given": {form("POST /in/t HTTP/1.1", right, "Host: 127.0.0.1"), address, "", ""},
		"GET with a query": {
			lf([]string{"GET /in/t?CallSid=CA1 HTTP/1.1", "Host: hooks.example.com",
				twilioSignature(key, address+"?CallSid=CA1")}),
			"", "", address,
		},
		"nothing is known": {form("POST /in/t HTTP/1.1", right), "", "address_unknown", "--url"},
		"another address": {
			form("POST /in/t HTTP/1.1", right, "Host: 127.0.0.1:3000"), "", "unknown_secret",
			"pass it with --url",
		},
		"given, another host": {
			form("POST /in/t HTTP/1.1", right, "Host: hooks.example.com"), "https://other.example/in/t",
			"other_address", "Pass that URL with --url.",
		},
		"another secret": {
			form("POST /in/t HTTP/1.1", twilioSignature(other, address+"CallSidCA1"), "Host: hooks.example.com"),
			address, "unknown_secret", "another secret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := verified(t, verifyCmd{Request: true, Provider: "twilio", URL: c.url}, c.content)
			cause, text := "", strings.Join(got.Notes, " ")
			if got.Diagnosis != nil {
				cause, text = got.Diagnosis.Cause, got.Diagnosis.Summary+" "+got.Diagnosis.Findings[0].Fix
			}
			if cause != c.cause || !strings.Contains(text, c.says) || c.says == "" && text != "" {
				t.Errorf("%s: %s", cause, text)
			}
			if name == "another secret" && strings.Contains(text, "--url") {
				t.Error("the address was given, and is blamed")
			}
		})
	}
}

// TestTheAgeOfASavedRequestIsNoBlame expects advice about the time of receipt, which a file does not have.
func TestTheAgeOfASavedRequestIsNoBlame(t *testing.T) {
	at := time.Now().Add(-3 * time.Hour)
	m := hmac.New(sha256.New, []byte(key))
	fmt.Fprintf(m, "%d.{}", at.Unix())
	content := lf(
		[]string{"POST /in/x HTTP/1.1", fmt.Sprintf("Stripe-Signature: t=%d,v1=%x", at.Unix(), m.Sum(nil))},
	) + "{}"
	c := verifyCmd{Request: true, Provider: "stripe"}
	got := verified(t, c, content)
	if got.Diagnosis == nil || got.Diagnosis.Cause != "old" || !got.Diagnosis.Genuine ||
		!strings.Contains(
			got.Diagnosis.Findings[0].Fix,
			"--at",
		) || strings.Contains(got.Diagnosis.Summary, "sent again") {
		t.Errorf("%+v, %+v", got, got.Diagnosis)
	}
	if c.At = at.UTC().Format(time.RFC3339); verified(t, c, content).Verdict != "verified" {
		t.Error("not verified as of the time of receipt")
	}
	c.At = at.Add(time.Hour).UTC().Format(time.RFC3339)
	if got := verified(t, c, content); got.Diagnosis == nil ||
		!strings.Contains(got.Diagnosis.Summary, "sent again") {
		t.Errorf("an hour later: %+v", got)
	}
}

// TestASecretThatLooksWrongIsNamed has secrets of which the dashboard would have said something.
func TestASecretThatLooksWrongIsNamed(t *testing.T) {
	for secret, want := range map[string]string{
		"WEBHOOK_SECRET=" + key:  "line of a configuration",
		"webhook_secret: " + key: "line of a configuration",
		"ghp_0123456789abcdefgh": "an access token",
		"short":                  "",
		key:                      "",
	} {
		got := lines(doubtsOf(&hook.Endpoint{Provider: "github"}, secret))
		if !strings.Contains(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", secret, got, want)
		}
	}
}

// TestFilesWithoutARequestAreRefused: what is no request is not taken for one with an empty body.
func TestFilesWithoutARequestAreRefused(t *testing.T) {
	for _, content := range []string{"", "\n\n", "Ready.\n", "POST /\n", "POST / HTTP/1.1\nHost: h\n", "GET / HTTP/1.1",
		"{\"a\": 1}\n\n", "HTTP/1.1 200 OK\n\nok", "GET / HTTP/1.1\nno header\n\n", "> \n\n", ">"} {
		c := &capture{record: &hook.Record{}}
		if err := c.readRequest([]byte(content)); err == nil {
			t.Errorf("%q is read as %+v", content, c.record)
		}
	}
}

// FuzzCapture: no file makes reading fail other than with an error, and no reading is longer than the file.
func FuzzCapture(f *testing.F) {
	f.Add([]byte("POST /in/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"))
	f.Add([]byte(":method: GET\n:path: /x?y\n\n"))
	f.Add([]byte("curl https://h/x?y -H 'A: b' -d c"))
	f.Add([]byte("Host: h\nA: b\n\nc"))
	f.Add([]byte("* a\n> POST https://h/ HTTP/2\n> content-length: 3\n>\nabcd\n< x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c := &capture{record: &hook.Record{}}
		if c.readRequest(content) != nil {
			return
		}
		c.readBodies()
		c.readAddresses("")
		if len(c.bodies) == 0 || len(c.addresses) == 0 {
			t.Error("no reading")
		}
		for _, b := range c.bodies {
			if len(b.body) > 2*len(content) { // UTF-16 may become longer
				t.Errorf("%d bytes of %d", len(b.body), len(content))
			}
		}
	})
}
