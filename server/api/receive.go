package api

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
	"hookbeam/server/metrics"
	"hookbeam/server/wire"
)

// ReceiveOptions are what Receive uses. All fields are required unless their comment says otherwise.
type ReceiveOptions struct {
	Endpoints   *intake.Endpoints
	Intake      *intake.Intake
	Addresses   *access.Addresses
	PerAddress  *access.Limiter     // nil: no limit
	PerEndpoint *access.Limiter     // nil: no limit
	MaxInFlight int64               // bytes of request bodies in memory; 0: no limit
	MaxRequests int                 // concurrent requests of one address; 0: 1,024
	Refusals    *access.Refusals    // nil: refused requests are not counted
	RefusalList *access.RefusalList // nil: refused requests are not listed
	Traffic     *metrics.Traffic    // nil: refused requests are not counted by endpoint
	Now         func() time.Time
	Log         *slog.Logger
}

// Receive handles deliveries: /in/{slug} and everything below it, with any method. Anybody may call it; the
// endpoint's verify mode decides what becomes of the delivery. It reads the raw body up to the endpoint's
// limit, and neither parses nor decompresses it. A 2xx response means that the delivery was stored.
//
// Errors, in the order of the checks: "too_many_requests" (per address), "endpoint_not_found",
// "endpoint_not_confirmed", "too_many_requests" (per endpoint), the errors of read, and those of
// intake.Intake.Accept, such as "signature_mismatch".
type Receive struct {
	ReceiveOptions
	bodies  *bodyMemory
	buffers sync.Pool // of *receiveBuffers
}

// NewReceive returns the handler. Package server creates one.
func NewReceive(o ReceiveOptions) *Receive {
	return &Receive{ReceiveOptions: o, bodies: newBodyMemory(o.MaxInFlight, o.MaxRequests),
		buffers: sync.Pool{New: func() any { return new(receiveBuffers) }}}
}

// receiveBuffers is the memory that one request uses. It is pooled, so that a typical delivery allocates
// little. Nothing in it may be used after release.
type receiveBuffers struct {
	record   hook.Record
	remote   string   // the sender's IP address
	names    []string // header names, to sort them
	body     []byte
	response []byte
}

// Ready returns an error if deliveries are refused for lack of memory. It is a ReadinessCheck.
func (rc *Receive) Ready(context.Context) error { return rc.bodies.ready() }

// InFlight returns the bytes of the bodies that are being received.
func (rc *Receive) InFlight() int64 { return rc.bodies.inFlight() }

func (rc *Receive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := rc.buffers.Get().(*receiveBuffers)
	defer rc.release(c)
	endpoint, reply, refusal, err := rc.receive(w, r, c)
	if err == nil {
		noteDelivery(w, r, &c.record)
	}
	if err == nil && refusal == nil && reply == nil && endpoint.Response == nil {
		writeStored(w, r, c)
		return
	}
	h := w.Header()
	setSecurityHeaders(h)
	h["Content-Security-Policy"] = sandboxedPolicy
	switch {
	case err != nil:
		rc.refuse(w, r, c.remote, err)
	case refusal != nil:
		problemOf(refusal).write(w) // not logged, whatever its status: senders must not fill the log
	case reply != nil && (reply.Exact || endpoint.Response == nil):
		writeReply(w, reply)
	default:
		writeCustomResponse(w, endpoint.Response)
	}
}

// receive stores one delivery. reply is not nil if the provider expects a certain response, such as the answer to a
// challenge. refusal is not nil if the delivery was rejected, and stored as such. After an error nothing was stored.
func (rc *Receive) receive(w http.ResponseWriter, r *http.Request, c *receiveBuffers) (
	e *hook.Endpoint, reply *hook.Reply, refusal *hook.Problem, err error) {
	now := rc.Now()
	taken := bodyReservation{client: rc.Addresses.Client(r, now)}
	remote := taken.client.Address
	c.remote = remote
	if !taken.client.Shared {
		if wait, ok := rc.PerAddress.Allow(taken.client.Key, now); !ok {
			return nil, nil, nil, tooMany("address", "rate_address", wait, remote)
		}
	}
	slug, path, query := splitTarget(access.OriginForm(r.RequestURI))
	endpoint, ok := rc.Endpoints.At(slug)
	if !ok {
		return nil, nil, nil, endpointNotFound
	}
	if endpoint.Awaiting && !isFromLocalNetwork(r) {
		return nil, nil, nil, &refusedError{notConfirmed, notConfirmed.Code, remote}
	}
	if wait, ok := rc.PerEndpoint.Allow(endpoint.Slug, now); !ok {
		return nil, nil, nil, tooMany("endpoint", "rate_endpoint", wait, remote)
	}
	defer rc.bodies.release(&taken)
	if err := rc.read(w, r, c, &taken, endpoint.MaxBody); err != nil {
		return nil, nil, nil, err
	}
	d := &c.record
	d.Delivery = hook.Delivery{Method: r.Method, Path: path, Query: query,
		ContentType: r.Header.Get("Content-Type"), Size: int64(len(c.body)), ReceivedAt: hook.Millis(now.UnixMilli())}
	d.Request = hook.Request{Host: r.Host, Proto: r.Proto, Remote: remote, Took: rc.Now().Sub(now),
		Headers: c.headers(r, d.Headers[:0]), Body: c.body, Trailers: trailers(r)}
	reply, refusal, err = rc.Intake.Accept(endpoint, d)
	return endpoint, reply, refusal, err
}

