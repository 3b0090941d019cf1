// Package metrics counts what the server receives and refuses, keeps the recent history of it in memory, and exports
// all metrics in Prometheus' text format.
//
// It promises that counting a delivery takes an atomic addition and no lock; that the number of series is bounded,
// however many endpoints there are: those beyond maxNamed share one series, and no text of a request ever becomes a
// label; that a scrape does not wait for the writer of the log, and that many scrapes cost as much as one a second; and
// that the history takes a fixed amount of memory.
//
// The text format is written here (see emitter): Prometheus' own library is for programs that keep their counters in
// it, and added 1.9 MB to the binary. Its parser reads the text in a test.
//
// Start reading at Traffic for what is counted, at Exporter for GET /metrics, and at History for the dashboard's page
// Operations. The counters of other parts of the program are in their package, see package meter.
package metrics

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
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

	mu    sync.Mutex // held while the metrics are gathered
	names *naming
	text  []byte // replaced, never changed
	at    time.Time
}

// NewExporter returns an exporter of what the sources report. It gathers nothing yet.
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
	m := newEmitter()
	(&collector{sources: &x.sources, names: x.names, now: x.now}).collect(m)
	text, err := m.text()
	if err != nil {
		return nil, err
	}
	x.text, x.at = text, now
	return x.text, nil
}
