package provider

var codeExpected = map[string]string{
	"github/check_run.completed":   "stands success: check/Codertocat/Hello-World/128620228",
	"github/check_run.created":     "stands queued: check/Codertocat/Hello-World/128620228",
	"github/check_suite.completed": "",
	"github/deployment": "stands queued: " +
		"deployment/Codertocat/Hello-World/145988746",
	"github/deployment_review.requested": "stands waiting_for_approval: " +
		"run/terraform-test-github/sample-app/5453085689",
	"github/deployment_status": "stands success: " +
		"deployment/Codertocat/Hello-World/145988746",
	"github/issues.opened":                "",
	"github/merge_group.checks_requested": "",
	"github/ping":                         "",
	"github/pull_request.opened":          "",
	"github/push":                         "",
	"github/release.published":            "",
	"github/star.created":                 "",
	"github/status": "stands success: " +
		"status/Codertocat/Hello-World/6113728f27ae82c7b1a177c8d03f9e96e0adf246/default",
	"github/workflow_job.completed.failure.with-organization": "",
	"github/workflow_job.completed.success.with-organization": "",
	"github/workflow_job.in_progress":                         "",
	"github/workflow_job.queued":                              "",
	"github/workflow_run.completed":                           "stands success: run/octo-org/octo-repo/289782451",
	"github/workflow_run.requested":                           "stands queued: run/octo-org/octo-repo/289782451",
	"gitlab/build-event":                                      "stands queued: job/1977",
	"gitlab/deployment-event": "stands success: " +
		"deployment/root/test-deployment-webhooks/15",
	"gitlab/job-event":               "stands queued: job/1977",
	"gitlab/merge-request-event":     "",
	"gitlab/pipeline-event":          "stands success: run/gitlab-org/gitlab-test/31",
	"gitlab/push-event":              "",
	"gitlab/release-event":           "",
	"gitlab/tag-event":               "",
	"bitbucket/issue-created":        "",
	"bitbucket/pull-request-created": "",
	"bitbucket/pull-request-merged":  "",
	"bitbucket/repo-commit-status-created": "stands running: " +
		"run/team_name/repo_name/mybuildtool/9fec847784abb10b2fa567ee63b85bd238955d0e",
	"bitbucket/repo-commit-status-updated": "stands success: " +
		"run/team_name/repo_name/mybuildtool/9fec847784abb10b2fa567ee63b85bd238955d0e",
	"bitbucket/repo-push": "",
}
