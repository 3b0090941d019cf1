package provider

import (
	"time"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// gitlab is GitLab, gitlab.com and self-managed.
//
// Signature: X-Gitlab-Token is the secret itself. Newer versions can have a signing token (whsec_…) instead, and then
// sign as Standard Webhooks does; see standardWebhooks.
//
// Event: Idempotency-Key, which a retry keeps. X-Gitlab-Event-UUID is the last choice, because all webhooks that one
// event triggers share it.
//
// Traps: a secret token protects no content. Times come in RFC 3339 and in GitLab's own format with a zone name, and
// job events may have none. GitLab disables a webhook that fails repeatedly.
var gitlab = Provider{
	ID: "gitlab", Name: "GitLab",
	Aliases: []string{"GitLab CI", "Git"},
	Grade:   GradeB, Source: "https://docs.gitlab.com/user/project/integrations/webhooks/",
	Steps: []string{
		"In the project or group open Settings, Webhooks, Add new webhook, and enter this address.",
		"Set a secret token of at least 16 characters and add the same one here. Prefer a signing " +
			"token (whsec_…) if GitLab offers one.",
	},
	Secret: SecretWords{Name: "Secret token or signing token", Hint: "yours, or one that begins with whsec_",
		Not: []Lookalike{{"glpat-", "an access token"}, {"glptt-", "a trigger token"}}},
	Ranges: []Range{
		{Name: "GitLab.com", Source: "https://docs.gitlab.com/user/gitlab_com/"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{
			{At: payload.Select("header:Webhook-Signature"), Format: signature.List, Prefix: "v1", Hash: "sha256",
				Encoding: signature.Base64, Key: signature.FromWhsec,
				Message: signature.Message("{header:Webhook-Id}.{time}.{body}"),
				Time:    payload.Select("header:Webhook-Timestamp"), Unit: time.Second},
			{Kind: signature.Token, At: payload.Select("header:X-Gitlab-Token")},
		},
	},
	Identity: Identity{
		Events: joins("header:Idempotency-Key", "header:Webhook-Id", "header:X-Gitlab-Event-Uuid"),
		Types:  payload.SelectAll("header:X-Gitlab-Event", "body:object_kind"),
		Times: payload.SelectAll("body:object_attributes.finished_at", "body:object_attributes.updated_at",
			"body:object_attributes.created_at",
			"body:build_finished_at", "body:build_started_at", "body:build_created_at", "body:status_changed_at"),
		Account: payload.Select("body:project.path_with_namespace"),
	},
	Rules: gitlabRules(),
}

// gitlabStates are the states of pipelines and jobs. Until a pipeline has finished, all its events carry the time when
// it was created, so the rank decides. A pipeline that waits for a manual job has run before, so "manual" and
// "scheduled" rank above running.
var gitlabStates = extract.Outcomes{"created": queued, "waiting_for_resource": queued, "preparing": queued,
	"pending":   queued,
	"scheduled": {State: hook.StateWaitsFor, Rank: 15}, "manual": {State: hook.StateWaitsFor, Rank: 15},
	"running": running, "canceling": running, "success": succeeded, "failed": failed, "canceled": cancelled,
	"skipped": skipped}

var (
	// gitlabPipeline is a pipeline of a project.
	gitlabPipeline = extract.SubjectSpec{Kind: hook.KindRun,
		Aliases: []extract.AliasSpec{extract.Alias("run",
			"body:project.path_with_namespace+body:object_attributes.id")},
		Titles: extract.Titles("{body:object_attributes.name} on {body:object_attributes.ref}",
			"Pipeline on {body:object_attributes.ref}"),
		URLs: payload.SelectAll("body:object_attributes.url")}

	// gitlabJob is a job of a pipeline. A job is a subject of its own, and not a part of its pipeline.
	gitlabJob = extract.SubjectSpec{Kind: hook.KindRun,
		Aliases: []extract.AliasSpec{extract.Alias("job", "body:build_id")},
		Titles:  extract.Titles("{body:build_name} on {body:ref}", "{body:build_name}")}

	// gitlabDeployment is a deployment to an environment.
	gitlabDeployment = extract.SubjectSpec{Kind: hook.KindDeployment,
		Aliases: []extract.AliasSpec{extract.Alias("deployment",
			"body:project.path_with_namespace+body:deployment_id")},
		Titles: extract.Titles("{body:ref} to {body:environment}", "{body:short_sha} to {body:environment}"),
		URLs:   payload.SelectAll("body:deployable_url", "body:environment_external_url")}
)

// gitlabRules: https://docs.gitlab.com/user/project/integrations/webhook_events/
func gitlabRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"Pipeline Hook", "pipeline"}, Match: extract.StateFrom("body:object_attributes.status",
			gitlabStates), Subject: &gitlabPipeline},
		{Types: []string{"Job Hook", "build"}, Match: extract.StateFrom("body:build_status", gitlabStates),
			Subject: &gitlabJob},
		{Types: []string{"Deployment Hook", "deployment"}, Subject: &gitlabDeployment,
			Match: extract.StateFrom("body:status", extract.Outcomes{"created": queued, "blocked": waiting,
				"running": running, "success": succeeded, "failed": failed,
				"canceled": cancelled, "skipped": skipped})},
	}
}
