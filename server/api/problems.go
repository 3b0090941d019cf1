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

// statuses is the one table from a kind of error to what HTTP says of it.
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

// Kinds that only HTTP knows.
var (
	errMethod    = errors.New("method not allowed")
	errMediaType = errors.New("media type not supported")
)

func statusOf(err error) int {
	for _, s := range statuses {
		if errors.Is(err, s.kind) {
			return s.status
		}
	}
	return http.StatusInternalServerError
}

// Problem is an error as clients get it, and when to retry.
type Problem struct {
	wire.Problem
	retryAfter time.Duration
}

// problemOf renders any error. What is no hook.Problem is the server's own fault, of which nobody outside is told more.
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
			Detail: "The connection was closed before the answer was ready."}
	default:
		p = &hook.Problem{Code: "internal",
			Detail: "An internal error occurred. Look for this response's X-Request-Id in the server's log."}
	}
	status := statusOf(p)
	return &Problem{wire.Problem{Status: status, Title: http.StatusText(status), Code: p.Code, Detail: p.Detail},
		p.RetryAfter}
}

// Error, GetStatus, GetHeaders and ContentType make huma answer with it.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders says when to try again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", seconds(p.retryAfter))
	}
	return h
}

// ContentType is that of problem details.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// writeProblem answers with err and logs it, once, where it is the server's fault.
func writeProblem(w http.ResponseWriter, logger *slog.Logger, err error) {
	p := problemOf(err)
	logFault(w, logger, p, err)
	p.write(w)
}

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
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the far end left: nobody to tell
}

var problemType = []string{"application/problem+json"}

// logFault writes what the server could not do. That a sender or a reader did wrong is only told to them.
func logFault(w http.ResponseWriter, logger *slog.Logger, p *Problem, err error) {
	if p.Status >= http.StatusInternalServerError {
		logger.Error("request failed", "request", requestID(w), "status", p.Status, "error", err)
	}
}

// seconds rounds up: whoever comes back a moment early is refused once more.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// humaError makes huma's own complaints ours.
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
		if d, ok := err.(huma.ErrorDetailer); ok { // its value is left out: it may be a secret
			detail = wire.ProblemDetail{Message: d.ErrorDetail().Message, Location: d.ErrorDetail().Location}
		}
		p.Errors = append(p.Errors, detail)
	}
	if p.Code == "invalid_request" && len(p.Errors) > 0 {
		p.Detail = sentence(p.Errors[0])
	}
	return p
}

func sentence(d wire.ProblemDetail) string {
	if d.Location == "" {
		return d.Message + "."
	}
	return d.Location + ": " + d.Message + "."
}
