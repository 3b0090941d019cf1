package signature

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

const snsTopic = "arn:aws:sns:eu-central-1:123456789012:orders"

// sns is Amazon SNS: a list of fields is signed, by a certificate that the message names. The version says which hash,
// and whether the token of an UnsubscribeConfirmation is signed is not documented.
func sns() *Profile {
	confirmation := payload.SelectAll("body:Message", "body:MessageId", "body:Subject", "body:SubscribeURL",
		"body:Timestamp", "body:Token", "body:TopicArn", "body:Type")
	tokenless := payload.SelectAll("body:Message", "body:MessageId", "body:Subject", "body:SubscribeURL",
		"body:Timestamp", "body:TopicArn", "body:Type")
	notification := payload.SelectAll("body:Message", "body:MessageId", "body:Subject", "body:Timestamp",
		"body:TopicArn", "body:Type")
	scheme := func(version, hashed string, lists map[string][]payload.Selector, where ...Equal) Scheme {
		return Scheme{Kind: RSACertificate, At: payload.Select("body:Signature"), Hash: hashed, Encoding: Base64,
			Key: FromPEM, Message: Message("{fields}"), Covers: hook.CoversFields,
			Fields: &Fields{By: payload.Select("body:Type"), Lists: lists},
			Where: append([]Equal{{payload.Select("body:SignatureVersion"), payload.Select("const:" + version)},
				{payload.Select("body:TopicArn"), payload.Select("setting:topic")}}, where...)}
	}
	all := map[string][]payload.Selector{"Notification": notification, "SubscriptionConfirmation": confirmation,
		"UnsubscribeConfirmation": confirmation}
	end := map[string][]payload.Selector{"UnsubscribeConfirmation": tokenless}
	return &Profile{Schemes: []Scheme{scheme("2", "sha256", all), scheme("1", "sha1", all),
		scheme("2", "sha256", end), scheme("1", "sha1", end)},
		Certificate: payload.Select("body:SigningCertURL"),
		Issuer: &Issuer{
			Name:  "Amazon SNS",
			Hosts: regexp.MustCompile(`^sns\.[a-zA-Z0-9-]{3,}\.amazonaws\.com(\.cn)?$`),
			Path:  regexp.MustCompile(`^/[A-Za-z0-9._-]+\.pem$`),
			Owner: regexp.MustCompile(`^sns[a-z0-9.-]*\.amazonaws\.com(\.cn)?$`),
		}}
}

// onlyCertificate knows one certificate, and counts how often it is asked.
type onlyCertificate struct {
	leaf  *x509.Certificate
	asked int
}

func (c *onlyCertificate) Certificate(from *Issuer, url string, _ time.Time) (*x509.Certificate, error) {
	c.asked++
	return c.leaf, from.CheckURL(url)
}

func (*onlyCertificate) Key(string, string, time.Time) (string, error) { return "", ErrUntrusted }

