package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/meter"
)

// Outcomes of calls, for the log and the metrics. They are logged in place of error texts, which can quote a URL or a
// response.
const (
	outcomeOK       = "ok" // a response with any status, or a connection that was closed normally
	outcomeRefused  = "refused"
	outcomeTooLarge = "too_large"
	outcomeTimeout  = "timeout"
	outcomeCanceled = "canceled"
	outcomeName     = "name" // the host name could not be resolved
	outcomeTLS      = "tls"
	outcomeConnect  = "connect"
	outcomeBroken   = "broken" // the connection ended early, or the response is not HTTP
)

var outcomes = []string{outcomeOK, outcomeRefused, outcomeTooLarge, outcomeTimeout, outcomeCanceled, outcomeName,
	outcomeTLS, outcomeConnect, outcomeBroken}

// durations are the bucket bounds of the histogram of call durations, in seconds.
var durations = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// outcome returns the outcome of a call that ended with err.
func outcome(err error) string {
	var network net.Error
	switch {
	case err == nil:
		return outcomeOK
	case errors.Is(err, ErrRefused):
		return outcomeRefused
	case errors.Is(err, ErrTooLarge):
		return outcomeTooLarge
	case errors.Is(err, context.Canceled):
		return outcomeCanceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return outcomeTimeout
	}
	return failure(err)
}

// failure returns the outcome of a call that failed in the network: while resolving, connecting, in the TLS handshake,
// or later.
func failure(err error) string {
	var (
		name      *net.DNSError
		untrusted *tls.CertificateVerificationError
		host      x509.HostnameError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		operation *net.OpError
	)
	switch {
	case errors.As(err, &name):
		return outcomeName
	case errors.As(err, &untrusted), errors.As(err, &host), errors.As(err, &record), errors.As(err, &alert):
		return outcomeTLS
	case errors.As(err, &operation) && operation.Op == "dial":
		return outcomeConnect
	}
	return outcomeBroken
}

// calls logs and counts the calls of one part of the program. A client and a dial function each have one.
type calls struct {
	guard   *Guard
	caller  string                    // the part of the program, a constant
	level   slog.Level                // of the log lines
	total   map[string]*meter.Counter // by outcome; filled once, then only read
	seconds *meter.Histogram
	bytes   *meter.Counter
}

// newCalls registers the metrics of a caller. It runs once for each client or dial function, so that a call itself
// never looks a metric up in the registry.
func (g *Guard) newCalls(caller string, level slog.Level) *calls {
	label := meter.Label{Key: "caller", Value: caller}
	c := &calls{
		guard:  g,
		caller: caller,
		level:  level,
		total:  make(map[string]*meter.Counter, len(outcomes)),
		seconds: g.meter.Histogram("hookbeam_outbound_call_duration_seconds",
			"Duration of calls to other machines.", durations, label),
		bytes: g.meter.Counter("hookbeam_outbound_received_bytes_total", "Bytes received from other machines.", label),
	}
	for _, o := range outcomes {
		c.total[o] = g.meter.Counter("hookbeam_outbound_calls_total", "Calls to other machines.", label,
			meter.Label{Key: "outcome", Value: o})
	}
	return c
}

// call is one HTTP request, or one connection of another protocol. begin makes it, and end logs and counts it.
type call struct {
	*calls
	host    string
	began   time.Time
	address atomic.Pointer[string] // of the connection; nil if there was none
	status  int                    // of the HTTP response; 0 if there was none
	read    atomic.Int64           // bytes received
	once    sync.Once
}

// begin returns a call to a host that starts now.
func (c *calls) begin(host string) *call { return &call{calls: c, host: host, began: c.guard.now()} }

// reached records the remote address of a connection.
func (c *call) reached(conn net.Conn) {
	if at := conn.RemoteAddr(); at != nil {
		text := at.String()
		c.address.Store(&text)
	}
}

// end logs and counts the call with its outcome. Only the first of several calls to end has an effect.
func (c *call) end(err error) {
	c.once.Do(func() {
		result, took, read := outcome(err), c.guard.now().Sub(c.began), c.read.Load()
		c.total[result].Inc()
		c.seconds.Observe(took.Seconds())
		c.calls.bytes.Add(uint64(read))
		address := ""
		if at := c.address.Load(); at != nil {
			address = *at
		}
		c.guard.log.LogAttrs(context.Background(), c.level, "outbound call", slog.String("caller", c.caller),
			slog.String("host", c.host), slog.String("address", address), slog.String("outcome", result),
			slog.Int("status", c.status), slog.Int64("bytes", read), slog.Duration("duration", took))
	})
}
