package provider

import (
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// unsignedChallenge answers what a sender asks without a signature, before its events: the answer is
// all that is judged. asked is false where the request is no question.
type unsignedChallenge func(*signature.Request) (f signature.Result, asked bool)

// signedChallenge answers what a sender asks among its events: like any event, it is answered unless it
// was rejected. nil is no question.
type signedChallenge func(*signature.Request) *hook.Reply

// maxEcho bounds what a handshake sends back, in bytes.
const maxEcho = 512

// echo answers with a challenge as plain text; nil where it is not one that can be sent back safely.
func echo(challenge string) *hook.Reply {
	if !token68(challenge, maxEcho) {
		return nil
	}
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8",
		Body: challenge}}
}

// token68 reports whether s is short and made of letters, digits and what ids and addresses need: never
// markup.
func token68(s string, most int) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			!strings.ContainsRune("-._~+/=:|", rune(c)) {
			return false
		}
	}
	return s != "" && len(s) <= most
}

// answered is the result of a question; nil refuses the answer.
func answered(reply *hook.Reply) (signature.Result, bool) {
	if reply == nil {
		return signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonHandshakeRefused}, true
	}
	return signature.Result{Verdict: hook.Unsigned, Type: "handshake", Reply: reply}, true
}

// digits reports whether s is a number of at most so many digits.
func digits(s string, most int) bool {
	return s != "" && len(s) <= most && strings.Trim(s, "0123456789") == ""
}

// here says that the address is there.
func here() *hook.Reply {
	return &hook.Reply{Exact: true, Response: hook.Response{Status: 200, ContentType: "text/plain; charset=utf-8"}}
}
