package provider

import "hookbeam/server/hook"

// The words for how far a run has come. In one moment the furthest counts.
var (
	queued    = word{state: hook.StateQueued}
	waits     = word{state: hook.StateWaitsFor, rank: 5}
	running   = word{state: hook.StateRunning, rank: 10}
	succeeded = word{state: hook.StateSuccess, rank: 20}
	broke     = word{state: hook.StateFailure, rank: 20}
	stopped   = word{state: hook.StateCancelled, rank: 20}
	skipped   = word{state: hook.StateSkipped, rank: 20}
	replaced  = word{state: hook.StateSuperseded, rank: 20}
)

// githubStates are GitHub's status and conclusion.
var githubStates = words{"requested/": queued, "queued/": queued, "pending/": queued, "waiting/": waits, "in_progress/": running,
	"completed/success": succeeded, "completed/neutral": succeeded, "completed/skipped": skipped, "completed/failure": broke,
	"completed/startup_failure": broke, "completed/timed_out": broke, "completed/cancelled": stopped, "completed/stale": stopped,
	"completed/action_required": waits}

var (
	githubRun = thing{kind: hook.KindRun, version: "body:workflow_run.run_attempt",
		names: []naming{{prefix: "run", at: "body:repository.full_name+body:workflow_run.id"}},
		titles: []string{"{body:workflow.name} on {body:workflow_run.head_branch}", "{body:workflow_run.name} on {body:workflow_run.head_branch}",
			"{body:workflow_run.name}"},
		urls: []string{"body:workflow_run.html_url"}}

	githubCheck = thing{kind: hook.KindRun,
		names:  []naming{{prefix: "check", at: "body:repository.full_name+body:check_run.id"}},
		titles: []string{"{body:check_run.name} on {body:check_run.check_suite.head_branch}", "{body:check_run.name}"},
		urls:   []string{"body:check_run.html_url", "body:check_run.details_url"}}

	// githubStatus is what another service says of a commit. Each word has a higher id than those before it.
	githubStatus = thing{kind: hook.KindRun, version: "body:id",
		names:  []naming{{prefix: "status", at: "body:repository.full_name+body:sha+body:context"}},
		titles: []string{"{body:context} on {body:branches.0.name}", "{body:context}"},
		urls:   []string{"body:target_url"}}

	githubDeployment = thing{kind: hook.KindDeployment, version: "body:deployment_status.id",
		names:  []naming{{prefix: "deployment", at: "body:repository.full_name+body:deployment.id"}},
		titles: []string{"{body:deployment.ref} to {body:deployment.environment}"},
		urls:   []string{"body:deployment_status.log_url", "body:deployment_status.target_url", "body:deployment_status.environment_url"}}
)

// githubTells: https://docs.github.com/en/webhooks/webhook-events-and-payloads
// The jobs of a workflow are no subjects: their run is.
var githubTells = []tell{
	{types: []string{"workflow_run", "deployment_review"}, says: stands("body:workflow_run.status+body:workflow_run.conclusion", githubStates), of: &githubRun},
	{types: []string{"check_run"}, says: stands("body:check_run.status+body:check_run.conclusion", githubStates), of: &githubCheck},
	{types: []string{"status"}, of: &githubStatus,
		says: stands("body:state", words{"pending": running, "success": succeeded, "failure": broke, "error": broke})},
	{types: []string{"deployment"}, says: stands("body:action", words{"created": queued}), of: &githubDeployment},
	{types: []string{"deployment_status"}, of: &githubDeployment,
		says: stands("body:deployment_status.state", words{"queued": queued, "pending": queued, "waiting": waits, "in_progress": running,
			"success": succeeded, "failure": broke, "error": broke, "inactive": replaced})},
}

// gitlabStates are those of pipelines and jobs. Before it has ended, a pipeline's events have all the time at which it
// was made: one that waits for a hand has run before, so that counts more there.
var gitlabStates = words{"created": queued, "waiting_for_resource": queued, "preparing": queued, "pending": queued,
	"scheduled": {state: hook.StateWaitsFor, rank: 15}, "manual": {state: hook.StateWaitsFor, rank: 15},
	"running": running, "canceling": running, "success": succeeded, "failed": broke, "canceled": stopped, "skipped": skipped}

var (
	gitlabPipeline = thing{kind: hook.KindRun,
		names:  []naming{{prefix: "run", at: "body:project.path_with_namespace+body:object_attributes.id"}},
		titles: []string{"{body:object_attributes.name} on {body:object_attributes.ref}", "Pipeline on {body:object_attributes.ref}"},
		urls:   []string{"body:object_attributes.url"}}

	gitlabJob = thing{kind: hook.KindRun,
		names:  []naming{{prefix: "job", at: "body:build_id"}},
		titles: []string{"{body:build_name} on {body:ref}", "{body:build_name}"}}

	gitlabDeployment = thing{kind: hook.KindDeployment,
		names:  []naming{{prefix: "deployment", at: "body:project.path_with_namespace+body:deployment_id"}},
		titles: []string{"{body:ref} to {body:environment}", "{body:short_sha} to {body:environment}"},
		urls:   []string{"body:deployable_url", "body:environment_external_url"}}
)

// gitlabTells: https://docs.gitlab.com/user/project/integrations/webhook_events/
var gitlabTells = []tell{
	{types: []string{"Pipeline Hook", "pipeline"}, says: stands("body:object_attributes.status", gitlabStates), of: &gitlabPipeline},
	{types: []string{"Job Hook", "build"}, says: stands("body:build_status", gitlabStates), of: &gitlabJob},
	{types: []string{"Deployment Hook", "deployment"}, of: &gitlabDeployment,
		says: stands("body:status", words{"created": queued, "blocked": waits, "running": running, "success": succeeded, "failed": broke,
			"canceled": stopped, "skipped": skipped})},
}

// bitbucketStatus is what a service says of a commit, which older events name by its address alone.
var bitbucketStatus = thing{kind: hook.KindRun,
	names: []naming{
		{prefix: "run", at: "body:repository.full_name+body:commit_status.key+body:commit_status.commit.hash"},
		{prefix: "run", at: "body:repository.full_name+body:commit_status.key+body:commit_status.links.commit.href", behind: "/commit/"},
	},
	titles: []string{"{body:commit_status.name} on {body:commit_status.refname}", "{body:commit_status.name}", "{body:commit_status.key}"},
	urls:   []string{"body:commit_status.url"}}

// bitbucketTells: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Build-status-created
var bitbucketTells = []tell{
	{types: []string{"repo:commit_status_created", "repo:commit_status_updated"}, of: &bitbucketStatus,
		says: stands("body:commit_status.state", words{"INPROGRESS": running, "SUCCESSFUL": succeeded, "FAILED": broke, "STOPPED": stopped})},
}
