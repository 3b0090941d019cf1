package status

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// paidFor is a payment of an order of the shop, in cents.
func paidFor(n int, order string, amount int, more string) event {
	return event{
		id: fmt.Sprint("evt_", order, "_", n), typ: "payment_intent.succeeded", minute: n,
		object: fmt.Sprintf(`{"id":"pi_%s_%d","amount":%d,"amount_received":%d,"currency":"eur","metadata":{"order_id":%q}%s}`,
			order, n, amount, amount, order, more),
	}
}

func (h *harness) one(name string) hook.StatusDetail {
	h.Helper()
	row, _, err := h.view.named(h.Context(), shop, hook.EnvironmentLive, name)
	if err != nil || row == nil {
		h.Fatalf("%s: %v", name, err)
	}
	d, err := h.view.Status(h.Context(), row.Status.ID)
	if err != nil {
		h.Fatal(err)
	}
	return d
}

func (h *harness) subjects(f hook.StatusFilter) (all []string) {
	h.Helper()
	for _, s := range h.list(f) {
		all = append(all, s.Subject)
	}
	return all
}

// TestPaymentsOfOneReferenceAreListedInsideIt has a second payment of an order arrive, and then another customer's.
func TestPaymentsOfOneReferenceAreListedInsideIt(t *testing.T) {
	h := newHarness(t)
	h.receive(paidFor(1, "77", 4900, ""))
	if diff := cmp.Diff([]string{"payment/pi_77_1"}, h.subjects(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
	h.receive(paidFor(2, "77", 4900, ""))
	if diff := cmp.Diff([]string{"order/77"}, h.subjects(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
	d := h.one("order/77")
	if len(d.Members) != 2 || d.Payments != 2 || d.Captured != 9800 || d.Due != 4900 || len(d.Timeline) != 2 ||
		!cmp.Equal(d.Review, []hook.Review{hook.ReviewPaidTwice}) || !d.NeedsReview || d.Members[0].Parent != d.ID {
		t.Errorf("%+v", d)
	}
	if counts, err := h.view.Counts(t.Context(), hook.StatusFilter{}); err != nil || counts.States[hook.StatePaid] != 1 || len(counts.States) != 1 {
		t.Errorf("%v, %v", counts, err)
	}
	if found := h.subjects(hook.StatusFilter{Words: "pi_77_1"}); !cmp.Equal(found, []string{"payment/pi_77_1"}) {
		t.Errorf("a search found %v", found)
	}
	h.receive(paidFor(3, "77", 900, `,"customer":"cus_1"`), paidFor(4, "77", 900, `,"customer":"cus_2"`))
	listed := h.subjects(hook.StatusFilter{})
	if len(listed) != 5 { // the reference, to be reviewed, and nobody's payment inside it
		t.Errorf("listed: %v", listed)
	}
	if p := h.public("", "order/77"); p.Status != hook.StateAmbiguous || p.Amount != 0 || p.Timeline != nil || p.Reference != "" {
		t.Errorf("shown of several customers: %+v", p)
	}
	if left := h.subjects(hook.StatusFilter{Review: hook.ReviewReferenceShared}); !cmp.Equal(left, []string{"order/77"}) {
		t.Errorf("to be reviewed: %v", left)
	}
	h.change(func(e *hook.Endpoint) { e.Statuses.UniqueReferences = true })
	h.rebuild()
	if p := h.public("", "order/77"); p.Status != hook.StatePaid || len(h.subjects(hook.StatusFilter{})) != 1 {
		t.Errorf("shown of one order: %+v", p)
	}
}

// TestAPaymentIsFoundByEveryNumberThatItsEventsName has a charge with another order number than its intent.
func TestAPaymentIsFoundByEveryNumberThatItsEventsName(t *testing.T) {
	h := newHarness(t)
	h.receive(paidFor(1, "77", 4900, ""), event{id: "evt_charge", typ: "charge.succeeded", minute: 2,
		object: `{"id":"ch_1","payment_intent":"pi_77_1","amount":4900,"captured":true,"currency":"eur","metadata":{"order_id":"A-9"}}`})
	for _, number := range []string{"77", "A-9", "order/77"} {
		if found := h.subjects(hook.StatusFilter{Words: number}); !cmp.Equal(found, []string{"payment/pi_77_1"}) {
			t.Errorf("a search for %s found %v", number, found)
		}
	}
}

// TestAReferenceOfTwoAccountsIsFoundByItsAccount has two accounts with an order of the same number.
func TestAReferenceOfTwoAccountsIsFoundByItsAccount(t *testing.T) {
	h := newHarness(t)
	send := func(account string, e event) {
		r := e.record(hook.Verified)
		r.Account = account
		if err := h.log.Append(&r); err != nil {
			t.Fatal(err)
		}
		h.apply()
	}
	watch := h.view.Watch(shop, "", "order/77")
	defer watch.Close()
	send("acct_1", paidFor(1, "77", 4900, ""))
	if p := h.public("", "order/77"); p.Status != hook.StatePaid || p.Amount != 4900 || len(watch.C()) != 1 {
		t.Errorf("of one account: %+v, %d wake-ups", p, len(watch.C()))
	}
	<-watch.C()
	send("", event{id: "evt_again", typ: "payment_intent.created", minute: 1,
		object: `{"id":"pi_77_1","amount":4900,"currency":"eur","metadata":{"order_id":"77"}}`})
	if p := h.public("", "order/77"); p.Status != hook.StatePaid || p.Amount != 4900 {
		t.Errorf("of one payment, of which one event names no account: %+v", p)
	}
	if detail, err := h.view.Status(t.Context(), h.list(hook.StatusFilter{})[0].ID); err != nil || detail.Accounts != nil {
		t.Errorf("of one payment: accounts %q, %v", detail.Accounts, err)
	}
	<-watch.C()
	e := paidFor(2, "77", 900, "")
	e.typ = "payment_intent.payment_failed"
	send("acct_2", e)
	if p := h.public("", "order/77"); p.Status != hook.StateAmbiguous || p.Amount != 0 || len(watch.C()) != 1 {
		t.Errorf("of two accounts: %+v, %d wake-ups", p, len(watch.C()))
	}
	for account, want := range map[string]hook.State{"acct_1": hook.StatePaid, "acct_2": hook.StateFailed, "acct_3": hook.StateWaiting} {
		if p := h.public("", hook.ScopedReference(account, "order/77")); p.Status != want {
			t.Errorf("%s: %+v", account, p)
		}
	}
	own := map[string]string{"payment/pi_77_1": "acct_1", "payment/pi_77_2": "acct_2"}
	for _, one := range h.list(hook.StatusFilter{}) {
		detail, err := h.view.Status(t.Context(), one.ID)
		if err != nil || len(detail.Accounts) != 2 || detail.Accounts[0] != own[one.Subject] {
			t.Errorf("%s: accounts %q, %v", one.Subject, detail.Accounts, err)
		}
	}
	before := h.list(hook.StatusFilter{})
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	if diff := cmp.Diff(before, h.list(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestAReviewHoldsUntilThereIsAnotherReason notes that a person looked at an order that was paid twice.
func TestAReviewHoldsUntilThereIsAnotherReason(t *testing.T) {
	h := newHarness(t)
	h.receive(paidFor(1, "77", 4900, ""), paidFor(2, "77", 4900, ""))
	twice := hook.StatusFilter{Review: hook.ReviewPaidTwice}
	if n := len(h.list(twice)); n != 1 {
		t.Fatalf("%d to be reviewed", n)
	}
	d, err := h.projector.Review(t.Context(), h.one("order/77").ID, true, "ada", "returned by hand")
	if err != nil || d.NeedsReview || d.Reviewed == nil || d.Reviewed.By != "ada" || d.Reviewed.Note != "returned by hand" {
		t.Fatalf("%+v, %v", d, err)
	}
	h.receive(paidFor(3, "77", 4900, ""))
	if n := len(h.list(twice)); n != 0 {
		t.Errorf("%d to be reviewed again for the same reason", n)
	}
	if err := h.projector.RequestRebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	h.stop()
	h.open(sqlite.Options{})
	if d := h.one("order/77"); d.NeedsReview || d.Reviewed == nil || len(h.list(twice)) != 0 {
		t.Errorf("after a rebuild and a restart: %+v", d)
	}
	h.receive(event{id: "evt_usd", typ: "payment_intent.succeeded", minute: 9,
		object: `{"id":"pi_usd","amount":500,"amount_received":500,"currency":"usd","metadata":{"order_id":"77"}}`})
	if d := h.one("order/77"); !d.NeedsReview {
		t.Errorf("another reason: %+v", d)
	}
	if _, err := h.projector.Review(t.Context(), "sub_aaaaaaaaaaaaaaaaaaaaaaaaaa", true, "ada", ""); err == nil {
		t.Error("a status that does not exist was reviewed")
	}
}

// TestOnlyWhatTheEndpointsFilterAdmitsCounts has two shops of one account.
func TestOnlyWhatTheEndpointsFilterAdmitsCounts(t *testing.T) {
	h := newHarness(t)
	h.change(func(e *hook.Endpoint) { e.Statuses.Only = `body.data.object.metadata.shop:north` })
	h.receive(
		event{id: "evt_n", typ: "payment_intent.succeeded", object: `{"id":"pi_n","amount_received":1,"amount":1,"currency":"eur","metadata":{"shop":"north"}}`},
		event{id: "evt_s", typ: "payment_intent.succeeded", object: `{"id":"pi_s","amount_received":1,"amount":1,"currency":"eur","metadata":{"shop":"south"}}`})
	if diff := cmp.Diff([]string{"payment/pi_n"}, h.subjects(hook.StatusFilter{})); diff != "" {
		t.Error(diff)
	}
}

// TestTenThousandAttemptsAtOneOrderStaySmall is card testing: thousands of declined payments of one order.
func TestTenThousandAttemptsAtOneOrderStaySmall(t *testing.T) {
	h := newHarness(t)
	h.receive(paidFor(1, "77", 4900, ""))
	const n = 10_000
	for i := range n {
		h.append(hook.Verified, event{id: fmt.Sprint("evt_c", i), typ: "payment_intent.payment_failed", minute: 2 + i/60,
			object: fmt.Sprintf(`{"id":"pi_c%d","amount":4900,"currency":"eur","metadata":{"order_id":"77"}}`, i)})
	}
	h.apply()
	row, _, err := h.view.named(t.Context(), shop, hook.EnvironmentLive, "order/77")
	if err != nil || len(row.Links.Members) != 128 || weightOf(row) > 128<<10 {
		t.Fatalf("%d members, which weigh %d: %v", len(row.Links.Members), weightOf(row), err)
	}
	if p := h.public("", "order/77"); p.Status != hook.StatePaid || p.Amount != 4900 {
		t.Errorf("%+v", p)
	}
	if p := h.public("", "payment/pi_c0"); p.Status != hook.StateFailed || !p.Summary.Denied {
		t.Errorf("the first attempt: %+v", p)
	}
	if w := h.projector.subjects.weight.Load(); w > cacheBytes {
		t.Errorf("%d bytes are kept", w)
	}
}

// TestAConstantReferenceNamesNoOrder has so many payments of one "order number" that it cannot be one.
func TestAConstantReferenceNamesNoOrder(t *testing.T) {
	h := newHarness(t)
	for i := range 100 {
		h.append(hook.Verified, paidFor(i, "test", 4900, ""))
	}
	h.apply()
	if p := h.public("", "order/test"); p.Status != hook.StateAmbiguous || p.Amount != 0 {
		t.Errorf("%+v", p)
	}
	if d := h.one("order/test"); !cmp.Equal(d.Review, []hook.Review{hook.ReviewTooManyPayments}) || len(d.Members) != 0 {
		t.Errorf("%+v", d)
	}
	if p := h.public("", "payment/pi_test_5"); p.Status != hook.StatePaid {
		t.Errorf("%+v", p)
	}
	if n := len(h.list(hook.StatusFilter{})); n != 100 { // with the reference, at most 100 in a page
		t.Errorf("%d listed", n)
	}
}
