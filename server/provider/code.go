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
		Secret: SecretWords{Name: "Secret", Hint: "the one that you chose, of at least 16 characters",
			Not: []Lookalike{{"ghp_", "an access token"}, {"github_pat_", "an access token"}, {"gho_", "an access token"}, {"ghs_", "an access token"}}},
		Ranges: []Range{
			{Name: "GitHub", Source: "https://api.github.com/meta", CIDRs: []string{"192.30.252.0/22", "185.199.108.0/22", "140.82.112.0/20", "143.55.64.0/20", "2a0a:a440::/29", "2606:50c0::/32"}},
		},
		rules: []rule{
			{at: "header:X-Hub-Signature-256", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"},
			{at: "header:X-Hub-Signature", format: prefixed, mark: "sha1=", hash: "sha1", message: "{body}"},
		},
		events: []string{"header:X-Github-Delivery"}, types: []string{"header:X-Github-Event"},
		times: []string{"body:workflow_run.updated_at", "body:workflow_job.completed_at", "body:workflow_job.started_at",
			"body:check_run.completed_at", "body:check_run.started_at", "body:deployment_status.updated_at",
			"body:deployment.created_at", "body:pull_request.updated_at", "body:updated_at"},
		owner: "body:repository.full_name",
		tells: githubTells,
	},
	{
		ID: "gitlab", Name: "GitLab",
		Steps: []string{
			"In the project or group open Settings, Webhooks, Add new webhook, and enter this address.",
			"Set a secret token of at least 16 characters and add the same one here; a signing token (whsec_…), where GitLab offers one, is better.",
		},
		Secret: SecretWords{Name: "Secret token or signing token", Hint: "yours, or one that begins with whsec_",
			Not: []Lookalike{{"glpat-", "an access token"}, {"glptt-", "a trigger token"}}},
		Ranges: []Range{
			{Name: "GitLab.com", Source: "https://docs.gitlab.com/user/gitlab_com/"},
		},
		rules: []rule{
			{at: "header:Webhook-Signature", format: list, mark: "v1", hash: "sha256", coding: inBase64, key: fromWhsec,
				message: "{header:Webhook-Id}.{time}.{body}", time: "header:Webhook-Timestamp", unit: time.Second},
			{kind: token, at: "header:X-Gitlab-Token"},
		},
		events: []string{"header:Idempotency-Key", "header:Webhook-Id", "header:X-Gitlab-Event-Uuid"},
		types:  []string{"header:X-Gitlab-Event", "body:object_kind"},
		times: []string{"body:object_attributes.finished_at", "body:object_attributes.updated_at", "body:object_attributes.created_at",
			"body:build_finished_at", "body:build_started_at", "body:build_created_at", "body:status_changed_at"},
		owner: "body:project.path_with_namespace",
		tells: gitlabTells,
	},
	{
		ID: "bitbucket", Name: "Bitbucket Cloud",
		Steps: []string{
			"In the repository open Repository settings, Webhooks, Add webhook, and enter this address.",
			"Set a secret there and add the same one here: without it Bitbucket signs nothing.",
		},
		Secret: SecretWords{Name: "Secret", Hint: "the one that you chose or had generated",
			Not: []Lookalike{{"ATBB", "an app password"}, {"ATCTT", "an access token"}}},
		Ranges: []Range{
			{Name: "Atlassian", Source: "https://ip-ranges.atlassian.com"},
		},
		rules:  []rule{{at: "header:X-Hub-Signature", format: prefixed, mark: "sha256=", hash: "sha256", message: "{body}"}},
		events: []string{"header:X-Request-Uuid"}, types: []string{"header:X-Event-Key"},
		times: []string{"body:commit_status.updated_on", "header:X-Event-Time"}, owner: "body:repository.full_name",
		tells: bitbucketTells,
	},
}
