package intake

import (
	"context"
	"log/slog"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// settleVerify decides what was left out, and refuses an endpoint that is to check deliveries and cannot. was is what is
// stored of it, nil for a new one. hook.Observe is refused like hook.Enforce: without a secret it would mark each
// delivery as rejected, genuine ones too, and whoever chose it would take that for a finding. So an endpoint that checks
// nothing always says so, as hook.Off.
//
// What was stored like that by other hands stays, and takes nothing, until one of the two is changed.
func settleVerify(e, was *hook.Endpoint) error {
	asked := e.Verify != ""
	switch {
	case asked:
	case was == nil && CanCheck(*e), was != nil && was.Verify == hook.Off && !CanCheck(*was) && CanCheck(*e):
		e.Verify = hook.Enforce
	case was == nil:
		e.Verify = hook.Off
	default:
		e.Verify = was.Verify
	}
	p, known := provider.For(e.Provider)
	untouched := was != nil && !asked && !CanCheck(*was)
	if !known || e.Verify == hook.Off || CanCheck(*e) || untouched || complain(*e) != "" {
		return nil // what is wrong otherwise is told first
	}
	return &hook.Problem{Kind: hook.ErrContradiction, Code: "secret_missing", Detail: p.MissingSecret()}
}

// CanCheck reports whether an endpoint has what its provider's deliveries are checked with.
func CanCheck(e hook.Endpoint) bool {
	p, known := provider.For(e.Provider)
	return known && p.Signature.Checks(&e)
}

// Open reports whether an endpoint takes whatever anybody sends, without checking it.
func Open(e hook.Endpoint) bool { return e.Verify == hook.Off }

// Confirm makes an endpoint that the first start made one for everybody. For one that is confirmed it changes nothing.
// Errors are those of the store, and a problem of kind hook.ErrNotFound.
func (es *Endpoints) Confirm(ctx context.Context, id hook.EndpointID) (hook.Endpoint, error) {
	return es.apply(ctx, func() (hook.Endpoint, error) {
		e, err := es.Get(id)
		if err == nil && !e.Awaiting {
			err = ErrUnchanged
		}
		e.Awaiting = false
		return e, err
	})
}

// WarnOfOpen writes one line that names the endpoints that check nothing, and one that names those that are to check and
// have nothing of use to check with, where there are any.
func (es *Endpoints) WarnOfOpen(log *slog.Logger) {
	var open, closed []string
	for _, e := range es.List() {
		if Open(e) {
			open = append(open, e.Name)
		} else if !CanCheck(e) {
			closed = append(closed, e.Name)
		}
	}
	const most = 20 // names in a line
	if len(open) > 0 {
		log.Warn("endpoints that check nothing: whoever knows their address can send to them. Give each a secret, or leave it if that is meant",
			"count", len(open), "endpoints", open[:min(len(open), most)])
	}
	if len(closed) > 0 {
		log.Warn("endpoints that refuse everything: they are to check deliveries and have nothing of use to check with. Give each a secret",
			"count", len(closed), "endpoints", closed[:min(len(closed), most)])
	}
}
