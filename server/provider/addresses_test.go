package provider

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// TestTheAddressIsTheSendersOwnBytes sends requests whose address differs from the endpoint's in ways that URL
// libraries hide. signed is what follows the endpoint's address in the signed text.
func TestTheAddressIsTheSendersOwnBytes(t *testing.T) {
	for name, c := range map[string]struct {
		path, query, signed string
		want                bool
	}{
		"nothing after it":             {"", "", "", true},
		"a slash":                      {"/", "", "/", true},
		"a slash, not signed":          {"/", "", "", true},
		"a slash, signed but not sent": {"", "", "/", false},
		"a slash and a query":          {"/", "a=1", "/?a=1", true},
		"no slash and a query":         {"", "a=1", "?a=1", true},
		"braces":                       {"/{shop}", "", "/{shop}", true},
		"braces, encoded":              {"/%7Bshop%7D", "", "/%7Bshop%7D", true},
		"braces, encoded by us":        {"/{shop}", "", "/%7Bshop%7D", false},
		"a bar and a quote":            {`/a|b"c`, "", `/a|b"c`, true},
		"an escaped slash":             {"/a%2Fb//c", "", "/a%2Fb//c", true},
		"a lower-case escape":          {"/a%c3%a9", "x=%c3", "/a%c3%a9?x=%c3", true},
		"a query of nothing":           {"", "&&", "?&&", true},
		"an empty query":               {"?", "", "?", true},
		"an empty query, not signed":   {"?", "", "", true},
		"an empty query of a path":     {"/a?", "", "/a?", true},
		"a mark that a client added":   {"/a?", "", "/a", true},
		"a mark that was not sent":     {"/a", "", "/a?", false},
		"another path":                 {"/a", "", "/b", false},
	} {
		t.Run(name, func(t *testing.T) {
			want := hook.Rejected
			if c.want {
				want = hook.Verified
			}
			r := extracttest.Record("POST", headers("X-Square-Hmacsha256-Signature",
				hmac64(sha256.New, plain, address+c.signed+"{}")), "{}")
			r.Path, r.Query = c.path, c.query
			if f := examine("square", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != want {
				t.Errorf("Square: %+v, want %s", f, want)
			}
			r = extracttest.Record("POST", headers("X-Twilio-Signature", hmac64(sha1.New, plain, address+c.signed+"a1"),
				"Content-Type", "application/x-www-form-urlencoded"), "a=1")
			r.Path, r.Query = c.path, c.query
			if f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != want {
				t.Errorf("Twilio: %+v, want %s", f, want)
			}
		})
	}
}

func TestARegisteredAddressMayHaveAQueryAndAFinalSlash(t *testing.T) {
	const registered = "https://shop.example/hooks/"
	for name, c := range map[string]struct{ own, path, query, signed string }{
		"as registered":             {registered, "", "", registered},
		"a path after the slash":    {registered, "/a", "", registered + "a"},
		"a path and a query":        {registered, "/a", "b=1", registered + "a?b=1"},
		"a query as registered":     {registered + "?t=1", "", "t=1", registered + "?t=1"},
		"a query that differs":      {registered + "?t=1", "", "t=2", registered + "?t=2"},
		"a path that a proxy added": {registered + "?t=1", "/x", "t=2", registered + "?t=2"},
		"a path before the query":   {registered + "?t=1", "/x", "t=2", registered + "x?t=2"},
		"a path that was none": {strings.TrimSuffix(registered, "/"), "/", "a=1",
			"https://shop.example/hooks?a=1"},
	} {
		r := extracttest.Record("POST", headers("X-Square-Hmacsha256-Signature",
			hmac64(sha256.New, plain, c.signed+"{}")), "{}")
		r.Path, r.Query = c.path, c.query
		f := examine("square", hook.Endpoint{Secrets: secret(plain), SignedURL: c.own}, r)
		if f.Verdict != hook.Verified {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestHubSpotDecodesItsTwelveEscapesAndNoOthers(t *testing.T) {
	const time = "1772625600000"
	for sent, signed := range map[string]string{
		"e=a%40b.example&name=Anna%20Maria":                 "e=a@b.example&name=Anna%20Maria",
		"r=https%3A%2F%2Fx.example%2F%3Fa%3D1":              "r=https://x.example/?a%3D1",
		"x=%21%24%27%28%29%2A%2C%3B%3F%40%3A%2F":            "x=!$'()*,;?@:/",
		"x=%25%26%2B%3D%23%5B%5D%22%7B%7D%C3%A9%0A%2540%3c": "x=%25%26%2B%3D%23%5B%5D%22%7B%7D%C3%A9%0A%2540%3c",
		"x=1":                  "x=1",
		"x=%40":                "x=%40", // as received, by an address that was registered so
		"x=%2":                 "x=%2",
		"x=%3a%2f%3F%c3%a9%3d": "x=:/?%c3%a9%3d",
		"x=%3a%2F":             "x=%3a/",
		"x=%%%40":              "x=%%@",
	} {
		verdict := func(text string) hook.Verdict {
			r := extracttest.Record("GET", headers("X-HubSpot-Request-Timestamp", time, "X-HubSpot-Signature-v3",
				hmac64(sha256.New, plain, "GET"+address+"?"+text+time)), "")
			r.Path, r.Query = "", sent
			return examine("hubspot", hook.Endpoint{Secrets: secret(plain)}, r).Verdict
		}
		if got := verdict(signed); got != hook.Verified {
			t.Errorf("%s signed as %s: %s", sent, signed, got)
		}
		others := strings.NewReplacer("%20", " ", "%3D", "=", "%26", "&", "%2540", "%40")
		if more := others.Replace(signed); more != signed {
			if got := verdict(more); got != hook.Rejected {
				t.Errorf("%s signed as %s: %s", sent, more, got)
			}
		}
	}
}

func TestTwilioMaySignTheQueryOfItsOldEncoder(t *testing.T) {
	for sent, signed := range map[string]string{
		"a=it%27s":               "a=it's",
		"a=%28b%29%2A%21%7E":     "a=(b)*!~",
		"a=b+c&d=e%20f":          "a=b%20c&d=e%20f",
		"a=1:2/3@4":              "a=1%3A2%2F3%404",
		"a=%c3%a9":               "a=%C3%A9",
		"a&&b=":                  "a=&b=",
		"b=%27&a=2&b=3":          "b='&a=2&b=3",
		"x=%zz&a=%27":            "x=%zz&a='",
		"a=it%27s&a%27=%26%3D%3": "a=it's&a'=%26%3D%3",
	} {
		for _, host := range []string{address, strings.Replace(address, ".com/", ".com:443/", 1)} {
			for _, what := range []string{signed, sent} {
				sum := hmac64(sha1.New, plain, host+"?"+what)
				r := extracttest.Record("GET", headers("X-Twilio-Signature", sum), "")
				r.Path, r.Query = "", sent
				if f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Verified {
					t.Errorf("%s signed as %s: %+v", sent, host+"?"+what, f)
				}
			}
		}
	}
	r := extracttest.Record("GET", headers("X-Twilio-Signature", hmac64(sha1.New, plain, address+"?a=its")), "")
	r.Query = "a=it%27s"
	if f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != hook.Rejected {
		t.Errorf("another query: %+v", f)
	}
}

func TestTwiliosBodyHashIsFoundBesideParametersThatAreNotWellFormed(t *testing.T) {
	const body = `{"a":1}`
	sum := sha256.Sum256([]byte(body))
	for query, want := range map[string]hook.Verdict{
		"x=a;b&bodySHA256=" + hex.EncodeToString(sum[:]) + "&y=%zz":             hook.Verified,
		"bodySHA256=00&bodySHA256=" + hex.EncodeToString(sum[:]):                hook.Rejected,
		"xbodySHA256=" + hex.EncodeToString(sum[:]):                             hook.Rejected,
		"bodySHA256=" + base64.StdEncoding.EncodeToString(sum[:]):               hook.Rejected,
		"bodySHA256=" + strings.ToUpper(hex.EncodeToString(sum[:])) + "&x=none": hook.Rejected,
	} {
		r := extracttest.Record("POST", headers("X-Twilio-Signature", hmac64(sha1.New, plain, address+"?"+query)), body)
		r.Path, r.Query = "", query
		if f := examine("twilio", hook.Endpoint{Secrets: secret(plain)}, r); f.Verdict != want {
			t.Errorf("%s: %+v, want %s", query, f, want)
		}
	}
}

// TestAForgedAddressCostsAtMostTenHashes bounds what the forms of an address cost: a forger gets all of them tried.
func TestAForgedAddressCostsAtMostTenHashes(t *testing.T) {
	for id, header := range map[string]string{"twilio": "X-Twilio-Signature", "hubspot": "X-HubSpot-Signature-v3",
		"square": "X-Square-Hmacsha256-Signature"} {
		body := "a=" + strings.Repeat("x", 100_000)
		r := extracttest.Record("POST", headers(header, base64.StdEncoding.EncodeToString(make([]byte, 20)),
			"X-HubSpot-Request-Timestamp", "1772625600000", "Content-Type", "application/x-www-form-urlencoded"), body)
		r.Path, r.Query = "/", "a=it%27s%40"+strings.Repeat("&x", 1000)
		p, _ := For(id)
		e := &hook.Endpoint{Provider: id, Verify: hook.Enforce, Secrets: secret(plain)}
		q := signature.NewRequest(e, r, signature.ReceiveContext{At: noon, URL: address})
		f := p.Signature.Verify(q)
		if most := 10 * (len(body) + 10_000); f.Verdict != hook.Rejected || q.Hashed > most || q.Hashed == 0 {
			t.Errorf("%s: %s after %d bytes were hashed, want at most %d", id, f.Verdict, q.Hashed, most)
		}
		q.Release()
	}
}
