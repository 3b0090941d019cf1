package provider

import (
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// gitea is Gitea, and its relatives Forgejo and Gogs, which companies host themselves; Codeberg is a Forgejo.
//
// Signature: X-Gitea-Signature is the hex HMAC-SHA-256 of the body, without a prefix. The key is the secret, as text.
// Forgejo sends the same in X-Forgejo-Signature as well, and Gogs only in X-Gogs-Signature.
//
// Event: X-Gitea-Delivery, or the header of the relative. The type is in X-Gitea-Event; what happened is in the member
// action.
//
// Traps: GitHub's headers are sent as well, so a webhook looks like one of GitHub's. With the content type
// application/x-www-form-urlencoded not the body is signed but the JSON in its only field, payload. Without a secret
// the header is there, and empty.
var gitea = Provider{
	ID: "gitea", Name: "Gitea",
	Aliases: []string{"Forgejo", "Gogs", "Codeberg"},
	Grade:   GradeA, Source: "https://docs.gitea.com/usage/webhooks",
	Steps: []string{
		"In the repository open Settings, Webhooks, Add webhook, Gitea (in Forgejo: Forgejo), and enter this address " +
			"as the target URL, with POST.",
		"Set a secret of at least 16 characters there and add the same one here.",
		"Choose the events, and press Test delivery on the webhook's page.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one that you chose for the webhook"},
	Signature: signature.Profile{
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Gitea-Signature"), Hash: "sha256", Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Forgejo-Signature"), Hash: "sha256", Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Gogs-Signature"), Hash: "sha256", Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Gitea-Signature"), Hash: "sha256", Message: signature.Message("{field}")},
			{At: payload.Select("header:X-Gogs-Signature"), Hash: "sha256", Message: signature.Message("{field}")},
		},
	},
	Identity: Identity{
		Events: joins("header:X-Gitea-Delivery", "header:X-Forgejo-Delivery", "header:X-Gogs-Delivery"),
		Types:  payload.SelectAll("header:X-Gitea-Event", "header:X-Forgejo-Event", "header:X-Gogs-Event"),
		Times: payload.SelectAll("body:head_commit.timestamp", "body:pull_request.updated_at", "body:issue.updated_at",
			"body:commits.0.timestamp"),
		Account: payload.Select("body:repository.full_name"),
	},
}
