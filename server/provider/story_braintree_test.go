package provider

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

var braintreeShown = map[string]string{
	"braintree/check.signed":                               "",
	"braintree/dispute_lost.signed":                        "dispute_lost: payment/my_id",
	"braintree/dispute_opened.signed":                      "dispute_open: payment/my_id",
	"braintree/dispute_won.signed":                         "dispute_won: payment/my_id",
	"braintree/subscription_canceled.signed":               "",
	"braintree/subscription_charged_successfully.signed":   "captured: payment/my_id",
	"braintree/subscription_charged_unsuccessfully.signed": "failed: payment/my_id",
	"braintree/transaction_reviewed.signed":                "info: payment/my_id",
	"braintree/transaction_settled.signed":                 "captured 10000 USD: payment/my_id",
	"braintree/transaction_settlement_declined.signed":     "capture_failed 10000 USD: payment/my_id",
}

func TestAnElementIsFoundInsideOthers(t *testing.T) {
	xml := `<?xml version="1.0"?><n><items type="array"><item><id>1</id></item></items><id type="x">2</id><item><id>3</id><no nil="true"/>` +
		`<of>A &amp; B</of></item><no>4</no><x:six>6</x:six><both>5<b/></both></n>`
	for path, want := range map[string]string{"id": "1", "items/item/id": "1", "item/id": "1", "items/of": "", "of": "A & B", "no": "", "item/no": "", "six": "", "both": "",
		"none": "", "item/none": "", "": "", "n": "", "i": ""} {
		q := &request{record: recordOf("POST", nil, url.Values{"f": {base64.StdEncoding.EncodeToString([]byte(xml))}}.Encode())}
		if got := q.read("xml:f/" + path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	for _, bad := range []string{"<n><id>1</id>", "<n><id>1</id></m>", "<n></n></n><id>1</id>", "<!DOCTYPE n [<!ENTITY a \"b\">]><id>1</id>", "<id>&a;</id>",
		`<?xml version="1.0" encoding="ISO-8859-1"?><id>1</id>`, "<id>1</id>\x00", strings.Repeat("<n>", maxDepth+2) + "<id>1</id>" + strings.Repeat("</n>", maxDepth+2)} {
		q := &request{record: recordOf("POST", nil, url.Values{"f": {base64.StdEncoding.EncodeToString([]byte(bad))}}.Encode())}
		if got := q.read("xml:f/id"); got != "" {
			t.Errorf("of %q: %q", bad, got)
		}
	}
	if got := (&request{record: recordOf("POST", nil, "f=!")}).read("xml:f/id"); got != "" {
		t.Errorf("of no base64: %q", got)
	}
}
