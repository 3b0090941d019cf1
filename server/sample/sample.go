// Package sample makes events as senders would send them, for trying things out: trigger, the
// dashboard's samples, tests. Every sender of the catalogue has a file in samples. Samples are marked
// with hook.SampleHeader and are made up: none is a payload of a real sender. Their signature is made
// by provider.Provider.Sign.
//
// Start with Sampler.Make; the comment of sampleFiles says how a sample is written.
package sample

import (
	"crypto/rand"
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

// sampleFiles holds the events that are made for trying things out, one file for each provider. A file
// begins with the headers that all its samples have; each sample begins with "### " and its name, may
// say whose variant it is ("like NAME") and which headers are its own, and has its body behind an empty
// line. A variant has, instead of a body, what is set in the other's; a form is written in the same
// way, a field on each line. A line behind # is a remark.
//
//go:embed samples/*.http
var sampleFiles embed.FS

// Sampler makes samples. In all that one of them makes, the same object has the same id; events and
// times are new.
type Sampler struct{ seed [16]byte }

// NewSampler returns a maker of samples about objects that no other has made any about.
func NewSampler() *Sampler {
	s := &Sampler{}
	_, _ = rand.Read(s.seed[:]) // never fails
	return s
}

// Types returns the names of the samples that there are of a provider, the most usual first: the type
// of each, and behind a dot what makes it another than others of its type.
func Types(p *provider.Provider) []string {
	names := []string{}
	for _, s := range sections(p) {
		names = append(names, s.name)
	}
	return names
}

// Make makes a sample, unsigned, as its sender would send it at a moment. No name means the most usual.
// set holds what is changed: a value by its path in a JSON body, a field of a form or an element of XML
// by its name. The record is filled as far as the request itself goes. Errors are problems of kind
// hook.ErrInvalid.
func (s *Sampler) Make(p *provider.Provider, name string, set map[string]string, at time.Time) (*hook.Record, error) {
	all := sections(p)
	i := slices.IndexFunc(all, func(one section) bool { return one.name == name })
	if name == "" && len(all) > 0 {
		i = 0
	}
	if i < 0 {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "unknown_type",
			Detail: fmt.Sprintf("There is no sample of that type. For %s there are: %s.", p.Name,
				strings.Join(Types(p), ", "))}
	}
	f := filler{run: s.seed, at: at}
	_, _ = rand.Read(f.once[:])
	d, err := compose(all, i, &f)
	if err != nil {
		return nil, fmt.Errorf("sample %s of %s: %w", all[i].name, p.ID, err)
	}
	for _, path := range sortedKeys(set) {
		if err := d.set(path, set[path]); err != nil {
			return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "cannot_set",
				Detail: fmt.Sprintf("%q cannot be set: %s", path, err)}
		}
	}
	r := &hook.Record{
		Delivery: hook.Delivery{Method: http.MethodPost, Path: "/", ReceivedAt: hook.Millis(at.UnixMilli())},
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

// section is one sample as it is written in its file.
type section struct {
	name    string
	like    string   // the sample that this one is a variant of
	headers []string // those that all share first; of a variant only its own
	body    string
}

// sections reads a provider's file.
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

// compose makes the draft of a sample: of its own body, or of that of the one that it is a variant of.
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

// headerLines fills the headers of a section.
func headerLines(s section, f *filler) (headers []hook.Header) {
	for _, line := range s.headers {
		if name, value, ok := strings.Cut(f.fill(line), ": "); ok && line[0] != '#' {
			headers = append(headers, hook.Header{Name: name, Value: value})
		}
	}
	return headers
}

// sortedKeys returns the keys of a map in order.
func sortedKeys(set map[string]string) []string {
	keys := make([]string, 0, len(set))
	for key := range set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
