package server

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestTheAvailableMemoryIsTheSmallestLimit(t *testing.T) {
	const machine = "MemTotal:       24684092 kB\nMemFree:         1000 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"a machine":                  {map[string]string{"proc/meminfo": machine}, 24684092 << 10},
		"neither Linux nor a limit":  {nil, math.MaxInt64},
		"a file that says something": {map[string]string{"proc/meminfo": "MemTotal: none\n"}, math.MaxInt64},
		"a container": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "268435456\n"}, 256 << 20},
		"a container without a limit": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "0::/\n",
			"sys/fs/cgroup/memory.max": "max\n"}, 24684092 << 10},
		"a unit": {map[string]string{"proc/meminfo": machine,
			"proc/self/cgroup": "1:cpu:/\n0::/system.slice/h.service\n",
			"sys/fs/cgroup/system.slice/h.service/memory.max": "536870912\n",
			"sys/fs/cgroup/system.slice/memory.max":           "max\n"}, 512 << 20},
		"a slice around a unit": {map[string]string{"proc/self/cgroup": "0::/a.slice/h.service\n",
			"sys/fs/cgroup/a.slice/h.service/memory.max": "536870912\n",
			"sys/fs/cgroup/a.slice/memory.max":           "134217728\n"}, 128 << 20},
		"the older control groups": {map[string]string{"proc/meminfo": machine, "proc/self/cgroup": "4:memory:/x\n"},
			24684092 << 10},
		"a path that leads out": {map[string]string{"proc/self/cgroup": "0::/../../etc\n", "etc/memory.max": "1\n"},
			math.MaxInt64},
	} {
		root := fstest.MapFS{}
		for file, text := range c.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := availableMemory(root); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestTheBallastIsASmallShareOfTheMemory(t *testing.T) {
	for available, want := range map[int64]int{
		math.MaxInt64: 96 << 20, 2 << 30: 96 << 20, 512 << 20: 32 << 20, 64 << 20: 4 << 20,
	} {
		if got := ballastSize(available); got != want {
			t.Errorf("%d bytes for %d, want %d", got, available, want)
		}
	}
}
