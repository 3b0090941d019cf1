package server

import (
	"os"
	"runtime"
)

// fewCores is up to how many cores one more thread than cores is worth it.
const fewCores = 4

// procs is how many threads are to run Go code at once: one more than there are cores, where they are few. While SQLite
// syncs, its thread sits in a system call and keeps its share of the scheduler until the runtime takes it back: with
// two cores that is half of the scheduler. What the operator chose by GOMAXPROCS stays.
func procs(cores int, chosen string) int {
	if chosen != "" || cores > fewCores {
		return cores
	}
	return cores + 1
}

// spareThread applies procs. A CPU quota is heeded as it is at the start. From then on the runtime does not follow it:
// after a container's quota was changed, restart the server, or set GOMAXPROCS.
func spareThread() {
	cores := runtime.GOMAXPROCS(0)
	if n := procs(cores, os.Getenv("GOMAXPROCS")); n != cores {
		runtime.GOMAXPROCS(n)
	}
}
