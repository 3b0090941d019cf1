package server

import (
	"os"
	"runtime"
)

// fewCores is the largest number of cores for which an additional thread improves throughput.
const fewCores = 4

// maxProcs returns the value for GOMAXPROCS: one more than there are cores if they are few. While SQLite syncs, its
// thread is blocked in a system call and keeps a P of Go's scheduler until the runtime takes it back. On two cores,
// that is half of the scheduler. chosen is the environment variable GOMAXPROCS; if it is set, nothing is changed.
func maxProcs(cores int, chosen string) int {
	if chosen != "" || cores > fewCores {
		return cores
	}
	return cores + 1
}

// setMaxProcs sets GOMAXPROCS to maxProcs. A CPU quota is respected as it is at the start. Because GOMAXPROCS is then
// set, the runtime does not follow later changes of the quota: after such a change, restart the server or set
// GOMAXPROCS.
func setMaxProcs() {
	cores := runtime.GOMAXPROCS(0)
	if n := maxProcs(cores, os.Getenv("GOMAXPROCS")); n != cores {
		runtime.GOMAXPROCS(n)
	}
}
