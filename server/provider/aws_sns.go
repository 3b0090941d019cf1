package provider

import (
	"regexp"

	"hookbeam/server/challenge"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// awsSNS is a topic of Amazon SNS that sends to HTTPS.
//
// Signature: the field Signature is an RSA signature (PKCS #1 v1.5) of some fields of the message, each as its name, a
// line feed, its value and a line feed. SignatureVersion 1 means SHA-1, and 2 SHA-256. The key is the certificate at
// SigningCertURL, which counts only at sns.REGION.amazonaws.com. Whether the Token of an UnsubscribeConfirmation is
// signed is documented in both ways, so both verify.
//
// Event: MessageId, which a retry keeps. Message is text, often with the JSON of another service's event inside, whose
// type counts then.
//
// Traps: Amazon publishes its certificate alone, so no chain of trust can be verified: that it comes from a host of
// SNS over TLS vouches for it, as in Amazon's own libraries. Amazon signs the messages of every customer's topics
// with the same key, so the signature alone does not say whose message it is: only the topic in the setting topic_arn
// is accepted, and without it nothing verifies. With raw message delivery there is no envelope and no signature, so
// nothing can be verified. The body is JSON although its type is text/plain. Attributes and UnsubscribeURL are not
// signed. A visit to the address of an UnsubscribeConfirmation would subscribe again, so it is not offered.
var awsSNS = Provider{
	ID: "aws-sns", Name: "Amazon SNS",
	Aliases: []string{"AWS SNS", "Simple Notification Service", "Amazon SES", "CloudWatch alarms", "EventBridge"},
	Grade:   GradeA, Source: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
	Steps: []string{
		"Copy the topic's ARN to the field Topic ARN.",
		"In Amazon SNS create a subscription of the topic: protocol HTTPS, this address as the endpoint. Leave raw " +
			"message delivery off, because raw messages are not signed.",
		"Amazon sends a SubscriptionConfirmation. Open it here, and visit its address with one click.",
	},
	Secret: SecretWords{Name: "Certificate", Hint: "PEM; only if this server cannot fetch it from Amazon"},
	Settings: []Setting{
		{Name: "topic_arn", Label: "Topic ARN", Required: true,
			Hint: "such as arn:aws:sns:eu-central-1:123456789012:orders; messages of other topics are rejected"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{snsScheme("2", "sha256", snsFields), snsScheme("1", "sha1", snsFields),
			snsScheme("2", "sha256", snsTokenless), snsScheme("1", "sha1", snsTokenless)},
		Secrets: signature.SecretRule{
			Shape:  "a certificate in PEM, together with the setting topic_arn",
			Pinned: true,
		},
		Certificate: payload.Select("body:SigningCertURL"),
		// The region has its full form: sns.s3-us-west-2.amazonaws.com would be somebody's bucket.
		Issuer: &signature.Issuer{Name: "Amazon SNS", Alone: true,
			Hosts: regexp.MustCompile(`^sns\.` + awsRegion + awsDomain),
			Path:  regexp.MustCompile(`^/[A-Za-z0-9._-]+\.pem$`),
			Owner: regexp.MustCompile(`^sns(-signing)?([.-]` + awsRegion + `)?` + awsDomain)},
	},
	Identity: Identity{
		Events: joins("body:MessageId", "header:X-Amz-Sns-Message-Id"),
		Types: payload.SelectAll("body:Message.@json.detail-type", "body:Message.@json.notificationType",
			"body:Message.@json.eventType", "body:Message.@json.Records.0.eventName", "body:Type",
			"header:X-Amz-Sns-Message-Type"),
		Times:        payload.SelectAll("body:Timestamp"),
		Account:      payload.Select("body:TopicArn"),
		OtherAccount: payload.Select("header:X-Amz-Sns-Topic-Arn"),
	},
	Mistakes: []Mistake{{Code: "raw_delivery", At: payload.Select("header:X-Amz-Sns-Rawdelivery"), Is: "true",
		Summary: "Raw message delivery is on, so Amazon SNS sends the message without its envelope and without a " +
			"signature. Such a delivery cannot be verified.",
		Fix: "Turn raw message delivery off in the subscription at Amazon SNS."}},
	Challenges: []challenge.Challenge{
		{
			Methods: []string{"POST"}, Signed: true,
			When: []challenge.Condition{challenge.Is("body:Type", "SubscriptionConfirmation")},
			Confirm: &challenge.Confirm{At: payload.Select("body:SubscribeURL"),
				Hosts: []string{"sns.*.amazonaws.com", "sns.*.amazonaws.com.cn", "sns.*.amazonaws.eu"}},
		},
		{
			Methods: []string{"POST"}, Signed: true, Type: "UnsubscribeConfirmation",
			When: []challenge.Condition{challenge.Is("body:Type", "UnsubscribeConfirmation")},
		},
	},
}

// awsRegion matches the name of a region, such as eu-central-1 or us-gov-west-1, and awsDomain what follows it.
const (
	awsRegion = `[a-z]{2,}(-[a-z]+)+-[0-9]+`
	awsDomain = `\.amazonaws\.(com|com\.cn|eu)$`
)

// snsFields are the fields that are signed, by the type of the message. snsTokenless are those of another reading of
// the documentation.
var (
	snsFields = map[string][]payload.Selector{
		"Notification": payload.SelectAll("body:Message", "body:MessageId", "body:Subject", "body:Timestamp",
			"body:TopicArn", "body:Type"),
		"SubscriptionConfirmation": snsConfirmation,
		"UnsubscribeConfirmation":  snsConfirmation,
	}
	snsConfirmation = payload.SelectAll("body:Message", "body:MessageId", "body:Subject", "body:SubscribeURL",
		"body:Timestamp", "body:Token", "body:TopicArn", "body:Type")
	snsTokenless = map[string][]payload.Selector{
		"UnsubscribeConfirmation": payload.SelectAll("body:Message", "body:MessageId", "body:Subject",
			"body:SubscribeURL", "body:Timestamp", "body:TopicArn", "body:Type"),
	}
)

// snsScheme returns the scheme of a SignatureVersion.
func snsScheme(version, hashed string, fields map[string][]payload.Selector) signature.Scheme {
	return signature.Scheme{Kind: signature.RSACertificate, At: payload.Select("body:Signature"), Hash: hashed,
		Encoding: signature.Base64, Key: signature.FromPEM, Message: signature.Message("{fields}"),
		Covers: hook.CoversFields,
		Fields: &signature.Fields{By: payload.Select("body:Type"), Lists: fields},
		Where: []signature.Equal{
			{At: payload.Select("body:SignatureVersion"), Is: payload.Select("const:" + version)},
			{At: payload.Select("body:TopicArn"), Is: payload.Select("setting:topic_arn")}}}
}
