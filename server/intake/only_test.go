package intake

import (
	"errors"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

func TestAFilterOfDeliveriesForStatusesMustParse(t *testing.T) {
	for text, says := range map[string]string{
		"": "",
		`body.data.object.metadata.site_url:"https://shop.example"`: "",
		`account:acct_1 OR -(type:ping has:event)`:                  "",
		`verdikt:rejected`:          `position 1: There is no key "verdikt".`,
		`type:invoice.* (mode:live`: "position 16",
		`state:paid`:                "position 1: A filter that selects",
		`type:x -(account:a OR is:test,live has:event,status)`: "position 46",
	} {
		err := validateOnly(text)
		problem, is := errors.AsType[*hook.Problem](err)
		if says == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if !is || !errors.Is(err, hook.ErrContradiction) || problem.Code != "filter_invalid" ||
			!strings.Contains(problem.Detail, says) {
			t.Errorf("%s: %v, want %q in it", text, err, says)
		}
	}
}
