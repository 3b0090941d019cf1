package expr

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/payments/paymentstest"
)

// simple is the mapping of a sender that sends the state, the amount and the number of the order.
var simple = hook.Mapping{Kind: hook.KindPayment, Subject: "body.order_id", State: "body.status",
	Reference: "body.order_id", Amount: "body.amount", Currency: `"EUR"`, OccurredAt: "body.at"}

// twoLevels is the mapping of a sender that names the payment and the order.
var twoLevels = hook.Mapping{Kind: hook.KindPayment, Subject: "body.id", State: "body.status",
	Reference: "body.order_id", Amount: "body.amount", Currency: `body.currency ?? "EUR"`, OccurredAt: "body.at",
	Customer: "body.email ?? body.customer",
	States:   []hook.MappedState{{Value: "declined", State: hook.StateFailed}, {Value: "ok", State: hook.StatePaid}}}

// mappedWant is what a link shows.
type mappedWant struct {
	state                 hook.State
	amount, due, refunded int64
	review                string
	denied, free          bool
}

// mappedCases are courses of deliveries, each of which is received in every order. They have no event ids, as most
// senders send none.
var mappedCases = map[string]struct {
	mapping hook.Mapping
	bodies  []string
	want    map[string]mappedWant
}{
	"paid": {simple, []string{
		`{"status":"pending","amount":4900,"order_id":"A1","at":1772625600001}`,
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600002}`,
	}, map[string]mappedWant{
		"order/A1": {
			state:  hook.StatePaid,
			amount: 4900,
			due:    4900,
		}, "payment/A1": {state: hook.StatePaid, amount: 4900,
			due: 4900}}},
	"paid, and said again with other words": {simple, []string{
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600003,"parcel":"sent"}`,
		`{"status":"PAID","amount":4900,"order_id":"A1","at":1772625600004,"parcel":"there"}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"a decline that is told late": {simple, []string{
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"failed","amount":4900,"order_id":"A1","at":1772625600009}`,
		`{"status":"canceled","amount":4900,"order_id":"A1","at":1772625600009}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"declined": {simple, []string{`{"status":"failed","amount":4900,"order_id":"A1","at":1772625600002}`},
		map[string]mappedWant{"order/A1": {state: hook.StateFailed, amount: 4900, due: 4900, denied: true}}},
	"an order of nothing": {simple, []string{
		`{"status":"pending","amount":0,"order_id":"A1","at":1772625600001}`,
		`{"status":"paid","amount":"0.00","order_id":"A1","at":1772625600002}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, free: true}}},
	"no amount": {simple, []string{`{"status":"paid","order_id":"A1","at":1772625600002}`},
		map[string]mappedWant{"order/A1": {state: hook.StatePaid}}},
	"an amount as text, and a negative one": {simple, []string{
		`{"status":"paid","amount":"49.00","order_id":"A1","at":1772625600002}`,
		`{"status":"partially_refunded","amount":"-9.00","order_id":"A1","at":1772625600003}`,
	}, map[string]mappedWant{
		"order/A1": {state: hook.StatePartiallyRefunded, amount: 4900, due: 4900, refunded: 900}}},
	"made smaller before it is paid": {simple, []string{
		`{"status":"pending","amount":4900,"order_id":"A1","at":1772625600001}`,
		`{"status":"paid","amount":3900,"order_id":"A1","at":1772625600002}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 3900, due: 3900}}},
	"paid in parts": {simple, []string{
		`{"status":"pending","amount":4900,"order_id":"A1","at":1772625600001}`,
		`{"status":"partially_paid","amount":2000,"order_id":"A1","at":1772625600002}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePartiallyPaid, amount: 2000, due: 4900}}},
	"paid in parts, then wholly": {simple, []string{
		`{"status":"pending","amount":4900,"order_id":"A1","at":1772625600001}`,
		`{"status":"partially_paid","amount":2000,"order_id":"A1","at":1772625600002}`,
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600003}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"refunded twice in part, then wholly": {simple, []string{
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"partially_refunded","amount":900,"order_id":"A1","at":1772625600003}`,
		`{"status":"partially_refunded","amount":1900,"order_id":"A1","at":1772625600003}`,
		`{"status":"refunded","amount":4900,"order_id":"A1","at":1772625600004}`,
		`{"status":"refunded","amount":4900,"order_id":"A1","at":1772625600005}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StateRefunded, amount: 4900, due: 4900, refunded: 4900}}},
	"authorized, and a decline": {simple, []string{
		`{"status":"authorized","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"failed","amount":4900,"order_id":"A1","at":1772625600003}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StateAuthorized, amount: 4900, due: 4900}}},
	"paid after it expired": {simple, []string{
		`{"status":"expired","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600003}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"a state that is not known": {simple, []string{
		`{"status":"paid","amount":4900,"order_id":"A1","at":1772625600002}`,
		`{"status":"pondered","amount":1,"order_id":"A1","at":1772625600003}`,
	}, map[string]mappedWant{"order/A1": {state: hook.StatePaid, amount: 4900, due: 4900}}},

	"the second card of an order": {twoLevels, []string{
		`{"id":"p1","status":"declined","amount":4900,"order_id":"Größe 1/2","at":1772625600001}`,
		`{"id":"p2","status":"ok","amount":4900,"order_id":"Größe 1/2","at":1772625600002}`,
	}, map[string]mappedWant{
		"order/Größe 1/2": {state: hook.StatePaid, amount: 4900, due: 4900},
		"payment/p1":      {state: hook.StateFailed, amount: 4900, due: 4900, denied: true}}},
	"paid twice, and one is returned": {twoLevels, []string{
		`{"id":"p1","status":"ok","amount":4900,"order_id":71,"at":1772625600001}`,
		`{"id":"p2","status":"ok","amount":4900,"order_id":"71","at":1772625600002}`,
		`{"id":"p2","status":"refunded","order_id":71,"at":1772625600003}`,
	}, map[string]mappedWant{
		"order/71":   {state: hook.StatePaid, amount: 9800, due: 4900, refunded: 4900},
		"payment/p2": {state: hook.StateRefunded, amount: 4900, due: 4900, refunded: 4900}}},
	"paid twice": {twoLevels, []string{
		`{"id":"p1","status":"ok","amount":4900,"order_id":71,"at":1772625600001}`,
		`{"id":"p2","status":"ok","amount":4900,"order_id":71,"at":1772625600002}`,
	}, map[string]mappedWant{
		"order/71": {state: hook.StatePaid, amount: 9800, due: 4900, review: "paid_twice"}}},
	"two parts of an order": {twoLevels, []string{
		`{"id":"p1","status":"ok","amount":2000,"order_id":71,"at":1772625600001}`,
		`{"id":"p2","status":"ok","amount":2900,"order_id":71,"at":1772625600002}`,
	}, map[string]mappedWant{"order/71": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"two customers have one number": {twoLevels, []string{
		`{"id":"p1","status":"ok","amount":4900,"order_id":71,"email":"Ann@example.com","at":1772625600001}`,
		`{"id":"p2","status":"declined","amount":4900,"order_id":71,"email":"bob@example.com","at":1772625600002}`,
		`{"id":"p3","status":"declined","amount":4900,"order_id":72,"customer":17,"at":1772625600002}`,
		`{"id":"p4","status":"ok","amount":4900,"order_id":72,"customer":18,"at":1772625600002}`,
	}, map[string]mappedWant{
		"order/71":   {state: hook.StateAmbiguous, review: "reference_shared"},
		"order/72":   {state: hook.StateAmbiguous, review: "reference_shared"},
		"payment/p2": {state: hook.StateFailed, amount: 4900, due: 4900, denied: true}}},
	"one customer, written in two ways": {twoLevels, []string{
		`{"id":"p1","status":"ok","amount":4900,"order_id":71,"email":"Ann@example.com","at":1772625600001}`,
		`{"id":"p2","status":"declined","amount":4900,"order_id":71,"email":" ann@Example.com","at":1772625600000}`,
	}, map[string]mappedWant{"order/71": {state: hook.StatePaid, amount: 4900, due: 4900}}},
	"one attempt runs out, another one waits": {twoLevels, []string{
		`{"id":"p1","status":"expired","amount":4900,"order_id":71,"at":1772625600009}`,
		`{"id":"p2","status":"action_required","amount":4900,"order_id":71,"at":1772625600002}`,
	}, map[string]mappedWant{"order/71": {state: hook.StateActionRequired, amount: 4900, due: 4900}}},
}

// TestPaymentsOfAMappingEndRightInEveryOrder receives each delivery once or twice, in every order.
func TestPaymentsOfAMappingEndRightInEveryOrder(t *testing.T) {
	for name, c := range mappedCases {
		t.Run(name, func(t *testing.T) {
			m := compiled(t, c.mapping)
			random := rand.New(rand.NewPCG(1, uint64(len(name))))
			for range 100 {
				order := random.Perm(len(c.bodies))
				order = append(order, order[random.IntN(len(order))])
				rows := paymentstest.New()
				for n, i := range order {
					r := recordOf(c.bodies[i])
					r.ID, r.Seq = hook.DeliveryID(fmt.Sprint("dlv_", n)), hook.Seq(n+1)
					r.ReceivedAt = hook.Time{Time: received.Add(time.Duration(n) * time.Minute)}
					statements, _ := m.Statements(&hook.Endpoint{}, r)
					rows.Apply(t, statements...)
				}
				for link, want := range c.want {
					s := rows.Alias(link)
					got := mappedWant{s.State, s.Amount, s.Due, s.Refunded, "", s.Denied, s.NothingDue != ""}
					if len(s.Review) > 0 {
						got.review = string(slices.Max(s.Review))
					}
					if got != want {
						t.Fatalf("%s in the order %v is %+v, want %+v", link, order, got, want)
					}
				}
			}
		})
	}
}
