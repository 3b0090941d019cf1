package server

import (
	"os"
	"runtime"
)

// fewCores is the largest number of cores for which one more thread than cores pays off.
const fewCores = 4

// procs returns how many threads may run Go code at once: one more than there are cores if they are few. While SQLite
// syncs, its thread is blocked in a system call and keeps a P of Go's scheduler until the runtime takes it back. On two
// cores, that is half of the scheduler. chosen is the operator's GOMAXPROCS, which is respected.
func procs(cores int, chosen string) int {
	if chosen != "" || cores > fewCores {
		return cores
	}
	return cores + 1
}

// spareThread sets GOMAXPROCS as procs says. A CPU quota is taken into account as it is at start; from then on the
// runtime no longer follows changes of it. After changing a container's quota, restart the server or set GOMAXPROCS.
func spareThread() {
	cores := runtime.GOMAXPROCS(0)
	if n := procs(cores, os.Getenv("GOMAXPROCS")); n != cores {
		runtime.GOMAXPROCS(n)
	}
}
