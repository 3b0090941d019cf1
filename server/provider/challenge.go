package provider

import (
	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// challenges returns the challenges of an endpoint's sender.
func (p *Provider) challenges(e *hook.Endpoint) []challenge.Challenge {
	if !p.OwnChallenge || len(e.Settings) == 0 {
		return p.Challenges
	}
	own, _ := p.ownChallenges(e.Settings) // settings were checked when they were saved
	return own
}

// ownChallenges returns the challenges that settings describe; complaint says what is wrong with them.
func (p *Provider) ownChallenges(settings map[string]string) (own []challenge.Challenge, complaint string) {
	var sum challenge.Sum
	if settings["challenge"] != "" {
		for _, sc := range p.Signature.SchemesFor(&hook.Endpoint{Settings: settings}) {
			if p.Signature.Custom == signature.CustomHMAC {
				sum = challenge.Sum{Hash: sc.Hash, Encoding: sc.Encoding}
			}
		}
	}
	return challenge.Parse(settings, p.Challenges, sum)
}

// TakesSecret reports whether the sender of an endpoint brings its secret in a challenge.
func (p *Provider) TakesSecret(e *hook.Endpoint) bool { return challenge.TakesSecret(p.challenges(e)) }

// SecretHeader returns the header in which the sender of an endpoint brings its secret; "" if there is none.
func (p *Provider) SecretHeader(e *hook.Endpoint) string {
	return challenge.TokenHeader(p.challenges(e))
}

// ConfirmAddress returns the address that a delivery asks a person to visit, so that its sender sends events; "" if it
// asks for none, or is not verified.
func (p *Provider) ConfirmAddress(e *hook.Endpoint, r *hook.Record) string {
	return challenge.Address(p.challenges(e), &p.Signature, e, r)
}

// withOwnChallenge returns settings with those that describe a challenge.
func withOwnChallenge(settings ...Setting) []Setting {
	return append(settings,
		Setting{Advanced: true, Name: "challenge", Label: "Challenge", Choices: challenge.Forms(),
			Hint: "how the sender tests the address; usually empty"},
		Setting{Advanced: true, Name: "challenge_field", Label: "Field of the challenge",
			Hint: "what the sender sends: the query parameter, header or path in the body; for hmac-json with query: " +
				"or body: before it; for answer-method the method"},
		Setting{Advanced: true, Name: "challenge_answer", Label: "Answer to the challenge",
			Hint: `a JSON object such as {"token":"{token}","hash":"{hmac}"}, for echo-json and hmac-json`},
		Setting{Advanced: true, Name: "challenge_when", Label: "Recognised by",
			Hint: "a place and a value, such as header:X-Type=verification"},
		Setting{Advanced: true, Secret: true, Name: "challenge_require", Label: "Required by the challenge",
			Hint: "a place and a value without which it is refused, such as query:hub.verify_token=the-token"},
		Setting{Advanced: true, Name: "challenge_host", Label: "Host to visit",
			Hint: "for visit-url: the host of the address, such as sns.*.amazonaws.com"},
	)
}
