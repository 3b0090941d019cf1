package status

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

const shop = hook.EndpointID("ep_shopshopshopshopshopshopsh")

// harness is a log with its projector, and the one endpoint of a shop.
type harness struct {
	testing.TB
	dir       string
	release   string
	keepFor   time.Duration
	keepBytes int64
	db        *sqlite.DB
	log       *sqlite.Log
	projector *Projector
	view      View
	stop      func()

	mu       sync.Mutex
	endpoint hook.Endpoint
	now      time.Time
}

func newHarness(t testing.TB) *harness {
	h := &harness{TB: t, dir: t.TempDir(), endpoint: hook.Endpoint{ID: shop, Name: "stripe", Provider: "stripe"}, now: noon.Add(time.Hour)}
	h.open(sqlite.Options{})
	t.Cleanup(func() { h.stop() })
	return h
}

func (h *harness) known(id hook.EndpointID) (hook.Endpoint, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.endpoint, id == h.endpoint.ID
}

func (h *harness) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *harness) move(d time.Duration) { h.mu.Lock(); defer h.mu.Unlock(); h.now = h.now.Add(d) }

func (h *harness) change(do func(*hook.Endpoint)) {
	h.mu.Lock()
	do(&h.endpoint)
	e := h.endpoint
	h.mu.Unlock()
	h.projector.Change(e)
}

func (h *harness) open(o sqlite.Options) {
	h.Helper()
	o.Now, o.Random, o.Log = h.clock, rand.Reader, slog.New(slog.DiscardHandler)
	var err error
	if h.db, err = sqlite.Open(h.Context(), h.dir, o); err != nil {
		h.Fatal(err)
	}
	h.log = h.db.Log()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.db.Run(ctx) }()
	h.projector, err = Open(h.Context(), Options{Log: h.log, Records: h.log, Retention: h.log, LogGone: h.db.Gone,
		Databases: h.databases(), Dir: h.dir, Endpoints: h.known, Now: h.clock, Logger: o.Log, Release: h.release, KeepFor: h.keepFor, KeepBytes: h.keepBytes})
	if err != nil {
		h.Fatal(err)
	}
	h.view = h.projector.View()
	h.stop = sync.OnceFunc(func() {
		if err := h.projector.Close(); err != nil {
			h.Error(err)
		}
		h.demandTallies()
		cancel()
		if err := <-ended; err != nil {
			h.Error(err)
		}
		if err := h.db.Close(); err != nil {
			h.Error(err)
		}
	})
}

// databases are where the projector's tables are.
func (h *harness) databases() Databases {
	logger := slog.New(slog.DiscardHandler)
	return DatabasesOf(sqlite.NewStatusDatabases(h.Context(), h.dir, logger, sqlite.Checked{}, false))
}

// event is one event of Stripe.
type event struct {
	id, typ string
	minute  int
	object  string // JSON
	test    bool
}

// receive appends events as verified deliveries and applies them.
func (h *harness) receive(events ...event) {
	h.Helper()
	for _, e := range events {
		h.append(hook.Verified, e)
	}
	h.apply()
}

func (h *harness) append(verdict hook.Verdict, e event) hook.Record {
	h.Helper()
	r := e.record(verdict)
	if err := h.log.Append(&r); err != nil {
		h.Fatal(err)
	}
	return r
}

// record is the delivery that brings the event, two seconds after it happened.
func (e event) record(verdict hook.Verdict) hook.Record {
	at := noon.Add(time.Duration(e.minute) * time.Minute)
	body := fmt.Sprintf(`{"id":%q,"type":%q,"created":%d,"livemode":%t,"data":{"object":%s}}`, e.id, e.typ, at.Unix(), !e.test, e.object)
	r := hook.Record{Delivery: hook.Delivery{Endpoint: shop, Method: "POST", Path: "/", Type: e.typ, Event: e.id, Size: int64(len(body)),
		Verdict: verdict, OccurredAt: hook.Time{Time: at}, Mode: hook.ModeLive, ReceivedAt: hook.Time{Time: at.Add(2 * time.Second)}},
		Request: hook.Request{Headers: []hook.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body)}}
	if e.test {
		r.Mode = hook.ModeTest
	}
	return r
}

