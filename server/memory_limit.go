package server

import (
	"bytes"
	"io/fs"
	"math"
	"path"
	"runtime/debug"
	"strconv"
)

// availableMemory returns how many bytes of memory this process may use: the smallest of GOMEMLIMIT, the machine's
// memory, and the limits of the process's control group (version 2) and the groups around it, as a container or a
// systemd unit sets them. root is the root of the file system. What cannot be read, as on other systems than Linux, is
// no limit. The result is math.MaxInt64 if there is none.
func availableMemory(root fs.FS) int64 {
	limit := min(debug.SetMemoryLimit(-1), machineMemory(root))
	for group := controlGroup(root); ; group = path.Dir(group) {
		text, err := fs.ReadFile(root, path.Join("sys/fs/cgroup", group, "memory.max"))
		if n, isNumber := parseBytes(text); err == nil && isNumber { // the other value is "max"
			limit = min(limit, n)
		}
		if group == "." || group == "/" {
			return limit
		}
	}
}

// machineMemory returns the size of the machine's memory in bytes, as in the line "MemTotal: 16284692 kB".
func machineMemory(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/meminfo")
	if err != nil {
		return math.MaxInt64
	}
	_, rest, _ := bytes.Cut(text, []byte("MemTotal:"))
	size, _, found := bytes.Cut(rest, []byte(" kB"))
	kib, isNumber := parseBytes(size)
	if !found || !isNumber || kib > math.MaxInt64>>10 {
		return math.MaxInt64
	}
	return kib << 10
}

// controlGroup returns the path of the process's control group, as in the line "0::/system.slice/hookbeam.service"; "/"
// if it has none. In a container this is "/" and means the container's own group.
func controlGroup(root fs.FS) string {
	text, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range bytes.Lines(text) {
		if group, found := bytes.CutPrefix(line, []byte("0::")); found {
			return path.Clean("/" + string(bytes.TrimSpace(group)))
		}
	}
	return "/"
}

// parseBytes parses a positive number, with white space around it.
func parseBytes(text []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	return n, err == nil && n > 0
}
