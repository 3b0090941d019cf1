package intake

import (
	"errors"
	"fmt"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// SampleRequest describes a sample delivery. Its zero value is the most common event of the endpoint's provider.
type SampleRequest struct {
	Type string            // one of the provider's SampleTypes
	Set  map[string]string // what is changed in it, by path or name
}

// Sample sends an endpoint a delivery such as its provider would send, on the way of any other, signed with the first
// of its secrets that the provider signs with. Where the provider signs with a key that only it has, the sample is
// signed with a key made for it alone, which is forgotten with it. An endpoint that checks nothing gets it unsigned.
// Whoever may send to the endpoint, a sample is from here. Errors are those of the log, and problems.
func (in *Intake) Sample(id hook.EndpointID, want SampleRequest) (hook.DeliveryID, hook.Seq, error) {
	e, err := in.endpoints.Get(id)
	if err != nil {
		return "", 0, err
	}
	p, known := provider.For(e.Provider)
	if !known {
		return "", 0, fmt.Errorf("endpoint %s: unknown provider %q", e.ID, e.Provider)
	}
	r, err := sample.NewSampler().Make(p, want.Type, want.Set, in.now().UTC())
	if err != nil {
		return "", 0, err
	}
	if r.Size > e.MaxBody {
		return "", 0, &hook.Problem{Kind: hook.ErrTooLarge, Code: "sample_too_large",
			Detail: fmt.Sprintf(
				"The sample has %d bytes; this endpoint takes at most %d. Set less in it, or raise max_body.",
				r.Size,
				e.MaxBody,
			)}
	}
	r.Host, r.Remote = "localhost", "127.0.0.1"
	e.Allow = nil
	if e.Secrets, err = in.sign(p, e, r); err != nil {
		return "", 0, err
	}
	if _, _, err := in.Accept(&e, r); err != nil {
		return "", 0, err
	}
	return r.ID, r.Seq, nil
}

// sign signs a sample for e, and returns what it is to be checked with: the secrets of e, and the public half of the
// key that was made where none of them signs.
func (in *Intake) sign(p *provider.Provider, e hook.Endpoint, r *hook.Record) ([]hook.Secret, error) {
	with := signature.Signing{Endpoint: &e, URL: in.address(e.Slug), At: r.ReceivedAt.Time}
	for _, s := range e.Secrets {
		with.Secret = s.Value
		if err := p.Sign(r, with); !errors.Is(err, signature.ErrWrongKey) {
			return e.Secrets, err
		}
	}
	if !checks(p, e) {
		return e.Secrets, nil
	}
	key, public, err := p.Signature.NewKey(with.At)
	if errors.Is(err, signature.ErrWrongKey) {
		return e.Secrets, nil // nothing that it has is of use: what is sent unsigned will say so
	}
	if err != nil {
		return nil, err
	}
	with.Secret, with.Key = "", key
	return append(slices.Clip(e.Secrets), hook.Secret{Label: "sample", Value: public}), p.Sign(r, with)
}

// checks reports whether an endpoint has what its provider's deliveries are checked with: a secret, or where it takes
// none, the settings that a signature covers.
func checks(p *provider.Provider, e hook.Endpoint) bool {
	covered := func(s provider.Setting) bool { return s.Required && e.Settings[s.Name] != "" }
	return len(e.Secrets) > 0 || slices.ContainsFunc(p.Settings, covered)
}
