package filter

import (
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// noon is when the tests' records are looked at.
func noon() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }

const paidBody = `{"id":"evt_1","type":"invoice.paid","data":{"object":{"amount":4200,"fee":"12.50",
"big":12345678901234567890,"tags":["red","green",["deep"]],
"lines":[{"sku":"A-1","n":1},{"sku":"B-2","n":2.0}],"empty":"","none":null,"list":[],
"ok":true,"a.b":{"c d":"caf\u00e9\nlatte \"mit\" \ud83d\ude00"},"twice":1,"twice":2,"Caf\u00e9":{"x":1}}}}`

func paid() Item {
	return Item{
		Record: &hook.Record{
			Delivery: hook.Delivery{
				ID: "dlv_12abc", Seq: 1042, Endpoint: "ep_shop1", Method: "POST", Path: "/hooks/a%20b",
				Query: "source=web&a.b=1&page=07&q=x+y%21&bad=%zz&flag", Type: "invoice.paid", Event: "evt_1",
				ContentType: "application/json", Size: int64(len(paidBody)), Verdict: hook.Verified,
				Account: "acct_9",
				Mode:    hook.ModeTest, Occurrence: 2, ReceivedAt: hook.Time{Time: noon().Add(-time.Hour)},
			},
			Request: hook.Request{
				Remote: "203.0.113.9",
				Headers: []hook.Header{{Name: "User-Agent", Value: "Stripe/1.0 (+https://stripe.com)"},
					{Name: "X-Id", Value: "a"}, {Name: "X-Id", Value: "b"}},
				Body: []byte(paidBody),
			},
			Integrity: hook.IntegrityOK,
		},
		EndpointName: "shop", Provider: "stripe",
		Subjects: func() []Subject {
			return []Subject{
				{Status: "sub_x", Names: []string{"payment/pi_1", "order/10-4471"}, Reference: "10-4471",
					State: hook.StatePaid, Amount: 4200},
				{Names: []string{"own/7"}, State: "brewing"},
			}
		},
	}
}

// rejected is a record of which next to nothing is known.
func rejected() Item {
	return Item{Record: &hook.Record{
		Delivery: hook.Delivery{
			ID: "dlv_13abc", Seq: 1043, Endpoint: "ep_blog1", Method: "PUT", Path: "/", Size: 40,
			ContentType: "application/x-www-form-urlencoded; charset=utf-8", Verdict: hook.Rejected,
			Reason: "signature_mismatch", DuplicateOf: 7, ReleaseOf: 8, Events: 2, Mode: hook.ModeLive,
			ReceivedAt: hook.Time{Time: noon().Add(-48 * time.Hour)},
		},
		Request: hook.Request{
			Remote:  "2001:db8::1",
			Headers: []hook.Header{{Name: "Hookbeam-Sample", Value: "1"}},
			Body:    []byte("payload=" + url.QueryEscape(`{"a":"Straße"}`) + "&amount=12.50&text=card+declined"),
		},
		Integrity: hook.IntegrityDamaged,
	}}
}

// verdicts says which of the two records a filter lets through.
func verdicts(t *testing.T, text string) string {
	t.Helper()
	f, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var through []string
	if f.Match(paid(), noon()) {
		through = append(through, "paid")
	}
	if f.Match(rejected(), noon()) {
		through = append(through, "rejected")
	}
	return strings.Join(through, " ")
}

