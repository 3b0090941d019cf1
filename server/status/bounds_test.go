package status

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// chargeOf is an event about a charge, and its payment if payment is not empty.
func chargeOf(id string, charge, payment string) event {
	of := "null"
	if payment != "" {
		of = fmt.Sprintf("%q", payment)
	}
	return event{id: id, typ: "charge.succeeded", object: fmt.Sprintf(`{"id":%q,"object":"charge","payment_intent":%s,"amount":4900,"currency":"eur","captured":true}`, charge, of)}
}

// checkBounds holds every status against its bounds, and returns how many are marked.
func (h *harness) checkBounds() (marked int) {
	h.Helper()
	for _, s := range h.list(hook.StatusFilter{}) {
		if len(s.Aliases) > maxAliases || bytesOf(s.Aliases) > maxAliasBytes || len(s.Merged) >= maxAliases || len(wire.AppendStatus(nil, &s)) > 64<<10 {
			h.Fatalf("%d names of %d bytes, %d former ids", len(s.Aliases), bytesOf(s.Aliases), len(s.Merged))
		}
		if s.TooMuch != (s.TooMuch && s.NeedsReview) {
			h.Errorf("marked, and not to be reviewed: %+v", s)
		}
		if s.TooMuch {
			marked++
		}
	}
	return marked
}

// TestJoiningIsBounded has thousands of charges come that later turn out to belong to one payment.
func TestJoiningIsBounded(t *testing.T) {
	h := newHarness(t)
	const n = 1000
	for i := range n {
		h.append(hook.Verified, chargeOf(fmt.Sprint("evt_a", i), fmt.Sprint("ch_", i), ""))
		h.append(hook.Verified, chargeOf(fmt.Sprint("evt_b", i), fmt.Sprint("ch_", i), "pi_common"))
		if i%100 == 0 {
			h.apply()
		}
	}
	h.apply()
	if h.checkBounds() == 0 {
		t.Error("nothing is marked")
	}
	s, err := h.projector.find(t.Context(), hook.HashAlias(shop, hook.EnvironmentLive, "payment/pi_common"))
	if err != nil || !s.Status.TooMuch || len(s.Status.Aliases) != maxAliases || len(s.Evidence) > maxEvidence {
		t.Fatalf("%d names, %d pieces of evidence, marked: %t", len(s.Status.Aliases), len(s.Evidence), s.Status.TooMuch)
	}
	last, err := h.projector.find(t.Context(), hook.HashAlias(shop, hook.EnvironmentLive, fmt.Sprint("charge/ch_", n-1)))
	if err != nil || last.Key == s.Key || !last.Status.TooMuch || !last.Status.NeedsReview {
		t.Errorf("the last charge: %+v", last)
	}
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	if w := h.projector.subjects.weight.Load(); w > cacheBytes || w <= 0 {
		t.Errorf("%d bytes are kept", w)
	}
	h.projector.subjects.purge()
	if w := h.projector.subjects.weight.Load(); w != 0 {
		t.Errorf("of nothing: %d bytes", w)
	}
}

// TestLongNamesAreBoundedInBytes has a payment get names as long as any.
func TestLongNamesAreBoundedInBytes(t *testing.T) {
	h := newHarness(t)
	for i := range maxAliases {
		h.append(hook.Verified, chargeOf(fmt.Sprint("evt_", i), fmt.Sprint("ch_", i, strings.Repeat("&", 180)), "pi_common"))
	}
	h.apply()
	if h.checkBounds() == 0 {
		t.Error("nothing is marked")
	}
}

// TestEvidenceIsBoundedInBytes gives one payment the longest texts in each event.
func TestEvidenceIsBoundedInBytes(t *testing.T) {
	h := newHarness(t)
	for i := range 3 * maxEvidence {
		h.append(hook.Verified, event{id: fmt.Sprint("evt_", i, strings.Repeat("x", 230)), typ: "payment_intent.processing", minute: i % 600,
			object: fmt.Sprintf(`{"id":"pi_1","receipt_email":"%s@example.com","metadata":{"order_id":"%s"},"amount":1,"currency":"eur"}`,
				strings.Repeat("a", 200), strings.Repeat("9", 150))})
	}
	h.apply()
	s, err := h.projector.find(t.Context(), hook.HashAlias(shop, hook.EnvironmentLive, "payment/pi_1"))
	if err != nil || weightOf(s) > 2*maxEvidenceBytes+16<<10 || len(s.Evidence) < 32 || len(s.Evidence) > 64 {
		t.Errorf("%d pieces of evidence, which weigh %d", len(s.Evidence), weightOf(s))
	}
}

// TestTrimmedTextsDependOnNoOrder adds pieces with long texts in two orders.
func TestTrimmedTextsDependOnNoOrder(t *testing.T) {
	lighter := 0
	rapid.Check(t, func(t *rapid.T) {
		var set []hook.Evidence
		for i := range rapid.IntRange(40, 80).Draw(t, "n") {
			e := at(i, hook.Created, 0)
			e.Event, e.URL = fmt.Sprint("evt_", i), strings.Repeat("x", rapid.SampledFrom([]int{0, 4000, 5000}).Draw(t, "url"))
			if e.Title = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "title"); rapid.Bool().Draw(t, "info") {
				e.Kind = hook.Info
			}
			set = append(set, e)
		}
		shown := func(set []hook.Evidence) string {
			s := &hook.Subject{Status: hook.Status{Kind: hook.KindOwn, Aliases: []string{"own/1"}}}
			c := changeset{touched: map[int64]*hook.Subject{}}
			finish := func() {
				s.Evidence = dropRepeatedTexts(s.Evidence)
				describe(s)
			}
			for i, e := range set {
				c.add(s, &hook.Statement{Evidence: e})
				if s.Evidence = newestEvidence(s.Evidence, 30); i%3 == 0 { // a few together, and more than are kept
					finish()
				}
			}
			finish()
			before := 0
			for i := range set {
				before += weightOfEvidence(&set[i])
			}
			if after := weightOf(s); before > maxEvidenceBytes && after < before {
				lighter++
			}
			return fmt.Sprintf("%+v", s.Status)
		}
		if diff := cmp.Diff(shown(set), shown(rapid.Permutation(set).Draw(t, "order"))); diff != "" {
			t.Fatal(diff)
		}
	})
	if lighter == 0 {
		t.Error("nothing ever became lighter")
	}
}

