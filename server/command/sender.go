package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// sender sends samples to one target and prints the result of each. triggerCmd makes one for a run. All samples of a
// run come from one sampler, so they are about the same object.
type sender struct {
	target   target
	provider *provider.Provider
	sampler  *sample.Sampler
	client   *http.Client
	stdio    Stdio
	json     bool // print results as JSON
}

// sendTimeout bounds one request, from dialling to the last byte of the response.
const sendTimeout = 30 * time.Second

// newHTTPClient returns a client that follows no redirects: providers do not follow them either, and a signed request
// must not be sent to another host.
func newHTTPClient() *http.Client {
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: sendTimeout, CheckRedirect: noRedirects}
}

// sent is the result of one sample, as it is printed with --json.
type sent struct {
	Provider string `json:"provider"`
	Type     string `json:"type"`
	Event    string `json:"event,omitempty"`
	URL      string `json:"url"`  // without user, query and fragment
	Size     int64  `json:"size"` // of the body, in bytes
	Signed   bool   `json:"signed"`
	Status   int    `json:"status"` // of the response
	Answer   string `json:"answer"` // the beginning of the response's body
	Took     int64  `json:"ms"`
}

// accepted reports whether the response was 2xx.
func (one *sent) accepted() bool { return one.Status >= 200 && one.Status <= 299 }

// sendSample makes, signs and sends one sample, and prints the result. name is the event type, "" the provider's most
// common one; set and headers change the sample before it is signed. accepted reports whether the response was 2xx.
func (s *sender) sendSample(
	ctx context.Context, name string, set, headers map[string]string,
) (accepted bool, err error) {
	at := time.Now()
	r, err := s.sampler.Make(s.provider, name, set, at)
	if problem := (*hook.Problem)(nil); errors.As(err, &problem) {
		return false, usageErrorf("%s", problem.Detail)
	} else if err != nil {
		return false, err
	}
	for name, value := range headers {
		signature.SetHeader(r, name, value)
	}
	one, err := s.sign(r, at)
	if err != nil {
		return false, err
	}
	if !s.json {
		fmt.Fprintln(s.stdio.Out, joinWords(r.Method, one.URL, one.Type, one.Event, size(one.Size)))
	}
	if err := s.send(ctx, r, &one); err != nil {
		return false, err
	}
	if s.json {
		return one.accepted(), json.NewEncoder(s.stdio.Out).Encode(one)
	}
	_, err = fmt.Fprintln(s.stdio.Out, joinWords(one.Status, one.Answer, "in", one.Took, "ms"))
	return one.accepted(), err
}

// sign signs r if there is something to sign with, and returns what is known of it before it is sent. The first time
// it prints the note of the target.
func (s *sender) sign(r *hook.Record, at time.Time) (sent, error) {
	one := sent{Provider: s.provider.ID, URL: s.displayURL(), Signed: s.target.key != nil || len(s.target.secrets) > 0}
	if one.Signed {
		if err := s.target.sign(s.provider, r, at); err != nil {
			return one, err
		}
	}
	if s.target.note != "" {
		fmt.Fprintln(s.stdio.Err, s.target.note)
		s.target.note = "" // it is printed for the first sample only
	}
	// With Off nothing is verified: this reads the type and the event id, as the server does when it receives the
	// sample.
	f := s.provider.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: at})
	one.Type, one.Event, one.Size = f.Type, f.Event, int64(len(r.Body))
	return one, nil
}

// joinWords joins words with single spaces and leaves out empty ones.
func joinWords(words ...any) string { return strings.Join(strings.Fields(fmt.Sprintln(words...)), " ") }

// displayURL returns the target's URL without the parts that may contain secrets.
func (s *sender) displayURL() string {
	u := *s.target.url
	u.User, u.RawQuery, u.ForceQuery, u.Fragment = nil, "", false, ""
	return u.String()
}

// send sends r to the target, and stores status, body and duration of the response in one. The query of r, in which
// some providers send their secret, is appended to the target's own.
// A response with any status is a success here. An error names the URL without its query, and does not contain secrets.
func (s *sender) send(ctx context.Context, r *hook.Record, one *sent) error {
	to := *s.target.url
	to.RawQuery = strings.Trim(to.RawQuery+"&"+r.Query, "&")
	request, err := http.NewRequestWithContext(ctx, r.Method, to.String(), bytes.NewReader(r.Body))
	if err != nil {
		return fmt.Errorf("send to %s: %w", one.URL, withoutURL(err))
	}
	for _, h := range r.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	start := time.Now()
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("send to %s: %w", one.URL, withoutURL(err))
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the response from %s: %w", one.URL, withoutURL(err))
	}
	one.Status, one.Answer, one.Took = response.StatusCode, printable(string(answer)), time.Since(start).Milliseconds()
	return nil
}

// withoutURL returns an error of net/http without the URL that it is wrapped in, because a URL may contain a token.
// Other errors are returned as they are.
func withoutURL(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// printable returns the beginning of a response's body as one line. It leaves out control characters, which a terminal
// would execute.
func printable(body string) string {
	const maxRunes = 400
	unprintable := func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }
	// Runes, not bytes: a cut must not leave half a character.
	clean := []rune(strings.Join(strings.FieldsFunc(body, unprintable), " "))
	if len(clean) > maxRunes {
		return string(clean[:maxRunes]) + "…"
	}
	return string(clean)
}

// size formats a number of bytes for people.
func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}
