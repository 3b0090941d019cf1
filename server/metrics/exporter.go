// Package metrics counts what the server receives and refuses, keeps the recent history of it in memory, and exports
// all metrics in Prometheus' text format.
//
// It promises that counting a delivery takes an atomic addition and no lock; that the number of series is bounded,
// however many endpoints there are: those beyond maxNamed share one series, and no text of a request ever becomes a
// label; that a scrape does not wait for the writer of the log, and that many scrapes cost as much as one a second; and
// that the history takes a fixed amount of memory. It is the only package that uses Prometheus' libraries.
//
// Start reading at Traffic for what is counted, at Exporter for GET /metrics, and at History for the dashboard's page
// Operations. The counters of other parts of the program are in their package, see package meter.
package metrics

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"
)

// Limits of scraping.
const (
	textFor     = time.Second // for so long, scrapes get the same text
	maxScrapes  = 8           // requests that are answered at the same time
	contentType = "text/plain; version=0.0.4; charset=utf-8"
)

// Exporter writes all metrics in Prometheus' text format. Its handler answers GET /metrics. However many scrapers there
// are, the metrics are gathered at most once a second: the others get the same text. All methods may be called from
// several goroutines.
type Exporter struct {
	sources Sources
	log     *slog.Logger
	now     func() time.Time
	scrapes chan struct{} // has an element for each request that is answered

	mu       sync.Mutex           // held while the metrics are gathered
	registry *prometheus.Registry // nil until the first scrape, because a start should be fast
	names    *naming
	text     []byte // replaced, never changed
	at       time.Time
}

// NewExporter returns an exporter of what the sources tell. It gathers nothing yet.
func NewExporter(s Sources, log *slog.Logger, now func() time.Time) *Exporter {
	return &Exporter{sources: s, log: log, now: now, scrapes: make(chan struct{}, maxScrapes), names: newNaming()}
}

// ServeHTTP answers a scrape. It does not check who asks.
func (x *Exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case x.scrapes <- struct{}{}:
		defer func() { <-x.scrapes }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "Too many scrapes at once. Scrape less often.", http.StatusServiceUnavailable)
		return
	}
	text, err := x.Text()
	if err != nil {
		x.log.Error("could not gather the metrics", "error", err)
		http.Error(w, "The metrics could not be gathered. See the server's log.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(text) // an error means that the client has left
}

// Text returns all metrics in the text format. They are at most textFor old.
func (x *Exporter) Text() ([]byte, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now()
	if age := now.Sub(x.at); x.text != nil && age >= 0 && age < textFor {
		return x.text, nil
	}
	if x.registry == nil {
		if err := x.register(); err != nil {
			return nil, err
		}
	}
	families, err := x.registry.Gather()
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	var errs []error
	for _, family := range families {
		if !exported(family.GetName()) {
			continue
		}
		_, err := expfmt.MetricFamilyToText(&text, family)
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	x.text, x.at = text.Bytes(), now
	return x.text, nil
}

// exported reports whether a metric is exported: all of ours, and the few of the process and of Go's runtime that say
// something about this program.
func exported(name string) bool {
	switch name {
	case "go_goroutines", "go_threads", "go_info", "go_gc_duration_seconds", "go_memstats_heap_alloc_bytes",
		"go_memstats_sys_bytes", "process_cpu_seconds_total", "process_open_fds", "process_max_fds",
		"process_resident_memory_bytes", "process_start_time_seconds":
		return true
	}
	return strings.HasPrefix(name, "hookbeam_")
}

// register makes the registry: our own metrics, and a few of the process and of Go's runtime under their usual names.
func (x *Exporter) register() error {
	r := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		&collector{sources: &x.sources, names: x.names, now: x.now},
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewGoCollector(),
	} {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	x.registry = r
	return nil
}
