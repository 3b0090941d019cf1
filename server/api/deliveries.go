package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

func (a *API) mountDeliveries(h huma.API) {
	register(a, h, a.call(
		"GET /deliveries",
		"list-deliveries",
		"List deliveries",
		"Returns deliveries, newest first. The answer has a cursor: frames of the live connection after it continue the list.",
	), a.listDeliveries)
	register(a, h, a.call(
		"GET /deliveries/{id}",
		"get-delivery",
		"Get a delivery",
		"Returns one delivery with its headers, how it was verified and what it did. The body has a route of its own.",
	), a.getDelivery)
	body := a.call("GET /deliveries/{id}/body", "get-delivery-body", "Download a body",
		"Returns exactly the bytes that were received, as a download that browsers do not display.")
	body.Responses = map[string]*huma.Response{"200": {Description: "The body, byte for byte.",
		Content: map[string]*huma.MediaType{octets: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	register(a, h, body, a.getBody)
	register(a, h, a.call(
		"POST /deliveries/{id}/diagnose",
		"diagnose-delivery",
		"Diagnose a delivery",
		"Explains why a delivery failed verification. Every secret of every endpoint is tried, and the ways in which proxies and "+
			"frameworks change requests. The answer contains no secret and no valid signature.",
	), a.diagnose)
	register(a, h, a.call("GET /deliveries/{id}/redeliveries", "list-redeliveries", "List redeliveries",
		"Returns every kept delivery of the same event, and what differs from the first."), a.listRedeliveries)
	register(a, h, a.formerCall("GET /deliveries/{id}/tries", "list-tries", "list-redeliveries"), a.listRedeliveries)
}

type deliveriesIn struct {
	Endpoint hook.EndpointID `query:"endpoint" maxLength:"40" doc:"Only deliveries to this endpoint."`
	Verdict  hook.Verdict    `query:"verdict" enum:"verified,unsigned,rejected" doc:"Only deliveries with this verdict."`
	Method   string          `query:"method" maxLength:"40" doc:"Only deliveries with this HTTP method, as received." example:"POST"`
	Before   string          `query:"before" maxLength:"80" doc:"next of the previous page."`
	Limit    int             `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Maximum number of deliveries in a page."`
}

type deliveriesOut struct{ Body wire.DeliveryList }

func (a *API) listDeliveries(ctx context.Context, in *deliveriesIn) (*deliveriesOut, error) {
	cursor := hook.Cursor{Epoch: a.LogEnd.Epoch(), Seq: a.LogEnd.Head()}
	before, err := beginning(in.Before, cursor)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOut{}
	out.Body.Deliveries = []wire.Delivery{}
	out.Body.Cursor = cursor.String()
	if before <= 1 {
		return out, nil
	}
	filter := hook.Filter{Endpoint: in.Endpoint, Verdict: in.Verdict, Method: in.Method}
	page, next, err := a.Deliveries.Deliveries(ctx, filter, before, in.Limit)
	if err != nil {
		return nil, err
	}
	out.Body.Deliveries = wire.NewDeliveries(page)
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
			Detail: "before belongs to a different log: the database is new or was restored. Omit before to start again."}
	}
	return min(c.Seq, cursor.Seq+1), nil
}

type deliveryID struct {
	ID hook.DeliveryID `path:"id" maxLength:"60" doc:"The delivery's id."`
}

func (a *API) getDelivery(ctx context.Context, in *deliveryID) (*struct{ Body wire.DeliveryDetail }, error) {
	r, done, err := a.loadDelivery(ctx, in.ID, 0)
	damaged := errors.Is(err, hook.ErrDamaged)
	if err != nil && !damaged {
		return nil, err
	}
	defer done()
	d := wire.NewDeliveryDetail(&r)
	if damaged {
		return &struct{ Body wire.DeliveryDetail }{d}, nil
	}
	if r.Events > 0 {
		if d.Batch, err = a.batch(ctx, &r); err != nil {
			return nil, err
		}
	}
	effects, err := a.Effects.Effects(ctx, &r)
	if err != nil {
		return nil, err
	}
	d.Effects = wire.NewEffects(effects)
	return &struct{ Body wire.DeliveryDetail }{d}, nil
}

// batch is the events of a delivery that has several. They are read from its body, with what is known of its sender.
func (a *API) batch(ctx context.Context, r *hook.Record) ([]wire.BatchEvent, error) {
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
	firsts, err := a.Events.Firsts(ctx, r.Endpoint, ids)
	if err != nil {
		return nil, err
	}
	batch := make([]wire.BatchEvent, len(events))
	for i, e := range events {
		batch[i] = wire.BatchEvent{Event: e.ID, Type: e.Type, OccurredAt: e.OccurredAt, Account: e.Account,
			Mode: e.Mode}
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
	size, err := a.Deliveries.Size(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	done, ok := a.downloads.try(2 * size)
	if !ok {
		return nil, downloadsBusy
	}
	context.AfterFunc(ctx, done) // it ends when the answer is written
	r, err := a.Deliveries.Delivery(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if v, ok := ctx.Value(requestMetaKey{}).(requestMeta); ok {
		_ = http.NewResponseController(v.w).SetWriteDeadline(a.Now().Add(downloadTime)) // where it can be set
	}
	return &bodyOut{ContentType: octets, Disposition: `attachment; filename="` + string(r.ID) + `.bin"`,
		Length: len(r.Body), Body: r.Body}, nil
}