func (h *harness) apply() {
	h.Helper()
	if err := h.projector.follow(h.Context(), h.log.Head); err != nil {
		h.Fatal(err)
	}
}

func (h *harness) public(mode, name string) hook.Public {
	h.Helper()
	p, _, err := h.view.Public(h.Context(), shop, mode, name)
	if err != nil {
		h.Fatal(err)
	}
	return p
}

func (h *harness) list(f hook.StatusFilter) []hook.Status {
	h.Helper()
	page, _, err := h.view.Statuses(h.Context(), f, "", 100)
	if err != nil {
		h.Fatal(err)
	}
	return page
}

// life has the events of one payment of Stripe, which name it by four aliases.
func life(n int) []event {
	intent := fmt.Sprintf(`{"id":"pi_%d","object":"payment_intent","amount":4900,"currency":"eur","latest_charge":%s}`, n, "null")
	charged := strings.Replace(intent, "null", fmt.Sprintf(`"ch_%d","amount_received":4900`, n), 1)
	return []event{
		{id: fmt.Sprint("evt_created_", n), typ: "payment_intent.created", minute: 0, object: intent},
		{id: fmt.Sprint("evt_action_", n), typ: "payment_intent.requires_action", minute: 1, object: intent},
		{id: fmt.Sprint("evt_session_", n), typ: "checkout.session.completed", minute: 3, object: fmt.Sprintf(
			`{"id":"cs_%d","object":"checkout.session","payment_intent":"pi_%d","payment_status":"paid","amount_total":4900,"currency":"eur","client_reference_id":"10-%d","customer_details":{"email":"Ada%d@example.com"}}`, n, n, n, n)},
		{id: fmt.Sprint("evt_paid_", n), typ: "payment_intent.succeeded", minute: 2, object: charged},
		{id: fmt.Sprint("evt_refund_", n), typ: "charge.refunded", minute: 9, object: fmt.Sprintf(
			`{"id":"ch_%d","object":"charge","payment_intent":"pi_%d","amount":4900,"amount_refunded":900,"currency":"eur","captured":true}`, n, n)},
	}
}

func TestAPaymentMovesAsItsEventsCome(t *testing.T) {
	h := newHarness(t)
	events := life(1)
	for i, want := range []hook.State{hook.StatePending, hook.StateActionRequired, hook.StatePaid, hook.StatePaid, hook.StatePartiallyRefunded} {
		h.receive(events[i])
		if p := h.public("", "payment/pi_1"); p.Status != want {
			t.Fatalf("after %s: %+v, want %s", events[i].typ, p, want)
		}
	}
	p := h.public("", "order/10-1")
	if p.Amount != 4900 || p.Refunded != 900 || p.Currency != "EUR" || p.Reference != "10-1" || len(p.Timeline) != 4 {
		t.Errorf("%+v", p)
	}
	if p := h.public("", "payment/pi_2"); p.Status != hook.StateWaiting || p.Final {
		t.Errorf("of nothing known: %+v", p)
	}
	list := h.list(hook.StatusFilter{})
	if len(list) != 1 || list[0].Customer == "" || list[0].Subject != "checkout/cs_1" || list[0].Payments != 1 {
		t.Fatalf("%+v", list)
	}
	if d, err := h.view.Status(t.Context(), list[0].ID); err != nil || len(d.Members) != 1 ||
		d.Members[0].Subject != "payment/pi_1" || d.Members[0].Parent != list[0].ID || len(d.Timeline) != 6 {
		t.Errorf("%+v, %v", d, err)
	}
	if counts, _ := h.view.Counts(t.Context(), hook.StatusFilter{}); !cmp.Equal(counts.States, map[hook.State]int{hook.StatePartiallyRefunded: 1}) {
		t.Errorf("counts %v", counts)
	}
}