// splitTarget splits /in/{slug}{path}?{query}. Path and query stay as received, byte for byte: senders sign these
// bytes, and the parsed URL of net/http writes characters such as { and | in another form. Both may be empty. A
// question mark with nothing behind it ends the path, because it is signed as well.
func splitTarget(received string) (slug, path, query string) {
	target := strings.TrimPrefix(received, receivePath)
	end := strings.IndexAny(target, "/?")
	if end < 0 {
		return target, "", ""
	}
	slug, path = target[:end], target[end:]
	if mark := strings.IndexByte(path, '?'); mark >= 0 && mark < len(path)-1 {
		return slug, path[:mark], path[mark+1:]
	}
	return slug, path, ""
}

// headers appends every header value to into: names sorted, the values of one name in the order received. net/http
// removes Transfer-Encoding from the headers, so it is added again.
func (c *receiveBuffers) headers(r *http.Request, into []hook.Header) []hook.Header {
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

// trailers returns the trailer fields of a request whose body was read, ordered like headers. net/http reads at most
// 4 KiB of them, and they are never taken for headers, which decide more. Few requests have any.
func trailers(r *http.Request) []hook.Header {
	if len(r.Trailer) == 0 {
		return nil
	}
	all := make([]hook.Header, 0, len(r.Trailer))
	for _, name := range slices.Sorted(maps.Keys(r.Trailer)) {
		for _, value := range r.Trailer[name] {
			all = append(all, hook.Header{Name: name, Value: value})
		}
	}
	return all
}

// release returns c to the pool. It clears what refers to the request, and drops a body buffer that is too
// large to keep.
func (rc *Receive) release(c *receiveBuffers) {
	headers := c.record.Headers[:cap(c.record.Headers)]
	clear(headers)
	clear(c.names[:cap(c.names)])
	c.remote = ""
	c.record = hook.Record{Request: hook.Request{Headers: headers[:0]}}
	if cap(c.body) > keptBody {
		c.body = nil
	}
	rc.buffers.Put(c)
}

// writeReply responds in the form that the provider requires.
func writeReply(w http.ResponseWriter, reply *hook.Reply) {
	h := w.Header()
	h.Set("Content-Type", reply.ContentType)
	for _, header := range reply.Headers {
		h.Set(header.Name, header.Value)
	}
	w.WriteHeader(reply.Status)
	_, _ = io.WriteString(w, reply.Body)
}

// writeCustomResponse responds with the endpoint's own response instead of the standard one.
func writeCustomResponse(w http.ResponseWriter, own *hook.Response) {
	if own.ContentType != "" {
		w.Header().Set("Content-Type", own.ContentType)
	}
	w.WriteHeader(own.Status)
	_, _ = io.WriteString(w, own.Body)
}

var jsonType = []string{"application/json"}

// writeStored writes the standard response. It has few headers because net/http copies, sorts and writes each
// of them for every delivery. It needs no others: the body contains nothing from the request, and a browser
// does nothing with JSON that it may not sniff. Only the response to GET is marked as not cacheable. Otherwise
// a cache in front could answer the next GET, which would then not be received.
func writeStored(w http.ResponseWriter, r *http.Request, c *receiveBuffers) {
	h := w.Header()
	h["Content-Type"] = jsonType
	h["X-Content-Type-Options"] = noSniff
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		h["Cache-Control"] = noStore
	}
	stored := wire.StoredDelivery{ID: c.record.ID, Seq: c.record.Seq, DuplicateOf: c.record.DuplicateOf}
	b := append(stored.Append(c.response[:0]), '\n')
	c.response = b
	_, _ = w.Write(b)
}

// endpointNotFound is the error for a slug that no endpoint has, and for one of a deleted endpoint.
var endpointNotFound = &hook.Problem{Kind: hook.ErrNotFound, Code: "endpoint_not_found",
	Detail: "No endpoint has this URL. Compare it with the URL in the dashboard."}

// tooMany returns the error of an exceeded rate. what names in the message whose rate it is, code is the code
// that the refusal is counted under, and address is the sender's.
func tooMany(what, code string, wait time.Duration, address string) error {
	return &refusedError{&hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
		Detail: fmt.Sprintf("Too many requests for this %s. Try again after the time in Retry-After.", what)},
		code, address}
}
