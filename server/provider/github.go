package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// github is GitHub, github.com and Enterprise Server.
//
// Signature: X-Hub-Signature-256 is "sha256=" and the hex HMAC-SHA-256 of the body. X-Hub-Signature has the same with
// SHA-1 and is sent for older receivers; either one verifies. The key is the webhook's secret, as text.
//
// Event: X-GitHub-Delivery, a UUID. A redelivery keeps it. The type is in X-GitHub-Event; what happened is in the
// member action.
//
// Traps: GitHub never retries by itself, so an outage loses events until somebody redelivers them, within three days. A
// webhook with the content type "form" has the JSON in the field payload; the signature covers the raw body in both
// cases. There is no time in the signature, and no member for the event's time that all events share.
var github = Provider{
	ID: "github", Name: "GitHub",
	Aliases: []string{"GitHub Actions", "GitHub Enterprise", "GHES", "Git"},
	Grade:   GradeA, Source: "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
	Steps: []string{
		"In the repository or organisation open Settings, Webhooks, Add webhook, and enter this address.",
		"Choose a secret of at least 16 characters; add the same secret here.",
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
		Envelope: payload.Envelope{Field: "payload"},
		Schemes: []signature.Scheme{
			{At: payload.Select("header:X-Hub-Signature-256"), Format: signature.Prefixed, Prefix: "sha256=",
				Hash: "sha256", Message: signature.Message("{body}")},
			{At: payload.Select("header:X-Hub-Signature"), Format: signature.Prefixed, Prefix: "sha1=",
				Hash: "sha1", Message: signature.Message("{body}"),
				UnlessSent: payload.Select("header:X-Hub-Signature-256")},
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
	Rules: githubRules(),
}

// githubStates maps "status/conclusion" of workflow runs and checks. A run has a conclusion only when it is completed.
var githubStates = extract.Outcomes{"requested/": queued, "queued/": queued, "pending/": queued,
	"waiting/": waiting, "in_progress/": running,
	"completed/success": succeeded, "completed/neutral": succeeded, "completed/skipped": skipped,
	"completed/failure":         failed,
	"completed/startup_failure": failed, "completed/timed_out": failed, "completed/cancelled": cancelled,
	"completed/stale":           cancelled,
	"completed/action_required": waiting}

var (
	// githubRun is a workflow run. A re-run keeps the id and has a higher run_attempt, which wins over all earlier
	// events.
	githubRun = extract.SubjectSpec{Kind: hook.KindRun, Version: payload.Select("body:workflow_run.run_attempt"),
		Aliases: []extract.AliasSpec{extract.Alias("run", "body:repository.full_name+body:workflow_run.id")},
		Titles: extract.Titles("{body:workflow.name} on {body:workflow_run.head_branch}",
			"{body:workflow_run.name} on {body:workflow_run.head_branch}",
			"{body:workflow_run.name}"),
		URLs: payload.SelectAll("body:workflow_run.html_url")}

	// githubCheck is a check run. Other apps than Actions make them too.
	githubCheck = extract.SubjectSpec{Kind: hook.KindRun,
		Aliases: []extract.AliasSpec{extract.Alias("check", "body:repository.full_name+body:check_run.id")},
		Titles: extract.Titles("{body:check_run.name} on {body:check_run.check_suite.head_branch}",
			"{body:check_run.name}"),
		URLs: payload.SelectAll("body:check_run.html_url", "body:check_run.details_url")}

	// githubStatus is a commit status, set by another service. It is identified by the commit and the context. Each new
	// status has a higher id.
	githubStatus = extract.SubjectSpec{Kind: hook.KindRun, Version: payload.Select("body:id"),
		Aliases: []extract.AliasSpec{extract.Alias("status", "body:repository.full_name+body:sha+body:context")},
		Titles:  extract.Titles("{body:context} on {body:branches.0.name}", "{body:context}"),
		URLs:    payload.SelectAll("body:target_url")}

	// githubDeployment is a deployment. Its events have the deployment and, if its state changed, a deployment_status
	// with an increasing id.
	githubDeployment = extract.SubjectSpec{Kind: hook.KindDeployment,
		Version: payload.Select("body:deployment_status.id"),
		Aliases: []extract.AliasSpec{extract.Alias("deployment", "body:repository.full_name+body:deployment.id")},
		Titles:  extract.Titles("{body:deployment.ref} to {body:deployment.environment}"),
		URLs: payload.SelectAll("body:deployment_status.log_url", "body:deployment_status.target_url",
			"body:deployment_status.environment_url")}
)

// githubRules: https://docs.github.com/en/webhooks/webhook-events-and-payloads. Events of a workflow's jobs are left
// out: the run is the subject.
func githubRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"workflow_run", "deployment_review"},
			Match:   extract.StateFrom("body:workflow_run.status+body:workflow_run.conclusion", githubStates),
			Subject: &githubRun},
		{Types: []string{"check_run"}, Match: extract.StateFrom("body:check_run.status+body:check_run.conclusion",
			githubStates), Subject: &githubCheck},
		{Types: []string{"status"}, Subject: &githubStatus,
			Match: extract.StateFrom("body:state", extract.Outcomes{"pending": running, "success": succeeded,
				"failure": failed, "error": failed})},
		{Types: []string{"deployment"}, Match: extract.StateFrom("body:action", extract.Outcomes{"created": queued}),
			Subject: &githubDeployment},
		{Types: []string{"deployment_status"}, Subject: &githubDeployment,
			Match: extract.StateFrom("body:deployment_status.state",
				extract.Outcomes{"queued": queued, "pending": queued, "waiting": waiting, "in_progress": running,
					"success": succeeded, "failure": failed, "error": failed, "inactive": superseded})},
	}
}
