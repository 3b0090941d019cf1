package sdks

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"hash"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// independent are senders without a library in Go that checks deliveries. What checks them is written here, with the
// standard library alone, after the senders' documentation.
func independent(t *testing.T) map[string]sdk {
	t.Helper()
	sum := func(of func() hash.Hash, secret, text string) []byte {
		m := hmac.New(of, []byte(secret))
		m.Write([]byte(text))
		return m.Sum(nil)
	}
	in64 := base64.StdEncoding.EncodeToString
	in256 := func(sum []byte) string { return "sha256=" + hex.EncodeToString(sum) }
	all := map[string]sdk{
		"trello": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Trello-Webhook") == in64(sum(sha1.New, secret, string(r.Body)+address)))
		}},
		"asana": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Hook-Signature") == hex.EncodeToString(sum(sha256.New, secret, string(r.Body))))
		}},
		"xero": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Xero-Signature") == in64(sum(sha256.New, secret, string(r.Body))))
		}},
		"okta": {secret: plain, bodiless: true, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("Authorization") == secret)
		}},
		"meta": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Hub-Signature-256") == in256(sum(sha256.New, secret, string(r.Body))))
		}},
		"bitbucket-data-center": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Hub-Signature") == in256(sum(sha256.New, secret, string(r.Body))))
		}},
		"zoom": {secret: plain, check: func(r *hook.Record, secret string) error {
			text := "v0:" + r.Header("X-Zm-Request-Timestamp") + ":" + string(r.Body)
			return holds(r.Header("X-Zm-Signature") == "v0="+hex.EncodeToString(sum(sha256.New, secret, text)))
		}},
		"twitch": {secret: plain, check: func(r *hook.Record, secret string) error {
			const prefix = "Twitch-Eventsub-Message-"
			text := r.Header(prefix+"Id") + r.Header(prefix+"Timestamp") + string(r.Body)
			return holds(r.Header(prefix+"Signature") == in256(sum(sha256.New, secret, text)))
		}},
		"gitea": {secret: plain, check: func(r *hook.Record, secret string) error {
			return holds(r.Header("X-Gitea-Signature") == hex.EncodeToString(sum(sha256.New, secret, string(r.Body))))
		}},
		"microsoft-graph": {secret: plain, covers: `"clientState": "`, check: hasClientState},
		"sharepoint":      {secret: plain, covers: `"clientState": "`, check: hasClientState},
	}
	p, _ := provider.For("aws-sns")
	key, public, err := p.Signature.NewKey(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	all["aws-sns"] = sdk{secret: public, key: key, covers: `"Message": "`, check: checkSNS,
		settings: map[string]string{"topic_arn": "arn:aws:sns:eu-central-1:1:orders"}}
	return all
}

// hasClientState checks notifications of Microsoft Graph and SharePoint.
func hasClientState(r *hook.Record, secret string) error {
	var sent struct {
		Value []struct {
			ClientState string `json:"clientState"`
		} `json:"value"`
	}
	if err := json.Unmarshal(r.Body, &sent); err != nil {
		return err
	}
	for _, one := range sent.Value {
		if one.ClientState != secret {
			return errRefused
		}
	}
	return holds(len(sent.Value) > 0)
}

// checkSNS checks a notification of Amazon SNS with a certificate.
func checkSNS(r *hook.Record, certificate string) error {
	var fields map[string]string
	if err := json.Unmarshal(r.Body, &fields); err != nil {
		return err
	}
	block, _ := pem.Decode([]byte(certificate))
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, name := range []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"} {
		if value, there := fields[name]; there {
			text.WriteString(name + "\n" + value + "\n")
		}
	}
	signed, err := base64.StdEncoding.DecodeString(fields["Signature"])
	if err != nil {
		return err
	}
	if fields["SignatureVersion"] == "1" {
		sum := sha1.Sum([]byte(text.String()))
		return rsa.VerifyPKCS1v15(c.PublicKey.(*rsa.PublicKey), crypto.SHA1, sum[:], signed)
	}
	sum := sha256.Sum256([]byte(text.String()))
	return rsa.VerifyPKCS1v15(c.PublicKey.(*rsa.PublicKey), crypto.SHA256, sum[:], signed)
}

// TestIndependentChecksAgree does for them what TestTheSendersOwnLibrariesAgree does for senders with a library.
func TestIndependentChecksAgree(t *testing.T) {
	for id, s := range independent(t) {
		t.Run(id, func(t *testing.T) { agree(t, id, s) })
	}
}

// TestALibraryOfOpenIDConnectAgrees has the tokens of Azure Event Grid: Microsoft publishes no library in Go that
// checks them, but any library for tokens of Microsoft Entra ID does.
func TestALibraryOfOpenIDConnectAgrees(t *testing.T) {
	p, _ := provider.For("azure-event-grid")
	key, public, err := p.Signature.NewKey(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	v := oidc.NewVerifier("", &oidc.StaticKeySet{PublicKeys: []crypto.PublicKey{key.Public()}},
		&oidc.Config{ClientID: "app-1", SkipIssuerCheck: true, SkipExpiryCheck: true})
	checks := func(r *hook.Record, _ string) error {
		token, err := v.Verify(context.Background(), strings.TrimPrefix(r.Header("Authorization"), "Bearer "))
		if err != nil {
			return err
		}
		var claims struct{ TID, AppID string }
		if err := token.Claims(&claims); err != nil {
			return err
		}
		return holds(claims.TID == "t-1" && claims.AppID == "4962773b-9cdb-44cf-a8bf-237846a00ab7")
	}
	settings := map[string]string{"audience": "app-1", "tenant": "t-1"}
	agree(t, p.ID, sdk{secret: public, key: key, settings: settings, bodiless: true, check: checks})
}
