package web

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
)

// allPhrases returns the constants of type phrase by their names in status_phrases.go.
func allPhrases(t testing.TB) map[string]phrase {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "status_phrases.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]phrase{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if value, ok := spec.Values[0].(*ast.BasicLit); ok {
				all[spec.Names[0].Name] = phrase(strings.Trim(value.Value, `"`))
			}
		}
		return true
	})
	if len(all) < 50 {
		t.Fatalf("read only %d phrases", len(all))
	}
	return all
}

// placeholders returns the placeholders of a text, sorted.
func placeholders(text string) []string {
	all := regexp.MustCompile(`\{[a-z]+\}`).FindAllString(text, -1)
	slices.Sort(all)
	return all
}

// sameAsEnglish are the texts that another language may share with English.
var sameAsEnglish = []string{"Live", "{n} minutes"}

// checkTranslated reports a text that is empty, still English, or has other placeholders than the English one.
func checkTranslated(t *testing.T, lang, name, source, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" || !slices.Equal(placeholders(source), placeholders(text)) {
		t.Errorf("%s: %s: %q for %q", lang, name, text, source)
	}
	if lang != "en" && text == source && !slices.Contains(sameAsEnglish, text) {
		t.Errorf("%s: %s is English: %q", lang, name, text)
	}
}

func TestEveryTextIsTranslated(t *testing.T) {
	phrases := allPhrases(t)
	for lang, w := range languages {
		for name, one := range phrases {
			checkTranslated(t, lang, name, english.phrases[one], w.phrases[one])
			if last := strings.HasSuffix(w.phrases[one], ".") || strings.HasSuffix(w.phrases[one], "।"); last !=
				strings.HasPrefix(name, "says") {
				t.Errorf("%s: %s: a heading has no full stop, a sentence has one: %q", lang, name, w.phrases[one])
			}
		}
		if len(w.phrases) != len(phrases) {
			t.Errorf("%s: has %d phrases, not %d", lang, len(w.phrases), len(phrases))
		}
		for _, state := range allStates {
			checkTranslated(t, lang, string(state), english.steps[state], w.steps[state])
		}
		if len(w.steps) != len(allStates) {
			t.Errorf("%s: has %d steps", lang, len(w.steps))
		}
		from, to := reflect.ValueOf(english), reflect.ValueOf(w)
		for i := range from.NumField() {
			if from.Field(i).Kind() == reflect.String {
				checkTranslated(t, lang, from.Type().Field(i).Name, from.Field(i).String(), to.Field(i).String())
			}
		}
	}
}

// textsOf returns all texts of a translation, by what they are.
func textsOf(w *translation) map[string]string {
	all := map[string]string{}
	for one, text := range w.phrases {
		all[string(one)] = text
	}
	for state, text := range w.steps {
		all["step "+string(state)] = text
	}
	v := reflect.ValueOf(*w)
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.String {
			all[v.Type().Field(i).Name] = v.Field(i).String()
		}
	}
	return all
}

// TestHeadingsDiffer: two states of a payment never look the same. Neither do two steps.
func TestHeadingsDiffer(t *testing.T) {
	phrases := allPhrases(t)
	for lang, w := range languages {
		seen := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(phrases)) {
			text := w.phrases[phrases[name]]
			if other, twice := seen[text]; twice && strings.HasPrefix(name, "title") {
				t.Errorf("%s: %s and %s are both %q", lang, name, other, text)
			}
			seen[text] = name
		}
		steps := map[string]hook.State{}
		for state, text := range w.steps {
			if other, twice := steps[text]; twice {
				t.Errorf("%s: %s and %s are both %q", lang, state, other, text)
			}
			steps[text] = state
		}
	}
}

// TestFrenchPunctuationStaysWithItsWord: French has a space before ; : ! and ?, at which a line must not break.
func TestFrenchPunctuationStaysWithItsWord(t *testing.T) {
	for name, text := range textsOf(&french) {
		if regexp.MustCompile(`[^\x{a0}\x{202f}][;:!?]`).MatchString(text) || strings.Contains(text, "'") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// TestOnlyOneTextDenies: what denies a charge is one text in each language, so that it can be said in one place only.
func TestOnlyOneTextDenies(t *testing.T) {
	denials := map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`(?i)not (been )?charged|no money was`),
		"de": regexp.MustCompile(`(?i)nicht belastet|kein Geld eingezogen|nichts abgebucht`),
		"fr": regexp.MustCompile(`(?i)pas été (débité|prélevé)|aucun argent n’a`),
		"es": regexp.MustCompile(`(?i)no se le ha cobrado|cobrado nada`),
		"hi": regexp.MustCompile(`कोई राशि नहीं`),
	}
	for lang, w := range languages {
		for name, text := range textsOf(&w) {
			if denials[lang].MatchString(text) != (name == string(saysDenied)) {
				t.Errorf("%s: %s: %q", lang, name, text)
			}
		}
	}
}

