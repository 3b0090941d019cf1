package diagnose

import (
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// cases are deliveries that are damaged or signed in one wrong way each, with the cause that is to be found.
var cases = map[string]wrongDelivery{
	"nothing is wrong": {
		sender: "stripe", secret: stripeLive,
		cause: "verified", says: `the secret "live" matches`,
	},
	"another endpoint's secret": {
		sender: "stripe", secret: stripeTest, own: stripeLive,
		cause: "other_secret", says: `The secret "test" of your endpoint "shop-test" matches.`,
	},
	"unknown secret": {
		sender: "stripe", secret: "whsec_nobody-knows-this-one", own: stripeLive,
		cause: "unknown_secret", says: "No known secret matches",
	},
	"no signature": {
		sender: "shopify", secret: stripeLive,
		after: noHeader("X-Shopify-Hmac-Sha256"),
		cause: "signature_missing", says: "Shopify sends it in the header X-Shopify-Hmac-Sha256",
	},
	"clock ahead": {
		sender: "stripe", secret: stripeLive, at: 7 * time.Minute,
		cause: "clock", says: "the sender's clock is 7 min ahead",
	},
	"clock behind": {
		sender: "stripe", secret: stripeLive, at: -7 * time.Minute,
		cause: "clock", says: "signed 7 min before it was received",
	},
	"old": {
		sender: "stripe", secret: stripeLive, at: -3 * time.Hour,
		cause: "old", says: "signed 3 h before it was received",
	},
	"milliseconds": {
		sender: "stripe", secret: stripeLive,
		after: func(r *hook.Record) {
			stamp := seconds(noon) + "000"
			sum := hmacHex(sha256.New, stripeLive, stamp+"."+string(r.Body))
			signature.SetHeader(r, "Stripe-Signature", "t="+stamp+",v1="+sum)
		},
		cause: "timestamp_unit", says: "not in the unit that Stripe uses",
	},
	"quotes": {
		sender: "github", secret: plain,
		after: setHeader("X-Hub-Signature-256", func(s string) string { return `"` + s + `"` }),
		cause: "header_form", says: "quotes or spaces around",
	},
	"no prefix": {
		sender: "github", secret: plain,
		after: setHeader("X-Hub-Signature-256", func(s string) string { return strings.TrimPrefix(s, "sha256=") }),
		cause: "header_form", says: "lacks the prefix sha256=",
	},
	"another prefix": {
		sender: "github", secret: plain,
		after: setHeader("X-Hub-Signature-256", strings.NewReplacer("sha256=", "hmac=").Replace),
		cause: "header_form", says: "X-Hub-Signature-256",
	},
	"base64 for hex": {
		sender: "github", secret: plain,
		after: setHeader("X-Hub-Signature-256", inOtherCoding),
		cause: "header_form", says: "the signature in base64",
	},
	"hex for base64": {
		sender: "shopify", secret: plain,
		after: setHeader("X-Shopify-Hmac-Sha256", hexOfBase64),
		cause: "header_form", says: "the signature in hex",
	},
	"base64 for addresses": {
		sender: "shopify", secret: plain,
		after: setHeader("X-Shopify-Hmac-Sha256", strings.NewReplacer("+", "-", "/", "_", "=", "").Replace),
		cause: "header_form", says: "the signature in base64",
	},
	"another header": {
		sender: "razorpay", secret: plain,
		after: renamed("X-Razorpay-Signature", "X-Webhook-Hmac"),
		cause: "header_name", says: "in the header X-Webhook-Hmac",
	},
	"a bearer token": {
		sender: "generic", secret: plain,
		after: setHeader("X-Webhook-Secret", func(s string) string { return "Bearer " + s }),
		cause: "header_form", says: "an extra word before",
	},
	"secret decoded": {
		sender: "github", secret: plain, own: base64.StdEncoding.EncodeToString([]byte(plain)),
		cause: "secret_form", says: "decoded from base64",
	},
	"secret decoded from hex": {
		sender: "github", secret: plain, own: hex.EncodeToString([]byte(plain)),
		cause: "secret_form", says: "decoded from hex",
	},
	"secret not decoded": {
		sender: "standard-webhooks", secret: whsecOf(whsecOf(plain)), own: whsecOf(plain),
		cause: "secret_form", says: "not decoded",
	},
	"secret with a newline": {
		sender: "github", secret: plain + "\n", own: plain,
		cause: "secret_form", says: "white space after it",
	},
	"last newline lost": {
		sender: "github", secret: plain,
		before: setBody(oneNewline),
		after:  setBody(bytes.TrimSpace),
		cause:  "newline", says: "the body with a trailing newline. The body was changed after it was signed.",
	},
	"newline added": {
		sender: "github", secret: plain,
		before: setBody(bytes.TrimSpace),
		after:  setBody(func(b []byte) []byte { return append(bytes.Clone(b), '\n') }),
		cause:  "newline", says: "the body without a trailing newline",
	},
	"line ends of Unix": {
		sender: "github", secret: plain,
		before: bodyIs("{\r\n\"a\":1\r\n}"),
		after:  replaceInBody("\r\n", "\n"),
		cause:  "line_ends", says: "Windows line endings",
	},
	"line ends of Windows": {
		sender: "github", secret: plain,
		before: bodyIs("{\n\"a\":1\n}"),
		after:  replaceInBody("\n", "\r\n"),
		cause:  "line_ends", says: "Unix line endings",
	},
	"byte order mark added": {
		sender: "github", secret: plain,
		after: setBody(withByteOrderMark),
		cause: "byte_order_mark", says: "without a byte order mark",
	},
	"byte order mark lost": {
		sender: "github", secret: plain,
		before: setBody(withByteOrderMark),
		after:  setBody(func(b []byte) []byte { return b[3:] }),
		cause:  "byte_order_mark", says: "with a byte order mark",
	},
	"JSON made compact": {
		sender: "stripe", secret: stripeLive,
		before: indented(jsonStyle{comma: ",", colon: ": ", indent: "  "}),
		after:  indented(jsonStyle{comma: ",", colon: ":"}),
		cause:  "json_rewritten", says: "different white space or escapes",
	},
	"JSON as Python writes it": {
		sender: "stripe", secret: stripeLive,
		before: indented(jsonStyle{comma: ",", colon: ":"}),
		after:  indented(jsonStyle{comma: ", ", colon: ": "}),
		cause:  "json_rewritten", says: "different white space",
	},
	"slashes escaped": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"url":"https:\/\/x\/y","é":"\u00e9"}`),
		after:  bodyIs(`{"url":"https://x/y","é":"é"}`),
		cause:  "unknown_secret", says: "",
	},
	"letters escaped": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"a":"\u00e9\ud83d\ude00","b":"x/y"}`),
		after:  bodyIs(`{"a":"é😀","b":"x/y"}`),
		cause:  "json_rewritten", says: "escapes",
	},
	"as PHP writes it": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"a":"\u00e9","b":"x\/y"}`),
		after:  bodyIs(`{"a":"é","b":"x/y"}`),
		cause:  "json_rewritten", says: "escapes",
	},
	"as Go writes it": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"a":"<b>&"}`),
		after:  bodyIs(`{"a":"\u003cb\u003e\u0026"}`),
		cause:  "json_rewritten", says: "escapes",
	},
	"as Go wrote it": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"a":"\u003cb\u003e\u0026"}`),
		after:  bodyIs(`{"a":"<b>&"}`),
		cause:  "json_rewritten", says: "escapes",
	},
	"with what is empty": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs("{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    1\n  ]\n}"),
		after:  bodyIs(`{"a": { },"b":[ ],"c":[1]}`),
		cause:  "json_rewritten", says: "different white space",
	},
	"members sorted on the way": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"b":1,"a":2}`),
		after:  bodyIs(`{"a":2,"b":1}`),
		cause:  "unknown_secret", says: "",
	},
	"members sorted by sender": {
		sender: "stripe", secret: stripeLive,
		before: bodyIs(`{"a":2,"b":1.50}`),
		after:  bodyIs(`{"b":1.50,"a":2}`),
		cause:  "json_rewritten", says: "members sorted",
	},
	"form with plus": {
		sender: "slack", secret: plain,
		before: bodyIs("text=a%20b&command=%2Fx"),
		after:  bodyIs("text=a+b&command=%2Fx"),
		cause:  "form_rewritten", says: "the same form in another encoding",
	},
	"form in small hex": {
		sender: "slack", secret: plain,
		before: bodyIs("command=%2fx&text=a+b"),
		after:  bodyIs("command=%2Fx&text=a+b"),
		cause:  "form_rewritten", says: "another encoding",
	},
	"form in order": {
		sender: "slack", secret: plain,
		before: bodyIs("command=x&text=a"),
		after:  bodyIs("text=a&command=x"),
		cause:  "form_rewritten", says: "another encoding",
	},
	"compressed": {
		sender: "github", secret: plain,
		after: setBody(zipped),
		cause: "compressed", says: "the decompressed body",
	},
	"body lost": {
		sender: "github", secret: plain,
		after: bodyIs(""),
		cause: "empty_body", says: "has no body",
	},
	"another sender": {
		sender: "stripe", secret: stripeLive,
		after: asGitHub(plain),
		cause: "other_sender", says: "belongs to GitHub, but the endpoint expects requests from Stripe.",
	},
	"another sender, genuine": {
		sender: "stripe", secret: stripeLive,
		after: asGitHub(githubKnown),
		cause: "other_endpoint",
		says:  `a valid request from GitHub: the secret "repository" of your endpoint "code" matches.`,
	},
	"another hash in a header that two senders share": {
		sender: "bitbucket", secret: plain,
		after: setHeader("X-Hub-Signature", func(string) string { return "sha1=" + strings.Repeat("0a", 20) }),
		cause: "unknown_secret", says: "",
	},
	"another sender, near": {
		sender: "bitbucket", secret: plain,
		after: func(r *hook.Record) {
			asGitHub(plain)(r)
			signature.SetHeader(r, "X-Hub-Signature", "sha1="+hmacHex(sha1.New, plain, string(r.Body)))
		},
		cause: "other_sender",
		says:  "X-Hub-Signature-256 belongs to GitHub, but the endpoint expects requests from Bitbucket",
	},
	"another address": {
		sender: "square", secret: plain,
		url:   strings.Replace(address, "https", "http", 1),
		cause: "other_address", says: "for the URL http://hooks",
	},
	"a slash at its end": {
		sender: "square", secret: plain,
		url:   address + "/",
		cause: "other_address", says: "registered at Square",
	},
	"another host": {
		sender: "square", secret: plain,
		url:   "https://inner.example/in/shop-0123456789abcdef",
		after: func(r *hook.Record) { signature.SetHeader(r, "X-Forwarded-Host", "inner.example") },
		cause: "other_address", says: "https://inner.example",
	},
	"the host that came": {
		sender: "square", secret: plain,
		url:   "https://public.example/in/shop-0123456789abcdef",
		after: func(r *hook.Record) { r.Host = "public.example" },
		cause: "other_address", says: "https://public.example",
	},
	"other secret, lost newline": {
		sender: "stripe", secret: stripeTest, own: stripeLive,
		before: setBody(oneNewline),
		after:  setBody(bytes.TrimSpace),
		cause:  "newline",
		says: `With the secret "test" of your endpoint "shop-test", the signature matches ` +
			`the body with a trailing newline`,
	},
	"other address and newline": {
		sender: "square", secret: plain,
		url:    address + "/",
		before: setBody(oneNewline),
		after:  setBody(bytes.TrimSpace),
		cause:  "newline", says: "trailing newline",
	},
}

