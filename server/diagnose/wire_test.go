package diagnose

import (
	"encoding/json"
	"reflect"
	"testing"
)

// TestADiagnosisIsWrittenByWireAlone holds the JSON that scripts and the dashboard read, and that this package declares
// no JSON of its own.
func TestADiagnosisIsWrittenByWireAlone(t *testing.T) {
	d := Diagnosis{Genuine: true, Cause: "clock", Summary: "Genuine, but …", Tried: 3, Findings: []Cause{
		{Cause: "clock", Summary: "Genuine, but …", Fix: "Set the clocks.", Endpoint: "ep_1", Secret: "live"},
		{Cause: "endpoint_deleted", Summary: "The endpoint was deleted.", Fix: "Bring it back.", genuine: true},
	}}
	got, err := json.Marshal(d.Wire())
	want := `{"genuine":true,"cause":"clock","summary":"Genuine, but …","findings":[` +
		`{"cause":"clock","summary":"Genuine, but …","fix":"Set the clocks.","endpoint":"ep_1","secret":"live"},` +
		`{"cause":"endpoint_deleted","summary":"The endpoint was deleted.","fix":"Bring it back."}],"tried":3}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if got, err := json.Marshal(Diagnosis{}.Wire().Findings); err != nil || string(got) != "[]" {
		t.Errorf("without findings: got %s, %v; want []", got, err)
	}
	for _, shape := range []reflect.Type{reflect.TypeFor[Diagnosis](), reflect.TypeFor[Cause]()} {
		for i := range shape.NumField() {
			if tag := shape.Field(i).Tag; tag != "" {
				t.Errorf("%s.%s has the tag %s; JSON is declared in package wire", shape, shape.Field(i).Name, tag)
			}
		}
	}
}
