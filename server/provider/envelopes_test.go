package provider

import (
	"crypto/sha1"
	"crypto/sha256"
	"net/url"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

const (
	formType   = "application/x-www-form-urlencoded"
	multipartB = "multipart/form-data; boundary=B"
	mark       = "\xef\xbb\xbf"
)

// partsOf writes fields as multipart with the boundary B, and a file behind them.
func partsOf(fields url.Values) string {
	var b strings.Builder
	for name := range fields {
		b.WriteString(
			"--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + fields.Get(name) + "\r\n",
		)
	}
	return b.String() + "--B\r\nContent-Disposition: form-data; name=\"attachment-1\"; filename=\"a.txt\"\r\n\r\n" +
		"x\r\n--B--\r\n"
}

// githubRunBody is a run of GitHub Actions that succeeded.
const githubRunBody = `{"action":"completed","workflow_run":{"id":77,"run_attempt":1,"name":"CI",` +
	`"status":"completed","conclusion":"success","updated_at":"2026-03-04T11:59:00Z","head_branch":"main"},` +
	`"repository":{"full_name":"o/r"}}`

// TestAFormSaysTheSameAsJSON sends the same event as JSON, behind a byte order mark and in a field of a form. The
// signature is over the bytes of each.
func TestAFormSaysTheSameAsJSON(t *testing.T) {
	slackAction := `{"type":"block_actions","trigger_id":"t1","team":{"id":"T1"},` +
		`"actions":[{"action_ts":"1772625540.5"}]}`
	generic := `{"id":"g1","type":"a","created_at":"2026-03-04T11:59:00Z"}`
	signed := map[string]func(body string) map[string]string{
		"github": func(body string) map[string]string {
			return map[string]string{"X-Hub-Signature-256": "sha256=" + hmacHex(sha256.New, plain, body),
				"X-Github-Event": "workflow_run", "X-Github-Delivery": "d1"}
		},
		"slack": func(body string) map[string]string {
			return map[string]string{"X-Slack-Request-Timestamp": seconds(noon),
				"X-Slack-Signature": "v0=" + hmacHex(sha256.New, plain, "v0:"+seconds(noon)+":"+body)}
		},
		"generic-hmac": func(body string) map[string]string {
			return map[string]string{"X-Signature": hmacHex(sha256.New, plain, body)}
		},
		"shared-secret-header": func(string) map[string]string { return map[string]string{"X-Webhook-Secret": plain} },
	}
	for id, c := range map[string]struct{ json, event, typ, account string }{
		"github":               {githubRunBody, "d1", "workflow_run", "o/r"},
		"slack":                {slackAction, "t1", "block_actions", "T1"},
		"generic-hmac":         {generic, "g1", "a", ""},
		"shared-secret-header": {generic, "g1", "a", ""},
	} {
		form := url.Values{"payload": {c.json}}
		for media, body := range map[string]string{"application/json": c.json, "text/plain": mark + c.json,
			formType: form.Encode(), multipartB: partsOf(form)} {
			r := extracttest.Record("POST", nil, body)
			r.ContentType = media
			for name, value := range signed[id](body) {
				r.Headers = append(r.Headers, hook.Header{Name: name, Value: value})
			}
			e := hook.Endpoint{Secrets: secret(plain)}
			f := examine(id, e, r)
			if f.Verdict != hook.Verified || f.Event != c.event || f.Type != c.typ || f.Account != c.account ||
				f.OccurredAt.UTC().Format("15:04") != "11:59" {
				t.Errorf("%s, %s: %+v", id, media, f)
			}
			if id != "github" {
				continue
			}
			r.ID, r.Event, r.Type, r.Account, r.OccurredAt = "dlv_1", f.Event, f.Type, f.Account, f.OccurredAt
			if all, err := github.Statements(&e, r); err != nil ||
				extracttest.Summary(all) != "stands success: run/o/r/77" {
				t.Errorf("%s: %s, %v", media, extracttest.Summary(all), err)
			}
			r.Body[len(r.Body)/2] ^= 1
			if f := examine(id, e, r); f.Verdict != hook.Rejected {
				t.Errorf("%s with a bit turned: %+v", media, f)
			}
		}
	}
}

// TestTheTypeOfAnySenderIsReadInAForm has the default sender of a new endpoint.
func TestTheTypeOfAnySenderIsReadInAForm(t *testing.T) {
	json := `{"type":"block_actions"}`
	for media, body := range map[string]string{"application/json": json, "text/plain": mark + json,
		formType: url.Values{"payload": {json}}.Encode()} {
		r := extracttest.Record("POST", nil, body)
		r.ContentType = media
		if f := examine("generic", hook.Endpoint{Verify: hook.Off}, r); f.Type != "block_actions" {
			t.Errorf("%s: %+v", media, f)
		}
	}
}

// TestMailgunsFormsVerify has the forms of routes and legacy webhooks. The three fields of the signature may be fields
// of the form, or a member of its JSON, but not a mixture.
func TestMailgunsFormsVerify(t *testing.T) {
	stamp, token := seconds(noon), strings.Repeat("a", 50)
	fields := func(change ...string) url.Values {
		v := url.Values{"recipient": {"a@b.example"}, "timestamp": {stamp}, "token": {token},
			"signature": {hmacHex(sha256.New, plain, stamp+token)}, "body-plain": {"é & = \r\n--"}}
		for i := 0; i < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return v
	}
	for name, c := range map[string]struct {
		fields url.Values
		want   hook.Reason
	}{
		"right":         {fields(), ""},
		"another token": {fields("token", "b"), hook.ReasonSignatureMismatch},
		"another time":  {fields("timestamp", "1772625541"), hook.ReasonSignatureMismatch},
		"no signature":  {fields("signature", ""), hook.ReasonSignatureMissing},
		"no time":       {fields("timestamp", ""), hook.ReasonTimestampMissing},
		"another hash": {fields("signature", hmacHex(sha1.New, plain, stamp+token)),
			hook.ReasonSignatureMismatch},
		"a mail's JSON":     {fields("payload", `{"event-data":{"id":"forged","event":"delivered"}}`), ""},
		"a mail's Event-ID": {fields("event-data.id", "forged", "event", "forged"), ""},
	} {
		for media, body := range map[string]string{formType: c.fields.Encode(), multipartB: partsOf(c.fields)} {
			r := extracttest.Record("POST", nil, body)
			r.ContentType = media
			f := examine("mailgun", hook.Endpoint{Secrets: secret(plain)}, r)
			if f.Reason != c.want || (f.Verdict == hook.Verified) != (c.want == "") {
				t.Errorf("%s, %s: %+v", name, media, f)
			}
			if c.want == "" && (f.Event != token || f.Type != "" || !f.OccurredAt.Equal(noon) ||
				f.Check.Covers != hook.CoversTime) {
				t.Errorf("%s, %s: %+v", name, media, f)
			}
		}
	}
	if f := examine("mailgun", hook.Endpoint{Secrets: secret(plain)},
		extracttest.Record("POST", nil, `{"x":"&`+fields().Encode()+`&"}`)); f.Verdict != hook.Rejected {
		t.Errorf("JSON with a form in a text: %+v", f)
	}
}

// TestARewrittenFormDoesNotVerify holds that a form whose sorted fields are signed does not verify as multipart, where
// files could be added.
func TestARewrittenFormDoesNotVerify(t *testing.T) {
	fields := url.Values{"CallSid": {"CA1"}}
	for media, body := range map[string]string{formType: fields.Encode(), multipartB: partsOf(fields)} {
		r := extracttest.Record(
			"POST",
			headers("X-Twilio-Signature", hmac64(sha1.New, plain, address+"CallSidCA1")),
			body,
		)
		r.ContentType = media
		e := hook.Endpoint{Secrets: secret(plain), SignedURL: address}
		if f := examine("twilio", e, r); (f.Verdict == hook.Verified) != (media == formType) {
			t.Errorf("%s: %+v", media, f)
		}
	}
}

// TestAGetHasItsFieldsInTheQuery has a webhook of Twilio whose method is GET.
func TestAGetHasItsFieldsInTheQuery(t *testing.T) {
	for query, event := range map[string]string{
		"MessageSid=SM1&MessageStatus=sent&AccountSid=AC1": "SM1/sent",
		"CallSid=CA1&CallStatus=sent&AccountSid=AC1":       "CA1/sent",
	} {
		r := extracttest.Record("GET", headers("X-Twilio-Signature", hmac64(sha1.New, plain, address+"?"+query)), "")
		r.Query = query
		f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r)
		if f.Verdict != hook.Verified || f.Event != event || f.Type != "sent" || f.Account != "AC1" {
			t.Errorf("%s: %+v", query, f)
		}
	}
}

// TestACompositeIDNamesOneEvent has the ids of two events whose parts are equal when they are only put together.
func TestACompositeIDNamesOneEvent(t *testing.T) {
	id := func(source, id string) string {
		return cloudevents.event(requestWith("Ce-Source", source, "Ce-Id", id)).ID
	}
	if a, b := id("/a", "b/c"), id("/a/b", "c"); a == b || b != "/a/b/c" {
		t.Errorf("%q and %q", a, b)
	}
}

// requestWith is a request with headers and nothing else.
func requestWith(header ...string) *payload.Request {
	q := &payload.Request{}
	q.Reset(extracttest.Record("POST", headers(header...), ""), nil)
	return q
}
