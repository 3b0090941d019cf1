package metrics

import (
	"runtime"
	"runtime/debug"
	rtmetrics "runtime/metrics"
	"time"
)

// process is what the operating system reports about this process. A field that it does not report is negative.
type process struct {
	cpuSeconds float64 // user and system time since the start
	openFDs    float64
	maxFDs     float64 // the limit of openFDs
	resident   float64 // bytes
	startTime  float64 // seconds since 1970
}

// process emits a few metrics of the process, with the names and help texts of Prometheus' own client libraries, so
// that dashboards for any program show this one, too.
func (m *emitter) process() {
	p := process{-1, -1, -1, -1, -1}
	p.read()
	if p.cpuSeconds >= 0 {
		m.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", p.cpuSeconds)
	}
	for _, g := range []struct {
		name, help string
		value      float64
	}{
		{"process_open_fds", "Number of open file descriptors.", p.openFDs},
		{"process_max_fds", "Maximum number of open file descriptors.", p.maxFDs},
		{"process_resident_memory_bytes", "Resident memory size in bytes.", p.resident},
		{"process_start_time_seconds", "Start time of the process since unix epoch in seconds.", p.startTime},
	} {
		if g.value >= 0 {
			m.gauge(g.name, g.help, g.value)
		}
	}
}

// runtime emits a few metrics of Go's runtime, with the names and help texts of Prometheus' client library for Go. It
// does not stop the program, as runtime.ReadMemStats would.
func (m *emitter) runtime() {
	threads, _ := runtime.ThreadCreateProfile(nil)
	m.gauge("go_threads", "Number of OS threads created.", float64(threads))
	m.gauge("go_goroutines", "Number of goroutines that currently exist.", float64(runtime.NumGoroutine()))
	m.gauge("go_info", "Information about the Go environment.", 1, label("version", runtime.Version()))
	memory := []rtmetrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/total:bytes"}}
	rtmetrics.Read(memory)
	m.gauge("go_memstats_heap_alloc_bytes", "Number of heap bytes allocated and currently in use, same as "+
		"go_memstats_alloc_bytes. Equals to /memory/classes/heap/objects:bytes.", float64(memory[0].Value.Uint64()))
	m.gauge("go_memstats_sys_bytes", "Number of bytes obtained from system. Equals to /memory/classes/total:byte.",
		float64(memory[1].Value.Uint64()))
	gc := debug.GCStats{PauseQuantiles: make([]time.Duration, 5)}
	debug.ReadGCStats(&gc)
	pauses := summary{sum: gc.PauseTotal.Seconds(), count: uint64(gc.NumGC)} //nolint:gosec // a count of collections
	for i, d := range gc.PauseQuantiles {
		pauses.quantiles = append(pauses.quantiles, rankedValue{float64(i) / 4, d.Seconds()})
	}
	m.summary("go_gc_duration_seconds",
		"A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.", pauses)
}
