package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/wire"
)

// ReceiveOptions are what the door for webhooks needs.
type ReceiveOptions struct {
	Endpoints   *intake.Endpoints
	Intake      *intake.Intake
	Addresses   *access.Addresses
	PerAddress  *access.Limiter // nil: no limit
	PerEndpoint *access.Limiter // nil: no limit
	MaxInFlight int64           // bytes of bodies held at once; 0: no limit
	MaxRequests int             // of one address under way at once; 0: 1,024
	Refusals    *access.Refusals
	Now         func() time.Time
	Log         *slog.Logger
}

// Receive is the door for webhooks: ANY /in/{endpoint} and everything below. It reads raw bytes under a limit, parses
// and inflates nothing, and answers 2xx only for what is stored.
type Receive struct {
	ReceiveOptions
	bodies *bodyMemory
	calls  sync.Pool // of *call
}

// NewReceive returns the door.
func NewReceive(o ReceiveOptions) *Receive {
	return &Receive{ReceiveOptions: o, bodies: newBodyMemory(o.MaxInFlight, o.MaxRequests),
		calls: sync.Pool{New: func() any { return new(call) }}}
}

// call is the memory of one request, used again for later ones.
type call struct {
	record hook.Record
	names  []string
	body   []byte
	answer []byte
}

// Ready says why bodies are refused for want of room; nil where they are not.
func (rc *Receive) Ready(context.Context) error { return rc.bodies.ready() }

// InFlight is how many bytes the bodies take that are being received.
func (rc *Receive) InFlight() int64 { return rc.bodies.inFlight() }

func (rc *Receive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := rc.calls.Get().(*call)
	defer rc.release(c)
	endpoint, reply, refusal, err := rc.receive(w, r, c)
	if err == nil && refusal == nil && reply == nil && endpoint.Response == nil {
		answerStored(w, r, c)
		return
	}
	h := w.Header()
	protect(h)
	h["Content-Security-Policy"] = sandboxedPolicy
	switch {
	case err != nil:
		answerRefused(w, rc.Log, rc.Refusals, err)
	case refusal != nil:
		problemOf(
			refusal,
		).write(w)
		// whatever its status, no fault of ours: strangers must not fill the log with errors
	case reply != nil && (reply.Exact || endpoint.Response == nil):
		answerReply(w, reply)
	default:
		writeCustomResponse(w, endpoint.Response)
	}
}

// receive takes one webhook into the log. The reply is what its sender must hear; the refusal is for a sender whose
// delivery was kept but rejected.
func (rc *Receive) receive(w http.ResponseWriter, r *http.Request, c *call) (*hook.Endpoint, *hook.Reply,
	*hook.Problem, error) {
	now := rc.Now()
	taken := bodyReservation{client: rc.Addresses.Client(r, now)}
	remote := taken.client.Address
	if !taken.client.Shared {
		if wait, ok := rc.PerAddress.Allow(taken.client.Key, now); !ok {
			return nil, nil, nil, tooMany("address", "rate_address", wait, remote)
		}
	}
	slug, path := splitAddress(r.URL.EscapedPath())
	endpoint, ok := rc.Endpoints.At(slug)
	if !ok {
		return nil, nil, nil, noAddress
	}
	if endpoint.Awaiting && !isNear(r) {
		return nil, nil, nil, &refusedError{notConfirmed, notConfirmed.Code, remote}
	}
	if wait, ok := rc.PerEndpoint.Allow(endpoint.Slug, now); !ok {
		return nil, nil, nil, tooMany("endpoint", "rate_endpoint", wait, remote)
	}
	defer rc.bodies.leave(&taken)
	if err := rc.read(w, r, c, &taken, endpoint.MaxBody); err != nil {
		return nil, nil, nil, err
	}
	d := &c.record
	d.Delivery = hook.Delivery{Method: r.Method, Path: path, Query: r.URL.RawQuery,
		ContentType: r.Header.Get("Content-Type"),
		Size:        int64(len(c.body)), ReceivedAt: hook.Millis(now.UnixMilli())}
	d.Request = hook.Request{Host: r.Host, Proto: r.Proto, Remote: remote, Took: rc.Now().Sub(now),
		Headers: c.headers(r, d.Headers[:0]), Body: c.body}
	reply, refusal, err := rc.Intake.Accept(endpoint, d)
	return endpoint, reply, refusal, err
}

// splitAddress cuts /in/{slug}{rest} apart; the rest stays escaped as received, and is "/" where there is none.
func splitAddress(escaped string) (slug, rest string) {
	address := strings.TrimPrefix(escaped, receiving)
	if slash := strings.IndexByte(address, '/'); slash >= 0 {
		return address[:slash], address[slash:]
	}
	return address, "/"
}

// headers returns every header value: names sorted, the values of one name in the order received.
func (c *call) headers(r *http.Request, into []hook.Header) []hook.Header {
	c.names = c.names[:0]
	for name := range r.Header {
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	for _, name := range c.names {
		for _, value := range r.Header[name] {
			into = append(into, hook.Header{Name: name, Value: value})
		}
	}
	for _, coding := range r.TransferEncoding {
		into = append(into, hook.Header{Name: "Transfer-Encoding", Value: coding})
	}
	return into
}

func (rc *Receive) release(c *call) {
	headers := c.record.Headers[:cap(c.record.Headers)]
	clear(headers)
	clear(c.names[:cap(c.names)])
	c.record = hook.Record{Request: hook.Request{Headers: headers[:0]}}
	if cap(c.body) > keptBody {
		c.body = nil
	}
	rc.calls.Put(c)
}

// answerReply says what the sender must hear.
func answerReply(w http.ResponseWriter, reply *hook.Reply) {
	h := w.Header()
	h.Set("Content-Type", reply.ContentType)
	for _, header := range reply.Headers {
		h.Set(header.Name, header.Value)
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body)
}

// writeCustomResponse says what the endpoint says instead of the standard answer.
func writeCustomResponse(w http.ResponseWriter, own *hook.Response) {
	if own.ContentType != "" {
		w.Header().Set("Content-Type", own.ContentType)
	}
	w.WriteHeader(own.Status)
	_, _ = io.WriteString(w, own.Body)
}

var jsonType = []string{"application/json"}

// answerStored writes the standard answer. It has few headers, because net/http copies, sorts and writes every one of
// them: the body contains nothing from outside, and browsers do nothing with JSON that must not be sniffed. Only a GET
// is marked as not cacheable: a cache in front could answer the next one, which would then never arrive here.
func answerStored(w http.ResponseWriter, r *http.Request, c *call) {
	h := w.Header()
	h["Content-Type"] = jsonType
	h["X-Content-Type-Options"] = noSniff
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		h["Cache-Control"] = noStore
	}
	stored := wire.StoredDelivery{ID: c.record.ID, Seq: c.record.Seq, DuplicateOf: c.record.DuplicateOf}
	b := append(stored.Append(c.answer[:0]), '\n')
	c.answer = b
	_, _ = w.Write(b)
}

var noAddress = &hook.Problem{Kind: hook.ErrNotFound, Code: "endpoint_not_found",
	Detail: "No endpoint has this URL. Compare it with the URL in the dashboard."}

func tooMany(what, counted string, wait time.Duration, address string) error {
	return &refusedError{&hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
		Detail: fmt.Sprintf("Too many requests for this %s. Try again after the time in Retry-After.", what)},
		counted, address}
}
