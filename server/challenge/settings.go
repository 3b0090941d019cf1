package challenge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// The names of the forms of challenges in settings.
const (
	formNone       = "none"
	formQuery      = "echo-query"
	formField      = "echo-json-field"
	formJSON       = "echo-json"
	formHeader     = "echo-header"
	formHeaderJSON = "echo-header-json"
	formHMAC       = "hmac-json"
	formMethod     = "answer-method"
	formOptions    = "cloudevents-options"
	formEmpty      = "empty-batch"
	formUnsigned   = "accept-unsigned"
	formStore      = "store-field"
	formStoreHead  = "store-header"
	formVisit      = "visit-url"
)

// Forms returns the names of all forms, for people.
func Forms() []string {
	return []string{formNone, formQuery, formField, formJSON, formHeader, formHeaderJSON, formHMAC, formMethod,
		formOptions, formEmpty, formUnsigned, formStore, formStoreHead, formVisit}
}

// The names of the settings that Parse reads.
const (
	settingForm    = "challenge"
	settingField   = "challenge_field"
	settingAnswer  = "challenge_answer"
	settingWhen    = "challenge_when"
	settingRequire = "challenge_require"
	settingHost    = "challenge_host"
)

// SettingNames returns the names of the settings that Parse reads, in the order of the form.
func SettingNames() []string {
	return []string{settingForm, settingField, settingAnswer, settingWhen, settingRequire, settingHost}
}

// Sum says how an endpoint whose settings describe its signatures makes an HMAC; the zero Sum: it does not.
type Sum struct {
	Hash     string
	Encoding signature.Encoding
}

// Parse makes the challenges of an endpoint from its settings, with those that its provider has otherwise. complaint is
// a sentence about the first wrong setting, for the person who wrote it; no challenge is answered then.
func Parse(settings map[string]string, otherwise []Challenge, sum Sum) (all []Challenge, complaint string) {
	form := settings[settingForm]
	if form == "" {
		for _, name := range SettingNames() {
			if settings[name] != "" {
				return nil, name + " needs challenge, which names the form of the challenge."
			}
		}
		return otherwise, ""
	}
	if !slices.Contains(Forms(), form) {
		return nil, fmt.Sprintf("challenge must be one of %s, not %q.", strings.Join(Forms(), ", "), form)
	}
	if form == formNone {
		return nil, ""
	}
	p := parser{settings: settings, field: settings[settingField], sum: sum}
	p.form(form)
	p.conditions()
	p.leftover(form)
	if p.complaint != "" {
		return nil, p.complaint
	}
	return []Challenge{p.c}, ""
}

// parser makes one challenge of settings. The first complaint counts.
type parser struct {
	settings  map[string]string
	field     string
	sum       Sum
	c         Challenge
	complaint string
}

// complain notes what is wrong, if nothing else was.
func (p *parser) complain(format string, values ...any) {
	if p.complaint == "" {
		p.complaint = fmt.Sprintf(format, values...)
	}
}

// selector returns the selector of a place that the settings name.
func (p *parser) selector(setting, text string) payload.Selector {
	source, name, _ := strings.Cut(text, ":")
	if source == "header" && name != "" {
		return payload.HeaderNamed(name)
	}
	s, err := payload.ParseSelector(text)
	if err != nil || source != "query" && source != "body" || len(text) > 200 {
		p.complain(
			"%s must name a place, such as query:name, header:Name or body:path.to.field, not %q.",
			setting,
			text,
		)
	}
	return s
}

// token sets the token of the challenge to a place, and makes it a condition.
func (p *parser) token(source string, form Form) {
	if source != "" { // other settings need the place, so people write it here as well
		p.field = strings.TrimPrefix(p.field, source+":")
	}
	if p.field == "" {
		p.complain("challenge_field is missing: it names what the sender sends.")
		return
	}
	if source == "header" && http.CanonicalHeaderKey(p.field) == "Authorization" {
		p.complain("challenge_field must not be Authorization, which can contain a secret.")
		return
	}
	text := p.field
	if source != "" {
		text = source + ":" + p.field
	}
	p.c.Token = Token{At: p.selector(settingField, text), Form: form}
	p.c.When = append(p.c.When, Condition{At: p.c.Token.At})
}