// randomPublic returns the status of a payment with facts chosen at random, whether they go together or not.
func randomPublic(random *rand.Rand) hook.Public {
	pick := func(all ...int64) int64 { return all[random.IntN(len(all))] }
	yes := func() bool { return random.IntN(6) == 0 }
	of := func(some ...string) string { return some[random.IntN(len(some))] }
	p := hook.Public{
		Status: allStates[random.IntN(len(allStates))], Kind: hook.SubjectKind(of("", "payment", "order")),
		Tone: hook.ToneNeutral, Final: yes(), Currency: of("", "EUR", "INR", "JPY"),
		Fulfilment: hook.State(of("", "", "unfulfilled", "partially_fulfilled", "fulfilled", "returned")),
		Summary: hook.Summary{
			Captured: pick(0, 0, 2000, 4900, 9800), Held: pick(0, 0, 3000), Refunded: pick(0, 0, 900, 4900),
			Due: pick(0, 4900, 5000), Taken: yes(), OnHold: yes(), OnItsWay: yes(), Back: yes(),
			Denied: random.IntN(2) == 0, Unproved: yes(), Late: yes(),
			NothingDue: hook.Cause(of("", "", "", "trial", "free", "setup")),
			Cause:      hook.Cause(of("", "", "written_off", "approved", "no_details")),
			Method:     hook.Method(of("", "card", "bank", "voucher", "wallet", "coins")),
			Dispute:    hook.Dispute(of("", "", "open", "won", "lost")),
		},
	}
	for _, review := range []hook.Review{hook.ReviewPaidTwice, hook.ReviewOverpaid, hook.ReviewUnderpaid,
		hook.ReviewPaidInPart} {
		if yes() {
			p.Summary.Review = append(p.Summary.Review, review)
		}
	}
	if yes() {
		p.Timeline = []hook.PublicStep{{Status: hook.StateAuthorized, At: hook.Time{Time: noon}}}
	}
	s := &p.Summary
	s.State, s.Currency = p.Status, p.Currency
	if p.Currency != "" {
		p.Amount, p.Refunded = cmp.Or(s.Captured, s.Held, s.Due), s.Refunded
	}
	return p
}

// TestADenialIsShownOnlyIfItIsProved renders the page of random facts and looks for the sentence anywhere in it.
func TestADenialIsShownOnlyIfItIsProved(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	allowed := 0
	for range 3000 {
		p := randomPublic(random)
		s := &p.Summary
		may := slices.Contains([]hook.State{hook.StateFailed, hook.StateCanceled, hook.StateExpired}, p.Status) &&
			s.Denied && !s.Taken && !s.OnHold && !s.OnItsWay && !s.Back && !s.Unproved && s.Captured+s.Refunded == 0
		if may {
			allowed++
		}
		for lang, w := range languages {
			page := examplePage(p.Status, inLanguage(lang), func(v *hook.StatusPage) { v.Public = p })
			text, _ := rendered(t, page)
			if strings.Contains(html.UnescapeString(text), w.phrases[saysDenied]) != may {
				t.Fatalf("%s: denied: %t, and not %t: %+v", lang, !may, may, p)
			}
		}
	}
	if allowed < 20 {
		t.Errorf("only %d of the random facts allow it", allowed)
	}
}

// TestWordsOfAnyFactsAreWhole: a title and, but for few states, a note, without placeholders or amounts of nothing.
func TestWordsOfAnyFactsAreWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		p := randomPublic(random)
		m, _ := messageOf(&p)
		if len(m.note) > 6 || len(slices.Compact(slices.Sorted(slices.Values(m.note)))) != len(m.note) {
			t.Fatalf("says too much, or something twice: %v: %+v", m.note, p)
		}
		for lang := range languages {
			title, note := Words(lang, &p)
			// Of such an order nothing more may be known
			sent := slices.Contains(allStates[len(allStates)-5:], p.Status)
			if title == "" || note == "" && !sent {
				t.Fatalf("%s: %q, %q: %+v", lang, title, note, p)
			}
			zero := money(0, p.Currency, lang)
			for _, not := range []string{"{", "}", " " + zero, "  "} {
				if strings.Contains(" "+title+" "+note, not) {
					t.Fatalf("%s: %q has %q: %+v", lang, title+" "+note, not, p)
				}
			}
			if p.Currency == "" && strings.ContainsAny(note, "0123456789") {
				t.Fatalf("%s: names a hidden amount: %q", lang, note)
			}
		}
	}
}

// TestABankIsSaidToDeclineOnlyIfItDid: not for coins, vouchers, cancellations or invoices that were given up.
func TestABankIsSaidToDeclineOnlyIfItDid(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 5000 {
		p := randomPublic(random)
		m, _ := messageOf(&p)
		s := &p.Summary
		if m.title == titleDeclined && (p.Status != hook.StateFailed || s.Cause != "" || !s.Denied ||
			s.Method != hook.MethodCard && s.Method != hook.MethodBank) {
			t.Fatalf("%+v", p)
		}
	}
}

// TestAPendingRefundIsNotSaidToBeReturned: only what Back and Refunded report may be.
func TestAPendingRefundIsNotSaidToBeReturned(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	returns := []phrase{saysRefunded, saysRefundedPart, saysRefundIssued, titleReturned}
	for range 5000 {
		p := randomPublic(random)
		refunds := []hook.State{hook.StateRefunded, hook.StatePartiallyRefunded}
		if p.Summary.Back || p.Summary.Dispute == hook.DisputeIsLost || slices.Contains(refunds, p.Status) {
			continue
		}
		m, _ := messageOf(&p)
		for _, one := range append(m.note, m.title) {
			if slices.Contains(returns, one) {
				t.Fatalf("%s: %+v", one, p)
			}
		}
	}
}
