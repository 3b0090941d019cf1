package diagnose

import (
	"crypto/sha1"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// blamed runs the diagnosis of a record for an endpoint of the sender with the secret plain.
func blamed(t *testing.T, sender string, r *hook.Record, saved *Saved) Diagnosis {
	t.Helper()
	p, known := provider.For(sender)
	if !known {
		t.Fatalf("unknown provider %s", sender)
	}
	e := &hook.Endpoint{ID: "ep_own", Name: "shop", Provider: sender, Verify: hook.Enforce,
		Tolerance: 5 * time.Minute, Secrets: secret(plain), Settings: map[string]string{"verify_token": "token"}}
	on := signature.ReceiveContext{At: noon, URL: address}
	f := p.Verify(e, r, on)
	if f.Verdict == hook.Verified {
		t.Fatal("it verifies")
	}
	r.Verdict, r.Reason = f.Verdict, f.Reason
	return Run(p, Case{Record: r, Endpoint: e, Context: on, Saved: saved})
}

const unknown = "another-secret-of-32-characters1"

// likelyCase is a request with a wrong signature, with the cause that is to be found and a part of the texts.
type likelyCase struct {
	sender string
	record *hook.Record
	cause  string
	says   string
}

// likelyCauses are pairs of a likely cause and requests that look alike.
func likelyCauses() map[string]likelyCase {
	gitHub := func(key, body string, more ...string) *hook.Record {
		return recordOf(
			"POST",
			headers(append(more, "X-Hub-Signature-256", "sha256="+hmacHex(sha256.New, key, body))...),
			body,
		)
	}
	method := func(name string, r *hook.Record) *hook.Record { r.Method = name; return r }
	twilio := func(r *hook.Record, text string) *hook.Record {
		signature.SetHeader(r, "X-Twilio-Signature", hmac64(sha1.New, unknown, address+text))
		return r
	}
	query := recordOf("GET", nil, "")
	query.Query = "CallSid=CA1"
	const squares = "X-Square-Hmacsha256-Signature"
	square := recordOf("POST", nil, "{}")
	signature.SetHeader(square, squares, hmac64(sha256.New, unknown, address+"{}"))
	return map[string]likelyCase{
		"POST without a body": {"github", gitHub(unknown, ""), "empty_body", "If the sender sent a body"},
		"GET without a body": {
			"github", method("GET", gitHub(unknown, "")), "unknown_secret",
			"If GitHub sends its requests with POST",
		},
		"GET with a query": {
			"twilio", twilio(query, "?CallSid=CA1"), "unknown_secret", "another secret",
		},
		"HEAD": {
			"square",
			method("HEAD", recordOf("POST", headers(squares, hmac64(sha256.New, unknown, address)), "")),
			"unknown_secret", "another secret",
		},
		"DELETE without a body": {
			"generic-hmac",
			method("DELETE", recordOf("POST", headers("X-Signature", hmacHex(sha256.New, unknown, "")), "")),
			"unknown_secret", "another secret",
		},
		"a wrong token, no body": {
			"gitlab", recordOf("POST", headers("X-Gitlab-Token", unknown), ""), "unknown_secret",
			"another secret",
		},
		"a wrong password, no body": {
			"basic", recordOf("POST", headers("Authorization", "Basic dTp3cm9uZy1vbmU="), ""),
			"unknown_secret", "another secret",
		},
		"no longer compressed": {
			"github", gitHub(unknown, "{}", "Content-Encoding", "gzip"), "decompressed",
			"If the compressed body was signed",
		},
		"a wrong token, not compressed": {
			"gitlab", recordOf("POST", headers("X-Gitlab-Token", unknown, "Content-Encoding", "gzip"), "{}"),
			"unknown_secret", "another secret",
		},
		"still compressed": {
			"github", gitHub(unknown, string(zipped([]byte("{}"))), "Content-Encoding", "gzip"),
			"unknown_secret", "another secret",
		},
		"a signed address":        {"square", square, "unknown_secret", "another secret"},
		"Meta's header":           {"websub", gitHub(unknown, "{}"), "unknown_secret", "another secret"},
		"another sender's header": {"stripe", gitHub(unknown, "{}"), "other_sender", "If the request is from"},
		"a header of two senders, known": {
			"stripe", gitHub(plain, "{}"), "other_sender", "The secret \"live\" of your endpoint",
		},
		"chunked on the way": {
			"github", gitHub(unknown, "{}", "Transfer-Encoding", "chunked"), "unknown_secret",
			"another secret",
		},
		"another length on the way": {
			"github", gitHub(unknown, "{}", "Content-Length", "20"), "unknown_secret", "another secret",
		},
	}
}

// TestWhatIsLikelyIsNotBlamedAsCertain expects the likely causes, and no cause for the requests that look alike. A
// cause that is only likely is never genuine, and its advice says if.
func TestWhatIsLikelyIsNotBlamedAsCertain(t *testing.T) {
	for name, c := range likelyCauses() {
		t.Run(name, func(t *testing.T) {
			got := blamed(t, c.sender, c.record, nil)
			text := got.Summary + " " + got.Findings[0].Fix
			if got.Cause != c.cause || !strings.Contains(text, c.says) ||
				got.Genuine != strings.HasSuffix(name, "known") {
				t.Errorf("%s, genuine %v: %s", got.Cause, got.Genuine, text)
			}
			if got.Cause == "unknown_secret" && (strings.Contains(text, "proxy") || strings.Contains(text, "--url")) {
				t.Errorf("blames more than the secret: %s", text)
			}
		})
	}
}

// TestAFileIsBlamedBeforeAProxy compares the advice for the same damage in a delivery and in a file.
func TestAFileIsBlamedBeforeAProxy(t *testing.T) {
	for cause, body := range map[string]string{"newline": "{\"a\":1}\n", "byte_order_mark": "\ufeff{\"a\":1}",
		"json_rewritten": `{"a": 1}`, "spaces": " {\"a\":1} "} {
		r := recordOf("POST", headers("X-Hub-Signature-256", "sha256="+hmacHex(sha256.New, plain, `{"a":1}`)), body)
		received, saved := blamed(t, "github", cloneRecord(r), nil), blamed(t, "github", cloneRecord(r), &Saved{})
		if received.Cause != cause || !strings.Contains(received.Findings[0].Fix, "proxy") || !received.Genuine {
			t.Errorf("%s, received: %+v", cause, received)
		}
		if saved.Cause != cause || strings.Contains(saved.Findings[0].Fix, "proxy") || !saved.Genuine ||
			saved.Summary != received.Summary {
			t.Errorf("%s, saved: %+v", cause, saved)
		}
	}
}
