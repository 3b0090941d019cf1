package extract

import (
	"fmt"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

func TestAnOutcomeMayDependOnMoreThanOneField(t *testing.T) {
	old, free := Less("body:version", "const:2025-03-31"), Is("body:free+body:gift", "true/", "/true")
	tea := SubjectSpec{Aliases: []AliasSpec{Alias("payment", "body:tea")},
		Currency: payload.SelectAll("body:currency"), Amounts: []AmountSpec{Amount("body:sum")}}
	house := Source{Event: eventOf("body"), Rules: Rules{
		{Types: []string{"tea"}, Also: true, Subject: &tea, Match: Always(hook.Released).If(old).If(free)},
		{Types: []string{"tea"}, Also: true, Subject: &tea, Match: Always(hook.Refund).If(old).Unless(free)},
		{Types: []string{"tea"}, Subject: &tea, Match: Always(hook.Captured).Unless(old), Needs: true},
	}}
	for body, want := range map[string]string{
		`"version":"2025-03-30","free":true`:              "released: payment/1",
		`"version":"2025-03-30","gift":true`:              "released: payment/1",
		`"version":"2025-03-30"`:                          "refund: payment/1",
		`"version":"2025-03-31"`:                          "",
		`"version":"2025-03-31","sum":0,"currency":"eur"`: "",
		`"version":"2025-03-31","sum":5,"currency":"eur"`: "captured 5 EUR: payment/1",
		`"sum":5,"currency":"eur"`:                        "captured 5 EUR: payment/1",
	} {
		if got := extracttest.Summary(house.mustExtract(`{"type":"tea","tea":1,` + body + `}`)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestAReferenceIsANameWithinItsScope(t *testing.T) {
	spec := SubjectSpec{
		Aliases: []AliasSpec{Alias("payment", "body:tea")}, References: payload.SelectAll("body:order"),
		Scope: payload.SelectAll("body:site", "body:shop"),
	}
	house := Source{Rules: Rules{{Types: []string{"tea"}, Subject: &spec, Match: Always(hook.Captured)}},
		Event: func(q *payload.Request) hook.Event {
			return hook.Event{Type: "tea", Account: q.Text(payload.Select("body:account"))}
		}}
	for body, want := range map[string]string{
		`"account":"a"`:                       "a",
		`"account":"a","shop":"two"`:          "a|two",
		`"site":"https://one","shop":"two"`:   "|https://one",
		`"account":"a","site":"","shop":null`: "a",
	} {
		if got := house.mustExtract(`{"tea":1,"order":7,` + body + `}`)[0].Account; got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestAnEndpointSaysWithinWhatItsReferencesAreNames(t *testing.T) {
	spec := SubjectSpec{
		Aliases: []AliasSpec{Alias("payment", "body:tea")}, References: payload.SelectAll("body:order"),
		Scope: payload.SelectAll("body:site"),
	}
	source := Source{Event: eventOf("body"), Rules: Rules{{Types: []string{"tea"}, Subject: &spec,
		Match: Always(hook.Captured)}}}
	e := &hook.Endpoint{Statuses: hook.StatusRules{ReferenceScope: "from.shop"}}
	for body, want := range map[string]string{
		`"from":{"shop":"north"}`:                "|north",
		`"from":{"shop":"north"},"site":"south"`: "|north",
		`"from":{"shop":["north"]}`:              "",
		`"site":"south"`:                         "",
	} {
		r := extracttest.Record("POST", nil, `{"type":"tea","tea":1,"order":7,`+body+`}`)
		if all, err := source.Statements(e, r); err != nil || len(all) != 1 || all[0].Account != want {
			t.Errorf("%s: %+v, %v, want the account %q", body, all, err, want)
		}
	}
}

// TestAnAmountMayDependOnOtherFields has a price in two currencies, and a sum that is limited by the price.
func TestAnAmountMayDependOnOtherFields(t *testing.T) {
	abroad := Differ("body:currency", "body:theirs.currency")
	order := SubjectSpec{
		Kind: hook.KindOrder, Orders: []AliasSpec{Alias("tea-order", "body:order")},
		Currency: payload.SelectAll("body:currency"), Decimal: true,
	}
	house := Source{Event: eventOf("body"), Rules: Rules{{
		Types: []string{"tea"}, Subject: &order, Level: hook.LevelOrder,
		Match: AlwaysState(Outcome{State: hook.StatePaid, Paid: true}),
		Due: []AmountSpec{
			Amount("body:theirs.price").In("body:theirs.currency").If(abroad), Amount("body:price"),
		},
		Declared: []AmountSpec{Amount("body:price").Plus("body:extra").AtMost("body:price", "body:most")},
	}}}
	for body, want := range map[string][3]string{
		`"price":"49.00"`: {"4900", "4900", "EUR"},
		`"price":"49.00","theirs":{"price":"53.41","currency":"USD"}`: {"5341", "4900", "USD"},
		`"price":"49.00","theirs":{"price":"53.41","currency":"EUR"}`: {"4900", "4900", "EUR"},
		`"price":"49.00","extra":"9.00"`:                              {"4900", "4900", "EUR"},
		`"price":"49.00","extra":"9.00","most":"55.00"`:               {"4900", "5500", "EUR"},
		`"price":"49.00","extra":"9.00","most":"99.00"`:               {"4900", "5800", "EUR"},
		`"price":"-49.00"`: {"0", "0", ""},
		`"price":"?"`:      {"0", "0", ""},
	} {
		all := house.mustExtract(`{"type":"tea","order":7,"currency":"EUR",` + body + `}`)
		if len(all) != 1 || !all[0].Paid {
			t.Fatalf("%s: %+v", body, all)
		}
		got := [3]string{fmt.Sprint(all[0].Due), fmt.Sprint(all[0].Declared), all[0].Evidence.Currency}
		if got != want {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}
