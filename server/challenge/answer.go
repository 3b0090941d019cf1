package challenge

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// matches reports whether a request is this challenge. What is cheap comes first: the method, then the conditions in
// their order. Reading is bounded by the size of the body.
func (c *Challenge) matches(q *signature.Request) bool {
	if len(q.Record.Body) > maxBody || c.Methods != nil && !slices.Contains(c.Methods, q.Record.Method) {
		return false
	}
	for i := range c.When {
		if !c.When[i].inItem() && !c.When[i].holds(q) {
			return false
		}
	}
	if !c.InItem {
		return true
	}
	if len(q.Items(&payload.Batch{})) == 1 {
		q.Look(0)
		if !slices.ContainsFunc(c.When, func(w Condition) bool { return w.inItem() && !w.holds(q) }) {
			return true
		}
	}
	q.Changed() // the sender's own batch may be another one
	return false
}

// inItem reports whether the condition reads the element of a list.
func (w *Condition) inItem() bool { return strings.HasPrefix(w.At.String(), "item:") }

// holds reports whether a condition holds.
func (w *Condition) holds(q *signature.Request) bool {
	switch {
	case w.Begins != "":
		rest, found := bytes.CutPrefix(q.Record.Body, []byte(w.Begins))
		return found && len(rest) <= 20 && Digits.holds(string(rest))
	case w.NoBody:
		return len(q.Record.Body) == 0
	case w.Exists:
		return q.Has(w.At)
	case w.Empty:
		return q.IsEmptyList(w.At)
	case w.Absent:
		return q.Text(w.At) == ""
	case w.Is != nil:
		return slices.Contains(w.Is, q.Text(w.At))
	default:
		return q.Text(w.At) != ""
	}
}

// refused is the result for a challenge that may not be answered.
func refused() signature.Result {
	return signature.Result{Verdict: hook.Rejected, Reason: hook.ReasonHandshakeRefused}
}

// answer returns the result for a request that is this challenge.
func (c *Challenge) answer(p *signature.Profile, q *signature.Request) signature.Result {
	if !c.allowed(q) {
		return refused()
	}
	v := values{q: q}
	if !c.Token.At.IsZero() {
		if v.token = strings.Clone(q.Text(c.Token.At)); !c.Token.fits(v.token) {
			return refused()
		}
	}
	if c.Keyed != nil {
		sum := p.AnswerSum(q, c.Keyed.Hash, v.token)
		if sum == nil {
			return refused()
		}
		v.hmac = c.Keyed.Encoding.Encode(sum)
	}
	reply, ok := c.Reply.with(&v)
	if !ok {
		return refused()
	}
	f := signature.Result{Verdict: hook.Unsigned, Type: c.Type, Reply: reply, Marks: hook.MarkChallenge}
	if f.Type == "" {
		f.Type = "handshake"
	}
	if c.Takes {
		if !q.Endpoint.AwaitsSecret(q.At) {
			return refused()
		}
		f.NewSecret = v.token
	}
	return f
}

// allowed reports whether the requirements of a challenge hold. All of them are compared, in constant time.
func (c *Challenge) allowed(q *signature.Request) bool {
	ok, settings, set, free := true, 0, 0, false
	for i := range c.Require {
		r := &c.Require[i]
		sent := []byte(q.Text(r.At))
		switch {
		case r.Is != nil:
			same := false
			for _, text := range r.Is {
				same = signature.SameText([]byte(text), sent) || same
			}
			ok = same && ok
		case r.Secret:
			ok = isSecret(q, sent) && ok
		default:
			settings++
			free = free || r.Free
			if want := q.Settings[r.Setting]; want != "" {
				set++
				ok = signature.SameText([]byte(want), sent) && ok
			}
		}
	}
	return ok && (settings == 0 || set > 0 || free)
}

// isSecret reports whether a text is one of the endpoint's secrets, or the endpoint has none.
func isSecret(q *signature.Request, sent []byte) bool {
	known := len(q.Endpoint.Secrets) == 0
	for _, s := range signature.NotBlank(q.Endpoint.Secrets) {
		known = signature.SameText([]byte(s.Value), sent) || known
		known = signature.SameText([]byte(signature.Clean(s.Value)), sent) || known
	}
	return known
}

// signs reports whether the text that a delivery signs could be the token of a challenge. An empty one could be part
// of a longer text that is a token.
func (c *Challenge) signs(q *signature.Request) bool {
	most := c.Token.most()
	if q.Endpoint.Verify == hook.Off {
		return false // nothing verifies
	}
	if c.Keyed.Signs.IsZero() {
		body := bytes.TrimSpace(q.Record.Body)
		return len(body) <= most && (len(body) == 0 || c.Token.Form.holds(string(body)))
	}
	text := strings.TrimSpace(q.Text(c.Keyed.Signs))
	return len(text) >= max(c.Token.Least, 1) && len(text) <= most && c.Token.Form.holds(text)
}

// values are what a template of a reply can use.
type values struct {
	q           *signature.Request
	token, hmac string
}

// fill returns a template with its values.
func (v *values) fill(t payload.Template) string {
	var b strings.Builder
	for i := range t {
		b.WriteString(t[i].Text)
		switch t[i].Variable {
		case "token":
			b.WriteString(v.token)
		case "hmac":
			b.WriteString(v.hmac)
		default:
			if name, is := t[i].Selector.Setting(); is {
				b.WriteString(v.q.Settings[name])
			}
		}
	}
	return b.String()
}

// plainText is the media type of an answer that is no JSON.
const plainText = "text/plain; charset=utf-8"

// with returns the reply with its values. ok is false if a setting that it needs is empty, or if a text has a control
// character or is too long.
func (r *Reply) with(v *values) (reply *hook.Reply, ok bool) {
	reply = &hook.Reply{Exact: true, Response: hook.Response{Status: r.Status, ContentType: r.Media,
		Body: r.Fixed}}
	if reply.Status == 0 {
		reply.Status = 200
	}
	if reply.ContentType == "" {
		reply.ContentType = plainText
	}
	if r.Text != nil {
		reply.Body = v.fill(r.Text)
		if ok = v.complete(r.Text) && fitsReply(reply.Body); !ok {
			return nil, false
		}
	}
	if r.JSON != nil {
		object := make(map[string]string, len(r.JSON))
		for _, m := range r.JSON {
			if object[m.Name] = v.fill(m.Text); !v.complete(m.Text) || !fitsReply(object[m.Name]) {
				return nil, false
			}
		}
		text, err := json.Marshal(object)
		if err != nil {
			return nil, false
		}
		reply.Body = string(text)
		if r.Media == "" {
			reply.ContentType = "application/json"
		}
	}
	for _, h := range r.Headers {
		text := v.fill(h.Text)
		if !h.From.IsZero() {
			if text = v.q.Text(h.From); len(text) > 6 || !Digits.holds(text) {
				continue
			}
		}
		if !fitsReply(text) {
			return nil, false
		}
		reply.Headers = append(reply.Headers, hook.Header{Name: h.Name, Value: text})
	}
	return reply, true
}

// complete reports whether the endpoint has every setting that a template needs.
func (v *values) complete(t payload.Template) bool {
	for i := range t {
		if name, is := t[i].Selector.Setting(); is && v.q.Settings[name] == "" {
			return false
		}
	}
	return true
}

// fitsReply reports whether a text of a reply is short enough and has no control characters.
func fitsReply(text string) bool {
	return len(text) <= maxText+512 && (text == "" || Printable.holds(text))
}
