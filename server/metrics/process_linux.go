package metrics

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// ticks is how many units of /proc/self/stat's times a second has. The kernel shows them as such on every architecture
// that Go supports.
const ticks = 100

// Fields of /proc/self/stat after the name of the program, which may contain spaces: see proc_pid_stat(5), whose
// numbers are three higher.
const (
	statUserTime   = 11
	statSystemTime = 12
	statStartTime  = 19 // since the machine started
	statResident   = 21 // pages
)

// read reads from /proc. What cannot be read stays negative: some sandboxes have no /proc.
func (p *process) read() {
	if stat, err := os.ReadFile("/proc/self/stat"); err == nil {
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		field := func(at int) float64 {
			if at >= len(fields) {
				return -1
			}
			n, err := strconv.ParseUint(string(fields[at]), 10, 63)
			if err != nil {
				return -1
			}
			return float64(n)
		}
		if user, system := field(statUserTime), field(statSystemTime); user >= 0 && system >= 0 {
			p.cpuSeconds = (user + system) / ticks
		}
		p.resident = field(statResident) * float64(os.Getpagesize())
		if start, boot := field(statStartTime), bootTime(); start >= 0 && boot >= 0 {
			p.startTime = boot + start/ticks
		}
	}
	if n, err := countFiles("/proc/self/fd"); err == nil {
		p.openFDs = n
	}
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		p.maxFDs = float64(limit.Cur)
	}
}

// bootTime returns when the machine started, in seconds since 1970, or a negative number.
func bootTime() float64 {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return -1
	}
	for line := range bytes.Lines(stat) {
		if value, found := bytes.CutPrefix(line, []byte("btime ")); found {
			if n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 63); err == nil {
				return float64(n)
			}
		}
	}
	return -1
}
