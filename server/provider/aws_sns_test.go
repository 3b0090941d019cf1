package provider

import (
	"testing"

	"hookbeam/server/extract/extracttest"
	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// TestOnlyCertificatesAtHostsOfSNSCount has hosts that somebody else could have: anybody can name a bucket "sns".
func TestOnlyCertificatesAtHostsOfSNSCount(t *testing.T) {
	from := awsSNS.Signature.Issuer
	for address, ok := range map[string]bool{
		"https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123.pem":     true,
		"https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-0123.pem": true,
		"https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0123.pem": true,
		"https://sns.eusc-de-east-1.amazonaws.eu/SimpleNotificationService-0123.pem": true,
		"https://sns.s3-us-west-2.amazonaws.com/x.pem":                               false,
		"https://sns.s3.amazonaws.com/x.pem":                                         false,
		"https://sns.s3.eu-west-1.amazonaws.com/x.pem":                               false,
		"https://sns.amazonaws.com/x.pem":                                            false,
		"https://sns.eu-west-1.amazonaws.com.cn.evil.example/x.pem":                  false,
		"https://evilsns.eu-west-1.amazonaws.com/x.pem":                              false,
		"https://sns.eu-west-1.amazonaws.com/x.pem.txt":                              false,
		"http://sns.eu-west-1.amazonaws.com/x.pem":                                   false,
		"https://sns.eu-west-1xamazonaws.com/x.pem":                                  false,
	} {
		if err := from.CheckURL(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
	for name, ok := range map[string]bool{
		"sns.amazonaws.com":                        true,
		"sns.eu-west-1.amazonaws.com":              true,
		"sns-us-gov-west-1.amazonaws.com":          true,
		"sns-cn-north-1.amazonaws.com.cn":          true,
		"sns-signing.ap-southeast-7.amazonaws.com": true,
		"sns-signing.eusc-de-east-1.amazonaws.eu":  true,
		"sns.s3-us-west-2.amazonaws.com":           false,
		"*.s3.amazonaws.com":                       false,
		"sns.evil.example":                         false,
		"sns-x.s3.amazonaws.com":                   false,
		"sns-us-west-2.s3.amazonaws.com":           false,
	} {
		if from.Owner.MatchString(name) != ok {
			t.Errorf("%s: %v", name, !ok)
		}
	}
}

// TestASignatureOfSNSIsForOneTopic: Amazon signs the messages of all customers with the same key.
func TestASignatureOfSNSIsForOneTopic(t *testing.T) {
	k := newKeys(t)
	const body = `{"Type":"Notification","MessageId":"n","TopicArn":"arn:aws:sns:eu-central-1:2:theirs",` +
		`"Message":"x","SignatureVersion":"2","Signature":"{signature}"}`
	signed := k.signFields(t, body, "sha256", []string{"Message", "MessageId", "TopicArn", "Type"})
	for topic, want := range map[string]hook.Reason{
		"arn:aws:sns:eu-central-1:2:theirs":  "",
		"arn:aws:sns:eu-central-1:1:mine":    hook.ReasonSignatureMismatch,
		"arn:aws:sns:eu-central-1:2:theirsx": hook.ReasonSignatureMismatch,
		"":                                   hook.ReasonKeyMissing,
		" ":                                  hook.ReasonKeyMissing,
	} {
		e := &hook.Endpoint{Verify: hook.Enforce, Secrets: secret(k.pem),
			Settings: map[string]string{"topic_arn": topic}}
		f := awsSNS.Verify(e, extracttest.Record("POST", nil, signed), signature.ReceiveContext{At: noon})
		if f.Reason != want || (f.Verdict == hook.Verified) != (want == "") {
			t.Errorf("%q: %+v", topic, f)
		}
	}
}
