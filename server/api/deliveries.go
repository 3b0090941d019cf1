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

// mountDeliveries mounts the calls that read deliveries. They need a session or a token. An unknown id answers
// "not_found", an unreadable cursor "cursor_unreadable", and a call that finds no memory for a large delivery "busy".
func (a *API) mountDeliveries(h huma.API) {
	register(a, h, a.call("GET /deliveries", "list-deliveries", "List deliveries",
		"Returns deliveries, newest first. The response has a cursor: frames of the live connection after it continue "+
			"the list."), a.listDeliveries)
	register(a, h, a.call("GET /deliveries/{id}", "get-delivery", "Get a delivery",
		"Returns one delivery with its headers, how it was verified and what it did. The body has a route of its own."),
		a.getDelivery)
	body := a.call("GET /deliveries/{id}/body", "get-delivery-body", "Download a body",
		"Returns exactly the bytes that were received, as a download that browsers do not display.")
	body.Responses = map[string]*huma.Response{"200": {Description: "The body, byte for byte.",
		Content: map[string]*huma.MediaType{octetStream: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}}
	register(a, h, body, a.getBody)
	register(a, h, a.call("POST /deliveries/{id}/diagnose", "diagnose-delivery", "Diagnose a delivery",
		"Explains why a delivery failed verification. Every secret of every endpoint is tried, and the ways in which "+
			"proxies and frameworks change requests. The response contains no secret and no valid signature."),
		a.diagnose)
	register(a, h, a.call("POST /deliveries/{id}/visit", "visit-confirmation", "Visit the address in a delivery",
		"Visits confirm_url of a delivery once, so that its sender sends events. Redirects are not followed, and "+
			"private networks are refused. Answers 409 no_confirmation if the delivery has none, and 503 visit_failed "+
			"if "+
			"the address could not be reached."), a.visit)
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

// listDeliveries reads the cursor before the page. A delivery that arrives in between is then newer than the
// cursor, so the client gets it in a frame and not in the page.
func (a *API) listDeliveries(ctx context.Context, in *deliveriesIn) (*deliveriesOut, error) {
	cursor := hook.Cursor{Epoch: a.LogEnd.Epoch(), Seq: a.LogEnd.Head()}
	before, err := pageStart(in.Before, cursor)
	if err != nil {
		return nil, err
	}
	out := &deliveriesOut{}
	out.Body.Deliveries = []wire.Delivery{}
	out.Body.Cursor = cursor.String()
	if before <= 1 {
		return out, nil
	}
	filter := hook.Filter{Endpoint: in.Endpoint, Among: visible(ctx), Verdict: in.Verdict, Method: in.Method}
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

// pageStart returns the seq below which the page begins that before asks for. before is empty for the first
// page, or next of an earlier page. The page never has deliveries newer than cursor, because frames after the
// cursor have those. A before of another log, such as the one before a restore, is an error of kind
// hook.ErrInvalid.
func pageStart(before string, cursor hook.Cursor) (hook.Seq, error) {
	if before == "" {
		return cursor.Seq + 1, nil
	}
	c, err := hook.ParseCursor(before)
	if err != nil {
		return 0, err
	}
	if c.Epoch != cursor.Epoch {
		return 0, &hook.Problem{Kind: hook.ErrInvalid, Code: "cursor_unreadable",
			Detail: "before belongs to a different log: the database is new or was restored. " +
				"Omit before to start again."}
	}
	return min(c.Seq, cursor.Seq+1), nil
}

type deliveryID struct {
	ID hook.DeliveryID `path:"id" maxLength:"60" doc:"The delivery's id."`
}

// getDelivery also answers for a damaged record, with integrity "damaged" and without its events and effects.
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
	d.ConfirmURL = a.confirmAddress(&r)
	effects, err := a.Effects.Effects(ctx, &r)
	if err != nil {
		return nil, err
	}
	d.Effects = wire.NewEffects(effects)
	return &struct{ Body wire.DeliveryDetail }{d}, nil
}

// batch returns the events of a delivery that has several. They are parsed from the body by the endpoint's provider.
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
		batch[i] = wire.BatchEvent{Event: wire.PlainText(e.ID), Type: e.Type, OccurredAt: e.OccurredAt,
			Account: e.Account, Mode: e.Mode}
		if firsts[i] < r.Seq {
			batch[i].DuplicateOf = firsts[i]
		}
	}
	return batch, nil
}

const octetStream = "application/octet-stream"

// bodyOut is the response to getBody. Its first three fields are headers.
type bodyOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Length      int    `header:"Content-Length"`
	Body        []byte
}

// getBody returns the body as a download that is safe to open in a browser, although anybody may have sent it: an
// attachment of type application/octet-stream, with the policy policySandboxed. The body stays in memory until it is
// written or downloadTime is over; a.downloads limits that memory, to twice the size for the copy in the database.
func (a *API) getBody(ctx context.Context, in *deliveryID) (*bodyOut, error) {
	size, err := a.Deliveries.Size(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	done, ok := a.downloads.tryAcquire(2 * size)
	if !ok {
		return nil, downloadsBusy
	}
	context.AfterFunc(ctx, done) // ctx ends when the response is written
	r, err := a.Deliveries.Delivery(ctx, in.ID)
	if unseen := a.unseen(ctx, &r, err); unseen != nil {
		return nil, unseen
	}
	if err != nil {
		return nil, err
	}
	if v, ok := ctx.Value(requestMetaKey{}).(requestMeta); ok {
		_ = http.NewResponseController(v.w).SetWriteDeadline(a.Now().Add(downloadTime)) // not all writers have one
	}
	return &bodyOut{ContentType: octetStream, Disposition: `attachment; filename="` + string(r.ID) + `.bin"`,
		Length: len(r.Body), Body: r.Body}, nil
}
