package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// spliced returns a text with some of it replaced. Keys are new in each process, so what is fuzzed is the change of a
// genuine text, not the text.
func spliced(text string, at, removed uint16, with string) string {
	from := int(at) % (len(text) + 1)
	until := min(from+int(removed)%64, len(text))
	return text[:from] + with + text[until:]
}

// FuzzClientState: a request with notifications verifies only if each of them has the secret.
func FuzzClientState(f *testing.F) {
	item := `{"subscriptionId":"s","clientState":"` + plain + `"}`
	f.Add(`{"value":[` + item + `]}`)
	f.Add(`{"value":[` + item + `,{"clientState":"x"}],"validationTokens":["a.b.c"]}`)
	f.Add(`{"value":[{"clientState":"x","clientState":"` + plain + `"}]}`)
	f.Add(`{"value":[{"clientState":["` + plain + `"]}],"value":[` + item + `]}`)
	f.Add(`{"value":` + item + `}`)
	f.Fuzz(func(t *testing.T, body string) {
		e := hook.Endpoint{Secrets: secret(plain)}
		got := examine("microsoft-graph", e, extracttest.Record("POST", nil, body))
		other := examine("sharepoint", e, extracttest.Record("POST", nil, body))
		if other.Verdict != got.Verdict {
			t.Errorf("SharePoint: %s, Graph: %s", other.Verdict, got.Verdict)
		}
		// Maps, because encoding/json compares the names of struct fields without regard to case.
		var sent map[string]json.RawMessage
		var list []map[string]any
		if got.Verdict != hook.Verified || json.Unmarshal([]byte(body), &sent) != nil ||
			json.Unmarshal(sent["value"], &list) != nil {
			return
		}
		for _, one := range list {
			if one["clientState"] != plain && !repeats(body) {
				t.Errorf("verified with %v", one)
			}
		}
	})
}

// repeats reports whether an object in JSON has a name twice, of which parsers read different ones.
func repeats(body string) bool {
	type object struct {
		names map[string]bool // nil: a list
		value bool            // what follows is a value
	}
	var stack []*object
	for d := json.NewDecoder(strings.NewReader(body)); ; {
		token, err := d.Token()
		if err != nil {
			return false
		}
		var in *object
		if len(stack) > 0 {
			in = stack[len(stack)-1]
		}
		if name, isText := token.(string); isText && in != nil && in.names != nil && !in.value {
			if in.names[name] {
				return true
			}
			in.names[name], in.value = true, true
			continue
		}
		if in != nil {
			in.value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, &object{names: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, &object{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

// FuzzSNSMessages: a message that verifies says in its signed fields what was signed, as another parser reads them.
func FuzzSNSMessages(f *testing.F) {
	k := newKeys(f)
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	body := k.signFields(f, `{"Type":"Notification","MessageId":"n","TopicArn":"arn:t","Message":"{\"a\":1}",`+
		`"Timestamp":"2026-03-04T12:00:00Z","SignatureVersion":"2","Signature":"{signature}",`+
		`"UnsubscribeURL":"https://a"}`, "sha256", names)
	signed := textOf(body, names)
	e := &hook.Endpoint{Verify: hook.Enforce, Secrets: secret(k.pem), Settings: set("topic_arn", "arn:t")}
	f.Add(uint16(0), uint16(0), "")
	f.Add(uint16(1), uint16(0), `"Type":"Notification",`)
	f.Add(uint16(1), uint16(0), `"Subject":null,`)
	f.Add(uint16(1), uint16(0), `"\u0054ype":"SubscriptionConfirmation",`)
	f.Add(uint16(1), uint16(0), `"message":"x","Subject":{"Subject":"x"},`)
	f.Add(uint16(0), uint16(0), "\xef\xbb\xbf")
	f.Add(uint16(len(body)), uint16(0), `{"Message":"x"}`)
	f.Add(uint16(len(body)-1), uint16(0), `,"MessageId":"x"`)
	f.Add(uint16(len(body)-1), uint16(0), `,"Message\u0049d":"x"`)
	f.Fuzz(func(t *testing.T, at, removed uint16, with string) {
		changed := spliced(body, at, removed, with)
		got := awsSNS.Verify(e, extracttest.Record("POST", nil, changed), signature.ReceiveContext{At: noon})
		if changed == body && got.Verdict != hook.Verified {
			t.Fatalf("%+v", got)
		}
		if got.Verdict == hook.Verified && json.Valid([]byte(changed)) && textOf(changed, names) != signed {
			t.Errorf("verified: %s", changed)
		}
	})
}

// textOf returns what is signed of a message, as encoding/json reads it.
func textOf(body string, names []string) (text string) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(body), &fields); err != nil {
		return err.Error()
	}
	for _, name := range names {
		if value := fields[name]; value != nil {
			text += fmt.Sprintf("%s\n%v\n", name, value)
		}
	}
	return text
}

// FuzzGridTokens: only the genuine token verifies, written in exactly one way, and no secret in the query does.
func FuzzGridTokens(f *testing.F) {
	m := newEntra(f)
	e := &hook.Endpoint{Verify: hook.Enforce, Tolerance: 5 * time.Minute, Secrets: secret(plain),
		Settings: set("audience", "app-1", "tenant", "t-1")}
	on := signature.ReceiveContext{At: noon, Certificates: entraKeys{key: m.jwk}}
	f.Add(uint16(0), uint16(0), "", "")
	f.Add(uint16(len(m.good)), uint16(0), "=", "code="+plain)
	f.Add(uint16(0), uint16(0), " ", "secret="+plain)
	f.Add(uint16(0), uint16(60), "eyJhbGciOiJub25lIn0", "")
	f.Fuzz(func(t *testing.T, at, removed uint16, with, query string) {
		changed := spliced(m.good, at, removed, with)
		r := extracttest.Record("POST", headers("Authorization", "Bearer "+changed), gridEvents)
		r.Query = query
		genuine := strings.TrimLeft(changed, " ") == m.good // several blanks may follow Bearer
		if got := azureEventGrid.Verify(e, r, on); (got.Verdict == hook.Verified) != genuine {
			t.Errorf("%q: %+v", changed, got)
		}
	})
}
