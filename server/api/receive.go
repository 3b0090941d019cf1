package api

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/intake"
)

// ReceiveOptions are what the door for webhooks needs.
type ReceiveOptions struct {
	Endpoints   *intake.Endpoints
	Intake      *intake.Intake
	Addresses   *access.Addresses
	PerAddress  *access.Limiter // nil: no limit
	PerEndpoint *access.Limiter // nil: no limit
	MaxInFlight int64           // bytes of bodies held at once; 0: no limit
	Now         func() time.Time
	Log         *slog.Logger
}

// Receive is the door for webhooks: ANY /in/{endpoint} and everything below. It reads raw bytes under a limit, parses
// and inflates nothing, and answers 2xx only for what is stored.
type Receive struct {
	ReceiveOptions
	inFlight atomic.Int64
	calls    sync.Pool // of *call
}

// NewReceive returns the door.
func NewReceive(o ReceiveOptions) *Receive {
	return &Receive{ReceiveOptions: o, calls: sync.Pool{New: func() any { return new(call) }}}
}

// call is the memory of one request, used again for later ones.
type call struct {
	record hook.Record
	names  []string
	body   []byte
	answer []byte
}

// keptBody is the largest body buffer that is kept for later requests.
const keptBody = 64 << 10

func (rc *Receive) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := rc.calls.Get().(*call)
	defer rc.release(c)
	endpoint, reply, refusal, err := rc.receive(w, r, c)
	switch {
	case err != nil:
		writeProblem(w, rc.Log, err)
	case refusal != nil:
		writeProblem(w, rc.Log, refusal)
	case reply != nil && (reply.Exact || endpoint.Response == nil):
		answerReply(w, reply)
	default:
		answerStored(w, c, endpoint.Response)
	}
}

// receive takes one webhook into the log. The reply is what its sender must hear; the refusal is for a sender whose
// delivery was kept but rejected.
func (rc *Receive) receive(w http.ResponseWriter, r *http.Request, c *call) (*hook.Endpoint, *hook.Reply, *hook.Problem, error) {
	now := rc.Now()
	remote := rc.Addresses.Of(r)
	if wait, ok := rc.PerAddress.Allow(access.AddressKey(remote), now); !ok {
		return nil, nil, nil, tooMany("address", wait)
	}
	slug, path := splitAddress(r.URL.EscapedPath())
	endpoint, ok := rc.Endpoints.At(slug)
	if !ok {
		return nil, nil, nil, noAddress
	}
	if wait, ok := rc.PerEndpoint.Allow(endpoint.Slug, now); !ok {
		return nil, nil, nil, tooMany("endpoint", wait)
	}
	held, err := rc.read(w, r, c, endpoint.MaxBody)
	defer rc.inFlight.Add(-held)
	if err != nil {
		return nil, nil, nil, err
	}
	d := &c.record
	d.Delivery = hook.Delivery{Method: r.Method, Path: path, Query: r.URL.RawQuery, ContentType: r.Header.Get("Content-Type"),
		Size: int64(len(c.body)), ReceivedAt: hook.Millis(now.UnixMilli())}
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

// read takes the body into c, byte for byte. held is how much of the shared allowance it takes.
func (rc *Receive) read(w http.ResponseWriter, r *http.Request, c *call, limit int64) (held int64, err error) {
	c.body = c.body[:0]
	if r.ContentLength > limit {
		return 0, tooLarge(w, limit)
	}
	for need := max(r.ContentLength, 512); ; need = int64(2 * cap(c.body)) {
		size := min(need, limit) + 1 // one more than allowed, so that too much is seen
		if held < size {
			if err := rc.hold(size - held); err != nil {
				w.Header().Set("Connection", "close")
				return held, err
			}
			held = size
		}
		c.body = slices.Grow(c.body, int(size)-len(c.body))
		n, err := io.ReadFull(r.Body, c.body[len(c.body):size])
		c.body = c.body[:len(c.body)+n]
		switch {
		case err == nil && int64(len(c.body)) > limit:
			return held, tooLarge(w, limit)
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && int64(len(c.body)) >= r.ContentLength:
			return held, nil
		case err != nil:
			return held, &hook.Problem{Kind: hook.ErrInvalid, Code: "body_incomplete",
				Detail: "The body ended before it was whole, or came too slowly: nothing was stored. Send it again.", Cause: err}
		}
	}
}

// hold takes n bytes out of what all bodies together may take.
func (rc *Receive) hold(n int64) error {
	if now := rc.inFlight.Add(n); rc.MaxInFlight > 0 && now > rc.MaxInFlight {
		rc.inFlight.Add(-n)
		return &hook.Problem{Kind: hook.ErrUnavailable, Code: "busy", RetryAfter: time.Second,
			Detail: "The server holds as many bodies as it may: nothing was stored. Try again in a second."}
	}
	return nil
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

var jsonType = []string{"application/json"}

func answerStored(w http.ResponseWriter, c *call, own *hook.Response) {
	h := w.Header()
	if own != nil {
		if own.ContentType != "" {
			h.Set("Content-Type", own.ContentType)
		}
		w.WriteHeader(own.Status)
		_, _ = io.WriteString(w, own.Body)
		return
	}
	h["Content-Type"] = jsonType
	b := append(c.answer[:0], `{"id":"`...)
	b = append(b, c.record.ID...)
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, int64(c.record.Seq), 10)
	if c.record.DuplicateOf != 0 {
		b = append(b, `,"duplicate_of":`...)
		b = strconv.AppendInt(b, int64(c.record.DuplicateOf), 10)
	}
	b = append(b, "}\n"...)
	c.answer = b
	_, _ = w.Write(b)
}

var noAddress = &hook.Problem{Kind: hook.ErrNotFound, Code: "endpoint_not_found",
	Detail: "No endpoint has this address. Compare it with the one shown in the dashboard."}

func tooMany(what string, wait time.Duration) error {
	return &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
		Detail: fmt.Sprintf("Too many requests for this %s. Wait as long as Retry-After says.", what)}
}

func tooLarge(w http.ResponseWriter, limit int64) error {
	w.Header().Set("Connection", "close") // the rest of the body is not worth reading
	return &hook.Problem{Kind: hook.ErrTooLarge, Code: "body_too_large",
		Detail: fmt.Sprintf("The body is larger than the %d bytes that this endpoint takes. Its limit can be raised to %d.", limit, hook.MostMaxBody)}
}
