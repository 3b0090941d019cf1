package intake

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/outbound"
)

// onePage answers every request with one text, and keeps the URLs that were asked for.
type onePage struct {
	text  []byte
	asked []string
}

func (p *onePage) RoundTrip(r *http.Request) (*http.Response, error) {
	p.asked = append(p.asked, r.URL.String())
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(p.text)), Request: r}, nil
}

const snsHome = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123.pem"

// snsMessage is a notification as SNS signs it.
func snsMessage(t *testing.T, key *rsa.PrivateKey, home, topic string) *hook.Record {
	t.Helper()
	sum := sha256.Sum256([]byte("Message\nx\nMessageId\nn-1\nTopicArn\n" + topic + "\nType\nNotification\n"))
	signed, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	must(t, err)
	body := fmt.Sprintf(`{"Type":"Notification","MessageId":"n-1","TopicArn":%q,"Message":"x","SignatureVersion":"2",`+
		`"Signature":%q,"SigningCertURL":%q}`, topic, base64.StdEncoding.EncodeToString(signed), home)
	return &hook.Record{
		Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Millis(noon.UnixMilli())},
		Request:  hook.Request{Body: []byte(body)},
	}
}

// TestSNSIsVerifiedByTheCertificateThatItNames: Amazon publishes it without those that lead to a root. Nothing is
// fetched for a message of another topic, or from another host.
func TestSNSIsVerifiedByTheCertificateThatItNames(t *testing.T) {
	root := newAuthority(t)
	alone := func(name string) ([]byte, *rsa.PrivateKey) {
		text, key := root.issue(t, name)
		block, _ := pem.Decode(text)
		return pem.EncodeToMemory(block), key
	}
	right, key := alone("sns.amazonaws.com")
	foreign, foreignKey := alone("shop.example.com")
	const mine = "arn:aws:sns:eu-central-1:1:orders"
	late := noon.AddDate(0, 2, 0)
	for name, c := range map[string]struct {
		page        []byte
		key         *rsa.PrivateKey
		home, topic string
		at          time.Time
		reason      hook.Reason
		asks        int
	}{
		"genuine":         {right, key, snsHome, mine, noon, "", 1},
		"another topic":   {right, key, snsHome, mine + "x", noon, hook.ReasonSignatureMismatch, 0},
		"another host":    {right, key, "https://evil.example/x.pem", mine, noon, hook.ReasonCertificateUntrusted, 0},
		"another owner":   {foreign, foreignKey, snsHome, mine, noon, hook.ReasonCertificateUntrusted, 1},
		"another key":     {right, foreignKey, snsHome, mine, noon, hook.ReasonSignatureMismatch, 1},
		"over":            {right, key, snsHome, mine, late, hook.ReasonCertificateUntrusted, 1},
		"no certificate":  {[]byte("<html>"), key, snsHome, mine, noon, hook.ReasonCertificateUntrusted, 1},
		"not of any host": {right, key, "", mine, noon, hook.ReasonSignatureMalformed, 0},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			page := &onePage{text: c.page}
			cs := NewCertificates(newMemoryCertificates(), outbound.New(outbound.Options{}),
				slog.New(slog.DiscardHandler), func() time.Time { return c.at })
			cs.client.Transport = page
			fx.intake = New(fx.all, fx.memoryStore, func() time.Time { return fx.at }, address, cs)
			e := fx.create(t, hook.Endpoint{Name: "sns", Provider: "aws-sns",
				Settings: map[string]string{"topic_arn": mine}})
			r := snsMessage(t, c.key, c.home, c.topic)
			r.ReceivedAt = hook.Millis(c.at.UnixMilli())
			_, _, err := fx.intake.Accept(&e, r)
			must(t, err)
			if got := fx.records[0]; got.Reason != c.reason || (got.Verdict == hook.Verified) != (c.reason == "") ||
				got.Verdict == hook.Verified && got.Secret != "certificate" {
				t.Errorf("%s %s %q", got.Verdict, got.Reason, got.Secret)
			}
			if len(page.asked) != c.asks || c.asks > 0 && page.asked[0] != snsHome {
				t.Errorf("asked for %q", page.asked)
			}
		})
	}
}
