package status

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/payments"
)

// course has one sender's events about a subject that is not paid, and the state that they must give.
type course struct {
	sender, name string
	kind         hook.SubjectKind
	events       []senderEvent
	state        hook.State
	title        string
	sum          int64
}

// TestEverySendersRunAndOrderEndsRightInEveryOrder has each event come twice.
func TestEverySendersRunAndOrderEndsRightInEveryOrder(t *testing.T) {
	for _, c := range codeCourses {
		t.Run(c.sender+" "+c.name, func(t *testing.T) {
			all := statements(t, c.sender, 1, c.events...)
			if sets := apart(all); len(sets) != 1 {
				t.Fatalf("its names are %d subjects: %v", len(sets), sets)
			}
			var set []hook.Evidence
			for _, s := range slices.Concat(all, statements(t, c.sender, 100, c.events...)) {
				if s.Subject != c.kind || s.Title != c.title {
					t.Errorf("a %s called %q", s.Subject, s.Title)
				}
				set = append(set, s.Evidence)
			}
			want := deriveState(c.kind, payments.InOrder(set))
			if want.state != c.state || want.amount != c.sum {
				t.Fatalf("%s: %+v", want.state, set)
			}
			half := set[:len(set)/2]
			permute(slices.Clone(half), func(order []hook.Evidence) {
				if diff := cmp.Diff(want, deriveState(c.kind, payments.InOrder(slices.Concat(order, set[len(half):]))), cmp.AllowUnexported(derivedState{})); diff != "" {
					t.Fatalf("%v: %s", order, diff)
				}
			})
		})
	}
}

// github is one of GitHub's events; its id is that of the delivery.
func github(event, id, body string) senderEvent {
	return senderEvent{
		headers: map[string]string{"X-Github-Event": event, "X-Github-Delivery": id},
		body:    `{"repository":{"full_name":"ada/shop"},` + body + `}`,
	}
}

func githubRun(minutes, attempt int, status, conclusion string) senderEvent {
	return github(
		"workflow_run",
		fmt.Sprint(status, conclusion, minutes),
		fmt.Sprintf(`"action":"x","workflow":{"name":"CI"},"workflow_run":{"id":7,"name":"CI",`+
			`"head_branch":"main","run_attempt":%d,"status":%q,"conclusion":%s,"created_at":%q,"updated_at":%q}`, attempt, status, conclusion, iso(0), iso(minutes)),
	)
}

func githubDeployed(minutes, id int, state string) senderEvent {
	return github(
		"deployment_status",
		fmt.Sprint(state, minutes),
		fmt.Sprintf(`"action":"created","deployment_status":{"id":%d,"state":%q,"updated_at":%q},`+
			`"deployment":{"id":9,"ref":"main","environment":"production","created_at":%q}`, id, state, iso(minutes), iso(0)),
	)
}

func githubStatus(minutes, id int, state string) senderEvent {
	return github(
		"status",
		fmt.Sprint(state, minutes),
		fmt.Sprintf(
			`"id":%d,"sha":"abc","context":"ci/other","state":%q,"branches":[{"name":"main"}],"updated_at":%q`,
			id,
			state,
			iso(minutes),
		),
	)
}

func githubCheck(minutes int, status, conclusion string) senderEvent {
	return github(
		"check_run",
		fmt.Sprint(status, minutes),
		fmt.Sprintf(
			`"check_run":{"id":8,"name":"lint","status":%q,"conclusion":%s,"started_at":%q,"completed_at":%q,`+
				`"check_suite":{"head_branch":"main"}}`,
			status,
			conclusion,
			iso(0),
			iso(minutes),
		),
	)
}

// gitlab is one of GitLab's events. A pipeline's have the time of its beginning until it ends.
func gitlab(event, id, body string) senderEvent {
	return senderEvent{
		headers: map[string]string{"X-Gitlab-Event": event, "Idempotency-Key": id},
		body:    `{"project":{"path_with_namespace":"ada/shop"},` + body + `}`,
	}
}

func gitlabPipeline(minutes int, status string) senderEvent {
	finished := "null"
	if minutes > 0 {
		finished = `"` + iso(minutes) + `"`
	}
	return gitlab(
		"Pipeline Hook",
		fmt.Sprint(status, minutes),
		fmt.Sprintf(`"object_kind":"pipeline","object_attributes":{"id":7,"name":null,"ref":"main","status":%q,`+
			`"created_at":%q,"finished_at":%s}`, status, iso(0), finished),
	)
}

func gitlabJob(status, times string) senderEvent {
	return gitlab(
		"Job Hook",
		status,
		fmt.Sprintf(
			`"object_kind":"build","build_id":5,"build_name":"unit","ref":"main","build_status":%q%s`,
			status,
			times,
		),
	)
}

func gitlabDeployment(minutes int, status string) senderEvent {
	return gitlab(
		"Deployment Hook",
		fmt.Sprint(status, minutes),
		fmt.Sprintf(
			`"object_kind":"deployment","deployment_id":3,"status":%q,"ref":"main","environment":"staging","status_changed_at":%q`,
			status,
			iso(minutes),
		),
	)
}

// bitbucket is what a build service says of a commit.
func bitbucket(minutes int, event, state string) senderEvent {
	return senderEvent{
		headers: map[string]string{"X-Event-Key": event, "X-Request-Uuid": fmt.Sprint(state, minutes)},
		body: fmt.Sprintf(`{"repository":{"full_name":"ada/shop"},`+
			`"commit_status":{"key":"k","name":"CI","refname":"main","state":%q,"updated_on":%q,"links":{"commit":{"href":"https://api.example/commit/abc"}}}}`, state, iso(minutes)),
	}
}

