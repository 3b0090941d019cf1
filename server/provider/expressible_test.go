package provider

import (
	"encoding/base64"
	"maps"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// otherSender is a sender that is not in the catalogue, with a delivery of its events.
type otherSender struct {
	identity Identity
	profile  signature.Profile
	media    string
	body     string
	header   []string
	want     []hook.Event // without Mode
}

// listSenders write their events in lists and texts inside of JSON.
func listSenders() map[string]otherSender {
	return map[string]otherSender{
		"a list in a list": { // Meta
			identity: Identity{Events: joins("item:message.mid", "outer:id+outer:time+item-sha256"),
				JoinedTypes: joins("body:object+item:field", "body:object+beside:sender,recipient,timestamp"),
				Times:       payload.SelectAll("item:timestamp", "outer:time"), Account: payload.Select("outer:id")},
			profile: signature.Profile{Batch: &payload.Batch{List: "entry.*.changes|entry.*.messaging"}},
			body: `{"object":"page","entry":[{"id":"7","time":1772625600,"messaging":[{"sender":{"id":"1"},` +
				`"timestamp":1772625600000,"message":{"mid":"m1"}}]},{"id":"8","time":1772625600,` +
				`"changes":[{"field":"feed","value":{}}]}]}`,
			want: []hook.Event{{Type: "page.feed", Account: "8", ID: "8/1772625600/sha256:" +
				"cb66655097497e50fd541ac74a302f0222644ede55252c80aada0c420d777602"},
				{ID: "m1", Type: "page.message", Account: "7"}},
		},
		"a type of two fields": { // GoCardless
			identity: Identity{Events: joins("item:id"), JoinedTypes: joins("item:resource_type+item:action"),
				Times: payload.SelectAll("item:created_at")},
			profile: signature.Profile{Batch: &payload.Batch{List: "events"}},
			body: `{"events":[{"id":"EV1","resource_type":"payments","action":"confirmed",` +
				`"created_at":"2026-03-04T12:00:00Z"}]}`,
			want: []hook.Event{{ID: "EV1", Type: "payments.confirmed"}},
		},
		"JSON in a text": { // Amazon SNS with an event of EventBridge inside
			identity: Identity{Events: joins("body:MessageId"),
				Types: payload.SelectAll("body:Message.@json.detail-type", "body:Type"),
				Times: payload.SelectAll("body:Message.@json.time", "body:Timestamp")},
			media: "text/plain; charset=UTF-8",
			body: `{"Type":"Notification","MessageId":"n1","Message":"{\"detail-type\":\"packed\",` +
				`\"time\":\"2026-03-04T12:00:00Z\"}"}`,
			want: []hook.Event{{ID: "n1", Type: "packed"}},
		},
		"lines": { // Auth0
			identity: Identity{Events: joins("item:log_id"), Types: payload.SelectAll("item:data.type"),
				Times: payload.SelectAll("item:data.date")},
			profile: signature.Profile{Batch: &payload.Batch{Lines: true}},
			media:   "application/x-ndjson",
			body: "{\"log_id\":\"1\",\"data\":{\"type\":\"s\",\"date\":\"2026-03-04T12:00:00Z\"}}\n" +
				"{\"log_id\":\"2\",\"data\":{\"type\":\"f\",\"date\":\"2026-03-04T12:00:00Z\"}}\n",
			want: []hook.Event{{ID: "1", Type: "s"}, {ID: "2", Type: "f"}},
		},
	}
}

// envelopeSenders write their events in something else than JSON.
func envelopeSenders() map[string]otherSender {
	jwt := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".AAAA"
	}
	return map[string]otherSender{
		"SOAP": { // Salesforce
			identity: Identity{Events: joins("item:Id"), Types: payload.SelectAll("item:sObject.$xsi:type"),
				Times:   payload.SelectAll("item:sObject.sf:LastModifiedDate"),
				Account: payload.Select("body:soapenv:Envelope.soapenv:Body.notifications.OrganizationId")},
			profile: signature.Profile{Envelope: payload.Envelope{XML: true},
				Batch: &payload.Batch{List: "soapenv:Envelope.soapenv:Body.notifications.Notification"}},
			media: "text/xml; charset=utf-8",
			body: `<soapenv:Envelope xmlns:soapenv="urn:s"><soapenv:Body><notifications xmlns="urn:o">` +
				`<OrganizationId>00D</OrganizationId><Notification><Id>04l</Id><sObject xsi:type="sf:Account">` +
				`<sf:LastModifiedDate>2026-03-04T12:00:00.000Z</sf:LastModifiedDate></sObject></Notification>` +
				`</notifications></soapenv:Body></soapenv:Envelope>`,
			want: []hook.Event{{ID: "04l", Type: "sf:Account", Account: "00D"}},
		},
		"JSON in a part": { // Dropbox Sign
			identity: Identity{Events: joins("body:event.event_hash"),
				Types: payload.SelectAll("body:event.event_type"),
				Times: payload.SelectAll("body:event.event_time")},
			profile: signature.Profile{Envelope: payload.Envelope{Field: "json"}},
			media:   multipartB,
			body: "--B\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n" +
				`{"event":{"event_hash":"h1","event_type":"signed","event_time":"1772625600"}}` + "\r\n--B--\r\n",
			want: []hook.Event{{ID: "h1", Type: "signed"}},
		},
		"claims of a header": { // Vonage
			identity: Identity{Events: joins("claim:Authorization/jti"), Types: payload.SelectAll("body:status"),
				Times: payload.SelectAll("body:timestamp"), Account: payload.Select("claim:Authorization/api_key")},
			body:   `{"status":"delivered","timestamp":"2026-03-04T12:00:00Z"}`,
			header: []string{"Authorization", "Bearer " + jwt(`{"jti":"j1","api_key":"k1"}`)},
			want:   []hook.Event{{ID: "j1", Type: "delivered", Account: "k1"}},
		},
		"a JWT with JSON in a text": { // Wix
			identity: Identity{Events: joins("body:data.@json.data.@json.id"),
				Types: payload.SelectAll("body:data.@json.eventType"), Times: payload.SelectAll("body:iat")},
			profile: signature.Profile{Envelope: payload.Envelope{JWT: true}},
			media:   "text/plain",
			body: jwt(`{"iat":1772625600,"data":"{\"eventType\":\"order\",` +
				`\"data\":\"{\\\"id\\\":\\\"w1\\\"}\"}"}`),
			want: []hook.Event{{ID: "w1", Type: "order"}},
		},
		"times of a zone that is not named": { // Midtrans
			identity: Identity{Events: joins("body:transaction_id+body:transaction_status"), Zone: "+07:00",
				Types: payload.SelectAll("body:transaction_status"), Times: payload.SelectAll("body:transaction_time")},
			body: `{"transaction_id":"t1","transaction_status":"capture","transaction_time":"2026-03-04 19:00:00"}`,
			want: []hook.Event{{ID: "t1/capture", Type: "capture"}},
		},
		"an account of two fields": { // Bitbucket Data Center
			identity: Identity{Events: joins("header:X-Request-Id"), Types: payload.SelectAll("header:X-Event-Key"),
				Times:         payload.SelectAll("body:date"),
				JoinedAccount: payload.SelectJoin("body:repository.project.key+body:repository.slug")},
			body:   `{"date":"2026-03-04T13:00:00+0100","repository":{"slug":"app","project":{"key":"WEB"}}}`,
			header: []string{"X-Request-Id", "r1", "X-Event-Key", "pr:opened"},
			want:   []hook.Event{{ID: "r1", Type: "pr:opened", Account: "WEB/app"}},
		},
	}
}

// TestOtherSendersCanBeRead has senders that write their events in their own ways. What they need of reading can be
// written in one file.
func TestOtherSendersCanBeRead(t *testing.T) {
	all := listSenders()
	maps.Copy(all, envelopeSenders())
	for name, c := range all {
		p := Provider{ID: name, Identity: c.identity, Signature: c.profile}
		r := extracttest.Record("POST", headers(c.header...), c.body)
		r.ContentType = c.media
		f := p.Verify(&hook.Endpoint{Verify: hook.Off}, r, signature.ReceiveContext{At: noon})
		got := f.Batch
		if len(got) == 0 {
			got = []hook.Event{{ID: f.Event, Type: f.Type, Account: f.Account, OccurredAt: f.OccurredAt}}
		}
		if len(got) != len(c.want) {
			t.Fatalf("%s: %+v", name, got)
		}
		for i := range got {
			if at := got[i].OccurredAt; !at.Equal(noon) {
				t.Errorf("%s: it happened at %v", name, at)
			}
			if got[i].OccurredAt = (hook.Time{}); got[i] != c.want[i] {
				t.Errorf("%s: %+v, want %+v", name, got[i], c.want[i])
			}
		}
	}
}
