package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
)

// The words for how far a run has come. In one moment the furthest counts.
var (
	queued    = extract.Outcome{State: hook.StateQueued}
	waits     = extract.Outcome{State: hook.StateWaitsFor, Rank: 5}
	running   = extract.Outcome{State: hook.StateRunning, Rank: 10}
	succeeded = extract.Outcome{State: hook.StateSuccess, Rank: 20}
	broke     = extract.Outcome{State: hook.StateFailure, Rank: 20}
	stopped   = extract.Outcome{State: hook.StateCancelled, Rank: 20}
	skipped   = extract.Outcome{State: hook.StateSkipped, Rank: 20}
	replaced  = extract.Outcome{State: hook.StateSuperseded, Rank: 20}
)
