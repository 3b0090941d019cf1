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

const signedSecret = "0123456789abcdef0123456789abcdef"

// signed: what verifying a signature adds to receiving. Two endpoints of one server take the same signed request, which
// has no id of its own and tells of nothing; one of them checks it.
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
	for round := range 4*b.rounds + 1 { // the difference is small
		for turn := range sides {
			sd := sides[(turn+round)%2]
			if err := sd.flood(b.window / 2); err != nil {
				return err
			}
			if round == 0 {
				sd.forget()
			}
		}
	}
	unchecked, checked := sides[0], sides[1]
	more := 100 * (median(ratios(checked.cpu, unchecked.cpu)) - 1)
	b.table.add(row{what: "verifying a signature adds to receiving",
		measured: fmt.Sprintf("%.1f µs", median(checked.cpu)),
		against:  fmt.Sprintf("unchecked %.1f", median(unchecked.cpu)),
		ratio:    1 + more/100, value: more, unit: "%", must: 10, aim: 5})
	return nil
}

// openSigned makes an endpoint; what is posted to the server goes there from now on.
func (s *server) openSigned(verify string) error {
	var made struct{ ID, URL string }
	if err := s.call("POST", "/api/v1/endpoints", map[string]any{
		"name": "signed-" + verify, "provider": "github", "verify": verify,
		"secrets": []map[string]string{{"label": "main", "value": signedSecret}}}, &made); err != nil {
		return err
	}
	return s.aim(made.URL)
}

func (s *server) signedPost() []byte {
	b := body()
	m := hmac.New(sha256.New, []byte(signedSecret))
	_, _ = io.WriteString(m, b)
	return []byte("POST " + s.in + " HTTP/1.1\r\nHost: " + s.addr + "\r\nUser-Agent: bench\r\n" +
		"Content-Type: application/json\r\nX-Hub-Signature-256: sha256=" + hex.EncodeToString(m.Sum(nil)) + "\r\n" +
		"Content-Length: " + strconv.Itoa(len(b)) + "\r\n\r\n" + b)
}
