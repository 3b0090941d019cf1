package provider

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// anyVector is a vector of a sender that need not be in the catalogue.
type anyVector struct {
	Provider, Rule, Name, Method, URL string
	Header                            http.Header
	BodyB64, SecretB64                []byte
	Cfg                               map[string]json.RawMessage
	Expect                            *bool
}

// vectorTopic is the topic of the vectors of Amazon SNS.
const vectorTopic = "arn:aws:sns:eu-central-1:123456789012:orders"

// way is one way to express the rule of a vector.
type way struct {
	how      string
	profile  *signature.Profile
	settings map[string]string
}

// ways returns all ways to express the rule of a vector. What cannot be expressed has none.
func (v *anyVector) ways() (found []way) {
	rule := v.Provider + "/" + v.Rule
	for id, settings := range map[string]map[string]string{"generic-hmac": expressedByHMAC()[rule],
		"generic": expressedByCredential()[rule]} {
		if p, _ := For(id); settings != nil {
			found = append(found, way{id, &p.Signature, settings})
		}
	}
	if p, known := For(v.Provider); known {
		settings := map[string]string{"legacy": "accept", "topic_arn": vectorTopic}
		for name, value := range v.Cfg {
			var text string
			if json.Unmarshal(value, &text) == nil {
				settings[name] = text
			}
		}
		if v.Provider == "aws-sns" {
			settings["topic_arn"] = "arn:aws:sns:eu-central-1:123456789012:orders"
		}
		found = append(found, way{"literal", &p.Signature, settings})
	}
	if p := expressedByProfile()[rule]; p != nil {
		found = append(found, way{"profile", p, nil})
	}
	return found
}

// verify returns the result for the vector's request after a change.
func (v *anyVector) verify(w *way, change func(*hook.Endpoint, *hook.Record)) signature.Result {
	var given string
	_ = json.Unmarshal(v.Cfg["cert_pem"], &given)
	secret := string(v.SecretB64)
	if key := v.Cfg["jwk"]; key != nil {
		secret = string(key)
	}
	e := &hook.Endpoint{Verify: hook.Enforce, SignedURL: v.URL, Settings: maps.Clone(w.settings),
		Secrets: []hook.Secret{{Label: "live", Value: secret}}}
	if given != "" {
		e.Secrets = nil
	}
	header := http.Header{}
	for name, values := range v.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	r := extracttest.Record(v.Method, header, string(v.BodyB64))
	r.ContentType = header.Get("Content-Type")
	_, r.Query, _ = strings.Cut(v.URL, "?")
	at := time.Unix(1790000000, 0)
	if strings.HasPrefix(v.Name, "reference:") {
		at = time.Unix(1625479200, 0)
	}
	change(e, r)
	q := signature.NewRequest(e, r, signature.ReceiveContext{At: at, Certificates: givenCertificate(given)})
	defer q.Release()
	return w.profile.Verify(q)
}

