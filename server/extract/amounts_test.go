package extract

import (
	"testing"

	"hookbeam/server/hook"
)

// TestAmountsAreAddedAndTakenOff has sums over lists and signs, as in an order with refunds.
func TestAmountsAreAddedAndTakenOff(t *testing.T) {
	refunds := func(a AmountSpec) AmountSpec {
		return a.PlusSum("refunds.*.moves.*.sum").Where("kind", "refund").Where("state", "done")
	}
	for name, c := range map[string]struct {
		spec AmountSpec
		body string
		want int64
	}{
		"less what is open":       {Amount("body:price").Minus("body:open"), `"price":"49.00","open":"29.00"`, 2000},
		"nothing is open":         {Amount("body:price").Minus("body:open"), `"price":"49.00"`, 4900},
		"what the shop owes":      {Amount("body:price").Minus("body:open"), `"price":"39.00","open":"-10.00"`, 4900},
		"less than nothing":       {Amount("body:price").Minus("body:open"), `"price":"1.00","open":"2.00"`, 0},
		"no refunds":              {refunds(Amount("body:price")), `"price":"40.00","refunds":[]`, 4000},
		"no list of refunds":      {refunds(Amount("body:price")), `"price":"40.00"`, 4000},
		"an amount without price": {refunds(Amount("body:price")), `"refunds":[{"moves":[]}]`, 0},
		"with refunds that were done": {refunds(Amount("body:price").Minus("body:open")),
			`"price":"40.00","open":"1.00",` +
				`"refunds":[{"moves":[]},{"moves":[{"kind":"refund","state":"done","sum":"4.00"},` +
				`{"kind":"refund","state":"failed","sum":"1.00"},{"kind":"sale","state":"done","sum":"2.00"}]},` +
				`{"moves":[{"kind":"refund","state":"done","sum":"5.00"}]}]`, 4800},
	} {
		s := cafe
		s.Rules = Rules{{Types: []string{"sum"}, Match: Always(hook.Created), Amounts: []AmountSpec{c.spec},
			Subject: &SubjectSpec{
				Aliases:  []AliasSpec{Alias("payment", "body:id")},
				Currency: cafeSum.Currency,
				Decimal:  true,
			}}}
		told := s.mustExtract(`{"type":"sum","id":"1","currency":"EUR",` + c.body + `}`)
		if len(told) != 1 || told[0].Amount != c.want {
			t.Errorf("%s: %+v, want %d", name, told, c.want)
		}
	}
}
