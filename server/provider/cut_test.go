package provider

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// TestWhatIsReadInPartTellsNothing has a batch that is short enough to be read, and an endpoint that looks for its references
// among a thousand members, once more for each of its events. Nothing of it counts: half of a batch would say something else.
func TestWhatIsReadInPartTellsNothing(t *testing.T) {
	p := Provider{batch: &batch{list: "all"}, types: []string{"item:type"}, tells: []tell{{types: []string{"sum"}, says: is(hook.Captured),
		of: &thing{names: []naming{{prefix: "payment", at: "item:sum"}}}}}}
	var items []string
	for i := range maxItems {
		items = append(items, fmt.Sprintf(`{"type":"sum","sum":"p%d"}`, i))
	}
	r := recordOf("POST", nil, `{"all":[`+strings.Join(items, ",")+`],"more":[`+strings.Repeat(`{"a":"b"},`, 1000)+`{}]}`)
	if len(r.Body) > hook.MaxTold {
		t.Fatalf("%d bytes are too many to be read at all", len(r.Body))
	}
	e := &hook.Endpoint{}
	if told, _, err := p.statements(e, r); err != nil || len(told) != maxItems {
		t.Fatalf("without references: %d statements, %v", len(told), err)
	}
	for i := range maxReferences {
		e.Statuses.References = append(e.Statuses.References, fmt.Sprintf("more.#a=%d", i))
	}
	told, steps, err := p.statements(e, r)
	if len(told) != 0 || !errors.Is(err, hook.ErrTooMuch) {
		t.Errorf("%d statements, %d steps: %v", len(told), steps, err)
	}
}
