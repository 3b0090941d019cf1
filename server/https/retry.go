package https

import (
	"crypto/tls"
	"errors"
	"net/url"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// afterRefusals are the pauses after an authority has refused. Let's Encrypt allows five failed checks of a name per
// hour.
var afterRefusals = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// The pauses while an authority cannot be reached: each is twice as long as the one before.
const (
	afterSilence   = 5 * time.Second
	longestSilence = 5 * time.Minute
)

// retryAfter returns how long to wait after an attempt has failed with err, which failed attempts preceded.
func retryAfter(failed int, err error) time.Duration {
	if problem, refused := refusal(err); refused {
		if problem.Type == acme.ProblemTypeRateLimited {
			return afterRefusals[len(afterRefusals)-1]
		}
		return afterRefusals[min(failed, len(afterRefusals)-1)]
	}
	return min(afterSilence<<min(failed, 10), longestSilence)
}

// refusal returns the authority's answer in err. A server error is none: the authority is out of order.
func refusal(err error) (acme.Problem, bool) {
	var problem acme.Problem
	found := errors.As(err, &problem)
	return problem, found && problem.Status < 500
}

// explain returns the text of err for the operator: the authority's own words, if it said something.
func explain(err error) string {
	if problem, refused := refusal(err); refused {
		return problem.Error()
	}
	return err.Error()
}

// advice says what to do about err.
func advice(name string, err error) string {
	problem, refused := refusal(err)
	var call *url.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return "the authority's own certificate is not trusted; name its root certificate with --tls-ca-root"
	case errors.As(err, &call):
		return "the authority cannot be reached; check the network and --tls-ca"
	case !refused:
		return "the cause is not a refusal by the authority; see the error"
	case problem.Type == acme.ProblemTypeRateLimited:
		return "the authority limits how often it is asked; wait, or try with the authority's staging " +
			"directory (--tls-ca)"
	case problem.Type == acme.ProblemTypeCAA:
		return "a CAA record of the name does not allow this authority; change it at your DNS provider"
	case problem.Type == acme.ProblemTypeExternalAccountRequired:
		return "this authority wants accounts to be created on its own pages, which is not supported; choose another " +
			"with --tls-ca"
	case problem.Type == acme.ProblemTypeRejectedIdentifier:
		return "the authority issues no certificate for this name; check --tls-domain"
	}
	return "check that " + name + " resolves to this machine, and that its ports 443 and 80 reach this server"
}
