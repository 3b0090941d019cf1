package provider

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// sampleFile is a request of a sender in testdata/senders, in a file named after the sender. A sender that signs with
// one HMAC or sends its secret needs no other test code. The secret is plain.
type sampleFile struct {
	Body    string            `json:"body"`
	Headers map[string]string `json:"headers"`
	Token   string            `json:"token"` // the header that has the secret; "": the request is signed
	Sign    struct {
		Header  string `json:"header"`
		Prefix  string `json:"prefix"` // before the signature
		Hash    string `json:"hash"`
		Base64  bool   `json:"base64"`  // false: hex
		Message string `json:"message"` // with {time}, {body} and {url}
		// Time is the layout of package time in which the time is written, and TimeHeader the header with it.
		Time       string `json:"time"`
		TimeHeader string `json:"timeHeader"`
	} `json:"sign"`

	Type    string `json:"type"`
	Event   string `json:"event"` // or what it begins with
	Account string `json:"account"`
}

// readSampleFiles returns the requests of testdata/senders by the ids of their senders.
func readSampleFiles(t testing.TB) map[string][]sampleFile {
	t.Helper()
	names, err := filepath.Glob("testdata/senders/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("%v: %v", names, err)
	}
	all := map[string][]sampleFile{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var list []sampleFile
		if err := json.Unmarshal(content, &list); err != nil || len(list) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		all[strings.TrimSuffix(filepath.Base(name), ".json")] = list
	}
	return all
}

// sampleFiles returns the requests of testdata/senders as samples.
func sampleFiles(t testing.TB) (all []sample) {
	for id, list := range readSampleFiles(t) {
		for _, f := range list {
			all = append(all, sample{id: id, secret: plain, body: f.Body, typ: f.Type, event: f.Event,
				dated: f.Sign.Time != "", uncovered: f.Token != "", sign: f.sign})
		}
	}
	return all
}

// sign returns the headers of the request, signed with the standard library alone.
func (f *sampleFile) sign(at time.Time, body string) http.Header {
	h := http.Header{}
	for name, value := range f.Headers {
		h.Set(name, value)
	}
	if f.Token != "" {
		h.Set(f.Token, plain)
		return h
	}
	stamp := at.UTC().Format(f.Sign.Time)
	if f.Sign.TimeHeader != "" {
		h.Set(f.Sign.TimeHeader, stamp)
	}
	news := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}
	m := hmac.New(news[f.Sign.Hash], []byte(plain))
	m.Write([]byte(strings.NewReplacer("{time}", stamp, "{body}", body, "{url}", address).Replace(f.Sign.Message)))
	text := hex.EncodeToString(m.Sum(nil))
	if f.Sign.Base64 {
		text = base64.StdEncoding.EncodeToString(m.Sum(nil))
	}
	h.Set(f.Sign.Header, f.Sign.Prefix+text)
	return h
}

// TestTheRequestsInFilesAreIdentified expects their account and time as well, which other tests do not.
func TestTheRequestsInFilesAreIdentified(t *testing.T) {
	for id, list := range readSampleFiles(t) {
		p, known := For(id)
		if !known {
			t.Fatalf("unknown provider %s", id)
		}
		for _, f := range list {
			r := extracttest.Record("POST", f.sign(noon, f.Body), f.Body)
			e := &hook.Endpoint{Provider: id, Verify: hook.Enforce, Secrets: secret(plain)}
			got := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
			if got.Verdict != hook.Verified || got.Account != f.Account || !got.OccurredAt.Equal(noon) {
				t.Errorf("%s: %+v", id, got)
			}
			// What is sent again is the same event.
			again := extracttest.Record("POST", f.sign(noon.Add(time.Hour), f.Body), f.Body)
			if g := p.Verify(e, again, signature.ReceiveContext{At: noon, URL: address}); g.Event != got.Event ||
				g.Event == "" {
				t.Errorf("%s, again: %+v", id, g)
			}
		}
	}
}

// TestTheSourceOfANewSenderIsNamed: a sender whose requests are in a file says where its facts are from.
func TestTheSourceOfANewSenderIsNamed(t *testing.T) {
	files := readSampleFiles(t)
	for _, p := range All() {
		if files[p.ID] != nil && !strings.HasPrefix(p.Source, "https://") {
			t.Errorf("%s: source %q", p.ID, p.Source)
		}
	}
}

// TestAnEmptyListOfEventsIsNoEvent has the requests by which senders of lists test an address. They verify, and have no
// id, so that one is not taken for a repeat of the one before.
func TestAnEmptyListOfEventsIsNoEvent(t *testing.T) {
	for id, h := range map[string]http.Header{
		"line":  headers("X-Line-Signature", b64256(`{"events":[]}`)),
		"asana": headers("X-Hook-Signature", hex256(`{"events":[]}`)),
		"xero":  headers("X-Xero-Signature", b64256(`{"events":[]}`)),
	} {
		f := examine(id, hook.Endpoint{Secrets: secret(plain)}, extracttest.Record("POST", h, `{"events":[]}`))
		if f.Verdict != hook.Verified || f.Event != "" || f.Type != "handshake" && f.Type != "heartbeat" {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

// TestFurtherPublishedVectorsVerify has the vectors of many more senders: those in the catalogue must verify, and not
// with one bit of the body changed.
func TestFurtherPublishedVectorsVerify(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(shared(t), "more", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []json.RawMessage
	if err := json.Unmarshal(content, &vectors); err != nil || len(vectors) < 100 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	tried := map[string]int{}
	for _, raw := range vectors {
		var of struct{ Provider string }
		if err := json.Unmarshal(raw, &of); err != nil {
			t.Fatal(err)
		}
		p, known := For(of.Provider)
		if !known {
			continue
		}
		var v struct {
			vector
			Expect *bool
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("%s: %v", of.Provider, err)
		}
		tried[v.Provider]++
		e, r := v.request()
		f := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
		if want := v.Expect == nil || *v.Expect; (f.Verdict == hook.Verified) != want {
			t.Errorf("%s, %s: %+v", v.Provider, v.Name, f)
		}
		if f.Verdict != hook.Verified || f.Check.Covers == hook.CoversNothing {
			continue
		}
		for i := range r.Body {
			e, turned := v.request()
			turned.Body = bytesTurned(r.Body, i)
			f := p.Verify(e, turned, signature.ReceiveContext{At: noon, URL: address})
			if f.Verdict != hook.Rejected {
				t.Fatalf("%s, %s, byte %d turned: %+v", v.Provider, v.Name, i, f)
			}
		}
	}
	for id := range readSampleFiles(t) {
		if tried[id] == 0 {
			t.Errorf("%s has no vector", id)
		}
	}
}
