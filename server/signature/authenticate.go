package signature

import "hookbeam/server/hook"

// The challenges of HTTP authentication (RFC 9110 §11.6.1) that a sender may wait for.
const (
	basicChallenge  = `Basic realm="hookbeam"`
	bearerChallenge = `Bearer realm="hookbeam"`
)

// Authenticate returns the challenges that a sender without credentials gets in WWW-Authenticate: by which schemes of
// HTTP authentication it may come in. Some senders send their credentials only after they were asked. It returns
// nothing for senders that sign, and for those that present a secret outside of HTTP authentication.
func (p *Profile) Authenticate(e *hook.Endpoint) (challenges []string) {
	for _, sc := range p.SchemesFor(e) {
		if header, _ := sc.At.Header(); header != "Authorization" {
			continue
		}
		switch {
		case sc.Kind == Basic:
			challenges = append(challenges, basicChallenge)
		case (sc.Kind == Token || sc.Kind == JWT) && sc.Prefix == "Bearer":
			challenges = append(challenges, bearerChallenge)
		}
	}
	return challenges
}
