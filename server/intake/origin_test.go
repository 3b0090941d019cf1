package intake

import (
	"slices"
	"testing"

	"hookbeam/server/hook"
)

func TestOnlyAllowedAddressesMaySend(t *testing.T) {
	for name, c := range map[string]struct {
		verify  hook.Verify
		remote  string
		refused bool
		verdict hook.Verdict
	}{
		"inside":                  {hook.Enforce, "203.0.113.9", false, hook.Verified},
		"inside, written as IPv6": {hook.Enforce, "::ffff:203.0.113.9", false, hook.Verified},
		"single IPv6":             {hook.Enforce, "2001:db8::1", false, hook.Verified},
		"outside":                 {hook.Enforce, "203.0.114.1", true, hook.Rejected},
		"outside, IPv6":           {hook.Enforce, "2001:db8::2", true, hook.Rejected},
		"outside, observed":       {hook.Observe, "203.0.114.1", false, hook.Rejected},
		"outside, unchecked":      {hook.Off, "203.0.114.1", true, hook.Rejected},
		"no address":              {hook.Enforce, "unknown", true, hook.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			e := fx.create(t, hook.Endpoint{
				Name:    "a",
				Verify:  c.verify,
				Allow:   []string{"203.0.113.77/24", "2001:db8::1"},
				Secrets: []hook.Secret{{Label: "live", Value: right}},
			})
			_, refusal, err := fx.intake.Accept(&e, sentWith(right, c.remote))
			if err != nil || (refusal != nil) != c.refused {
				t.Fatal(refusal, err)
			}
			if r := fx.records[0]; r.Verdict != c.verdict ||
				(c.verdict == hook.Rejected) != (r.Reason == hook.ReasonAddressNotAllowed) {
				t.Errorf("%s %s", r.Verdict, r.Reason)
			}
		})
	}
}

func TestAllowedAddressesAreKeptTidyOrRefused(t *testing.T) {
	for in, want := range map[string]string{
		"203.0.113.77/24":     "203.0.113.0/24",
		"10.0.0.1":            "10.0.0.1/32",
		"::ffff:10.1.2.3/120": "10.1.2.0/24",
		"2001:db8::5/64":      "2001:db8::/64",
	} {
		if got, problem := normalizeCIDRs([]string{in}); problem != "" || !slices.Equal(got, []string{want}) {
			t.Errorf("%s became %v %s", in, got, problem)
		}
	}
	for _, in := range []string{"", "x", "10.0.0.0/33", "fe80::1%eth0", "10.0.0"} {
		if got, problem := normalizeCIDRs([]string{in}); problem == "" {
			t.Errorf("%q became %v", in, got)
		}
	}
	if _, problem := normalizeCIDRs(make([]string, maxAllowedCIDRs+1)); problem == "" {
		t.Error("no bound")
	}
}
