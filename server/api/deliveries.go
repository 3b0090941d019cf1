package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

func (a *API) mountDeliveries(h huma.API) {
	register(a, h, a.call("GET /deliveries", "list-deliveries", "Deliveries, newest first"), a.listDeliveries)
	register(a, h, a.call("GET /deliveries/{id}", "get-delivery", "One delivery with its headers"), a.getDelivery)
	body := a.call("GET /deliveries/{id}/body", "get-delivery-body", "The exact bytes that were received")
	body.Responses = map[string]*huma.Response{"200": {Description: "The body, byte for byte.",
		Content: map[string]*huma.MediaType{octets: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	register(a, h, body, a.getBody)
	register(a, h, a.call("POST /deliveries/{id}/diagnose", "diagnose", "Say why a delivery did not verify"), a.diagnose)
	register(a, h, a.call("GET /deliveries/{id}/tries", "list-tries", "Every delivery of the same event, oldest first"), a.listTries)
}

type deliveriesIn struct {
	Endpoint hook.EndpointID `query:"endpoint" maxLength:"40" doc:"Only those of this endpoint."`
	Verdict  hook.Verdict    `query:"verdict" enum:"verified,unsigned,rejected" doc:"Only those with this verdict."`
	Method   string          `query:"method" maxLength:"40" doc:"Only those with this HTTP method, written as it was received." example:"POST"`
	Before   string          `query:"before" maxLength:"80" doc:"Where a page begins: next of the page before it."`
	Limit    int             `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Deliveries on a page, at most."`
}

type deliveriesOut struct {
	Body struct {
		Deliveries []hook.Delivery `json:"deliveries" nullable:"false" doc:"Newest first. A page may be shorter than limit and still have next."`
		Next       string          `json:"next,omitempty" doc:"Opaque; goes into before. Absent where there is nothing older."`
		Cursor     string          `json:"cursor" doc:"The log's cursor at which the page was read: frames after it miss nothing and repeat nothing."`
	}
}

func (a *API) listDeliveries(ctx context.Context, in *deliveriesIn) (*deliveriesOut, error) {
	cursor := hook.Cursor{Epoch: a.Store.Epoch(), Seq: a.Store.Head()}
	before, err := beginning(in.Before, cursor)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOut{}
	out.Body.Deliveries = []hook.Delivery{}
	out.Body.Cursor = cursor.String()
	if before <= 1 {
		return out, nil
	}
	filter := hook.Filter{Endpoint: in.Endpoint, Verdict: in.Verdict, Method: in.Method}
	page, next, err := a.Store.Deliveries(ctx, filter, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out.Body.Deliveries = append(out.Body.Deliveries, page...)
	if next > 0 {
		out.Body.Next = hook.Cursor{Epoch: cursor.Epoch, Seq: next}.String()
	}
	return out, nil
}

// beginning is the seq below which a page begins that is read at cursor. Nothing newer than the cursor belongs to it:
// frames tell of that.
func beginning(before string, cursor hook.Cursor) (hook.Seq, error) {
	if before == "" {
		return cursor.Seq + 1, nil
	}
	c, err := hook.ParseCursor(before)
	if err != nil {
		return 0, err
	}
	if c.Epoch != cursor.Epoch {
		return 0, &hook.Problem{Kind: hook.ErrInvalid, Code: "cursor_unreadable",
			Detail: "before belongs to another log than this one: the database is new or was restored. Leave it out to begin again."}
	}
	return min(c.Seq, cursor.Seq+1), nil
}

type deliveryID struct {
	ID hook.DeliveryID `path:"id" maxLength:"60" doc:"The delivery's id."`
}

// WholeDelivery is one delivery with all but its body.
type WholeDelivery struct {
	hook.Delivery
	Host      string         `json:"host" doc:"Host as the sender wrote it."`
	Proto     string         `json:"proto" example:"HTTP/1.1"`
	Remote    string         `json:"remote" doc:"The caller's address."`
	TookUS    int64          `json:"took_us" doc:"Microseconds from the headers to the last byte of the body."`
	Headers   []hook.Header  `json:"headers" nullable:"false" doc:"Every value; names sorted, the values of one name in the order received."`
	Check     *Check         `json:"check,omitempty" doc:"How it was checked; absent where it was not."`
	Batch     []BatchEvent   `json:"batch,omitempty" doc:"Its events, where there are several in the body."`
	Integrity hook.Integrity `json:"integrity" enum:"ok,unknown,damaged" doc:"Whether what is stored is what was received. unknown: it was stored before there were checksums. Nothing of a damaged delivery can be relied on, and it is not acted on."`
	Effects   []hook.Effect  `json:"effects" nullable:"false" doc:"What it did to the subjects that it tells of."`
}

// Check says how a delivery was checked, when it was received.
type Check struct {
	Scheme   string      `json:"scheme" example:"hmac-sha256"`
	Covers   hook.Covers `json:"covers" enum:"body,fields,time,nothing" doc:"What nobody can change without being noticed."`
	Strength string      `json:"strength" enum:"signed body,signed fields,signed time,shared token,secret in the address"`
	SkewMS   *int64      `json:"skew_ms,omitempty" doc:"Milliseconds from signing to receiving, negative where it was signed in the future; absent where no time is signed."`
}

// BatchEvent is one event of several in a body.
type BatchEvent struct {
	Event       string    `json:"event,omitempty"`
	Type        string    `json:"type,omitempty"`
	OccurredAt  hook.Time `json:"occurred_at,omitzero" format:"date-time"`
	Account     string    `json:"account,omitempty"`
	Mode        string    `json:"mode,omitempty" enum:"live,test"`
	DuplicateOf hook.Seq  `json:"duplicate_of,omitempty" doc:"Seq of the delivery in which it came first."`
}

func (a *API) getDelivery(ctx context.Context, in *deliveryID) (*struct{ Body WholeDelivery }, error) {
	r, done, err := a.loaded(ctx, in.ID, 0)
	damaged := errors.Is(err, hook.ErrDamaged)
	if err != nil && !damaged {
		return nil, err
	}
	defer done()
	d := WholeDelivery{Delivery: r.Delivery, Host: r.Host, Proto: r.Proto, Remote: r.Remote, TookUS: r.Took.Microseconds(),
		Headers: r.Headers, Integrity: r.Integrity, Effects: []hook.Effect{}}
	if d.Headers == nil {
		d.Headers = []hook.Header{}
	}
	if c := r.Check; c.Scheme != "" {
		d.Check = &Check{Scheme: c.Scheme, Covers: c.Covers, Strength: c.Strength()}
		if skew := c.Skew.Milliseconds(); c.Dated {
			d.Check.SkewMS = &skew
		}
	}
	if damaged {
		return &struct{ Body WholeDelivery }{d}, nil
	}
	if r.Events > 0 {
		if d.Batch, err = a.batch(ctx, &r); err != nil {
			return nil, err
		}
	}
	if d.Effects, err = a.Board.Effects(ctx, &r); err != nil {
		return nil, err
	}
	return &struct{ Body WholeDelivery }{d}, nil
}

// batch is the events of a delivery that has several. They are read from its body, with what is known of its sender.
func (a *API) batch(ctx context.Context, r *hook.Record) ([]BatchEvent, error) {
	e, _ := a.Endpoints.Known(r.Endpoint)
	p, known := provider.For(e.Provider)
	if !known {
		return nil, nil
	}
	events := p.Events(&e, r)
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	firsts, err := a.Store.Firsts(ctx, r.Endpoint, ids)
	if err != nil {
		return nil, err
	}
	batch := make([]BatchEvent, len(events))
	for i, e := range events {
		batch[i] = BatchEvent{Event: e.ID, Type: e.Type, OccurredAt: e.OccurredAt, Account: e.Account, Mode: e.Mode}
		if firsts[i] < r.Seq {
			batch[i].DuplicateOf = firsts[i]
		}
	}
	return batch, nil
}

const octets = "application/octet-stream"

type bodyOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Length      int    `header:"Content-Length"`
	Body        []byte
}

// getBody is a safe download of what a stranger sent: an attachment of no type that a browser would show. The policy
// of its line in the table does the rest. The body is held until it is written, or the download's time is over.
func (a *API) getBody(ctx context.Context, in *deliveryID) (*bodyOut, error) {
	size, err := a.Store.Size(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	done, ok := a.downloads.try(2 * size)
	if !ok {
		return nil, downloadsBusy
	}
	context.AfterFunc(ctx, done) // it ends when the answer is written
	r, err := a.Store.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if v, ok := ctx.Value(visitKey{}).(visit); ok {
		_ = http.NewResponseController(v.w).SetWriteDeadline(a.Now().Add(downloading)) // where it can be set
	}
	return &bodyOut{ContentType: octets, Disposition: `attachment; filename="` + string(r.ID) + `.bin"`,
		Length: len(r.Body), Body: r.Body}, nil
}
