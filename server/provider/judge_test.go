package provider

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

func TestEverySenderHasASampleAndAGuide(t *testing.T) {
	sampled := map[string]bool{}
	for _, s := range samples(t) {
		sampled[s.id] = true
	}
	seen := map[string]bool{}
	for _, p := range All() {
		if !sampled[p.ID] || seen[p.ID] || p.Name == "" || len(p.Steps) < 2 {
			t.Errorf("%s: sampled %v, twice %v, %d steps", p.ID, sampled[p.ID], seen[p.ID], len(p.Steps))
		}
		seen[p.ID] = true
	}
}

func TestOfEverySenderOnlyTheGenuineVerifies(t *testing.T) {
	for i, s := range samples(t) {
		t.Run(fmt.Sprintf("%s %d", s.id, i), func(t *testing.T) {
			f := s.examine(s.endpoint(), s.record(noon))
			if f.Verdict != hook.Verified || f.Secret != "live" || f.Type != s.typ ||
				!strings.HasPrefix(f.Event, s.event) ||
				(f.Event == "") != s.nameless {
				t.Fatalf("%+v, want %s %s", f, s.typ, s.event)
			}
			if complaint := CheckSecret(s.endpoint(), s.secret).Refusal; complaint != "" {
				t.Errorf("its own secret %s", complaint)
			}
			s.forge(t)
			s.checkTolerance(t)
		})
	}
}

// forge tries requests that differ from the genuine one in one respect.
func (s *sample) forge(t *testing.T) {
	t.Helper()
	refused := func(name string, e *hook.Endpoint, r *hook.Record) {
		t.Helper()
		f := s.examine(e, r)
		if f.Verdict != hook.Rejected || !slices.Contains(hook.Reasons(), f.Reason) || f.Secret != "" ||
			f.Reply != nil {
			t.Errorf("%s: %+v", name, f)
		}
		p, _ := For(s.id)
		if problem := p.Problem(e, f); len(problem.Detail) < 40 || strings.Contains(problem.Detail, s.secret) ||
			!errors.Is(problem, hook.ErrUnauthenticated) && f.Reason != hook.ReasonSecretMismatch {
			t.Errorf("%s: %v", name, problem)
		}
	}
	if r := s.record(noon); !s.uncovered && !s.partly && s.id != "adyen" && s.id != "braintree" {
		for i := range r.Body {
			turned := s.record(noon)
			turned.Body = bytesTurned(r.Body, i)
			refused(fmt.Sprintf("byte %d turned", i), s.endpoint(), turned)
		}
		marked := s.record(noon)
		marked.Body = append([]byte("\xef\xbb\xbf"), marked.Body...)
		refused("a byte order mark", s.endpoint(), marked)
		short := s.record(noon)
		short.Body = short.Body[:len(short.Body)-1]
		refused("a body cut short", s.endpoint(), short)
	}
	wrong := s.endpoint()
	wrong.Secrets = []hook.Secret{{Label: "other", Value: "another-secret-0123456789abcdef0"}, {Label: "empty"}}
	refused("another secret", wrong, s.record(noon))
	empty := s.endpoint()
	empty.Secrets = []hook.Secret{{Label: "empty"}}
	refused("an empty secret", empty, s.record(noon))
	p, _ := For(s.id)
	for _, ru := range p.Signature.Schemes {
		name, isHeader := ru.At.Header()
		if !isHeader {
			continue
		}
		for what, change := range map[string]func(string) string{
			"cut short": func(v string) string { return v[:len(v)-1] },
			"longer":    func(v string) string { return v + "0" },
			"other case": func(v string) string { // hex may be written in either; what is compared as text may not
				return strings.Map(swapCase, v)
			},
			"empty": func(string) string { return "" },
		} {
			r, changed := s.record(noon), false
			for i := range r.Headers {
				if h := &r.Headers[i]; h.Name == name {
					h.Value, changed = change(h.Value), true
				}
			}
			if changed && (what != "other case" || ru.Encoding != signature.Hex || ru.Kind == signature.Token) {
				refused("signature "+what, s.endpoint(), r)
			}
		}
	}
	bare := s.record(noon)
	bare.Headers, bare.Query, bare.Body = nil, "", []byte("{}")
	refused("no signature", s.endpoint(), bare)
}

func swapCase(c rune) rune {
	if c >= 'a' && c <= 'z' {
		return c - 32
	} else if c >= 'A' && c <= 'Z' {
		return c + 32
	}
	return c
}

// checkTolerance compares the tolerance with the age of the signature, in both directions.
func (s *sample) checkTolerance(t *testing.T) {
	t.Helper()
	if !s.dated {
		return
	}
	const near, far = 4*time.Minute + 59*time.Second, 5*time.Minute + time.Second
	for _, c := range []struct {
		after     time.Duration
		tolerance time.Duration
		reason    hook.Reason
	}{
		{near, 5 * time.Minute, ""}, {-near, 5 * time.Minute, ""},
		{far, 5 * time.Minute, hook.ReasonTimestampInFuture}, {-far, 5 * time.Minute, hook.ReasonTimestampTooOld},
		{-40 * time.Hour, 0, ""}, {40 * time.Hour, 0, ""},
	} {
		e := s.endpoint()
		e.Tolerance = c.tolerance
		if f := s.examine(e, s.record(noon.Add(c.after))); f.Reason != c.reason ||
			(f.Verdict == hook.Verified) != (c.reason == "") {
			t.Errorf("signed at %v with a tolerance of %v: %+v", c.after, c.tolerance, f)
		}
	}
}
