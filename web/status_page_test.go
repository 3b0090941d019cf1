package web

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// firstUnbalancedTag returns the first closing tag of a page that does not close the last opened element, or the names
// of the elements that stay open, or "".
func firstUnbalancedTag(page string) string {
	void := []string{"meta", "link", "img", "path"} // </path> is skipped as well
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)(?:\s[^<>]*)?>`).FindAllStringSubmatch(page, -1) {
		switch name := tag[2]; {
		case slices.Contains(void, name):
		case tag[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return tag[0]
		default:
			open = open[:len(open)-1]
		}
	}
	return strings.Join(open, " ")
}

func TestEveryPageIsWhole(t *testing.T) {
	for _, state := range append(allStates, "in_transit") {
		for lang := range languages {
			for _, kind := range []hook.SubjectKind{"", hook.KindPayment, hook.KindOrder, hook.KindRun} {
				ofKind := func(v *hook.StatusPage) { v.Public.Kind, v.Public.Test = kind, true }
				text, _ := rendered(t, examplePage(state, inLanguage(lang), ofKind))
				if tag := firstUnbalancedTag(text); tag != "" {
					t.Errorf("%s, %s, %s: %s", state, lang, kind, tag)
				}
				if inline := regexp.MustCompile(`<[^>]*\s(style|on[a-z]+)=`).FindString(text); inline != "" {
					t.Errorf("%s, %s: %s", state, lang, inline)
				}
			}
		}
	}
}

func TestWhatIsNoPaymentSpeaksOfNone(t *testing.T) {
	for _, kind := range []hook.SubjectKind{hook.KindOwn, hook.KindRun, hook.KindDeployment} {
		for _, state := range []hook.State{hook.StateFailed, hook.StateCanceled, hook.StatePending, "in_transit"} {
			text, _ := rendered(t, examplePage(state, func(v *hook.StatusPage) {
				v.Public.Kind, v.Public.Timeline, v.Public.TimeToPaid = kind, v.Public.Timeline[2:], nil
			}))
			for _, not := range []string{"payment", "charged", "bank", "Order", "todo"} {
				if strings.Contains(text[strings.Index(text, "<body>"):], not+" ") ||
					strings.Contains(text, " "+not+"<") {
					t.Errorf("%s, %s: speaks of %q", kind, state, not)
				}
			}
			if want := stateName(state); !strings.Contains(text, `role="status">`+want+`</span></h1>`) ||
				!strings.Contains(text, ">10-4471<") {
				t.Errorf("%s, %s: no %q", kind, state, want)
			}
		}
	}
	text, _ := rendered(t, examplePage(hook.StateCanceled, func(v *hook.StatusPage) { v.Public.Kind = hook.KindOrder }))
	if !strings.Contains(text, "Your order was cancelled") || !strings.Contains(text, "Order 10-4471") {
		t.Error("the page does not speak of an order")
	}
}

// TestTheScriptIsGivenTheNamesOfStepsAlone: what a page says about a state comes with the state, so a page contains no
// sentence about another one.
func TestTheScriptIsGivenTheNamesOfStepsAlone(t *testing.T) {
	for kind, want := range map[hook.SubjectKind]int{
		hook.KindPayment: len(allStates), hook.KindOrder: len(allStates), hook.KindRun: 0,
	} {
		text, _ := rendered(t, examplePage(hook.StateProcessing, func(v *hook.StatusPage) { v.Public.Kind = kind }))
		_, text, _ = strings.Cut(text, `<script id="live" type="application/json">`)
		text, _, _ = strings.Cut(text, "</script>")
		var live struct {
			Steps  map[hook.State]string
			Status struct {
				Title, Note string
				PollAfter   int `json:"poll_after"`
			}
		}
		if err := json.Unmarshal([]byte(text), &live); err != nil || len(live.Steps) != want ||
			live.Status.Title == "" || live.Status.PollAfter == 0 {
			t.Errorf("%s: %d steps, %+v, %v", kind, len(live.Steps), live.Status, err)
		}
	}
}

func TestAShopWithoutANameHasAWayBack(t *testing.T) {
	for lang, w := range languages {
		nameless := func(v *hook.StatusPage) { v.Brand.Name = "" }
		text, _ := rendered(t, examplePage(hook.StatePaid, inLanguage(lang), nameless))
		if w.home == "" || !strings.Contains(text, ">"+w.home+"</a>") || lang != "en" && w.home == english.home {
			t.Errorf("%s: %q", lang, w.home)
		}
	}
}

func TestALogoComesByHTTPSOnly(t *testing.T) {
	for logo, shown := range map[string]bool{
		"https://cdn.example.com/l.png": true,
		"http://cdn.example.com/l.png":  false,
		"data:image/png,x":              false,
		"":                              false,
	} {
		text, _ := rendered(t, examplePage(hook.StatePaid, func(v *hook.StatusPage) { v.Brand.Logo = logo }))
		if strings.Contains(text, "<img") != shown || strings.Contains(text, `<b aria-hidden="true">A</b>`) == shown {
			t.Errorf("%q", logo)
		}
	}
}

func TestAStepOfAnotherDayHasItsDate(t *testing.T) {
	seenAfter := func(d time.Duration) func(*hook.StatusPage) {
		return func(v *hook.StatusPage) { v.Now.Time = noon.Add(d) }
	}
	text, _ := rendered(t, examplePage(hook.StateRefunded, asFinal, seenAfter(30*time.Second)))
	if !strings.Contains(text, `datetime="2026-03-04T12:00:00.000Z">12:00 UTC</time>`) {
		t.Error("today has no clock alone")
	}
	text, _ = rendered(t, examplePage(hook.StateRefunded, asFinal, seenAfter(24*time.Hour)))
	if !strings.Contains(text, `datetime="2026-03-04T12:00:00.000Z">2026-03-04 12:00 UTC</time>`) {
		t.Error("yesterday has no date")
	}
}

func TestADurationIsNeverOneOfItsUnit(t *testing.T) {
	v := newStatusView(nil, examplePage(hook.StateProcessing, inLanguage("en")))
	for seconds, want := range map[float64]string{
		0:       "2 seconds",
		0.4:     "2 seconds",
		1:       "2 seconds",
		7.2:     "8 seconds",
		119:     "119 seconds",
		120:     "2 minutes",
		121:     "3 minutes",
		7199:    "120 minutes",
		7200:    "2 hours",
		172_799: "48 hours",
		172_800: "2 days",
		260_000: "4 days",
	} {
		if got := v.duration(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}

// TestNothingDueShowsNoStepsOfAPayment: nobody paid, though the order counts as paid.
func TestNothingDueShowsNoStepsOfAPayment(t *testing.T) {
	text, _ := rendered(t, examplePage(hook.StatePaid, asFinal, func(v *hook.StatusPage) {
		v.Public.NothingDue, v.Public.Amount, v.Public.Currency = hook.CauseTrial, 0, ""
	}))
	text, _, _ = strings.Cut(text, `id="live"`)
	if !strings.Contains(text, "Nothing to pay") || strings.Contains(text, "<li class") ||
		strings.Contains(text, "Paid") {
		t.Errorf("speaks of a payment: %s", text)
	}
}

// TestAmountsShowTheirParts: what was paid and what remains, what was refunded, and what was due if more was received.
func TestAmountsShowTheirParts(t *testing.T) {
	for name, c := range map[string]struct {
		amount, due, refunded int64
		sum                   string
		parts                 []string
	}{
		"paid":            {4900, 0, 0, "€49.00", nil},
		"paid in part":    {2000, 5000, 0, "€20.00 of €50.00", []string{"Paid €20.00", "Remaining €30.00"}},
		"refunded a part": {4900, 0, 900, "€49.00", []string{"Paid €49.00", "Refunded €9.00"}},
		"refunded":        {4900, 0, 4900, "€49.00", nil},
		"paid twice":      {9800, 4900, 4900, "€49.00", []string{"Paid €98.00", "Refunded €49.00"}},
	} {
		v := newStatusView(nil, examplePage(hook.StatePaid, inLanguage("en"), func(v *hook.StatusPage) {
			v.Public.Amount, v.Public.Due, v.Public.Refunded = c.amount, c.due, c.refunded
		}))
		var parts []string
		for _, p := range v.parts {
			parts = append(parts, p.label+" "+p.amount)
		}
		if v.amount != c.sum || !slices.Equal(parts, c.parts) {
			t.Errorf("%s: %s, %q", name, v.amount, parts)
		}
	}
}
