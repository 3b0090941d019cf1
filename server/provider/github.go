package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// github is GitHub: how it signs, and what its deliveries say. GitHub signs the body with HMAC-SHA-256,
// and with SHA-1 for receivers of old:
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
var github = Provider{
	ID: "github", Name: "GitHub",
	Steps: []string{
		"In the repository or organisation open Settings, Webhooks, Add webhook, and enter this address.",
		"Choose application/json, and a secret of at least 16 characters; add the same secret here.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one that you chose, of at least 16 characters",
		Not: []Lookalike{{"ghp_", "an access token"}, {"github_pat_", "an access token"},
			{"gho_", "an access token"}, {"ghs_", "an access token"}}},
	Ranges: []Range{
		{Name: "GitHub", Source: "https://api.github.com/meta",
			CIDRs: []string{"192.30.252.0/22", "185.199.108.0/22", "140.82.112.0/20", "143.55.64.0/20",
				"2a0a:a440::/29", "2606:50c0::/32"}},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Hub-Signature-256"), Format: signature.Prefixed, Prefix: "sha256=",
				Hash: "sha256", Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Hub-Signature"), Format: signature.Prefixed, Prefix: "sha1=",
				Hash: "sha1", Message: signature.Message("{body}")},
		},
	},
	Identity: Identity{
		Events: joins("header:X-Github-Delivery"),
		Types:  payload.SelectAll("header:X-Github-Event"),
		Times: payload.SelectAll("body:workflow_run.updated_at", "body:workflow_job.completed_at",
			"body:workflow_job.started_at",
			"body:check_run.completed_at", "body:check_run.started_at", "body:deployment_status.updated_at",
			"body:deployment.created_at", "body:pull_request.updated_at", "body:updated_at"),
		Account: payload.Select("body:repository.full_name"),
	},
	Rules: githubRules,
}

// githubStates are GitHub's status and conclusion.
var githubStates = extract.Outcomes{"requested/": queued, "queued/": queued, "pending/": queued,
	"waiting/": waits, "in_progress/": running,
	"completed/success": succeeded, "completed/neutral": succeeded, "completed/skipped": skipped,
	"completed/failure":         broke,
	"completed/startup_failure": broke, "completed/timed_out": broke, "completed/cancelled": stopped,
	"completed/stale":           stopped,
	"completed/action_required": waits}

var (
	githubRun = extract.SubjectSpec{Kind: hook.KindRun, Version: payload.Select("body:workflow_run.run_attempt"),
		Aliases: []extract.AliasSpec{extract.Alias("run", "body:repository.full_name+body:workflow_run.id")},
		Titles: extract.Titles("{body:workflow.name} on {body:workflow_run.head_branch}",
			"{body:workflow_run.name} on {body:workflow_run.head_branch}",
			"{body:workflow_run.name}"),
		URLs: payload.SelectAll("body:workflow_run.html_url")}

	githubCheck = extract.SubjectSpec{Kind: hook.KindRun,
		Aliases: []extract.AliasSpec{extract.Alias("check", "body:repository.full_name+body:check_run.id")},
		Titles: extract.Titles("{body:check_run.name} on {body:check_run.check_suite.head_branch}",
			"{body:check_run.name}"),
		URLs: payload.SelectAll("body:check_run.html_url", "body:check_run.details_url")}

	// githubStatus is what another service says of a commit. Each word has a higher id than those before it.
	githubStatus = extract.SubjectSpec{Kind: hook.KindRun, Version: payload.Select("body:id"),
		Aliases: []extract.AliasSpec{extract.Alias("status", "body:repository.full_name+body:sha+body:context")},
		Titles:  extract.Titles("{body:context} on {body:branches.0.name}", "{body:context}"),
		URLs:    payload.SelectAll("body:target_url")}

	githubDeployment = extract.SubjectSpec{Kind: hook.KindDeployment,
		Version: payload.Select("body:deployment_status.id"),
		Aliases: []extract.AliasSpec{extract.Alias("deployment", "body:repository.full_name+body:deployment.id")},
		Titles:  extract.Titles("{body:deployment.ref} to {body:deployment.environment}"),
		URLs: payload.SelectAll("body:deployment_status.log_url", "body:deployment_status.target_url",
			"body:deployment_status.environment_url")}
)

// githubRules: https://docs.github.com/en/webhooks/webhook-events-and-payloads
// The jobs of a workflow are no subjects: their run is.
var githubRules = extract.Rules{
	{Types: []string{"workflow_run", "deployment_review"},
		Match:   extract.StateFrom("body:workflow_run.status+body:workflow_run.conclusion", githubStates),
		Subject: &githubRun},
	{Types: []string{"check_run"}, Match: extract.StateFrom("body:check_run.status+body:check_run.conclusion",
		githubStates), Subject: &githubCheck},
	{Types: []string{"status"}, Subject: &githubStatus,
		Match: extract.StateFrom("body:state", extract.Outcomes{"pending": running, "success": succeeded,
			"failure": broke, "error": broke})},
	{Types: []string{"deployment"}, Match: extract.StateFrom("body:action", extract.Outcomes{"created": queued}),
		Subject: &githubDeployment},
	{Types: []string{"deployment_status"}, Subject: &githubDeployment,
		Match: extract.StateFrom("body:deployment_status.state",
			extract.Outcomes{"queued": queued, "pending": queued, "waiting": waits, "in_progress": running,
				"success": succeeded, "failure": broke, "error": broke, "inactive": replaced})},
}
