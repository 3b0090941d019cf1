package provider

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
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
// one HMAC, signs fields of its body with a certificate, or sends its secret needs no other test code. In the query and
// the body {secret} is the secret and {signature} the signature.
type sampleFile struct {
	Body     string            `json:"body"`
	Headers  map[string]string `json:"headers"`
	Query    string            `json:"query"`
	Settings map[string]string `json:"settings"`
	Token    string            `json:"token"` // the header that has the secret; "": the request is signed
	Sign     struct {
		Header  string `json:"header"`
		Prefix  string `json:"prefix"` // before the signature
		Hash    string `json:"hash"`
		Base64  bool   `json:"base64"`  // false: hex
		Message string `json:"message"` // with {time}, {body} and {url}
		// Time is the layout of package time in which the time is written, or "unix" for seconds since 1970, and
		// TimeHeader the header with it.
		Time       string `json:"time"`
		TimeHeader string `json:"timeHeader"`
		// Fields are the members of the body that a certificate signs, each as name, line feed, value, line feed.
		Fields []string `json:"fields"`
	} `json:"sign"`

	Type    string `json:"type"`
	Event   string `json:"event"` // or what it begins with; "": it has no id
	Account string `json:"account"`
	Undated bool   `json:"undated"` // it does not say when it happened
}

// uncovered reports whether the request has its secret and no signature.
func (f *sampleFile) uncovered() bool { return f.Sign.Hash == "" }

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
func sampleFiles(t testing.TB, k keys) (all []sample) {
	for id, list := range readSampleFiles(t) {
		for _, f := range list {
			all = append(all, f.sample(t, id, k))
		}
	}
	return all
}

// sample returns the request of a sender as a sample.
func (f *sampleFile) sample(t testing.TB, id string, k keys) sample {
	t.Helper()
	s := sample{id: id, secret: plain, body: f.Body, typ: f.Type, event: f.Event, settings: f.Settings,
		dated: f.Sign.Time != "", uncovered: f.uncovered(), nameless: f.Event == "", sign: f.sign,
		wrap:  func(body string) string { return strings.ReplaceAll(body, "{secret}", plain) },
		query: func() string { return strings.ReplaceAll(f.Query, "{secret}", plain) }}
	if f.Sign.Fields != nil {
		s.secret, s.partly = k.pem, true
		s.wrap = func(body string) string { return k.signFields(t, body, f.Sign.Hash, f.Sign.Fields) }
	}
	return s
}

// signFields writes the signature of some fields of a body into it.
func (k keys) signFields(t testing.TB, body, hashed string, names []string) string {
	t.Helper()
	var fields map[string]string
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, name := range names {
		if value, there := fields[name]; there {
			text += name + "\n" + value + "\n"
		}
	}
	sum, id := hashOf(hashed, text)
	signed, err := rsa.SignPKCS1v15(nil, k.rsa, id, sum)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(body, "{signature}", encode(signed), 1)
}

// hashOf returns the hash of a text, SHA-1 or SHA-256.
func hashOf(name, text string) ([]byte, crypto.Hash) {
	if name == "sha1" {
		sum := sha1.Sum([]byte(text))
		return sum[:], crypto.SHA1
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:], crypto.SHA256
}

// sign returns the headers of the request, signed with the standard library alone.
func (f *sampleFile) sign(at time.Time, body string) http.Header {
	h := http.Header{}
	for name, value := range f.Headers {
		h.Set(name, value)
	}
	if f.Token != "" {
		h.Set(f.Token, plain)
	}
	if f.uncovered() || f.Sign.Fields != nil {
		return h
	}
	stamp := at.UTC().Format(f.Sign.Time)
	if f.Sign.Time == "unix" {
		stamp = seconds(at)
	}
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
	k := newKeys(t)
	for id, list := range readSampleFiles(t) {
		if _, known := For(id); !known {
			t.Fatalf("unknown provider %s", id)
		}
		for _, f := range list {
			s := f.sample(t, id, k)
			got := s.examine(s.endpoint(), s.record(noon))
			if got.Verdict != hook.Verified || got.Account != f.Account || got.OccurredAt.Equal(noon) == f.Undated {
				t.Errorf("%s: %+v", id, got)
			}
			// What is sent again is the same event.
			e := s.endpoint()
			e.Tolerance = 0
			if g := s.examine(e, s.record(noon.Add(time.Hour))); g.Event != got.Event || (g.Event == "") != s.nameless {
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
		f := p.Verify(e, r, v.on())
		if want := v.Expect == nil || *v.Expect; (f.Verdict == hook.Verified) != want {
			t.Errorf("%s, %s: %+v", v.Provider, v.Name, f)
		}
		if f.Verdict != hook.Verified || f.Check.Covers == hook.CoversNothing {
			continue
		}
		signed := func(int) bool { return true }
		if fields := p.Signature.Schemes[0].Fields; fields != nil {
			signed = valuesOf(t, string(r.Body), fields)
		}
		for i := range r.Body {
			if !signed(i) {
				continue
			}
			e, turned := v.request()
			turned.Body = bytesTurned(r.Body, i)
			f := p.Verify(e, turned, v.on())
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

// valuesOf returns which bytes of a body are in the values of the fields that are signed.
func valuesOf(t *testing.T, body string, fields *signature.Fields) func(int) bool {
	t.Helper()
	var has map[string]string
	if err := json.Unmarshal([]byte(body), &has); err != nil {
		t.Fatal(err)
	}
	in := make([]bool, len(body))
	for _, at := range fields.Lists[has["Type"]] {
		name := strings.TrimPrefix(at.String(), "body:")
		value, err := json.Marshal(has[name])
		if err != nil {
			t.Fatal(err)
		}
		start := strings.Index(body, `"`+name+`": `)
		if start < 0 {
			continue
		}
		start += len(name) + 4
		text := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(value))
		if !strings.HasPrefix(body[start:], text) {
			t.Fatalf("%s is not %s", name, text)
		}
		for i := range text {
			in[start+i] = true
		}
	}
	return func(i int) bool { return in[i] }
}
