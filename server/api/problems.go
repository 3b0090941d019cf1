package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// statuses maps the kinds of errors to HTTP statuses. It is the only such table. Any other error has status 500.
var statuses = [...]struct {
	kind   error
	status int
}{
	{hook.ErrInvalid, http.StatusBadRequest},
	{hook.ErrContradiction, http.StatusUnprocessableEntity},
	{hook.ErrUnauthenticated, http.StatusUnauthorized},
	{hook.ErrForbidden, http.StatusForbidden},
	{hook.ErrNotFound, http.StatusNotFound},
	{errMethod, http.StatusMethodNotAllowed},
	{hook.ErrConflict, http.StatusConflict},
	{hook.ErrTooLarge, http.StatusRequestEntityTooLarge},
	{errMediaType, http.StatusUnsupportedMediaType},
	{hook.ErrTooMany, http.StatusTooManyRequests},
	{hook.ErrUnavailable, http.StatusServiceUnavailable},
}

// Kinds of errors that exist only in HTTP.
var (
	errMethod    = errors.New("method not allowed")
	errMediaType = errors.New("media type not supported")
)

// statusOf returns the HTTP status for the kind of err.
func statusOf(err error) int {
	for _, s := range statuses {
		if errors.Is(err, s.kind) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// Problem is an error in the form that clients get: problem details (RFC 9457), with Retry-After where it is
// known when to try again. problemOf creates it from a hook.Problem. It implements huma's interfaces for
// errors.
type Problem struct {
	wire.Problem
	retryAfter   time.Duration // 0: no Retry-After
	authenticate []string      // challenges; empty: no WWW-Authenticate
}

// problemOf returns the Problem for any error. An error that is not a hook.Problem is the server's fault: the
// client gets the code "internal" and no details.
func problemOf(err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		return ready
	}
	var p *hook.Problem
	switch {
	case errors.As(err, &p):
	case errors.Is(err, context.Canceled):
		p = &hook.Problem{Kind: hook.ErrInvalid, Code: "request_abandoned",
			Detail: "The connection was closed before the response was ready."}
	default:
		p = &hook.Problem{Code: "internal",
			Detail: "An internal error occurred. Look for this response's X-Request-Id in the server's log."}
	}
	status := statusOf(p)
	return &Problem{wire.Problem{Status: status, Title: http.StatusText(status), Code: p.Code, Detail: p.Detail},
		p.RetryAfter, p.Authenticate}
}

// Error implements error. huma reads the response from GetStatus, GetHeaders and ContentType.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns Retry-After, if there is one.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", seconds(p.retryAfter))
	}
	return h
}

// ContentType returns the media type of problem details.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// writeProblem responds with err, and logs it if it is the server's fault.
func writeProblem(w http.ResponseWriter, logger *slog.Logger, err error) {
	p := problemOf(err)
	logFault(w, logger, p, err)
	p.write(w)
}

// write responds with p and does not log it.
func (p *Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{"status":500,"title":"Internal Server Error","code":"internal","detail":""}`)
	}
	h := w.Header()
	h["Content-Type"] = problemType
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p.retryAfter > 0 {
		h.Set("Retry-After", seconds(p.retryAfter))
	}
	if len(p.authenticate) > 0 {
		h["Www-Authenticate"] = p.authenticate
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // an error means that the client has left
}

var problemType = []string{"application/problem+json"}

// logFault logs err if its status is 500 or higher. Errors of clients are not logged, only returned to them.
func logFault(w http.ResponseWriter, logger *slog.Logger, p *Problem, err error) {
	if p.Status >= http.StatusInternalServerError {
		logger.Error("request failed", "request", requestID(w), "status", p.Status, "error", err)
	}
}

// seconds formats d for Retry-After. It rounds up, because a client that returns too early is refused again.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// humaError turns an error of huma into a Problem. huma reports invalid parameters and bodies, and bodies that
// it could not read. Every invalid request gets status 400 and the code "invalid_request", with one entry in
// errors for each part that is wrong; detail repeats the first one.
func humaError(status int, message string, errs ...error) huma.StatusError {
	p := &Problem{Problem: wire.Problem{Status: status, Code: "internal", Detail: message}}
	switch {
	case status == http.StatusRequestEntityTooLarge:
		p.Code, p.Detail = "body_too_large",
			"The request body is larger than this operation accepts. Send a smaller one."
	case status == http.StatusUnsupportedMediaType:
		p.Code, p.Detail = "unsupported_media_type", "Send the body as Content-Type: application/json."
	case status == http.StatusRequestTimeout:
		p.Code, p.Detail = "body_too_slow", "The request body did not arrive in time. Send the request again."
	case slices.ContainsFunc(errs, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }):
		p.Status, p.Code, p.Detail = http.StatusBadRequest, "body_incomplete",
			"The request body is incomplete. Send the request again."
	case status >= 400 && status < 500:
		p.Status, p.Code = http.StatusBadRequest, "invalid_request"
	}
	p.Title = http.StatusText(p.Status)
	for _, err := range errs {
		if err == nil {
			continue
		}
		detail := wire.ProblemDetail{Message: err.Error()}
		if d, ok := err.(huma.ErrorDetailer); ok { // without its value, which may be a secret
			detail = wire.ProblemDetail{Message: d.ErrorDetail().Message, Location: d.ErrorDetail().Location}
		}
		p.Errors = append(p.Errors, detail)
	}
	if p.Code == "invalid_request" && len(p.Errors) > 0 {
		p.Detail = sentence(p.Errors[0])
	}
	return p
}

// sentence returns d as one sentence, such as "body.name: expected required property name to be present."
func sentence(d wire.ProblemDetail) string {
	if d.Location == "" {
		return d.Message + "."
	}
	return d.Location + ": " + d.Message + "."
}