// form sets what belongs to the form of the challenge.
func (p *parser) form(form string) {
	echo := Text("{token}")
	switch form {
	case formQuery:
		p.c.When = []Condition{{NoBody: true}} // an event may be sent to an address with this parameter
		p.token("query", Printable)
		p.c.Methods, p.c.Reply = []string{"GET", "POST"}, Reply{Text: echo}
	case formField:
		p.token("body", Name)
		p.c.Methods, p.c.Signed, p.c.Reply = []string{"POST"}, true, Reply{Text: echo}
	case formJSON:
		p.token("body", Name)
		p.c.Methods, p.c.Reply = []string{"POST"}, Reply{JSON: Object(last(p.field), "{token}")}
		p.answer(false)
		if p.settings[settingWhen] == "" { // an event may have such a member as well
			p.only()
		}
	case formHeader:
		p.token("header", Name)
		p.c.Reply = Reply{Headers: []Header{{Name: http.CanonicalHeaderKey(p.field), Text: echo}}}
	case formHeaderJSON:
		p.token("header", Name)
		p.c.Methods, p.c.Reply = []string{"GET"}, Reply{JSON: Object("verification", "{token}")}
		p.answer(false)
	case formHMAC:
		p.hmac()
	case formMethod:
		p.method()
	default:
		p.special(form)
	}
	if form == formHeader && slices.Contains(forbiddenHeaders(), http.CanonicalHeaderKey(p.field)) {
		p.complain("challenge_field must not be %s, which browsers and proxies act on.", p.field)
	}
}

// forbiddenHeaders returns the headers that cannot be sent back, because they change what an answer means.
func forbiddenHeaders() []string {
	return []string{"Connection", "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type",
		"Cache-Control", "Keep-Alive", "Location", "Proxy-Authenticate", "Refresh", "Set-Cookie", "Trailer",
		"Transfer-Encoding", "Upgrade", "Www-Authenticate", "X-Content-Type-Options", "Clear-Site-Data", "Date",
		"Host", "Origin", "Cookie"}
}

// special sets what belongs to the rarer forms.
func (p *parser) special(form string) {
	switch form {
	case formOptions:
		p.c = Origin()
	case formEmpty:
		p.c.Methods = []string{"POST"}
		if p.field == "" {
			p.complain("challenge_field is missing: it names the list that is empty.")
			return
		}
		p.c.When = []Condition{{At: p.selector(settingField, "body:"+p.field), Empty: true}}
	case formUnsigned:
		p.c.Methods = []string{"POST"}
		if p.settings[settingWhen] == "" {
			p.complain("challenge_when is missing: it says which request may be unsigned.")
		}
	case formStore:
		p.token("body", Word)
		p.c.Methods, p.c.Takes, p.c.Token.Least = []string{"POST"}, true, signature.MinSecret
		p.only()
	case formStoreHead:
		p.token("header", Word)
		p.c.Methods, p.c.Takes, p.c.Token.Least = []string{"POST"}, true, signature.MinSecret
		p.c.Token.Most = 256
		p.c.Reply = Reply{Headers: []Header{{Name: http.CanonicalHeaderKey(p.field), Text: Text("{token}")}}}
	case formVisit:
		p.token("body", Printable)
		p.c.Token.Form, p.c.Token.Most = Printable, maxAddress
		p.c.Methods, p.c.Signed = []string{"POST"}, true
		p.c.Confirm = &Confirm{At: p.c.Token.At, Hosts: []string{p.settings[settingHost]}}
		if bad := checkHost(p.settings[settingHost]); bad != "" {
			p.complain("challenge_host %s", bad)
		}
	}
}

// only makes it a condition that the body has no other member than that of the token.
func (p *parser) only() {
	first, _, _ := strings.Cut(p.field, ".")
	if beside, err := payload.ParseSelector("beside:" + first); err == nil {
		p.c.When = append(p.c.When, Condition{At: beside, Absent: true})
	}
}

// hmac sets what belongs to an answer with an HMAC.
func (p *parser) hmac() {
	p.token("", Name)
	if p.sum.Hash == "" {
		p.complain("challenge can be hmac-json only for senders that sign with an HMAC.")
	}
	if !strings.HasPrefix(p.field, "query:") && !strings.HasPrefix(p.field, "body:") {
		p.complain("challenge_field must name a place for hmac-json, such as query:crc_token or body:payload.token.")
	}
	p.c.Token.Most, p.c.Methods = 256, []string{"POST"}
	if strings.HasPrefix(p.field, "query:") {
		p.c.Methods = []string{"GET"}
	}
	p.c.Keyed = &Keyed{Hash: p.sum.Hash, Encoding: p.sum.Encoding}
	if p.settings[settingAnswer] == "" {
		p.complain("challenge_answer is missing, such as {\"token\":\"{token}\",\"hash\":\"{hmac}\"}.")
		return
	}
	p.answer(true)
}

