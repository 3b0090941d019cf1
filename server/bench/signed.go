//go:build linux

package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
)

// signedSecret is the secret of the endpoint that verifies.
const signedSecret = "0123456789abcdef0123456789abcdef"

// signed measures what verifying a signature adds to receiving: two endpoints of one server get the same signed GitHub
// request, and one of them verifies it. It reports CPU per request in µs, and the difference in percent. The request
// has no event id and no subject, so both endpoints otherwise do the same. The difference is small, so there are four
// times as many rounds.
func (b *bench) signed() error {
	s, err := b.serve()
	if err != nil {
		return err
	}
	defer s.stop()
	var sides []*side
	defer func() {
		for _, sd := range sides {
			sd.posters.close()
		}
	}()
	// Both endpoints are on one server, so all else is equal: its caches, its log and its disk.
	for _, verify := range []string{"off", "enforce"} {
		one := *s
		if err := one.openSigned(verify); err != nil {
			return err
		}
		sd := &side{server: &one}
		if sd.posters, err = one.posters(connections); err != nil {
			return err
		}
		request := one.signedPost()
		sd.posters.next = func() []byte { return request }
		sides = append(sides, sd)
	}
	for round := range 4*b.rounds + 1 {
		for turn := range sides {
			sd := sides[(turn+round)%2]
			if err := sd.flood(b.window / 2); err != nil {
				return err
			}
			if round == 0 {
				sd.dropWarmUp()
			}
		}
	}
	unchecked, checked := sides[0], sides[1]
	// The difference in percent of the CPU per request without verification.
	more := 100 * (median(ratios(checked.cpu, unchecked.cpu)) - 1)
	b.table.add(row{what: "verifying a signature adds to receiving",
		measured: fmt.Sprintf("%.1f µs", median(checked.cpu)),
		against:  fmt.Sprintf("unchecked %.1f", median(unchecked.cpu)),
		ratio:    1 + more/100, value: more, unit: "%", must: 10, aim: 5})
	return nil
}

// openSigned creates an endpoint with the given verify setting and makes it the target of further posts.
func (s *server) openSigned(verify string) error {
	var made struct{ ID, URL string }
	if err := s.call("POST", "/api/v1/endpoints", map[string]any{
		"name": "signed-" + verify, "provider": "github", "verify": verify,
		"secrets": []map[string]string{{"label": "main", "value": signedSecret}}}, &made); err != nil {
		return err
	}
	return s.postTo(made.URL)
}

// signedPost is the request with a valid HMAC-SHA256 signature in GitHub's header.
func (s *server) signedPost() []byte {
	b := body()
	m := hmac.New(sha256.New, []byte(signedSecret))
	_, _ = io.WriteString(m, b)
	// GitHub's scheme: a hex HMAC-SHA256 of the body, after "sha256=".
	return []byte("POST " + s.in + " HTTP/1.1\r\nHost: " + s.addr + "\r\nUser-Agent: bench\r\n" +
		"Content-Type: application/json\r\nX-Hub-Signature-256: sha256=" + hex.EncodeToString(m.Sum(nil)) + "\r\n" +
		"Content-Length: " + strconv.Itoa(len(b)) + "\r\n\r\n" + b)
}