func TestVectorsOfSNSVerifyByTheirCertificateAndNoBitOfWhatIsSignedCanBeTurned(t *testing.T) {
	p := sns()
	vectors := vectorsOf(t, map[string]*Profile{"aws-sns": p})
	if len(vectors) != 4 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			var text string
			if err := json.Unmarshal(v.Cfg["cert_pem"], &text); err != nil {
				t.Fatal(err)
			}
			block, _ := pem.Decode([]byte(text))
			leaf, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			known := &onlyCertificate{leaf: leaf}
			verify := func(change func(e *hook.Endpoint, body []byte) []byte) Result {
				e, r, at := v.request()
				e.Secrets, e.Settings["topic"] = nil, snsTopic
				r.Body = change(e, r.Body)
				return verdict(p, e, r, ReceiveContext{At: at, Certificates: known})
			}
			got := verify(func(_ *hook.Endpoint, b []byte) []byte { return b })
			if right := v.Expect == nil || *v.Expect; (got.Verdict == hook.Verified) != right ||
				right != (known.asked == 1) {
				t.Fatalf("%+v after %d questions", got, known.asked)
			} else if !right {
				if got.Reason != hook.ReasonCertificateUntrusted {
					t.Errorf("%+v", got)
				}
				return
			}
			var fields map[string]string
			if err := json.Unmarshal(v.BodyB64, &fields); err != nil {
				t.Fatal(err)
			}
			for name, value := range fields {
				if name == "UnsubscribeURL" { // not signed
					continue
				}
				got := verify(func(_ *hook.Endpoint, b []byte) []byte {
					return []byte(strings.Replace(string(b), `"`+name+`": "`, `"`+name+`": "x`, 1))
				})
				if name != "SigningCertURL" && got.Verdict != hook.Rejected {
					t.Errorf("%s changed from %s: %+v", name, value, got)
				}
				got = verify(func(_ *hook.Endpoint, b []byte) []byte {
					return []byte(strings.Replace(string(b), "{", `{"`+name+`":`+quoted(value)+`,`, 1))
				})
				signed := name != "Signature" && name != "SignatureVersion" && name != "SigningCertURL"
				if signed && got.Verdict != hook.Rejected {
					t.Errorf("%s twice: %+v", name, got)
				}
			}
			before := known.asked
			for name, topic := range map[string]string{"another topic": snsTopic + "x", "no topic": ""} {
				got := verify(func(e *hook.Endpoint, b []byte) []byte { e.Settings["topic"] = topic; return b })
				if got.Verdict != hook.Rejected || known.asked != before {
					t.Errorf("%s: %+v", name, got)
				}
			}
		})
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// TestSNSIsSignedAsItIsVerified has each type of message, with and without what may be missing.
func TestSNSIsSignedAsItIsVerified(t *testing.T) {
	p := sns()
	key, public, err := p.NewKey(vectorTime)
	if err != nil {
		t.Fatal(err)
	}
	body := func(typ, more string) string {
		return fmt.Sprintf(
			`{"Type":%q,"MessageId":"m","Message":"x","Timestamp":"t","TopicArn":%q%s}`,
			typ,
			snsTopic,
			more,
		)
	}
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"a notification":     {body("Notification", ""), true},
		"with a subject":     {body("Notification", `,"Subject":"s"`), true},
		"with no subject":    {body("Notification", `,"Subject":null`), true},
		"a confirmation":     {body("SubscriptionConfirmation", `,"Token":"t","SubscribeURL":"u"`), true},
		"the end":            {body("UnsubscribeConfirmation", `,"Token":"t","SubscribeURL":"u"`), true},
		"of an unknown type": {body("Other", ""), false},
		"with a mistake": {
			strings.Replace(body("Notification", ""), `","Timestamp`, `";"Timestamp`, 1),
			false,
		},
		"that is cut short": {strings.TrimSuffix(body("Notification", ""), "}"), false},
		"with deep nesting": {
			body("Notification", `,"x":`+strings.Repeat("[", 1e6)+strings.Repeat("]", 1e6)),
			false,
		},
		"a type with more text": {body("Notification\nTopicArn\nx", ""), false},
	} {
		for i, of := range p.Schemes {
			one := &Profile{Schemes: []Scheme{of}}
			e := tokenEndpoint(public)
			e.Settings["topic"] = snsTopic
			r := extracttest.Record("POST", nil, c.body)
			err := one.Sign(r, Signing{Endpoint: e, At: vectorTime, Key: key})
			if i > 1 != strings.Contains(c.body, "Unsubscribe") && i > 1 {
				continue
			}
			got := verdict(p, e, r, ReceiveContext{At: vectorTime})
			if (got.Verdict == hook.Verified) != c.ok || (err == nil) != c.ok {
				t.Errorf("%s by scheme %d: %+v, %v", name, i, got, err)
			}
		}
	}
}

func TestOnlyAddressesOfAnIssuerAreTrusted(t *testing.T) {
	from := sns().Issuer
	for address, ok := range map[string]bool{
		"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123.pem":   true,
		"https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0123.pem":  true,
		"https://sns.us-gov-west-1.amazonaws.com:443/SimpleNotificationService-1.pem": true,
		"http://sns.eu-central-1.amazonaws.com/x.pem":                                 false,
		"https://sns.eu-central-1.amazonaws.com:8443/x.pem":                           false,
		"https://sns.eu-central-1.amazonaws.com.example.net/x.pem":                    false,
		"https://sns.amazonaws.com.example.net/x.pem":                                 false,
		"https://sns.eu-central-1.amazonaws.com@example.net/x.pem":                    false,
		"https://sns.eu-central-1.amazonaws.com/x.pem?to=y":                           false,
		"https://sns.eu-central-1.amazonaws.com/x.pem?":                               false,
		"https://sns.eu-central-1.amazonaws.com/../x.pem":                             false,
		"https://sns.eu-central-1.amazonaws.com/%2e%2e/x.pem":                         false,
		"https://bucket.s3.amazonaws.com/x.pem":                                       false,
		"https://sns-bucket.s3.eu-central-1.amazonaws.com/x.pem":                      false,
		"https://sns.eu-central-1.amazonaws.com/" + strings.Repeat("x", 300) + ".pem": false,
		"https://sns.eu-central-1.amazonaws.com\n/x.pem":                              false,
	} {
		if err := from.CheckURL(address); (err == nil) != ok || err != nil && !errors.Is(err, ErrUntrusted) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// FuzzFields: no body verifies without a certificate, whatever its fields are.
func FuzzFields(f *testing.F) {
	f.Add("Notification", "1", "m", "https://sns.eu-central-1.amazonaws.com/x.pem", `,"Subject":null`)
	f.Add("UnsubscribeConfirmation", "2", "m\nType\nNotification", "x", `,"Type":"Notification"`)
	f.Add("", "", "", "", `,"Message":{"Message":1},"Message":[]`)
	f.Fuzz(func(t *testing.T, typ, version, message, home, more string) {
		body := fmt.Sprintf(`{"Type":%s,"SignatureVersion":%s,"Message":%s,"TopicArn":%q,"SigningCertURL":%s,`+
			`"Signature":"AAAA"%s}`, quoted(typ), quoted(version), quoted(message), snsTopic, quoted(home), more)
		e := tokenEndpoint(sharedSecret)
		e.Settings["topic"] = snsTopic
		r := extracttest.Record("POST", nil, body)
		if got := verdict(sns(), e, r, ReceiveContext{At: vectorTime, Certificates: &onlyCertificate{
			leaf: &x509.Certificate{}}}); got.Verdict != hook.Rejected {
			t.Errorf("%+v", got)
		}
	})
}