func TestFieldsOfARecordAreMatched(t *testing.T) {
	for want, texts := range map[string][]string{
		"paid": {
			"endpoint:shop", "endpoint:ep_shop1", "endpoint:SHOP,other", "endpoint:other,ep_shop1", "provider:stripe",
			"type:invoice.paid", "type:invoice.*", "type:*.paid", "type:i*o*e*d", "type:INVOICE.*", "type:*",
			"event:evt_1",
			"account:acct_9", "verdict:verified", "verdict:ver*", "verdict:Verified", "-verdict:rejected",
			"mode:test",
			"method:post", "path:/hooks/*", `path:"/hooks/a%20b"`, "size:>300", "size:40..10000 -size:40", "seq:1042",
			"seq:<1043", "seq:..1042", "seq<=1042", "seq:1.042e3", "after:2h", "after:1h", "after:2026-11-28",
			"after:60m",
			"after:2026-11-28T11:00:00Z", "after:2026-11-28T12:00:00+01:00", "ip:203.0.113.9", "ip:203.0.113.0/24",
			"ip:203.*", "ip:::ffff:203.0.113.9", "has:event", "has:account,reason -has:reason", "has:subject",
			"has:amount",
			"is:test", "is:retry", "is:verified", "-is:damaged", "is:unsigned,test", "subject:payment/pi_1",
			"subject:pi_1",
			"subject:10-*", "reference:10-4471", "state:paid", "state:PAID", "status:paid", "status:sub_x",
			`state:"brewing"`,
			"state:brew*", "amount:4200", "amount:>4199", "amount>=4200.0", "dlv_12abc", "#1042", "evt_1",
			"pi_1", "ep_shop1", "sub_x", "-has:reason", "seq:1042 -reason:x",
			"endpoint:ep_shop1 verdict:verified method:POST",
		},
		"rejected": {
			"verdict:rejected", "reason:signature_*", "is:rejected", "is:duplicate", "is:released", "is:batch",
			"is:damaged",
			"is:live", "is:sample", "is:duplicate,test -is:test", "before:1d", "before:2026-11-28", "before:1h",
			"-after:1h",
			"ip:2001:db8::/32", "ip:2001:db8:0::1", "ip:2001*", "size:40", "-has:subject", "-has:amount",
			"-provider:*",
			"#1043", "seq:1043", "size<41",
		},
		"paid rejected": {
			"", "type:x OR seq:>0", "has:size", "verdict:verified,rejected", "verdict:*e*", "endpoint:*", "after:7d",
			"before:59m",
			"is:test,live", "(seq:1042 OR seq:1043) -seq:1044", "has:verdict has:path",
		},
		"": {
			"type:invoice", "type:invoice.", "type:nvoice*", "type:*invoice", "type:invoice.*x",
			"type:a*invoice.paid",
			"type:*paid*paid",
			"verdict:unsigned", "is:unsigned", "verdict:verified verdict:rejected", "endpoint:sho", "size:>1e999999",
			"seq:-1",
			"after:30m", "before:2w", "ip:10.0.0.0/8", "dlv_12", "#1", "evt_2", "pi_2", "sub_y", "amount:0",
			"amount:<0",
			"subject:payment", "subject:pi_", "status:sub_y", "-seq:>0", "mode:test mode:live", `type:"invoice.*"`,
			`type:""`,
		},
	} {
		for _, text := range texts {
			if got := verdicts(t, text); got != want {
				t.Errorf("%s lets %q through, want %q", text, got, want)
			}
		}
	}
}

// TestNoPathIsMatchedAsTheRoot: older releases stored "/" if nothing followed the endpoint's URL.
func TestNoPathIsMatchedAsTheRoot(t *testing.T) {
	for path, want := range map[string]bool{"": true, "/": true, "/a": false} {
		r := &hook.Record{Delivery: hook.Delivery{Path: path}}
		f, err := Parse("path:/")
		if err != nil || f.Match(Item{Record: r}, noon()) != want {
			t.Errorf("the path %q, want %v: %v", path, want, err)
		}
	}
}

