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

// Outcomes of calls, for the log and the counters. Texts of errors are not logged: they can quote an address or
// an answer.
const (
	outcomeOK       = "ok" // an answer of any status
	outcomeRefused  = "refused"
	outcomeTooLarge = "too_large"
	outcomeTimeout  = "timeout"
	outcomeCanceled = "canceled"
	outcomeName     = "name" // the host was not found
	outcomeTLS      = "tls"
	outcomeConnect  = "connect"
	outcomeBroken   = "broken" // the connection ended early, or the answer is not HTTP
)

var outcomes = []string{outcomeOK, outcomeRefused, outcomeTooLarge, outcomeTimeout, outcomeCanceled, outcomeName,
	outcomeTLS, outcomeConnect, outcomeBroken}

// durations are the bounds of the histogram of calls, in seconds.
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

// failure returns the outcome of a call that broke by itself.
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

// calls logs and counts the calls of one caller.
type calls struct {
	guard   *Guard
	caller  string
	level   slog.Level
	total   map[string]*meter.Counter // by outcome
	seconds *meter.Histogram
	bytes   *meter.Counter
}

// newCalls registers the metrics of a caller, once for each client or dial function, so that a call counts without
// looking anything up.
func (g *Guard) newCalls(caller string, level slog.Level) *calls {
	who := meter.Label{Key: "caller", Value: caller}
	c := &calls{guard: g, caller: caller, level: level, total: make(map[string]*meter.Counter, len(outcomes)),
		seconds: g.meter.Histogram("hookbeam_outbound_call_duration_seconds",
			"How long calls to other machines take.", durations, who),
		bytes: g.meter.Counter("hookbeam_outbound_received_bytes_total", "Bytes that other machines answered.", who)}
	for _, o := range outcomes {
		c.total[o] = g.meter.Counter("hookbeam_outbound_calls_total", "Calls to other machines.", who,
			meter.Label{Key: "outcome", Value: o})
	}
	return c
}

// call is one HTTP request, or one connection of another protocol.
type call struct {
	*calls
	host    string
	began   time.Time
	address atomic.Pointer[string] // that was connected to; nil: none
	status  int                    // of an HTTP answer; 0: none
	read    atomic.Int64           // bytes
	once    sync.Once
}

// begin starts the clock of a call to a host.
func (c *calls) begin(host string) *call { return &call{calls: c, host: host, began: c.guard.now()} }

// reached notes the address of the other end.
func (c *call) reached(conn net.Conn) {
	if at := conn.RemoteAddr(); at != nil {
		text := at.String()
		c.address.Store(&text)
	}
}

// end logs and counts the call, the first time that it is called.
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
