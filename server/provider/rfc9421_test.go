package provider

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

const covered = `("@method" "@target-uri" "content-digest")`

// messageHeaders signs as RFC 9421 says, over what input names.
func messageHeaders(at time.Time, body, more string, sum func(base string) []byte) http.Header {
	digest := sha256.Sum256([]byte(body))
	sent := "sha-256=:" + encode(digest[:]) + ":"
	params := covered + ";created=" + seconds(at) + `;keyid="k"` + more
	base := "\"@method\": POST\n\"@target-uri\": " + address + "\n\"content-digest\": " + sent + "\n\"@signature-params\": " + params
	return headers("Content-Digest", sent, "Signature-Input", `other=("date");created=1, sig1=`+params, "Signature", "other=:AAAA:, sig1=:"+encode(sum(base))+":")
}

func sampleMessages(k keys) []sample {
	return []sample{
		{id: "rfc9421", secret: plain, body: `{"type":"made"}`, typ: "made", event: "sha256", dated: true, sign: func(at time.Time, body string) http.Header {
			return messageHeaders(at, body, `;alg="hmac-sha256"`, func(base string) []byte { return mac(sha256.New, plain, base) })
		}},
		{id: "rfc9421", secret: "whpk_" + encode([]byte(k.public())), body: `{"type":"made"}`, typ: "made", event: "sha256", dated: true,
			sign: func(at time.Time, body string) http.Header {
				return messageHeaders(at, body, "", func(base string) []byte { return ed25519.Sign(k.edwards, []byte(base)) })
			}},
	}
}

// TestTheExampleOfTheRFC builds and checks the example of RFC 9421, appendix B.2.5.
func TestTheExampleOfTheRFC(t *testing.T) {
	q := &request{endpoint: &hook.Endpoint{}, record: recordOf("POST", headers("Date", "Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type", "application/json",
		"Signature-Input", `sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"`,
		"Signature", "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:"), "")}
	found, _ := q.messages()
	key, err := base64.StdEncoding.DecodeString("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")
	if err != nil || len(found) != 1 {
		t.Fatal(err, found)
	}
	base, ok := found[0].base(q, "https://example.com/foo")
	if _, right := found[0].holds(string(key), base); !ok || !right {
		t.Errorf("%v: %s", ok, base)
	}
	if found[0].coversEnough() {
		t.Error("it does not cover the body, and would be enough")
	}
}

func TestAMessageThatLeavesSomethingOpenIsRefused(t *testing.T) {
	genuine := func() *hook.Record {
		return recordOf("POST", messageHeaders(noon, "{}", "", func(base string) []byte { return mac(sha256.New, plain, base) }), "{}")
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"as it was":          {"", "", ""},
		"method uncovered":   {`"@method" `, "", signatureMalformed},
		"digest uncovered":   {` "content-digest")`, ")", signatureMalformed},
		"place uncovered":    {`"@target-uri" `, "", signatureMalformed},
		"twice":              {`"@method" `, `"@method" "@method" `, signatureMalformed},
		"without a time":     {";created=" + seconds(noon), "", timestampMissing},
		"another time":       {";created=" + seconds(noon), ";created=" + seconds(noon.Add(1e9)), signatureMismatch},
		"another algorithm":  {`;keyid="k"`, `;keyid="k";alg="ed25519"`, keyMissing},
		"no time to read":    {";created=" + seconds(noon), ";created=x", timestampMissing},
		"a broken parameter": {`;keyid="k"`, `;keyid="k`, signatureMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := genuine()
			for i := range r.Headers {
				if r.Headers[i].Name == "Signature-Input" {
					r.Headers[i].Value = strings.Replace(r.Headers[i].Value, c.from, c.to, 1)
				}
			}
			if f := examine("rfc9421", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != c.want {
				t.Errorf("%+v, want %q", f, c.want)
			}
		})
	}
	r := genuine()
	r.Method = "PUT"
	if f := examine("rfc9421", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != signatureMismatch {
		t.Errorf("another method: %+v", f)
	}
}