func TestValuesInsideARequestAreMatched(t *testing.T) {
	object := "body.data.object."
	for want, texts := range map[string][]string{
		"paid": {
			"body.id:evt_1", "body.type:invoice.*", object + "amount:4200", object + "amount:4200.00",
			object + "amount:42e2",
			object + "amount:>4199", object + "amount:4000..4300", object + "amount:..4200", object + "amount:42*",
			object + `amount:"4200"`, "-seq:1043 -" + object + `amount:"4200.0"`, object + "amount>1000",
			object + "amount=4200",
			object + "fee:12.50", "-seq:1043 -" + object + "fee:12.5", "-seq:1043 -" + object + "fee:12.5,100..200",
			object + "fee:>12.4", object + "fee:12..13",
			object + "big:12345678901234567890", "-seq:1043 -" + object + "big:12345678901234567891",
			object + "big:>12345678901234567889",
			object + "tags:red", object + "tags:green", object + "tags:deep", object + "lines.sku:b-2",
			object + "lines.n:2",
			object + `empty:""`, "-seq:1043 -has:" + object + "none", object + "none:null", "has:" + object + "list",
			"has:body.data",
			"has:body.x,body.id", object + "ok:true", object + `"a.b"."c d":caf*`, object + "twice:1",
			object + "twice:2",
			object + "twice:1 " + object + "twice:2", "body.DATA.Object.AMOUNT:4200", object + "café.x:1",
			object + "CAFÉ.x:1",
			"header.user-agent:Stripe/*", "header.x-id:a", "header.X-ID:B", "has:header.x-id", "query.source:web",
			"query.a.b:1", `query."a.b":1`, "query.page:07", "query.page:>6", "-seq:1043 -query.page:7",
			`query.q:"x y!"`,
			`query.bad:"%zz"`, "has:query.flag", `query.flag:""`, "has:form.a,body.id",
		},
		"rejected": {
			"form.amount:12.50", "form.amount:>12", "-has:body.amount seq:1043", `form.text:"card declined"`,
			"has:form.payload",
			"form.payload:*straße*",
		},
		"": {
			"body.data:x", "body.amount:4200", object + "lines:A-1", object + "tags:re", "header.x-id:c",
			"has:query.x",
			"form.payload:x", "body.payload:*", "header.user-agent:>1", object + "type:invoice.paid", object + "ok:1",
			object + "lines.sku.x:1", object + "amount:1..2,5", "has:form.id", object + "none:x",
		},
	} {
		for _, text := range texts {
			if got := verdicts(t, text); got != want {
				t.Errorf("%s lets %q through, want %q", text, got, want)
			}
		}
	}
}

func TestWordsAreMatchedByTokens(t *testing.T) {
	for want, texts := range map[string][]string{
		"paid": {
			"invoice", "INVOICE", "invoice.paid", "inv*", `"invoice paid"`, `"invoice pa"*`, "café", "CAFÉ", "latte",
			"mit",
			"4200", "stripe", "user-agent", `"agent stripe"`, "red green", `"red green"`, "lat*", `"café latte"`,
			"Kelvin OR stripe",
		},
		"rejected": {`"card declined"`, "card-declined", "declined", "straße", "STRAẞE", "payload",
			"hookbeam-sample", "dec*"},
		"": {"nvoice", "invoic", `"paid invoice"`, "nlatte", "u00e9", "atte*", "2Bdeclined", `"id c"*`,
			`"stripe com x id"`, "xyz"},
	} {
		for _, text := range texts {
			if got := verdicts(t, text); got != want {
				t.Errorf("%s lets %q through, want %q", text, got, want)
			}
		}
	}
}

func TestRowsOfTokensAreFoundWhereTheyOverlap(t *testing.T) {
	for _, c := range []struct {
		phrase, body string
		want         bool
	}{
		{`"a a b"`, "a a a b", true},
		{`"a b a b c"`, "a b a b a b c", true},
		{`"a b a c"`, "a b a b a c", true},
		{`"a a a b"`, "a a b a a", false},
		{`"a b a"*`, "a b b a b abc", true},
		{`"a b"`, "b a", false},
		{`"a a b c"`, "a a b a b c", false},
		{`"𐐨b"`, `"\ud801\udc00b"`, true},
		{"\u212a", "K", true},
		{"ſ", "S", true},
		{"x*", strings.Repeat("x", 3*MaxText), true},
		{strings.Repeat("x", MaxText), strings.Repeat("x", 3*MaxText), false},
	} {
		f, err := Parse(c.phrase)
		if err != nil {
			t.Fatal(err)
		}
		item := Item{Record: &hook.Record{Request: hook.Request{Body: []byte(c.body)}}}
		if got := f.Match(item, noon()); got != c.want {
			t.Errorf("%.20s in %.20s is %v", c.phrase, c.body, got)
		}
	}
}

// TestAByteOrderMarkHidesNothing has what some senders write before JSON.
func TestAByteOrderMarkHidesNothing(t *testing.T) {
	item := Item{Record: &hook.Record{Request: hook.Request{Body: []byte("\xef\xbb\xbf{\"a\":1}")}}}
	if f, _ := Parse("body.a:1"); !f.Match(item, noon()) {
		t.Error("the body has no values")
	}
}

