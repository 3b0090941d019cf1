package provider

import (
	"fmt"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// TestEveryNotificationOfMicrosoftHasTheClientState: one that has not makes the whole request a forgery.
func TestEveryNotificationOfMicrosoftHasTheClientState(t *testing.T) {
	item := func(state string) string { return fmt.Sprintf(`{"subscriptionId":"s","clientState":%q}`, state) }
	good := item(plain)
	for _, id := range []string{"microsoft-graph", "sharepoint"} {
		for name, c := range map[string]struct {
			items  []string
			reason hook.Reason
		}{
			"one":             {[]string{good}, ""},
			"three":           {[]string{good, good, good}, ""},
			"the last forged": {[]string{good, good, item("x")}, hook.ReasonSecretMismatch},
			"the first":       {[]string{item("x"), good}, hook.ReasonSecretMismatch},
			"one without":     {[]string{good, `{"subscriptionId":"s"}`}, hook.ReasonSignatureMissing},
			"null":            {[]string{good, `{"clientState":null}`}, hook.ReasonSignatureMissing},
			"an object": {[]string{good, `{"clientState":{"clientState":"` + plain + `"}}`},
				hook.ReasonSignatureMissing},
			"a list":        {[]string{good, `{"clientState":["` + plain + `"]}`}, hook.ReasonSignatureMissing},
			"no object":     {[]string{good, `"` + plain + `"`}, hook.ReasonSignatureMissing},
			"in other case": {[]string{good, item(strings.ToUpper(plain))}, hook.ReasonSecretMismatch},
			"a blank more":  {[]string{good, item(plain + " ")}, hook.ReasonSecretMismatch},
			"none":          {nil, hook.ReasonSignatureMissing},
			"too many": {strings.Split(strings.Repeat(good+"\n", payload.MaxItems)+good, "\n"),
				hook.ReasonSignatureMalformed},
			"a thousand": {strings.Split(strings.Repeat(good+"\n", payload.MaxItems-1)+good, "\n"), ""},
		} {
			body := `{"value":[` + strings.Join(c.items, ",") + `],"validationTokens":["e30.e30.AAAA"]}`
			f := examine(id, hook.Endpoint{Secrets: secret(plain)}, extracttest.Record("POST", nil, body))
			if f.Reason != c.reason || (f.Verdict == hook.Verified) != (c.reason == "") {
				t.Errorf("%s, %s: %s %s", id, name, f.Verdict, f.Reason)
			}
		}
		body := []byte(`{"value":[` + good + `]}`)
		from := strings.Index(string(body), plain)
		for i := range plain {
			r := extracttest.Record("POST", nil, string(bytesTurned(body, from+i)))
			if f := examine(id, hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Rejected {
				t.Errorf("%s, byte %d of the secret turned: %+v", id, i, f)
			}
		}
	}
}

// TestEqualNotificationsAreNoRepeats: without an id they have none, since two changes are reported in the same words.
func TestEqualNotificationsAreNoRepeats(t *testing.T) {
	body := `{"value":[{"subscriptionId":"s","resource":"r","changeType":"updated","clientState":"` + plain + `"}]}`
	for id, typ := range map[string]string{"microsoft-graph": "updated", "sharepoint": "updated"} {
		f := examine(id, hook.Endpoint{Secrets: secret(plain)}, extracttest.Record("POST", nil, body))
		if f.Verdict != hook.Verified || f.Event != "" || f.Type != typ {
			t.Errorf("%s: %+v", id, f)
		}
	}
}
