package intake

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// resolveVerify sets e.Verify if it is empty, and refuses an endpoint that should verify deliveries and cannot. was is
// the stored endpoint, nil for a new one. The problem has the kind hook.ErrContradiction and the code secret_missing.
//
// hook.Observe is refused like hook.Enforce: without a secret it would mark every delivery as rejected, also genuine
// ones. So an endpoint that verifies nothing always has hook.Off. An endpoint that an older release stored in that
// state keeps it, and rejects all deliveries, until its secrets or Verify change.
func resolveVerify(e, was *hook.Endpoint) error {
	asked := e.Verify != ""
	switch {
	case asked:
	case was == nil && isMeantToCheck(e),
		was != nil && was.Verify == hook.Off && !isMeantToCheck(was) && isMeantToCheck(e):
		e.Verify = hook.Enforce
	case was == nil:
		e.Verify = hook.Off
	default:
		e.Verify = was.Verify
	}
	p, known := provider.For(e.Provider)
	untouched := was != nil && e.Verify == was.Verify && !asked && !CanCheck(*was)
	if !known || e.Verify == hook.Off || CanCheck(*e) || untouched || validateValues(*e, was) != "" {
		return nil // other mistakes are reported first
	}
	return &hook.Problem{Kind: hook.ErrContradiction, Code: "secret_missing",
		Detail: cmp.Or(unusableSecret(e), p.MissingSecret())}
}

// isMeantToCheck reports whether an endpoint can verify deliveries, or has a secret for it that cannot be decoded.
func isMeantToCheck(e *hook.Endpoint) bool { return CanCheck(*e) || unusableSecret(e) != "" }

// unusableSecret returns what is wrong with the first secret that makes no key for the endpoint's settings, "" if there
// is none.
func unusableSecret(e *hook.Endpoint) string {
	for _, s := range e.Secrets {
		for _, d := range provider.CheckSecret(e, s.Value).Doubts {
			if d.Code == provider.DoubtUnusable {
				return d.Text
			}
		}
	}
	return ""
}

// CanCheck reports whether an endpoint has the secrets and settings that are needed to verify its provider's
// deliveries.
func CanCheck(e hook.Endpoint) bool {
	p, known := provider.For(e.Provider)
	return known && p.Signature.Checks(&e)
}

// Open reports whether an endpoint accepts deliveries from anyone, without verification.
func Open(e hook.Endpoint) bool { return e.Verify == hook.Off }

// Confirm opens the endpoint that the first start created to senders outside the server's own network. It changes
// nothing if the endpoint was confirmed before. Errors are those of the store, and a problem of kind hook.ErrNotFound.
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

// WeakSecrets returns the secrets that are short enough to be guessed, of the endpoints that verify with them, as
// "label of endpoint".
func (es *Endpoints) WeakSecrets() (weak []string) {
	for _, e := range es.List() {
		p, known := provider.For(e.Provider)
		if !known || Open(e) {
			continue
		}
		for _, s := range e.Secrets {
			if p.Signature.Weak(&e, s.Value) {
				weak = append(weak, fmt.Sprintf("%q of %s", s.Label, e.Name))
			}
		}
	}
	return weak
}

// WarnOfOpen logs one line with the names of the endpoints that verify nothing, one with those that reject everything
// because they have no usable secret, and one with the weak secrets, if there are any. The server calls it when it
// starts.
func (es *Endpoints) WarnOfOpen(log *slog.Logger) {
	var open, closed []string
	for _, e := range es.List() {
		if Open(e) {
			open = append(open, e.Name)
		} else if !CanCheck(e) {
			closed = append(closed, e.Name)
		}
	}
	warn := func(text, what string, names []string) {
		const most = 20 // names in a line
		if len(names) > 0 {
			log.Warn(text, "count", len(names), what, names[:min(len(names), most)])
		}
	}
	warn("endpoints without verification: anyone who knows their address can send to them. "+
		"Give each a secret, or leave it if that is intended", "endpoints", open)
	warn("endpoints that reject every delivery: they verify but have no usable secret. Give each a secret",
		"endpoints", closed)
	warn("weak secrets: they are short enough to be guessed. Replace each by one of 16 bytes or more",
		"secrets", es.WeakSecrets())
}
