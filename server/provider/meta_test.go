package provider

import (
	"crypto/sha1"
	"strings"
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// escapedByMeta is a body as Meta writes it: letters beyond ASCII and slashes are escaped, and so is what it signs.
const escapedByMeta = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",` +
	`"value":{"messages":[{"id":"wamid.1","text":{"body":"caf\u00e9 \ud83d\ude00 a\/b"}}]}}]}]}`

// TestMetaSignsItsBytesAndNotTheirMeaning has one body and its rewritings, which mean the same.
func TestMetaSignsItsBytesAndNotTheirMeaning(t *testing.T) {
	sent := headers("X-Hub-Signature-256", "sha256="+hex256(escapedByMeta), "X-Hub-Signature", "sha1="+
		strings.Repeat("0", 40))
	for name, c := range map[string]struct {
		body string
		want hook.Verdict
	}{
		"as sent":         {escapedByMeta, hook.Verified},
		"letters":         {strings.ReplaceAll(escapedByMeta, `\u00e9`, "é"), hook.Rejected},
		"capital digits":  {strings.ReplaceAll(escapedByMeta, `\u00e9`, `\u00E9`), hook.Rejected},
		"slashes":         {strings.ReplaceAll(escapedByMeta, `\/`, "/"), hook.Rejected},
		"a line break":    {escapedByMeta + "\n", hook.Rejected},
		"byte order mark": {"\ufeff" + escapedByMeta, hook.Rejected},
		"another letter":  {strings.ReplaceAll(escapedByMeta, `\ude00`, `\ude01`), hook.Rejected},
	} {
		f := examine("meta", hook.Endpoint{Secrets: secret(plain)}, extracttest.Record("POST", sent, c.body))
		if f.Verdict != c.want {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestMetaIsNotVerifiedByItsWeakSignature: the SHA-1 beside the SHA-256 would make the stronger one worthless.
func TestMetaIsNotVerifiedByItsWeakSignature(t *testing.T) {
	r := extracttest.Record("POST", headers("X-Hub-Signature", "sha1="+hmacHex(sha1.New, plain, "{}")), "{}")
	if f := examine("meta", hook.Endpoint{Secrets: secret(plain)}, r); f.Reason != hook.ReasonSignatureMissing {
		t.Errorf("%+v", f)
	}
}

// TestEveryChangeOfMetaIsAnEvent has a body with two entries, one with two changes.
func TestEveryChangeOfMetaIsAnEvent(t *testing.T) {
	const body = `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":` +
		`{"messages":[{"id":"m1"}]}},{"field":"messages","value":{"statuses":[{"id":"m0","status":"read"}]}}]},` +
		`{"id":"2","time":1772625600,"changes":[{"field":"account_update","value":{"event":"VERIFIED_ACCOUNT"}}]}]}`
	p, _ := For("meta")
	r := extracttest.Record("POST", headers("X-Hub-Signature-256", "sha256="+hex256(body)), body)
	e := &hook.Endpoint{Provider: "meta", Verify: hook.Enforce, Secrets: secret(plain)}
	f := p.Verify(e, r, signature.ReceiveContext{At: noon, URL: address})
	if f.Verdict != hook.Verified || len(f.Batch) != 3 || f.Event != "" || f.Type != "" {
		t.Fatalf("%+v", f)
	}
	const messages = "whatsapp_business_account.messages"
	for i, want := range []hook.Event{{ID: "m1", Type: messages, Account: "1"},
		{ID: "m0/read", Type: messages, Account: "1"},
		{ID: "2/1772625600/sha256:", Type: "whatsapp_business_account.account_update", Account: "2"}} {
		got := f.Batch[i]
		if !strings.HasPrefix(got.ID, want.ID) || got.Type != want.Type || got.Account != want.Account {
			t.Errorf("%d: %+v, want %+v", i, got, want)
		}
	}
}

// TestZoomsChallengeIsNoWayToSign has what a stranger may ask to have signed. No answer is the signature of an event,
// neither under the key nor in another place of the request.
func TestZoomsChallengeIsNoWayToSign(t *testing.T) {
	e := hook.Endpoint{Secrets: secret(plain)}
	ask := func(token string) signature.Result {
		return examine("zoom", e, extracttest.Record("POST", nil,
			`{"event":"endpoint.url_validation","payload":{"plainToken":`+token+`}}`))
	}
	f := ask(`"qgg8vlvZRS6UYooatFL8Aw"`)
	want := `{"encryptedToken":"` + hex256("qgg8vlvZRS6UYooatFL8Aw") + `","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`
	if f.Verdict != hook.Unsigned || f.Reply == nil || f.Reply.Body != want {
		t.Fatalf("%+v %+v", f, f.Reply)
	}
	for _, token := range []string{`"v0:1772625600:{}"`, `"{}"`, `"a b"`, `"a\u003a"`, `"a\n"`, `"é"`, `""`, `null`,
		`["a"]`, `{"a":1}`, `"` + strings.Repeat("a", 257) + `"`} {
		if f := ask(token); f.Verdict != hook.Rejected || f.Reason != hook.ReasonHandshakeRefused || f.Reply != nil {
			t.Errorf("%s: %+v", token, f)
		}
	}
	sum := hex256("qgg8vlvZRS6UYooatFL8Aw")
	for _, stamp := range []string{"", "qgg8vlvZRS6UYooatFL8Aw", seconds(noon)} {
		r := extracttest.Record("POST", headers("X-Zm-Signature", "v0="+sum, "X-Zm-Request-Timestamp", stamp),
			"qgg8vlvZRS6UYooatFL8Aw")
		if f := examine("zoom", e, r); f.Verdict != hook.Rejected {
			t.Errorf("at %q: %+v", stamp, f)
		}
	}
}
