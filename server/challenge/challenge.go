// Package challenge answers the requests by which senders test an address before they send events: a value to send
// back, a value to sign, a method to accept, a secret to keep, an address to visit. A sender's challenges are data, and
// this package is the only one that interprets them.
//
// It promises that a challenge cannot be used against the endpoint. What is sent back has a limited length and no
// control character, and is plain text or JSON. What is answered with the key of the endpoint has an alphabet in which
// no event can be written, and an event that could be is refused. A secret is taken only if the endpoint has none and
// waits for one. An address to visit must be at a host that the data names.
//
// Start with Challenge and Answer. Parse makes a challenge of an endpoint's settings. The challenges of all senders are
// in server/provider.
package challenge

import (
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// Challenge is one request by which a sender tests an address, and its answer. server/provider has a list for each
// sender, which never changes. Check says what is wrong with one.
type Challenge struct {
	Methods []string    // that the request may have; nil: any
	When    []Condition // all of them hold for the challenge, and never all for an event
	InItem  bool        // the body is a list with one element; selectors of "item" read it

	// Signed: the request is verified like an event, and answered only if it is not rejected. All others are answered
	// without a signature.
	Signed bool
	// AsEvent: a signed request keeps the type and id of an event, and is an ordinary event if its token cannot be
	// sent back. Senders of older releases have it, whose challenges are known by their types.
	AsEvent bool

	Require []Requirement // what must hold besides: the challenge is refused if it does not
	Token   Token         // the value that is sent back, signed or kept
	Keyed   *Keyed        // how {hmac} is made of the token; nil: it is not
	Reply   Reply
	Type    string // that the delivery is stored with; "": "handshake"

	Takes   bool     // the token is the secret with which the sender will sign
	Confirm *Confirm // a person has to visit an address; nil: nobody has
}

// Condition is one thing by which a challenge is recognised. Exactly one of its fields besides At is set; if none is,
// there must be a text at At. A member is the only one of the body if beside:NAME is absent.
type Condition struct {
	At     payload.Selector
	Is     []string // the text is one of these
	Absent bool     // there is no text
	Exists bool     // the body has a value there, which may be null
	Empty  bool     // the value there is a list without elements
	Begins string   // the whole body is this text and up to 20 digits; At is zero
	NoBody bool     // the body is empty; At is zero
}

// Requirement is what must hold for a challenge to be answered. At is compared in constant time.
type Requirement struct {
	At      payload.Selector
	Is      []string // one of these
	Setting string   // the setting with this name; "" in all of them is refused, unless one is Free
	Free    bool     // an empty setting allows everything
	Secret  bool     // one of the endpoint's secrets, if it has some
}

// Token is the value of a challenge. If it does not have its form, the challenge is refused.
type Token struct {
	At    payload.Selector
	Form  Form
	Least int // bytes; 0: 1
	Most  int // bytes; 0: MaxEcho
}

// Keyed is an HMAC of the token with the endpoint's first secret. Signs selects the text that the sender signs in its
// events, where that is not the whole body. A delivery in which this text could be a token is rejected: its signature
// may come from a challenge.
type Keyed struct {
	Hash     string
	Encoding signature.Encoding
	Signs    payload.Selector
}

// Reply is the answer to a challenge. Its templates have the variables {token} and {hmac}, and selectors of settings.
// Fixed, Text and JSON exclude each other; all of them empty means no body.
type Reply struct {
	Status  int    // 0: 200
	Media   string // Content-Type; "": plain text, or JSON
	Fixed   string // the body
	Text    payload.Template
	JSON    []Member // of an object, all of them texts
	Headers []Header
}

// Member is a member of an object that is the answer.
type Member struct {
	Name string
	Text payload.Template
}

// Header is a header of the answer, with a canonical name: a template, or the text at From if it consists of up to six
// digits.
type Header struct {
	Name string
	Text payload.Template
	From payload.Selector
}

// Text parses a template of a Reply. It is for the tables of server/provider, and panics on a mistake in them.
func Text(text string) payload.Template { return payload.SelectTemplate(text, "token", "hmac") }

// Object returns the members of a JSON answer: names and templates by turns.
func Object(pairs ...string) []Member {
	all := make([]Member, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, Member{pairs[i], Text(pairs[i+1])})
	}
	return all
}

// Is returns the condition that a text is one of some.
func Is(selector string, texts ...string) Condition {
	return Condition{At: payload.Select(selector), Is: texts}
}

// Has returns the condition that there is a text.
func Has(selector string) Condition { return Condition{At: payload.Select(selector)} }

// Lacks returns the condition that there is no text.
func Lacks(selector string) Condition { return Condition{At: payload.Select(selector), Absent: true} }

// maxBody is the size of the largest body that can be a challenge, in bytes.
const maxBody = 16 << 10

// Unsigned answers a challenge that is not signed. asked is false if the request is none; it is then verified like an
// event. If asked is true, f is the result: the request is not verified. An endpoint that verifies and has no secret
// answers only those that bring one.
func Unsigned(all []Challenge, p *signature.Profile, q *signature.Request) (f signature.Result, asked bool) {
	lacks := p.LacksSecret(q)
	for i := range all {
		c := &all[i]
		if c.Signed || lacks && !c.Takes {
			continue
		}
		if c.matches(q) {
			return c.answer(p, q), true
		}
	}
	return f, false
}

// IsToken reports whether what a delivery signs could be the token of a challenge that is answered with the key of
// events. Its signature proves nothing: a stranger may have got it as an answer.
func IsToken(all []Challenge, q *signature.Request) bool {
	for i := range all {
		if c := &all[i]; c.Keyed != nil && !c.Signed && c.signs(q) {
			return true
		}
	}
	return false
}

// Signed completes the result of a request that was not rejected, if it is a challenge that is signed like an event.
func Signed(all []Challenge, p *signature.Profile, q *signature.Request, f *signature.Result) {
	for i := range all {
		c := &all[i]
		if !c.Signed || !c.matches(q) {
			continue
		}
		answered := c.answer(p, q)
		switch {
		case c.AsEvent && answered.Verdict == hook.Rejected:
		case c.AsEvent:
			f.Reply = answered.Reply
		case answered.Verdict == hook.Rejected:
			answered.Check = f.Check
			*f = answered
		default:
			verdict, secret, check, marks := f.Verdict, f.Secret, f.Check, f.Marks
			*f = answered
			f.Verdict, f.Secret, f.Check, f.Marks = verdict, secret, check, marks|answered.Marks
		}
		return
	}
}

// TakesSecret reports whether a challenge brings the secret of the sender.
func TakesSecret(all []Challenge) bool {
	for i := range all {
		if all[i].Takes {
			return true
		}
	}
	return false
}

// TokenHeader returns the header whose value is a secret that a challenge brings; "" if there is none.
func TokenHeader(all []Challenge) string {
	for i := range all {
		if name, is := all[i].Token.At.Header(); is && all[i].Takes {
			return name
		}
	}
	return ""
}