// The parts of a text that may be a signature, and a time beside it.
var (
	longRun   = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}`)
	timeRun   = regexp.MustCompile(`\b\d{10,13}\b`)
	plainWord = regexp.MustCompile(`.+`)
)

// turned returns a text with one bit turned in the middle of each part that a pattern finds; in its middle if there is
// none.
func turned(pattern *regexp.Regexp, text string) string {
	if !pattern.MatchString(text) {
		pattern = plainWord
	}
	return pattern.ReplaceAllStringFunc(text, func(part string) string {
		b := []byte(part)
		b[len(b)/2] ^= 1
		return string(b)
	})
}

// alteration is one part of a request that is changed.
type alteration struct {
	part   string
	change func(*hook.Endpoint, *hook.Record)
}

// otherAddress registers another path at the sender.
var otherAddress = alteration{"address", func(e *hook.Endpoint, _ *hook.Record) {
	front, query, _ := strings.Cut(e.SignedURL, "?")
	e.SignedURL = front + "/x?" + query
}}

// turnAt turns a bit of the text at a selector.
func turnAt(at payload.Selector, pattern *regexp.Regexp) alteration {
	return alteration{at.String(), func(_ *hook.Endpoint, r *hook.Record) {
		q := &payload.Request{Envelope: payload.Envelope{Field: "json"}}
		q.Reset(r, nil)
		where, name, _ := strings.Cut(at.String(), ":")
		switch where {
		case "header":
			replaceEach(r, name, func(text string) string { return turned(pattern, text) })
		case "query":
			text := q.Text(at)
			r.Query = strings.Replace(r.Query, text, turned(pattern, text), 1)
		case "item":
			q.Items(&payload.Batch{List: "value"})
			q.Look(0)
			fallthrough
		default:
			if text := q.Text(at); text != "" {
				r.Body = []byte(strings.Replace(string(r.Body), text, turned(pattern, text), 1))
			}
		}
	}}
}

// replaceEach replaces the values of a header.
func replaceEach(r *hook.Record, name string, with func(string) string) {
	for i := range r.Headers {
		if r.Headers[i].Name == name {
			r.Headers[i].Value = with(r.Headers[i].Value)
		}
	}
}

// turns returns the parts that a scheme signs, besides the body, and the signature.
func turns(sc *signature.Scheme, header http.Header) (all []alteration) {
	if sc.At.IsZero() { // the body is the token
		return nil
	}
	for _, at := range append([]payload.Selector{sc.At}, sc.MoreAt...) {
		all = append(all, alteration{"signature", func(e *hook.Endpoint, r *hook.Record) {
			for _, at := range append([]payload.Selector{sc.At}, sc.MoreAt...) {
				turnAt(at, longRun).change(e, r)
			}
		}})
		if sc.TimeBeside != "" || sc.TimeFirst {
			all = append(all, turnAt(at, timeRun))
		}
	}
	if !sc.Time.IsZero() {
		all = append(all, turnAt(sc.Time, plainWord))
	}
	for _, piece := range sc.Message {
		if !piece.Selector.IsZero() {
			all = append(all, turnAt(piece.Selector, plainWord))
		}
		switch piece.Variable {
		case "url", "path":
			all = append(all, otherAddress)
		case "method":
			all = append(all, alteration{"method", func(_ *hook.Endpoint, r *hook.Record) { r.Method = "PUT" }})
		case "headers":
			list, _ := sc.SignedHeaders.Header()
			for _, name := range strings.Split(header.Get(list), ",") {
				all = append(all, turnAt(payload.HeaderNamed(name), plainWord))
			}
		}
	}
	if sc.Claims.URL != "" || sc.Claims.URLHash != "" {
		all = append(all, otherAddress)
	}
	return all
}

// TestEveryVectorVerifiesAndNoBitOfItCanBeTurned goes over the vectors of many senders, in every way that their rules
// can be expressed: by settings, by a literal of the catalogue, by a profile written here.
func TestEveryVectorVerifiesAndNoBitOfItCanBeTurned(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(shared(t), "more", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors []anyVector
	if err := json.Unmarshal(content, &vectors); err != nil {
		t.Fatal(err)
	}
	verified, refused, turnedParts, by := 0, 0, 0, map[string]int{}
	var missing []string
	for _, v := range vectors {
		name := v.Provider + "/" + v.Rule + "/" + v.Name
		ways := v.ways()
		if len(ways) == 0 {
			missing = append(missing, name+": "+notExpressed[v.Provider+"/"+v.Rule])
			continue
		}
		for i := range ways {
			by[ways[i].how]++
			t.Run(name+" by "+ways[i].how, func(t *testing.T) { turnedParts += v.hold(t, &ways[i]) })
		}
		if v.Expect == nil || *v.Expect {
			verified++
		} else {
			refused++
		}
	}
	t.Logf("%d vectors: %d verified, %d refused as they must be, %d not expressible %v; by %v; %d parts turned",
		len(vectors), verified, refused, len(missing), missing, by, turnedParts)
	if len(vectors) != 124 || verified != 119 || refused != 5 || len(missing) != 0 || turnedParts < 1000 {
		t.Error("not all of them")
	}
}

// hold holds one vector to one way, and returns how many parts were turned.
func (v *anyVector) hold(t *testing.T, w *way) (n int) {
	t.Helper()
	got := v.verify(w, func(*hook.Endpoint, *hook.Record) {})
	if v.Expect != nil && !*v.Expect {
		if got.Verdict != hook.Rejected {
			t.Errorf("%+v", got)
		}
		return 0
	}
	if got.Verdict != hook.Verified {
		t.Fatalf("%+v", got)
	}
	refused := func(part string, change func(*hook.Endpoint, *hook.Record)) {
		t.Helper()
		n++
		if got := v.verify(w, change); got.Verdict != hook.Rejected {
			t.Errorf("%s turned: %+v", part, got)
		}
	}
	if got.Check.Covers == hook.CoversBody {
		for i := 0; i < len(v.BodyB64); i += 1 + len(v.BodyB64)/50 {
			refused("the body", func(_ *hook.Endpoint, r *hook.Record) { r.Body = bytesTurned(r.Body, i) })
		}
	}
	if w.profile.Issuer == nil {
		refused("the secret", func(e *hook.Endpoint, _ *hook.Record) {
			e.Secrets[0].Value = turned(longRun, e.Secrets[0].Value)
		})
	}
	header := http.Header{}
	for name, values := range v.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	schemes := w.profile.SchemesFor(&hook.Endpoint{Settings: w.settings})
	for i := range schemes {
		if name, inHeader := schemes[i].At.Header(); inHeader && header.Get(name) == "" &&
			!slices.ContainsFunc(schemes[i].MoreAt, func(at payload.Selector) bool {
				name, _ := at.Header()
				return header.Get(name) != ""
			}) {
			continue // another scheme of the sender
		}
		for _, one := range turns(&schemes[i], header) {
			before, after := hook.Record{}, hook.Record{}
			e := hook.Endpoint{}
			v.verify(w, func(x *hook.Endpoint, r *hook.Record) { e.SignedURL = x.SignedURL; before = copied(r) })
			v.verify(w, func(x *hook.Endpoint, r *hook.Record) {
				one.change(x, r)
				after = copied(r)
				e.Name = x.SignedURL
			})
			if same(&before, &after) && e.Name == e.SignedURL {
				continue // the request does not have this part
			}
			refused(one.part, one.change)
		}
	}
	return n
}

// copied returns the parts of a record that a turn changes.
func copied(r *hook.Record) hook.Record {
	var c hook.Record
	c.Method, c.Query, c.Body, c.Headers = r.Method, r.Query, slices.Clone(r.Body), slices.Clone(r.Headers)
	slices.SortFunc(c.Headers, func(a, b hook.Header) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	return c
}

// same reports whether two copies are equal.
func same(a, b *hook.Record) bool {
	return a.Method == b.Method && a.Query == b.Query && string(a.Body) == string(b.Body) &&
		slices.Equal(a.Headers, b.Headers)
}