func TestWhatIsNoJSONHasNoValues(t *testing.T) {
	for _, body := range []string{
		"", "{", `{"a":1`, `{"a":1}}`, `{"a":1} x`, `{"a":1,}`, `{a:1}`, "\x00", "a=1", `{"a":01}`,
		"\xef\xbb\xbf\xef\xbb\xbf{\"a\":1}",
		strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
	} {
		item := Item{Record: &hook.Record{Request: hook.Request{Body: []byte(body)}}}
		for _, text := range []string{"body.a:1", "body.a:>0", "has:body.a"} {
			f, _ := Parse(text)
			if f.Match(item, noon()) {
				t.Errorf("%s finds something in %.20q", text, body)
			}
		}
	}
}

func TestArraysInArraysAreLookedIntoHoweverDeep(t *testing.T) {
	f, _ := Parse("body.a:1")
	inner := strings.Repeat("[", 4_000) + "1" + strings.Repeat("]", 4_000)
	deep := strings.Repeat("[", 5_000) + `{"a":` + inner + "}" + strings.Repeat("]", 5_000)
	if !f.Match(Item{Record: &hook.Record{Request: hook.Request{Body: []byte(deep)}}}, noon()) {
		t.Error("the value was not found")
	}
}

func TestSubjectsAreAskedForOnceAndOnlyWhenNeeded(t *testing.T) {
	for text, want := range map[string]int{
		"state:paid reference:x OR amount:1 OR has:subject": 1,
		"state:paid seq:1":              0,
		"seq:1042 OR state:paid":        0,
		"body.id:x type:invoice.paid":   0,
		"-state:paid OR sub_y OR evt_2": 1,
		"evt_1":                         0,
	} {
		calls := 0
		item := paid()
		subjects := item.Subjects
		item.Subjects = func() []Subject { calls++; return subjects() }
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if f.Match(item, noon()); calls != want {
			t.Errorf("%s asks %d times, want %d", text, calls, want)
		}
	}
}

func TestOneFilterServesManyGoroutines(t *testing.T) {
	f, err := Parse(`body.id:evt_1 "invoice paid" query.source:web state:paid has:header.x-id`)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if !f.Match(paid(), noon()) || f.Match(rejected(), noon()) {
				t.Error("the filter answers otherwise")
			}
		})
	}
	all.Wait()
}

func TestANilFilterLetsEverythingThrough(t *testing.T) {
	var f *Filter
	if !f.Match(paid(), noon()) || f.String() != "" || f.Root() != nil {
		t.Error("it does not")
	}
}

func TestARelativeTimeIsCountedFromTheGivenNow(t *testing.T) {
	f, _ := Parse("after:1h")
	if !f.Match(paid(), noon()) || f.Match(paid(), noon().Add(time.Millisecond)) {
		t.Error("an hour does not end after an hour")
	}
	if f, _ = Parse("after:0001-01-01"); !f.Match(paid(), noon()) {
		t.Error("the first day of the calendar is taken for now")
	}
}

// TestWorkOnABodyIsBounded has a value stand in front of and behind more values than a filter compares.
func TestWorkOnABodyIsBounded(t *testing.T) {
	many := strings.Repeat("1,", MaxComparisons/2)
	for body, want := range map[string]bool{`{"a":[7,` + many + `1]}`: true, `{"a":[` + many + `7]}`: false} {
		f, err := Parse("body.a:>5")
		if err != nil {
			t.Fatal(err)
		}
		record := &hook.Record{Request: hook.Request{Body: []byte(body)}}
		if got := f.Match(Item{Record: record}, time.Time{}); got != want {
			t.Errorf("a 7 in %d bytes that begin with %.12s: %v", len(body), body, got)
		}
	}
}

// TestADeliveryMatchesItsSecondID: a sender may have been answered with an id that has no seq.
func TestADeliveryMatchesItsSecondID(t *testing.T) {
	random := [16]byte{1, 2, 3}
	item := paid()
	item.Record.ID, item.Record.Node = hook.NewDeliveryID(1042, random), 2
	for text, want := range map[string]bool{
		string(hook.NewSpooledDeliveryID(2, random)): true,
		string(hook.NewDeliveryID(1042, random)):     true,
		string(hook.NewSpooledDeliveryID(1, random)): false,
	} {
		f, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := f.Match(item, noon()); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
