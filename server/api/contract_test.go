package api

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// described is the part of openapi.json that these tests look at.
type described struct {
	Tags  []struct{ Name, Description string }
	Paths map[string]map[string]struct {
		OperationID, Summary, Description string
		Tags                              []string
		Deprecated                        bool
	}
	Components struct {
		Schemas map[string]struct {
			Description string
			Properties  map[string]struct {
				Description string
				Enum        []string
				Ref         string `json:"$ref"`
			}
			Reasons []struct {
				Code        hook.Reason
				Label       string
				Explanation string
			} `json:"x-reasons"`
		}
	}
}

func description(t *testing.T) (d described) {
	t.Helper()
	text, err := OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryOperationIsDescribedForClientGenerators(t *testing.T) {
	d := description(t)
	var tags []string
	for _, tag := range d.Tags {
		tags = append(tags, tag.Name)
		if tag.Description == "" {
			t.Errorf("tag %s has no description", tag.Name)
		}
	}
	name := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	seen := map[string]bool{}
	for path, methods := range d.Paths {
		for method, o := range methods {
			if !name.MatchString(o.OperationID) || seen[o.OperationID] {
				t.Errorf("%s %s: operation id %q", method, path, o.OperationID)
			}
			seen[o.OperationID] = true
			if o.Summary == "" || o.Description == "" || len(o.Tags) != 1 || !slices.Contains(tags, o.Tags[0]) {
				t.Errorf("%s %s: %+v", method, path, o)
			}
		}
	}
}

func TestEverySchemaAndFieldIsDescribed(t *testing.T) {
	d := description(t)
	for name, s := range d.Components.Schemas {
		if s.Description == "" {
			t.Errorf("%s has no description: add it to schemaDescriptions", name)
		}
		if strings.HasSuffix(name, "Body") || !regexp.MustCompile(`^[A-Z][A-Za-z]+$`).MatchString(name) {
			t.Errorf("%s is not a suitable type name for generated clients", name)
		}
		for field, p := range s.Properties {
			if p.Description == "" && p.Ref == "" {
				t.Errorf("%s.%s has no description", name, field)
			}
		}
	}
	for name := range schemaDescriptions {
		if _, used := d.Components.Schemas[name]; !used {
			t.Errorf("schemaDescriptions has %s, which no operation uses", name)
		}
	}
}

func TestDescriptionListsEveryReasonAndUpdateKind(t *testing.T) {
	d := description(t)
	listed := d.Components.Schemas["Reason"].Reasons
	for _, reason := range hook.Reasons() {
		if !slices.ContainsFunc(listed, func(r struct {
			Code        hook.Reason
			Label       string
			Explanation string
		}) bool {
			return r.Code == reason && r.Label == reason.Text().Label && r.Explanation == reason.Text().Explanation
		}) {
			t.Errorf("%s is not described with its texts", reason)
		}
	}
	kinds := d.Components.Schemas["Update"].Properties["kind"].Enum
	for _, kind := range []wire.UpdateKind{wire.UpdateDelivery, wire.UpdateStatus, wire.UpdateEndpoint,
		wire.UpdateStatuses} {
		if !slices.Contains(kinds, string(kind)) {
			t.Errorf("Update.kind is %q, without %s", kinds, kind)
		}
		if _, has := d.Components.Schemas["Update"].Properties[string(kind)]; !has {
			t.Errorf("Update has no field %s", kind)
		}
	}
}

// TestFramesHaveOnlyDescribedFields reads frames of every kind of update strictly.
func TestFramesHaveOnlyDescribedFields(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("live", stripeSecret)
	body := `{"id":"evt_1","type":"payment_intent.succeeded","created":1772539200,"livemode":true,` +
		`"data":{"object":{"id":"pi_1","object":"payment_intent","amount_received":4900,"currency":"eur",` +
		`"status":"succeeded"}}}`
	h.stripe(e, stripeSecret, body, 0).expect(t, 200, "")
	var got []wire.UpdateKind
	for after := "0"; !slices.Contains(got, wire.UpdateStatus); {
		a := h.do(request{method: "GET", path: "/api/v1/updates?wait=5s&after=" + after, token: true})
		var f wire.Frame
		strict := json.NewDecoder(strings.NewReader(a.text))
		strict.DisallowUnknownFields()
		if err := strict.Decode(&f); err != nil {
			t.Fatalf("%v in %s", err, a.text)
		}
		for _, u := range f.Updates {
			if u.Kind == wire.UpdateDelivery && u.Delivery == nil || u.Kind == wire.UpdateStatus && u.Status == nil {
				t.Errorf("%+v", u)
			}
			got = append(got, u.Kind)
		}
		if after = f.To; f.To == f.From && len(f.Updates) == 0 {
			t.Fatalf("no update within the wait: %s", a.text)
		}
	}
	if !slices.Contains(got, wire.UpdateDelivery) {
		t.Errorf("updates: %q", got)
	}
}

// TestDeprecatedRoutesAndFieldsStillWork holds the path for those who use the names of before the first tagged
// release.
func TestDeprecatedRoutesAndFieldsStillWork(t *testing.T) {
	h := newTestAPI(t, "")
	e := h.stripeEndpoint("live", stripeSecret)
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 200, "")
	h.stripe(e, stripeSecret, `{"id":"evt_1","type":"a"}`, 0).expect(t, 200, "")
	id := string(h.newest(e).ID)
	call := func(method, path, body string) map[string]any {
		t.Helper()
		var v map[string]any
		a := h.do(request{method: method, path: "/api/v1" + path, body: body, token: true})
		if err := json.Unmarshal([]byte(a.text), &v); err != nil || a.StatusCode != 200 {
			t.Fatalf("%s: %v in %s", path, err, a.text)
		}
		return v
	}
	for former, now := range map[string]string{"/deliveries/" + id + "/tries": "/deliveries/" + id + "/redeliveries"} {
		was, is := call("GET", former, ""), call("GET", now, "")
		if len(is["redeliveries"].([]any)) != 2 || len(was["tries"].([]any)) != 2 {
			t.Errorf("%s: %v, %s: %v", former, was, now, is)
		}
	}
	if d := call("GET", "/deliveries/"+id, ""); d["redelivery"] != 1.0 || d["try"] != 2.0 {
		t.Errorf("redelivery %v, try %v", d["redelivery"], d["try"])
	}
	for _, path := range []string{"/reverify", "/verify-again"} {
		if v := call("POST", "/endpoints/"+string(e.ID)+path, "{}"); v["examined"] != 0.0 {
			t.Errorf("%s: %v", path, v)
		}
	}
	for _, path := range []string{"/mapping/test", "/mapping/try"} {
		v := call("POST", "/endpoints/"+string(e.ID)+path,
			`{"mapping":{"kind":"own","subject":"body.id","state":"body.type"}}`)
		if v["examined"] != v["looked"] || v["examined"] != 1.0 {
			t.Errorf("%s: %v", path, v)
		}
	}
}
