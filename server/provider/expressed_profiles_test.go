package provider

import (
	"crypto/x509"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// oneScheme returns the profile of a sender with one scheme.
func oneScheme(sc signature.Scheme) *signature.Profile {
	return &signature.Profile{Schemes: []signature.Scheme{sc}}
}

// expressedByProfile are senders' rules that settings cannot express, as profiles: each could be a sender's literal.
func expressedByProfile() map[string]*signature.Profile {
	all := map[string]*signature.Profile{
		"lark/sha256": oneScheme(signature.Scheme{Kind: signature.PlainHash,
			At: payload.Select("header:X-Lark-Signature"), Hash: "sha256",
			Message: signature.Message("{time}{header:X-Lark-Request-Nonce}{secret}{body}"),
			Time:    payload.Select("header:X-Lark-Request-Timestamp"), Unit: time.Second}),
		"lark/token": oneScheme(signature.Scheme{Kind: signature.Token, At: payload.Select("body:header.token")}),
		"wecom/sha1": {Envelope: payload.Envelope{XML: true}, Schemes: []signature.Scheme{{
			Kind: signature.PlainHash, At: payload.Select("query:msg_signature"), Hash: "sha1", Sorted: true,
			Covers: hook.CoversFields, Message: signature.Message(
				"{secret}{query:timestamp}{query:nonce}{query:echostr}{body:xml.Encrypt}")}}},
		"midtrans/sha512": oneScheme(signature.Scheme{Kind: signature.PlainHash, Hash: "sha512",
			At: payload.Select("body:signature_key"), Covers: hook.CoversFields,
			Message: signature.Message("{body:order_id}{body:status_code}{body:gross_amount}{secret}")}),
		"dropbox-sign/event-hash": {Envelope: payload.Envelope{Field: "json"}, Schemes: []signature.Scheme{{
			At: payload.Select("body:event.event_hash"), Hash: "sha256", Covers: hook.CoversFields,
			Message: signature.Message("{body:event.event_time}{body:event.event_type}")}}},
		"mercadopago/v1": oneScheme(signature.Scheme{At: payload.Select("header:X-Signature"), Format: signature.Pairs,
			Separator: ",", Prefix: "v1", Hash: "sha256", TimeBeside: "ts", Unit: signature.ByDigits,
			Covers: hook.CoversFields, Message: slices.Concat(
				signature.Lower(signature.Optional("id:{query:data.id};")),
				signature.Optional("request-id:{header:X-Request-Id};"), signature.Message("ts:{time};"))}),
		"plivo/v2": oneScheme(signature.Scheme{At: payload.Select("header:X-Plivo-Signature-V2"), Hash: "sha256",
			Encoding: signature.Base64, Covers: hook.CoversFields,
			Message: signature.Message("{url}{header:X-Plivo-Signature-V2-Nonce}")}),
		"plivo/v3": oneScheme(signature.Scheme{At: payload.Select("header:X-Plivo-Signature-V3"), Hash: "sha256",
			Format: signature.Prefixed, Encoding: signature.Base64, Addresses: plivoAddresses,
			Message: signature.Message("{url}{form}.{header:X-Plivo-Signature-V3-Nonce}")}),
		"wise/rsa": oneScheme(signature.Scheme{Kind: signature.RSAKey, At: payload.Select("header:X-Signature-Sha256"),
			Hash: "sha256", Encoding: signature.Base64, Key: signature.FromPublicKey,
			Message: signature.Message("{body}")}),
		"telnyx/ed25519": oneScheme(signature.Scheme{Kind: signature.Ed25519,
			At: payload.Select("header:Telnyx-Signature-Ed25519"), Encoding: signature.Base64,
			Key: signature.FromBase64Public, Message: signature.Message("{time}|{body}"),
			Time: payload.Select("header:Telnyx-Timestamp"), Unit: time.Second}),
	}
	maps.Copy(all, tokenProfiles())
	return all
}

// tokenProfiles are the rules of senders that sign with a JWT.
func tokenProfiles() map[string]*signature.Profile {
	token := func(at, prefix string, claims signature.Claims) *signature.Profile {
		if len(claims.Algorithms) == 0 {
			claims.Algorithms = []string{"HS256"}
		}
		return oneScheme(signature.Scheme{Kind: signature.JWT, At: payload.Select(at), Prefix: prefix, Claims: claims})
	}
	issuer := func(name string) []signature.ClaimEqual {
		return []signature.ClaimEqual{{Names: []string{"iss"}, Value: payload.Select("const:" + name)}}
	}
	plaid := token("header:Plaid-Verification", "", signature.Claims{Algorithms: []string{"ES256"},
		BodyHash: "request_body_sha256", Times: []string{"iat"}})
	plaid.Schemes[0].Key = signature.FromPublicKey
	return map[string]*signature.Profile{
		"plaid/es256": plaid,
		"wix/rs256": {Envelope: payload.Envelope{JWT: true}, Schemes: []signature.Scheme{{Kind: signature.JWT,
			Key:    signature.FromPublicKey,
			Claims: signature.Claims{Algorithms: []string{"RS256"}, Times: []string{"iat"}}}}},
		"messagebird/jwt": token("header:Messagebird-Signature-Jwt", "", signature.Claims{
			Algorithms: []string{"HS256", "HS384", "HS512"}, BodyHash: "payload_hash", URLHash: "url_hash",
			Times: []string{"nbf"}, Equal: issuer("MessageBird")}),
		"monday/jwt": token("header:Authorization", "", signature.Claims{URL: "aud", Times: []string{"iat"}}),
		"netlify/jws": token("header:X-Webhook-Signature", "",
			signature.Claims{BodyHash: "sha256", Equal: issuer("netlify")}),
		"vonage/jwt": token("header:Authorization", "Bearer",
			signature.Claims{BodyHash: "payload_hash", Equal: issuer("Vonage"), Times: []string{"iat"}}),
	}
}

// plivoAddresses returns addresses with their queries sorted, with and without the dot that stands before a form.
func plivoAddresses(addresses []string) (found []string) {
	for _, address := range addresses {
		front, query, _ := strings.Cut(address, "?")
		pairs := strings.Split(query, "&")
		slices.Sort(pairs)
		address = front + "?" + strings.Join(pairs, "&")
		found = append(found, address, address+".")
	}
	return found
}

// givenCertificate has the one certificate of a vector.
type givenCertificate string

func (c givenCertificate) Certificate(from *signature.Issuer, address string, _ time.Time) (*x509.Certificate, error) {
	if err := from.CheckURL(address); err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(c))
	return x509.ParseCertificate(block.Bytes)
}

func (givenCertificate) Key(string, string, time.Time) (string, error) {
	return "", signature.ErrUntrusted
}
