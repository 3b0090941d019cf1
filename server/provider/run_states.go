package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
)

// The outcomes of runs and deployments, which GitHub, GitLab and Bitbucket share. Of two events with the same time the
// one with the higher rank wins, so a run that finished in its first second is not shown as queued.
var (
	queued     = extract.Outcome{State: hook.StateQueued}
	waiting    = extract.Outcome{State: hook.StateWaitsFor, Rank: 5}
	running    = extract.Outcome{State: hook.StateRunning, Rank: 10}
	succeeded  = extract.Outcome{State: hook.StateSuccess, Rank: 20}
	failed     = extract.Outcome{State: hook.StateFailure, Rank: 20}
	cancelled  = extract.Outcome{State: hook.StateCancelled, Rank: 20}
	skipped    = extract.Outcome{State: hook.StateSkipped, Rank: 20}
	superseded = extract.Outcome{State: hook.StateSuperseded, Rank: 20}
)