func setHeader(name string, change func(string) string) func(*hook.Record) {
	return func(r *hook.Record) { signature.SetHeader(r, name, change(r.Header(name))) }
}

func setBody(change func([]byte) []byte) func(*hook.Record) {
	return func(r *hook.Record) { r.Body = change(r.Body) }
}

func noHeader(name string) func(*hook.Record) {
	return func(r *hook.Record) {
		for i, h := range r.Headers {
			if h.Name == name {
				r.Headers = append(r.Headers[:i:i], r.Headers[i+1:]...)
				return
			}
		}
	}
}

func renamed(from, to string) func(*hook.Record) {
	return func(r *hook.Record) {
		value := r.Header(from)
		noHeader(from)(r)
		signature.SetHeader(r, to, value)
	}
}

// inOtherCoding writes the hex at the end of a text in base64.
func inOtherCoding(s string) string {
	cut := strings.LastIndexByte(s, '=') + 1
	sum, _ := hex.DecodeString(s[cut:])
	return s[:cut] + base64.StdEncoding.EncodeToString(sum)
}

func indented(style jsonStyle) func(*hook.Record) {
	return setBody(func(b []byte) []byte { return style.write(b) })
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// asGitHub takes Stripe's header away and signs as GitHub would.
func asGitHub(secret string) func(*hook.Record) {
	return func(r *hook.Record) {
		noHeader("Stripe-Signature")(r)
		p, _ := provider.For("github")
		_ = p.Sign(r, signature.Signing{Endpoint: &hook.Endpoint{}, At: noon, Secret: secret})
		signature.SetHeader(r, "X-Github-Event", "push")
	}
}

// bodyIs replaces the body.
func bodyIs(text string) func(*hook.Record) {
	return setBody(func([]byte) []byte { return []byte(text) })
}

func replaceInBody(from, to string) func(*hook.Record) {
	return setBody(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(from), []byte(to)) })
}

const byteOrderMark = "\xef\xbb\xbf"

func withByteOrderMark(b []byte) []byte { return append([]byte(byteOrderMark), b...) }

// oneNewline returns a body with exactly one newline at its end.
func oneNewline(b []byte) []byte { return append(bytes.TrimSpace(b), '\n') }

func hexOfBase64(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return hex.EncodeToString(b)
}

func whsecOf(s string) string { return "whsec_" + base64.StdEncoding.EncodeToString([]byte(s)) }
