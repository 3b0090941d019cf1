package signature

import "crypto/hmac"

// AnswerSum returns the HMAC of a text with the key of the endpoint's first secret that is not blank, for the answer to
// a challenge; nil if there is none, or if the sender does not sign with a shared secret. The caller limits what the
// text may be, because the same key signs events.
func (p *Profile) AnswerSum(q *Request, hash, text string) []byte {
	secrets := NotBlank(q.Endpoint.Secrets)
	schemes := p.SchemesFor(q.Endpoint)
	if len(secrets) == 0 || len(schemes) == 0 || schemes[0].Kind != HMAC || newHash(hash) == nil {
		return nil
	}
	sc := &schemes[0]
	k, ok := sc.Key.key(Clean(secrets[0].Value), q.At)
	if !ok {
		var room [maxReadings]reading
		all := sc.readings(&room, secrets[0].Value, q.At)
		if len(all) == 0 {
			return nil
		}
		k = all[0].key
	}
	if len(k.bytes) == 0 {
		return nil
	}
	sum := hmac.New(newHash(hash), k.bytes)
	_, _ = sum.Write([]byte(text))
	return sum.Sum(nil)
}