// TestTheLimitOfAliasesHoldsInEveryOrder applies more charges of one payment than it may have aliases, in any order: the
// payment is marked, and the statuses depend only on the log, whatever the sizes of the pages and whether they are rebuilt.
func TestTheLimitOfAliasesHoldsInEveryOrder(t *testing.T) {
	var all []event
	for i := range maxAliases + 6 {
		all = append(all, chargeOf(fmt.Sprint("evt_a", i), fmt.Sprint("ch_", i), ""), chargeOf(fmt.Sprint("evt_b", i), fmt.Sprint("ch_", i), "pi_common"))
	}
	apply := func(order []event, parts int) []hook.Status {
		h := newHarness(t)
		for i, e := range order {
			h.append(hook.Verified, e)
			if i%parts == 0 {
				h.apply()
			}
		}
		h.apply()
		if h.checkBounds() == 0 {
			t.Fatal("nothing is marked")
		}
		first := h.list(hook.StatusFilter{})
		if err := h.projector.RequestRebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.rebuild()
		if diff := cmp.Diff(first, h.list(hook.StatusFilter{})); diff != "" {
			t.Fatalf("after a rebuild: %s", diff)
		}
		return first
	}
	backwards := slices.Clone(all)
	slices.Reverse(backwards)
	for _, order := range [][]event{all, backwards, slices.Concat(all[len(all)/2:], all[:len(all)/2])} {
		one, other := apply(order, 1), apply(order, 1000)
		ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Delivery" }, cmp.Ignore())
		if diff := cmp.Diff(one, other, ignore); diff != "" {
			t.Fatalf("in other parts: %s", diff)
		}
	}
}

// TestWhatExceedsTheLimitReportsNothing applies a page of deliveries that cost as much as one may, or more, with a payment
// among them.
func TestWhatExceedsTheLimitReportsNothing(t *testing.T) {
	h := newHarness(t)
	dear := event{id: "evt_dear", typ: "charge.succeeded", object: `{"id":"ch_1","amount":4900,"currency":"eur","captured":true,"more":"` + strings.Repeat("x", hook.MaxExtracted) + `"}`}
	r := h.append(hook.Verified, dear)
	h.append(hook.Verified, event{id: "evt_push", typ: "customer.created", object: dear.object})
	h.receive(life(1)[0])
	if list := h.list(hook.StatusFilter{}); len(list) != 1 || list[0].Subject != "payment/pi_1" {
		t.Errorf("%+v", list)
	}
	if n := h.view.TooMuch(); n != 1 {
		t.Errorf("%d cost too much", n)
	}
	effects, err := h.view.Effects(t.Context(), &r)
	if err != nil || len(effects) != 1 || effects[0].Effect != hook.EffectTooMuch || effects[0].Event != "evt_dear" || effects[0].Delivery != r.ID {
		t.Errorf("%+v, %v", effects, err)
	}
}

// TestAPageThatIsAppliedInPartsGivesTheSameStatuses applies a page whose rows weigh more than a changeset may.
func TestAPageThatIsAppliedInPartsGivesTheSameStatuses(t *testing.T) {
	h := newHarness(t)
	for n := range 40 {
		h.append(hook.Verified, life(n)[0])
	}
	h.apply()
	if err := h.projector.Flush(); err != nil {
		t.Fatal(err)
	}
	heavy := 0
	for n := range 40 { // as if events had reported each with the longest texts
		s, err := h.projector.find(t.Context(), hook.HashAlias(shop, hook.EnvironmentLive, fmt.Sprint("payment/pi_", n)))
		if err != nil {
			t.Fatal(err)
		}
		more := *s
		more.Evidence = slices.Clone(s.Evidence)
		for i := range 200 {
			e := at(i, hook.Info, 0)
			e.Event, e.Title = fmt.Sprint("evt_", i), strings.Repeat("x", 4000)
			more.Evidence = append(more.Evidence, e)
		}
		heavy += weightOf(&more)
		h.projector.subjects.add(&more)
	}
	if heavy < changesetBytes || h.projector.subjects.weight.Load() > cacheBytes {
		t.Fatalf("%d bytes, of which %d are kept", heavy, h.projector.subjects.weight.Load())
	}
	grown := 0
	for n := range 40 {
		h.append(hook.Verified, life(n)[3])
	}
	h.apply()
	for _, s := range h.list(hook.StatusFilter{}) {
		if s.State == hook.StatePaid {
			grown++
		}
	}
	if grown != 40 || h.projector.Position() != h.log.Head() {
		t.Errorf("%d of 40 are paid, position %d of %d", grown, h.projector.Position(), h.log.Head())
	}
}
