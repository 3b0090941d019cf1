// Package sample makes requests that look like those of real senders, to try an endpoint without the sender: the
// command trigger, the samples of the dashboard, and tests use it. It promises that every sender of the catalogue has
// at least one sample, and that a sample can be recognised: it has the header hook.SampleHeader. All payloads are
// written for this package; none is copied from a sender. A sample is not signed; provider.Provider.Sign does that.
//
// A Flow is the life of one payment as a list of samples, such as one that is paid and then refunded.
//
// Start with Sampler.Make, and with NewPlay for flows. The format of the files in samples is described at
// sampleFiles, and their placeholders at filler.fill.
package sample

import (
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// sampleFiles holds one file for each provider, named by its id. A file starts with the headers that all its samples
// share, and a line "### NAME" starts a sample. Headers of its own follow, then an empty line and the body. In the
// headers a line that starts with "#" is a comment. The body of a form is one "name = value" on each line:
//
//	Content-Type: application/json
//
//	### order.paid
//	X-Topic: order.paid
//
//	{"id": "{{order digits 10}}", "total": "49.00"}
//
//	### order.refunded
//	like order.paid
//	X-Topic: order.refunded
//
//	total = 0.00
//
// A sample with "like NAME" is a variant of a sample before it: it takes that one's headers and body, and its own lines
// "name = value" change the body as the argument set of Sampler.Make does.
//
//go:embed samples/*.http
var sampleFiles embed.FS

// Sampler makes samples. All samples of one Sampler are about the same objects: a payment has the same id in each of
// them, so that payment.created and payment.paid are about one payment. Each sample has a new event id and its own
// time. A Sampler does not change after NewSampler, so several goroutines may use it.
type Sampler struct {
	seed  [16]byte
	terms Terms
}

// NewSampler returns a Sampler whose objects have ids that no other Sampler uses.
func NewSampler() *Sampler { return &Sampler{seed: randomSeed()} }

// randomSeed returns a seed that was never used before.
func randomSeed() (seed [16]byte) {
	_, _ = rand.Read(seed[:]) // never fails
	return seed
}

// seedOf returns the seed that belongs to these words. Different words give different seeds.
func seedOf(words ...string) (seed [16]byte) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", words))
	copy(seed[:], sum[:])
	return seed
}

// Types returns the names of a provider's samples, the most common first. A name is the type of the event; if a type
// has several samples, a dot and a word for the difference follow.
func Types(p *provider.Provider) []string {
	names := []string{}
	for _, s := range sections(p) {
		names = append(names, s.name)
	}
	return names
}

// Make returns the sample of a provider with a name, as the sender would send it at the time at. With an empty name it
// takes the first sample. set changes values of the body: the key is a path with dots in a JSON body, a name of a field
// in a form, and a name of an element in XML; it has the limits maxPath, maxValue and maxIndex. The record has only
// what belongs to the request: no id, seq or verdict. The caller owns it, and usually signs it next. A name that does
// not exist and a value that cannot be set give a *hook.Problem of kind hook.ErrInvalid. Any other error means that a
// file in samples is broken.
func (s *Sampler) Make(p *provider.Provider, name string, set map[string]string, at time.Time) (*hook.Record, error) {
	return s.makeEvent(p, name, set, at, randomSeed())
}

// makeEvent is Make for an event whose ids come from a seed: with the same seed it is the same event.
func (s *Sampler) makeEvent(p *provider.Provider, name string, set map[string]string, at time.Time,
	event [16]byte) (*hook.Record, error) {
	all := sections(p)
	i := slices.IndexFunc(all, func(one section) bool { return one.name == name })
	if name == "" && len(all) > 0 {
		i = 0
	}
	if i < 0 {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "unknown_type",
			Detail: fmt.Sprintf("No sample of this type exists. %s has samples of these types: %s.", p.Name,
				strings.Join(Types(p), ", "))}
	}
	f := filler{samplerSeed: s.seed, sampleSeed: event, terms: s.terms.withDefaults(p, s.seed), at: at}
	d, err := compose(all, i, &f)
	if err != nil {
		return nil, fmt.Errorf("sample %s of %s: %w", all[i].name, p.ID, err)
	}
	for _, path := range sortedKeys(set) { // in order, so that the same set always gives the same body
		if err := d.set(path, set[path]); err != nil {
			return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "cannot_set",
				Detail: fmt.Sprintf("%q cannot be set: %s.", path, err)}
		}
	}
	r := &hook.Record{
		Delivery: hook.Delivery{Method: http.MethodPost, ReceivedAt: hook.Millis(at.UnixMilli())},
		Request:  hook.Request{Proto: "HTTP/1.1", Body: d.body()},
	}
	r.Size = int64(len(r.Body))
	for _, h := range d.headers {
		signature.SetHeader(r, h.Name, h.Value)
	}
	signature.SetHeader(r, hook.SampleHeader, "1")
	r.ContentType = r.Header("Content-Type")
	return r, nil
}

// section is one sample as it is written in its file: placeholders are not filled in yet.
type section struct {
	name    string
	like    string   // name of the sample that this one is a variant of; "": none
	headers []string // shared headers first; only its own if it is a variant
	body    string   // of a variant: lines "name = value"
}

// sections parses the file of a provider, in the order of the file.
func sections(p *provider.Provider) (all []section) {
	file, _ := sampleFiles.ReadFile("samples/" + p.ID + ".http") // a test holds that every provider has one
	shared, rest, _ := strings.Cut(string(file), "### ")
	for rest != "" {
		var text string
		text, rest, _ = strings.Cut(rest, "\n### ")
		head, body, _ := strings.Cut(text, "\n\n")
		lines := strings.Split(strings.TrimSpace(head), "\n")
		s := section{name: lines[0], body: strings.TrimRight(body, "\n")}
		s.headers = lines[1:]
		if like, variant := strings.CutPrefix(strings.Join(s.headers[:min(1, len(s.headers))], ""), "like "); variant {
			s.like, s.headers = like, s.headers[1:]
		} else {
			s.headers = slices.Concat(strings.Split(strings.TrimSpace(shared), "\n"), s.headers)
		}
		all = append(all, s)
	}
	return all
}

// compose returns the draft of the sample all[i]. For a variant it composes the other sample first and then applies the
// changes. A variant may only refer to a sample before it, so that references cannot form a cycle.
func compose(all []section, i int, f *filler) (*draft, error) {
	s := all[i]
	if s.like == "" {
		d := newDraft(f.fill(s.body), headerLines(s, f))
		return d, nil
	}
	other := slices.IndexFunc(all[:i], func(one section) bool { return one.name == s.like })
	if other < 0 {
		return nil, fmt.Errorf("is like %q, which does not stand before it", s.like)
	}
	d, err := compose(all, other, f)
	if err != nil {
		return nil, err
	}
	d.headers = append(d.headers, headerLines(s, f)...)
	for _, one := range fieldLines(f.fill(s.body)) {
		if err := d.set(one.name, one.value); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// headerLines returns the headers of a section with their placeholders filled in, without comments.
func headerLines(s section, f *filler) (headers []hook.Header) {
	for _, line := range s.headers {
		if name, value, ok := strings.Cut(f.fill(line), ": "); ok && line[0] != '#' {
			headers = append(headers, hook.Header{Name: name, Value: value})
		}
	}
	return headers
}

// sortedKeys returns the keys of a map in ascending order.
func sortedKeys(set map[string]string) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
