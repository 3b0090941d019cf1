//go:build unix && !linux

package metrics

import (
	"syscall"
	"time"
)

// startedAt is close to when the process started. macOS and BSD report it only through an interface of their own each.
var startedAt = time.Now()

// read asks the system. It does not report the resident memory without C.
func (p *process) read() {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) == nil {
		p.cpuSeconds = time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
	}
	if n, err := countFiles("/dev/fd"); err == nil {
		p.openFDs = n
	}
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		p.maxFDs = float64(limit.Cur)
	}
	p.startTime = float64(startedAt.Unix())
}
