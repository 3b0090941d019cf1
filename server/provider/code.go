package provider

import "time"

// code are senders of events about repositories and builds.
var code = []Provider{
	{
		ID: "github", Name: "GitHub",
		Steps: []string{
			"In the repository or organisation open Settings, Webhooks, Add webhook, and enter this address.",
			"Choose application/json, and a secret of at least 16 characters; add the same secret here.",
		},
		rules: []rule{
			{at: "header:X-Hub-Signature-256", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"},
			{at: "header:X-Hub-Signature", format: prefixed, mark: "sha1=", hash: "sha1", message: "{body}"},
		},
		events: []string{"header:X-Github-Delivery"}, types: []string{"header:X-Github-Event"},
	},
	{
		ID: "gitlab", Name: "GitLab",
		Steps: []string{
			"In the project or group open Settings, Webhooks, Add new webhook, and enter this address.",
			"Set a secret token of at least 16 characters and add the same one here; a signing token (whsec_…), where GitLab offers one, is better.",
		},
		rules: []rule{
			{at: "header:Webhook-Signature", format: list, mark: "v1", hash: "sha256", coding: inBase64, key: fromWhsec,
				message: "{header:Webhook-Id}.{time}.{body}", time: "header:Webhook-Timestamp", unit: time.Second},
			{kind: token, at: "header:X-Gitlab-Token"},
		},
		events: []string{"header:Idempotency-Key", "header:Webhook-Id", "header:X-Gitlab-Event-Uuid"},
		types:  []string{"header:X-Gitlab-Event", "body:object_kind"},
	},
	{
		ID: "bitbucket", Name: "Bitbucket Cloud",
		Steps: []string{
			"In the repository open Repository settings, Webhooks, Add webhook, and enter this address.",
			"Set a secret there and add the same one here: without it Bitbucket signs nothing.",
		},
		rules:  []rule{{at: "header:X-Hub-Signature", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"}},
		events: []string{"header:X-Request-Uuid"}, types: []string{"header:X-Event-Key"},
	},
}