// alike compares statuses but for what the order of arrival decides.
var alike = cmpopts.IgnoreFields(hook.Status{}, "ID", "Merged", "Seq", "Parent")

func TestEveryOrderOfArrivalEndsAlike(t *testing.T) {
	var want hook.Status
	n := 0
	h := newHarness(t)
	permute(make5(), func(order []hook.Evidence) {
		n++
		events := life(n)
		for i, at := range order {
			h.append(hook.Verified, events[at.Seq])
			if i%2 == 0 { // some come together, some alone
				h.apply()
			}
		}
		h.apply()
		list := h.list(hook.StatusFilter{Words: fmt.Sprint("10-", n)})
		at := slices.IndexFunc(list, func(s hook.Status) bool {
			return s.Reference == fmt.Sprint("10-", n) && s.Level == hook.LevelPayment
		})
		if at < 0 {
			t.Fatalf("order %d: not there", n)
		}
		text, _ := json.Marshal(list[at])
		var got hook.Status
		if err := json.Unmarshal([]byte(strings.NewReplacer(fmt.Sprint("_", n, `"`), `_1"`, fmt.Sprint("10-", n, `"`), `10-1"`, fmt.Sprint("Ada", n, "@"), "Ada1@", fmt.Sprint("ada", n, "@"), "ada1@").Replace(string(text))), &got); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			want = got
			if got.State != hook.StatePartiallyRefunded || len(got.Aliases) != 2 {
				t.Fatalf("%+v", got)
			}
		}
		if diff := cmp.Diff(want, got, alike); diff != "" {
			t.Fatalf("order %v: %s", order, diff)
		}
	})
	counts, _ := h.view.Counts(t.Context(), hook.StatusFilter{})
	if counts.States[hook.StatePartiallyRefunded] != n || len(counts.States) != 1 {
		t.Errorf("%d payments, counted %v: merging left something behind", n, counts)
	}
}

// make5 are five places, to be permuted.
func make5() []hook.Evidence {
	var all []hook.Evidence
	for i := range 5 {
		all = append(all, hook.Evidence{Seq: hook.Seq(i)})
	}
	return all
}

func TestWhatTurnsOutToBeOneIsFoundByEveryIdItHad(t *testing.T) {
	h := newHarness(t)
	events := life(1)
	h.receive(event{id: "evt_a", typ: "charge.refunded", minute: 9, object: `{"id":"ch_1","amount":4900,"amount_refunded":900,"currency":"eur","captured":true}`})
	h.receive(events[0])
	if n := len(h.list(hook.StatusFilter{})); n != 2 {
		t.Fatalf("%d subjects before they are linked", n)
	}
	ids := []hook.StatusID{}
	for _, s := range h.list(hook.StatusFilter{}) {
		ids = append(ids, s.ID)
		h.view.RecordImpression(s.ID, s.State, "socket")
	}
	h.receive(event{id: "evt_b", typ: "charge.succeeded", minute: 2, object: `{"id":"ch_1","payment_intent":"pi_1","amount":4900,"currency":"eur","captured":true}`})
	list := h.list(hook.StatusFilter{})
	if len(list) != 1 || len(list[0].Merged) != 1 {
		t.Fatalf("%+v", list)
	}
	for _, id := range ids {
		d, err := h.view.Status(t.Context(), id)
		if err != nil || d.ID != list[0].ID || len(d.Timeline) != 3 || len(d.Impressions) != 2 {
			t.Errorf("%s: %+v, %v", id, d, err)
		}
	}
}