var codeCourses = []course{
	{
		sender: "github",
		name:   "a run",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateSuccess,
		events: []senderEvent{
			githubRun(
				0,
				1,
				"queued",
				"null",
			), githubRun(1, 1, "in_progress", "null"), githubRun(5, 1, "completed", `"success"`)},
	},
	{
		sender: "github",
		name:   "a run in one second",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateFailure,
		events: []senderEvent{
			githubRun(
				0,
				1,
				"requested",
				"null",
			), githubRun(0, 1, "in_progress", "null"), githubRun(0, 1, "completed", `"timed_out"`)},
	},
	{
		sender: "github",
		name:   "a run that waits",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateWaitsFor,
		events: []senderEvent{
			githubRun(0, 1, "queued", "null"), githubRun(0, 1, "waiting", "null")},
	},
	{
		sender: "github",
		name:   "a run once more",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateRunning,
		events: []senderEvent{
			githubRun(
				5,
				1,
				"completed",
				`"failure"`,
			), githubRun(9, 2, "queued", "null"), githubRun(9, 2, "in_progress", "null")},
	},
	{
		sender: "github",
		name:   "a run that was stopped",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateCancelled,
		events: []senderEvent{
			githubRun(1, 1, "in_progress", "null"), githubRun(2, 1, "completed", `"cancelled"`)},
	},
	{
		sender: "github",
		name:   "a check",
		kind:   hook.KindRun,
		title:  "lint on main",
		state:  hook.StateSkipped,
		events: []senderEvent{
			githubCheck(
				0,
				"queued",
				"null",
			), githubCheck(0, "in_progress", "null"), githubCheck(0, "completed", `"skipped"`)},
	},
	{
		sender: "github",
		name:   "a commit's status, built twice in one second",
		kind:   hook.KindRun,
		title:  "ci/other on main",
		state:  hook.StateSuccess,
		events: []senderEvent{
			githubStatus(
				0,
				1,
				"pending",
			), githubStatus(1, 2, "error"), githubStatus(1, 3, "pending"), githubStatus(1, 4, "success")},
	},
	{
		sender: "github",
		name:   "a deployment",
		kind:   hook.KindDeployment,
		title:  "main to production",
		state:  hook.StateSuccess,
		events: []senderEvent{
			github(
				"deployment",
				"d",
				`"action":"created","deployment":{"id":9,"ref":"main","environment":"production","created_at":"`+iso(
					0,
				)+`"}`,
			),
			githubDeployed(0, 1, "waiting"), githubDeployed(1, 2, "in_progress"), githubDeployed(1, 3, "success")},
	},
	{
		sender: "github",
		name:   "a deployment that was replaced",
		kind:   hook.KindDeployment,
		title:  "main to production",
		state:  hook.StateSuperseded,
		events: []senderEvent{
			githubDeployed(1, 3, "success"), githubDeployed(1, 4, "inactive")},
	},

	{
		sender: "gitlab",
		name:   "a pipeline",
		kind:   hook.KindRun,
		title:  "Pipeline on main",
		state:  hook.StateFailure,
		events: []senderEvent{
			gitlabPipeline(
				0,
				"created",
			), gitlabPipeline(0, "pending"), gitlabPipeline(0, "running"), gitlabPipeline(5, "failed")},
	},
	{
		sender: "gitlab",
		name:   "a pipeline that waits for a hand",
		kind:   hook.KindRun,
		title:  "Pipeline on main",
		state:  hook.StateWaitsFor,
		events: []senderEvent{
			gitlabPipeline(0, "pending"), gitlabPipeline(0, "running"), gitlabPipeline(0, "manual")},
	},
	{
		sender: "gitlab",
		name:   "a pipeline of which a job was tried again",
		kind:   hook.KindRun,
		title:  "Pipeline on main",
		state:  hook.StateSuccess,
		events: []senderEvent{
			gitlabPipeline(5, "failed"), gitlabPipeline(0, "running"), gitlabPipeline(9, "success")},
	},
	{
		sender: "gitlab",
		name:   "a job",
		kind:   hook.KindRun,
		title:  "unit on main",
		state:  hook.StateSuccess,
		events: []senderEvent{
			gitlabJob("created", ""), gitlabJob("running", `,"build_started_at":"2026-03-04 12:01:00 UTC"`),
			gitlabJob(
				"success",
				`,"build_started_at":"2026-03-04 12:01:00 UTC","build_finished_at":"2026-03-04 12:05:00 UTC"`,
			)},
	},
	{
		sender: "gitlab",
		name:   "a deployment",
		kind:   hook.KindDeployment,
		title:  "main to staging",
		state:  hook.StateSuccess,
		events: []senderEvent{
			gitlabDeployment(
				0,
				"created",
			), gitlabDeployment(1, "blocked"), gitlabDeployment(2, "running"), gitlabDeployment(2, "success")},
	},

	{
		sender: "bitbucket",
		name:   "a build",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateFailure,
		events: []senderEvent{
			bitbucket(
				0,
				"repo:commit_status_created",
				"INPROGRESS",
			), bitbucket(5, "repo:commit_status_updated", "FAILED")},
	},
	{
		sender: "bitbucket",
		name:   "a build that was stopped",
		kind:   hook.KindRun,
		title:  "CI on main",
		state:  hook.StateCancelled,
		events: []senderEvent{
			bitbucket(
				0,
				"repo:commit_status_created",
				"INPROGRESS",
			), bitbucket(0, "repo:commit_status_updated", "STOPPED")},
	},
}
