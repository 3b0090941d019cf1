// Package extracttest has what the tests of server/extract and of server/provider share: they make requests and compare
// the statements that are extracted from them. Only tests import it.
//
// Start with Summary.
package extracttest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"hookbeam/server/hook"
)

// Record returns a request to the path "/" as it is stored. Header names are made canonical; header may be nil.
func Record(method string, header http.Header, body string) *hook.Record {
	r := &hook.Record{Delivery: hook.Delivery{Method: method, Path: "/"}, Request: hook.Request{Body: []byte(body)}}
	for name, values := range header {
		for _, v := range values {
			r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(name), Value: v})
		}
	}
	return r
}

// Summary writes statements in a short form that tests compare, one on each line: the kind, the amount in minor units
// ("in all" marks a total of refunds), the states and the id of the refund, and after a colon the aliases. Parts that a
// statement does not have are left out:
//
//	refund 250 EUR in all r1: payment/1 order/10-4471
//	stands running unfulfilled: run/o1
func Summary(all []hook.Statement) string {
	lines := make([]string, len(all))
	for i, s := range all {
		words := []string{string(s.Kind)}
		if s.Amount != 0 || s.Currency != "" {
			words = append(words, fmt.Sprint(max(s.Amount, s.Total)), s.Currency)
		}
		if s.Total != 0 {
			words = append(words, "in all")
		}
		for _, more := range []string{string(s.State), string(s.Fulfilment), s.Part} {
			if more != "" {
				words = append(words, more)
			}
		}
		lines[i] = strings.Join(words, " ") + ": " + strings.Join(slices.Concat(s.Aliases, s.Orders, s.References), " ")
	}
	return strings.Join(lines, "\n")
}
