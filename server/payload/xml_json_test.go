package payload

import (
	"strings"
	"testing"
)

func TestXMLReadsLikeJSON(t *testing.T) {
	for xml, want := range map[string]string{
		`<note id="7"><to>Ann</to><to>Bob</to><s:from xmlns:s="urn:s">Eve</s:from></note>`: `` +
			`{"note":{"$id":"7","to":["Ann","Bob"],"s:from":"Eve"}}`,
		`<?xml version="1.0" encoding="UTF-8"?><!-- x --><a/>`: `{"a":""}`,
		byteOrderMark + ` <a>1</a> `:                           `{"a":"1"}`,
		`<a>&lt;"&#233;<![CDATA[<b>]]></a>`:                    `{"a":"\u003c\"é\u003cb\u003e"}`,
		`<a x="1" s:y="2" xmlns="urn:a" xmlns:s="urn:s">t</a>`: `{"a":{"$x":"1","$s:y":"2","$":"t"}}`,
		`<a>left<b>1</b>out</a>`:                               `{"a":{"b":"1"}}`,
		`<a><b><c>1</c></b><d>2</d><b><c>3</c><c/></b></a>`:    `{"a":{"b":[{"c":"1"},{"c":["3",""]}],"d":"2"}}`,
		"<a>\n  <b>1</b>\n</a>":                                `{"a":{"b":"1"}}`,
		`<a>1</a><b>2</b>`:                                     ``,
		`<a>1`:                                                 ``,
		``:                                                     ``,
		`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`:             ``,
		`<a>&b;</a>`:                                           ``,
		strings.Repeat("<a>", maxDepth+2) + strings.Repeat("</a>", maxDepth+2): ``,
	} {
		if got := requestOf("").xmlToJSON(xml); got != want {
			t.Errorf("%s:\n got %s\nwant %s", xml, got, want)
		}
	}
	if got := requestOf("").xmlToJSON("<a>" + strings.Repeat("x", maxXML) + "</a>"); got != "" {
		t.Errorf("%d bytes of too large a document", len(got))
	}
}

const soap = `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">` +
	`<soapenv:Body><notifications xmlns="urn:x"><OrganizationId>00D1</OrganizationId>%</notifications>` +
	`</soapenv:Body></soapenv:Envelope>`

func TestEventsInXMLAreABatch(t *testing.T) {
	one := `<Notification><Id>04l%</Id><sObject xsi:type="sf:Account"><sf:Id>001</sf:Id></sObject></Notification>`
	batch := &Batch{List: "soapenv:Envelope.soapenv:Body.notifications.Notification"}
	for n, want := range map[int]string{0: "", 1: "04l0/sf:Account/001", 2: "04l1/sf:Account/001"} {
		all := ""
		for i := range n {
			all += strings.ReplaceAll(one, "%", string(rune('0'+i)))
		}
		q := typed("text/xml; charset=utf-8", strings.ReplaceAll(soap, "%", all), Envelope{XML: true})
		items := q.Items(batch)
		if len(items) != n {
			t.Fatalf("%d events of %d", len(items), n)
		}
		if n == 0 {
			continue
		}
		q.Look(n - 1)
		if got, _ := q.Joined(SelectJoin("item:Id+item:sObject.$xsi:type+item:sObject.sf:Id")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got := q.Text(Select("body:soapenv:Envelope.soapenv:Body.notifications.OrganizationId")); got != "00D1" {
			t.Errorf("the organisation is %q", got)
		}
	}
	q := typed("text/plain", "<a><Id>1</Id></a>", Envelope{XML: true})
	if got := q.Text(Select("body:a.Id")); got != "" {
		t.Errorf("XML under another type reads as %q", got)
	}
}

// TestNoXMLCostsMoreThanItsLength has documents that would be slow to convert.
func TestNoXMLCostsMoreThanItsLength(t *testing.T) {
	for name, shape := range map[string]string{"elements": "<b/>", "attributes": `<b c="" d="" e="" f=""/>`,
		"texts": "<b>&#x2028;</b>", "depth": "<b><b><b><b></b></b></b></b>", "names": "<b%/>", "comments": "<!---->",
		"attribute texts": `<b c="<<<<"/>`} {
		read := func(n int) int {
			q := typed("text/xml", "<a>"+strings.Repeat(shape, n/len(shape))+"</a>", Envelope{XML: true})
			q.Text(Select("body:a.b.0"))
			q.Text(Select("body:a.c"))
			return q.Steps
		}
		if one, four := read(12<<10), read(48<<10); one > 40*12<<10+50_000 || four > 9*one/2+50_000 {
			t.Errorf("%s: %d steps, and %d for four times as much", name, one, four)
		}
	}
}