func TestTestModeAndWhatWasNotCheckedStayFromPayersPages(t *testing.T) {
	h := newHarness(t)
	paid := life(1)[3]
	paid.test = true
	watch := h.view.Watch(shop, "", "payment/pi_1")
	defer watch.Close()
	h.receive(paid)
	if p := h.public("", "payment/pi_1"); p.Status != hook.StatePaid || !p.Test || len(watch.C()) != 1 {
		t.Errorf("while it is only tried out: %+v, %d", p, len(watch.C()))
	}
	h.receive(life(9)[0]) // from now on it is not
	h.append(hook.Unsigned, life(2)[3])
	h.append(hook.Rejected, life(3)[3])
	h.apply()
	for _, name := range []string{"payment/pi_1", "payment/pi_2", "payment/pi_3"} {
		if p := h.public("", name); p.Status != hook.StateWaiting {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := h.public("test", "payment/pi_1"); p.Status != hook.StatePaid || !p.Test {
		t.Errorf("asked for the test: %+v", p)
	}
	list := h.list(hook.StatusFilter{})
	if len(list) != 3 || !list[0].Unverified || list[2].Mode != hook.ModeTest {
		t.Fatalf("%+v", list)
	}
	h.change(func(e *hook.Endpoint) { e.Statuses.Unsigned = true })
	h.rebuild()
	if p := h.public("", "payment/pi_2"); p.Status != hook.StatePaid {
		t.Errorf("where the endpoint says that it counts: %+v", p)
	}
}

func TestEachEventHasItsEffect(t *testing.T) {
	h := newHarness(t)
	events := life(1)
	h.receive(events[3], events[0], event{id: "evt_f", typ: "payment_intent.payment_failed", minute: 5, object: `{"id":"pi_1","amount":4900,"currency":"eur"}`},
		event{id: "evt_i", typ: "charge.dispute.updated", minute: 6, object: `{"id":"du_1","charge":"ch_1","payment_intent":"pi_1","amount":4900,"currency":"eur","status":"needs_response"}`},
		events[2])
	again := h.append(hook.Verified, events[3])
	h.apply()
	id := hook.HashAlias(shop, hook.EnvironmentLive, "payment/pi_1").ID()
	d, err := h.view.Status(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range d.Timeline {
		got = append(got, fmt.Sprintf("%s %s %s→%s", f.Effect, f.Rule, f.From, f.To))
	}
	want := []string{"applied  →paid", "late money_outranks paid→paid", "late money_outranks paid→paid", "info  paid→paid", "applied same_state paid→paid"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	effects, err := h.view.Effects(t.Context(), &again)
	if err != nil || len(effects) != 1 || effects[0].Effect != hook.EffectDuplicate || effects[0].Seq != 1 {
		t.Errorf("a repeat: %+v, %v", effects, err)
	}
}

func TestTimeToPaidIsThatOfTheEndpointsPayments(t *testing.T) {
	h := newHarness(t)
	for n := range 19 {
		h.receive(life(n)[0], life(n)[3])
	}
	if u := h.public("", "payment/pi_99").TimeToPaid; u != nil {
		t.Errorf("of 19 payments: %+v", u)
	}
	h.receive(life(20)[0], life(20)[3], life(21)[0])
	h.move(2 * time.Minute)
	if u := h.public("", "payment/pi_21").TimeToPaid; u == nil || u.P50 != 122 || u.P90 != 122 || u.Samples != 20 {
		t.Errorf("%+v", u)
	}
	if u := h.public("", "payment/pi_20").TimeToPaid; u != nil {
		t.Errorf("paid, and still waiting: %+v", u)
	}
}

func TestHiddenFieldsAreNotPublic(t *testing.T) {
	h := newHarness(t)
	h.receive(life(1)...)
	h.change(func(e *hook.Endpoint) { e.Statuses.Page.Hidden = []string{"amount", "reference", "timeline"} })
	p := h.public("", "payment/pi_1")
	if p.Amount != 0 || p.Refunded != 0 || p.Currency != "" || p.Reference != "" || p.Timeline != nil {
		t.Errorf("%+v", p)
	}
	h.change(func(e *hook.Endpoint) { e.DeletedAt = hook.Time{Time: noon} })
	if _, _, err := h.view.Public(t.Context(), shop, "", "payment/pi_1"); err == nil {
		t.Error("a deleted endpoint still shows a status")
	}
}