// method sets what belongs to a method that is accepted.
func (p *parser) method() {
	if p.field != "HEAD" && p.field != "GET" && p.field != "OPTIONS" {
		p.complain("challenge_field must be HEAD, GET or OPTIONS: the method of the request.")
	}
	p.c.Methods = []string{p.field}
	if p.field == "OPTIONS" {
		p.c.Reply.Headers = []Header{{Name: "Allow", Text: Text("POST")}}
	}
}

// last returns the last step of a path.
func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// answer sets a JSON answer from the setting, if there is one: an object of texts, in which {token} and {hmac} are
// replaced.
func (p *parser) answer(keyed bool) {
	text := p.settings[settingAnswer]
	if text == "" {
		return
	}
	var object map[string]string
	if len(text) > 1000 || json.Unmarshal([]byte(text), &object) != nil || len(object) == 0 {
		p.complain(
			"challenge_answer must be a JSON object whose values are texts, such as {\"challenge\":\"{token}\"}.",
		)
		return
	}
	p.c.Reply.JSON = nil
	signs := false
	for name, value := range object {
		t, err := payload.ParseTemplate(value, "token", "hmac")
		if err != nil || slices.ContainsFunc(t, func(piece payload.Piece) bool { return !piece.Selector.IsZero() }) ||
			t.Uses("hmac") && !keyed {
			p.complain("challenge_answer may contain only {token}%s in braces.",
				map[bool]string{true: " and {hmac}"}[keyed])
			return
		}
		signs = signs || t.Uses("hmac")
		p.c.Reply.JSON = append(p.c.Reply.JSON, Member{name, t})
	}
	if keyed && !signs {
		p.complain("challenge_answer must contain {hmac}, the answer that the sender compares.")
	}
}

// conditions adds the condition and the requirement that the settings name.
func (p *parser) conditions() {
	if text := p.settings[settingWhen]; text != "" {
		at, want, found := strings.Cut(text, "=")
		if !found || want == "" {
			p.complain("challenge_when must be a place and a value, such as header:X-Type=verification.")
			return
		}
		// what is cheap to read comes first
		p.c.When = slices.Insert(p.c.When, 0, Condition{At: p.selector(settingWhen, at), Is: []string{want}})
	}
	if text := p.settings[settingRequire]; text != "" {
		at, want, found := strings.Cut(text, "=")
		if !found || want == "" {
			p.complain("challenge_require must be a place and a value, such as query:hub.verify_token=the-token.")
			return
		}
		p.c.Require = append(p.c.Require, Requirement{At: p.selector(settingRequire, at), Is: []string{want}})
	}
}

// leftover complains about settings that the form does not read.
func (p *parser) leftover(form string) {
	if p.settings[settingAnswer] != "" && form != formJSON && form != formHeaderJSON && form != formHMAC {
		p.complain("challenge_answer has no meaning for %s. Remove it.", form)
	}
	if p.settings[settingHost] != "" && form != formVisit {
		p.complain("challenge_host has a meaning only for visit-url. Remove it.")
	}
	if p.field != "" && (form == formOptions || form == formUnsigned) {
		p.complain("challenge_field has no meaning for %s. Remove it.", form)
	}
}

// Origin is the challenge of CloudEvents: a sender asks whether its origin may send, and at which rate. Every origin is
// allowed unless the setting origin names one.
func Origin() Challenge {
	return Challenge{
		Methods: []string{"OPTIONS"},
		When:    []Condition{Has("header:Webhook-Request-Origin")},
		Require: []Requirement{{At: payload.Select("header:Webhook-Request-Origin"), Setting: "origin", Free: true}},
		Token:   Token{At: payload.Select("header:Webhook-Request-Origin"), Most: 253},
		Reply: Reply{Headers: []Header{
			{Name: "Allow", Text: Text("POST")},
			{Name: "Webhook-Allowed-Origin", Text: Text("{token}")},
			{Name: "Webhook-Allowed-Rate", From: payload.Select("header:Webhook-Request-Rate")},
		}},
	}
}
