package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"hookbeam/server/wire"
)

// ProblemError is a response that is not 2xx. If the response has no problem details, such as a proxy's error page, its
// Problem has only a status, and text has the beginning of the response.
type ProblemError struct {
	wire.Problem
	text string
}

func (e *ProblemError) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("the server returned %d %s: %s", e.Status, http.StatusText(e.Status), e.text)
	}
	return fmt.Sprintf("the server refused the request: %s (%s)", e.Detail, e.Code)
}

// Refused reports whether the server does not accept the login or the token, or does not allow what was asked for. The
// process then exits with code 3.
func (e *ProblemError) Refused() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

// problemOf returns the error for a response that is not 2xx.
func problemOf(status int, text []byte) error {
	e := &ProblemError{}
	if err := json.Unmarshal(text, &e.Problem); err != nil || e.Detail == "" {
		e.Problem, e.text = wire.Problem{}, string(bytes.TrimSpace(text[:min(len(text), 200)]))
	}
	e.Status = status
	return e
}
