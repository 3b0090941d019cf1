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

// sender sends samples to a target and prints the result of each. One run of hookbeam trigger has one.
type sender struct {
	target   target
	provider *provider.Provider
	sampler  *sample.Sampler
	client   *http.Client
	stdio    Stdio
	json     bool
}

// sendTimeout bounds one request, from dialling to the last byte of the answer.
const sendTimeout = 30 * time.Second

// newHTTPClient follows no redirect: a sender would not, and a signed request is for one address.
func newHTTPClient() *http.Client {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: sendTimeout, CheckRedirect: stay}
}

// sent is the result of one sample, as it is printed with --json.
type sent struct {
	Provider string `json:"provider"`
	Type     string `json:"type"`
	Event    string `json:"event,omitempty"`
	URL      string `json:"url"`
	Size     int64  `json:"size"`
	Signed   bool   `json:"signed"`
	Status   int    `json:"status"`
	Answer   string `json:"answer"`
	Took     int64  `json:"ms"`
}

// sendSample sends one sample; taken says whether the answer was a 2xx.
func (s *sender) sendSample(ctx context.Context, name string, set, headers map[string]string) (taken bool, err error) {
	at := time.Now()
	r, err := s.sampler.Make(s.provider, name, set, at)
	if problem := (*hook.Problem)(nil); errors.As(err, &problem) {
		return false, misuse("%s", problem.Detail)
	} else if err != nil {
		return false, err
	}
	for name, value := range headers {
		signature.SetHeader(r, name, value)
	}
	one := sent{Provider: s.provider.ID, URL: s.shown(), Signed: s.target.key != nil || len(s.target.secrets) > 0}
	if one.Signed {
		if err := s.target.sign(s.provider, r, at); err != nil {
			return false, err
		}
	}
	if s.target.note != "" {
		fmt.Fprintln(s.stdio.Err, s.target.note)
		s.target.note = ""
	}
	f := s.provider.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: at})
	one.Type, one.Event, one.Size = f.Type, f.Event, r.Size
	if !s.json {
		fmt.Fprintln(s.stdio.Out, tight(r.Method, one.URL, one.Type, one.Event, size(one.Size)))
	}
	if err := s.send(ctx, r, &one); err != nil {
		return false, err
	}
	taken = one.Status >= 200 && one.Status <= 299
	if s.json {
		return taken, json.NewEncoder(s.stdio.Out).Encode(one)
	}
	_, err = fmt.Fprintln(s.stdio.Out, tight(one.Status, one.Answer, "in", one.Took, "ms"))
	return taken, err
}

// tight joins words with one space, whether or not each is there.
func tight(words ...any) string { return strings.Join(strings.Fields(fmt.Sprintln(words...)), " ") }

// shown is the target's address without what may be secret in it.
func (s *sender) shown() string {
	u := *s.target.url
	u.User, u.RawQuery, u.ForceQuery, u.Fragment = nil, "", false, ""
	return u.String()
}

func (s *sender) send(ctx context.Context, r *hook.Record, one *sent) error {
	to := *s.target.url
	to.RawQuery = strings.Trim(to.RawQuery+"&"+r.Query, "&")
	request, err := http.NewRequestWithContext(ctx, r.Method, to.String(), bytes.NewReader(r.Body))
	if err != nil {
		return fmt.Errorf("send to %s: %w", one.URL, bare(err))
	}
	for _, h := range r.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	start := time.Now()
	response, err := s.client.Do(request)
	if err != nil {
		return fmt.Errorf("send to %s: %w", one.URL, bare(err))
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", one.URL, bare(err))
	}
	one.Status, one.Answer, one.Took = response.StatusCode, oneLine(string(answer)), time.Since(start).Milliseconds()
	return nil
}

// bare takes away the address that an error of net/http is wrapped in: a token may be part of it.
func bare(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// oneLine is the beginning of an answer, with nothing in it that a terminal would act on.
func oneLine(answer string) string {
	const most = 400
	clean := []rune(
		strings.Join(
			strings.FieldsFunc(answer, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }),
			" ",
		),
	)
	if len(clean) > most {
		return string(clean[:most]) + "…"
	}
	return string(clean)
}

func size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}
