package wire

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
)

// arbitrary returns a generator that fills every field of a T, so that a field that a function forgets shows up.
func arbitrary[T any]() *rapid.Generator[T] {
	text := rapid.OneOf(
		rapid.Just(""),
		rapid.String(),
		rapid.StringMatching(`[a-z_]{1,12}`),
		rapid.Just("\xff\x00\"\\</>&\u2028"),
	)
	moment := rapid.Custom(func(t *rapid.T) hook.Time {
		return hook.Time{Time: time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "ms")).UTC()}
	})
	return rapid.MakeCustom[T](rapid.MakeConfig{Types: map[reflect.Type]*rapid.Generator[any]{
		reflect.TypeFor[hook.Time](): moment.AsAny(), reflect.TypeFor[string](): text.AsAny(),
	}})
}

// sameBytes fails unless encoding/json writes want as got.
func sameBytes(t *rapid.T, want any, got []byte) {
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(text), string(got)); diff != "" {
		t.Fatal(diff)
	}
}

func TestAppendDeliveryMatchesEncodingJSON(t *testing.T) {
	deliveries := arbitrary[hook.Delivery]()
	rapid.Check(t, func(t *rapid.T) {
		d := deliveries.Draw(t, "delivery")
		d.ID = "dlv_1abc" // made by the program: it needs no escaping
		view := NewDelivery(&d)
		sameBytes(t, view, AppendDelivery(nil, &d))
		sameBytes(t, Update{Kind: UpdateDelivery, Seq: d.Seq, Delivery: &view}, appendedUpdate(&d))
	})
}

// appendedUpdate writes a seq of 0 as well, which encoding/json leaves out; no delivery has it.
func appendedUpdate(d *hook.Delivery) []byte {
	return []byte(strings.Replace(string(AppendDeliveryUpdate(nil, d)), `"delivery","seq":0,`, `"delivery",`, 1))
}

func TestAppendStatusMatchesEncodingJSON(t *testing.T) {
	statuses := arbitrary[hook.Status]()
	rapid.Check(t, func(t *rapid.T) {
		s := statuses.Draw(t, "status")
		text := AppendStatus(nil, &s)
		sameBytes(t, NewStatus(&s), text)
		again, err := ParseStatus(text)
		if err != nil {
			t.Fatal(err)
		}
		// Bytes that are no UTF-8 were replaced the first time; from then on nothing changes.
		settled := AppendStatus(nil, &again)
		if again, err = ParseStatus(settled); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(settled), string(AppendStatus(nil, &again))); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestParseStatusReadsTheFormOfAnEarlierRelease(t *testing.T) {
	s, err := ParseStatus([]byte(`{"id":"sub_a","subject":"order/1","names":["order/1","order/2"],"seq":7}`))
	if err != nil || len(s.Aliases) != 2 || s.Seq != 7 {
		t.Errorf("%+v %v", s, err)
	}
	if _, err := ParseStatus([]byte(`{"id":`)); err == nil {
		t.Error("half a status is read")
	}
}

func TestAppendStoredDeliveryMatchesEncodingJSON(t *testing.T) {
	stored := arbitrary[StoredDelivery]()
	rapid.Check(t, func(t *rapid.T) {
		s := stored.Draw(t, "stored")
		s.ID = "dlv_1abc"
		sameBytes(t, s, s.Append(nil))
	})
}

// TestWireTypesHaveAllFieldsOfTheProgramsTypes compares by name: a field that is added to one of the program's
// types and not to its JSON object is noticed, unless it is listed here with the name that it has there.
func TestWireTypesHaveAllFieldsOfTheProgramsTypes(t *testing.T) {
	renamed := map[string]string{"Names": "Aliases", "Says": "Evidence", "Occurrence": "Redelivery"}
	for _, c := range []struct {
		from, to reflect.Type
	}{
		{reflect.TypeFor[hook.Delivery](), reflect.TypeFor[Delivery]()},
		{reflect.TypeFor[hook.Status](), reflect.TypeFor[Status]()},
		{reflect.TypeFor[hook.StatusDetail](), reflect.TypeFor[StatusDetail]()},
		{reflect.TypeFor[hook.Effect](), reflect.TypeFor[Effect]()},
		{reflect.TypeFor[hook.Public](), reflect.TypeFor[PublicStatus]()},
		{reflect.TypeFor[hook.Latency](), reflect.TypeFor[Latency]()},
		{reflect.TypeFor[hook.Mapping](), reflect.TypeFor[Mapping]()},
	} {
		for i := range c.from.NumField() {
			name := c.from.Field(i).Name
			if other := renamed[name]; other != "" {
				name = other
			}
			if _, has := c.to.FieldByName(name); !has {
				t.Errorf("%s has no %s, which %s has", c.to, name, c.from)
			}
		}
	}
}

// TestConversionsKeepListsAndMappings draws values and compares what encoding/json writes of both, field by field.
func TestConversionsKeepListsAndMappings(t *testing.T) {
	details, publics := arbitrary[hook.StatusDetail](), arbitrary[hook.Public]()
	mappings := arbitrary[hook.Mapping]()
	rapid.Check(t, func(t *rapid.T) {
		d := details.Draw(t, "detail")
		v := NewStatusDetail(&d)
		if len(v.Steps) != len(d.Steps) || len(v.Timeline) != len(d.Timeline) || len(v.Impressions) != len(d.Impressions) ||
			(v.TimeToPaid == nil) != (d.TimeToPaid == nil) {
			t.Fatalf("%+v", v)
		}
		p := publics.Draw(t, "public")
		if v := NewPublicStatus(&p); len(v.Timeline) != len(p.Timeline) || v.Status != p.Status || v.Final != p.Final {
			t.Fatalf("%+v", v)
		}
		m := mappings.Draw(t, "mapping")
		view := NewMapping(m)
		if len(m.States) == 0 {
			m.States = nil
		}
		if diff := cmp.Diff(m, *view.Mapping()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestNoticeRejectsFieldsThatDoNotMatchItsKind(t *testing.T) {
	for name, c := range map[string]struct {
		update Update
		want   string
	}{
		"endpoint":     {Update{Kind: UpdateEndpoint, Endpoint: &Endpoint{Name: "shop"}}, `{"kind":"endpoint","endpoint":{`},
		"statuses":     {Update{Kind: UpdateStatuses, Statuses: StatusesRebuilt}, `{"kind":"statuses","statuses":"rebuilt"}`},
		"nothing":      {Update{Kind: UpdateEndpoint}, ""},
		"another":      {Update{Kind: UpdateStatuses, Endpoint: &Endpoint{}}, ""},
		"with a seq":   {Update{Kind: UpdateStatuses, Statuses: StatusesRebuilt, Seq: 1}, ""},
		"both of them": {Update{Kind: UpdateStatuses, Statuses: StatusesRebuilt, Endpoint: &Endpoint{}}, ""},
		"no notice":    {Update{Kind: UpdateDelivery, Delivery: &Delivery{}}, ""},
	} {
		text, err := Notice(c.update)
		if (err != nil) != (c.want == "") || !strings.HasPrefix(string(text), c.want) {
			t.Errorf("%s: %s %v", name, text, err)
		}
	}
}
