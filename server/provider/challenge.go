package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// unsignedChallenge answers a request that a sender sends without a signature to test an address before it sends
// events. asked is false if the request is no challenge; it is then verified like an event. If asked is true, f is the
// result: the request is not verified.
type unsignedChallenge func(*signature.Request) (f signature.Result, asked bool)

// signedChallenge answers a challenge that the sender signs like an event. It is called only if the request was not
// rejected. It returns nil if the request is no challenge.
type signedChallenge func(*signature.Request) *hook.Reply

// maxEcho bounds the challenge that is sent back, in bytes.
const maxEcho = 512

// echo returns a reply with the challenge as plain text; nil if it contains anything that a browser or a proxy could
// interpret.
func echo(challenge string) *hook.Reply {
	if !token68(challenge, maxEcho) {
		return nil
	}
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8",
		Body: challenge}}
}

// token68 reports whether s has 1 to most bytes, all of them letters, digits or punctuation of ids and URLs. The set is
// that of token68 in RFC 9110 §11.2 with ":" and "|", so markup is excluded.
func token68(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			!strings.ContainsRune("-._~+/=:|", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

// challengeResult returns what an unsignedChallenge returns for a request that is one: accepted with the reply, or
// rejected if the reply is nil.
func challengeResult(reply *hook.Reply) (signature.Result, bool) {
	if reply == nil {
		return signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonHandshakeRefused}, true
	}
	return signature.Result{Verdict: hook.Unsigned, Type: "handshake", Reply: reply}, true
}

// digits reports whether s has 1 to most characters, all of them decimal digits.
func digits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// emptyReply returns a reply with status 200 and no body.
func emptyReply() *hook.Reply {
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"}}
}
