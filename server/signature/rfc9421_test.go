package signature

import (
	"encoding/base64"
	"testing"

	"hookbeam/server/hook"
)

// TestTheExampleOfTheRFC builds and checks the example of RFC 9421, appendix B.2.5.
func TestTheExampleOfTheRFC(t *testing.T) {
	q := requestWith(
		hook.Header{Name: "Date", Value: "Tue, 20 Apr 2021 02:07:55 GMT"},
		hook.Header{Name: "Content-Type", Value: "application/json"},
		hook.Header{Name: "Signature-Input",
			Value: `sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`},
		hook.Header{Name: "Signature", Value: "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"})
	defer q.Release()
	found, _ := q.messages()
	key, err := base64.StdEncoding.DecodeString(
		"uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4" +
			"XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")
	if err != nil || len(found) != 1 {
		t.Fatal(err, found)
	}
	base, ok := found[0].base(q, "https://example.com/foo")
	if _, right := found[0].matches(string(key), base); !ok || !right {
		t.Errorf("%v: %s", ok, base)
	}
	if found[0].coversEnough() {
		t.Error("it does not cover the body, and would be enough")
	}
}

// TestTheEd25519ExampleOfTheRFC checks the example of RFC 9421, appendix B.2.6.
func TestTheEd25519ExampleOfTheRFC(t *testing.T) {
	q := requestWith(
		hook.Header{Name: "Date", Value: "Tue, 20 Apr 2021 02:07:55 GMT"},
		hook.Header{Name: "Content-Type", Value: "application/json"}, hook.Header{Name: "Content-Length", Value: "18"},
		hook.Header{Name: "Signature-Input",
			Value: `sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")` +
				`;created=1618884473;keyid="test-key-ed25519"`},
		hook.Header{Name: "Signature",
			Value: "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u0" +
				"2Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"})
	defer q.Release()
	found, _ := q.messages()
	if len(found) != 1 {
		t.Fatal(found)
	}
	base, ok := found[0].base(q, "https://example.com/foo?param=Value&Pet=dog")
	public := "-----BEGIN PUBLIC " +
		"KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n"
	if alg, right := found[0].matches(public, base); !ok || !right || alg != "ed25519" {
		t.Errorf("%v %s: %s", ok, alg, base)
	}
}

// requestWith is a POST with some headers and nothing else.
func requestWith(headers ...hook.Header) *Request {
	r := &hook.Record{Delivery: hook.Delivery{Method: "POST", Path: "/"}}
	for _, h := range headers {
		SetHeader(r, h.Name, h.Value)
	}
	return NewRequest(&hook.Endpoint{}, r, ReceiveContext{})
}
