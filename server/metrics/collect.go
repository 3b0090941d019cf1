package metrics

import (
	"maps"
	"regexp"
	"runtime"
	"slices"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/meter"
)

// collector reads all sources at a scrape. It is used under the exporter's lock.
type collector struct {
	sources *Sources
	names   *naming
	now     func() time.Time
}

// collect emits all metrics.
func (c *collector) collect(m *emitter) {
	m.gauge("hookbeam_build_info", "The running version.", 1,
		label("version", c.sources.Version), label("goversion", runtime.Version()))
	c.traffic(m)
	c.refusals(m)
	state := c.sources.State()
	m.load(&state)
	m.storage(&state)
	m.counters(c.sources.Counters)
	m.process()
	m.runtime()
}

// traffic emits the counters of deliveries and refused requests, by endpoint.
func (c *collector) traffic(m *emitter) {
	existing := map[hook.EndpointID]string{}
	for _, e := range c.sources.Endpoints() {
		existing[e.ID] = e.Name
	}
	traffic := c.sources.Traffic
	traffic.forget(func(id hook.EndpointID) bool { _, ok := existing[id]; return ok })
	byID, unnamed := traffic.read()
	maps.DeleteFunc(byID, func(id hook.EndpointID, _ counts) bool { _, ok := existing[id]; return !ok })
	own, shared := c.names.update(byID, c.now())
	for id, n := range own {
		m.endpoint(n, label("endpoint", existing[id]), label("endpoint_id", string(id)))
	}
	if len(byID) > maxNamed || shared != (counts{}) {
		m.endpoint(shared, label("endpoint", "other"), label("endpoint_id", "other"))
	}
	m.refused(unnamed, label("endpoint", ""), label("endpoint_id", ""))
	all := hook.Reasons()
	for i, n := range traffic.readReasons() {
		if all[i].Text().Answer != "" { // no delivery is rejected for the others
			m.counter("hookbeam_deliveries_rejected_total",
				"Deliveries that failed verification, by reason. They are stored, and have no effect.", float64(n),
				label("reason", string(all[i])))
		}
	}
}

// endpoint emits the counters of one endpoint, or of several together.
func (m *emitter) endpoint(n counts, name, id pair) {
	for _, of := range []struct {
		verdict hook.Verdict
		n       uint64
	}{{hook.Verified, n.verified}, {hook.Unsigned, n.unsigned}, {hook.Rejected, n.rejected}} {
		m.counter("hookbeam_deliveries_received_total", "Deliveries that were stored, by endpoint and verdict.",
			float64(of.n), name, id, label("verdict", string(of.verdict)))
	}
	m.counter("hookbeam_redeliveries_total", "Deliveries whose event was received before.",
		float64(n.redeliveries), name, id)
	m.counter("hookbeam_received_bytes_total", "Bytes of the bodies of stored deliveries.", float64(n.bytes), name, id)
	m.refused(n, name, id)
}

// refused emits the refused requests of one endpoint, or of none. Limits that refused nothing are emitted, too: a
// counter that begins with its first event hides it from rate().
func (m *emitter) refused(n counts, name, id pair) {
	for i, k := range n.refused {
		limit := "none"
		if i < otherLimit {
			limit = doorLimits[i]
		}
		m.counter("hookbeam_requests_refused_total", "Requests to webhook URLs that were refused and not stored, by "+
			"the limit that they exceeded (none: for another reason).", float64(k), name, id, label("limit", limit))
	}
}

// code is a refusal's code: a constant of the program. What does not look like one is counted as "other", in case that
// a mistake lets a client's text become a code.
var code = regexp.MustCompile(`^[a-z][a-z_]{0,59}$`)

// maxCodes is how many codes are exported one by one.
const maxCodes = 60

// refusals emits all refused requests and connections by code, those to the dashboard's API included.
func (c *collector) refusals(m *emitter) {
	byCode := c.sources.Refused()
	var other int64
	shown := 0
	for _, name := range slices.Sorted(maps.Keys(byCode)) {
		if shown == maxCodes || !code.MatchString(name) || name == "other" {
			other += byCode[name]
			continue
		}
		shown++
		m.counter("hookbeam_refusals_total", "Requests and connections that were refused, by code, on every route.",
			float64(byCode[name]), label("code", name))
	}
	m.counter("hookbeam_refusals_total", "Requests and connections that were refused, by code, on every route.",
		float64(other), label("code", "other"))
}

// load emits what the server does now.
func (m *emitter) load(s *State) {
	m.gauge("hookbeam_write_queue_entries", "Requests that wait for the writer of the log.", float64(s.Queued))
	m.gauge("hookbeam_in_flight_body_bytes", "Memory of request bodies that are being received.",
		float64(s.BodyBytes))
	m.gauge("hookbeam_in_flight_body_limit_bytes", "Limit of that memory (--max-in-flight); 0 is unlimited.",
		float64(s.BodyLimit))
	m.gauge("hookbeam_open_connections", "Open connections, sockets included.", float64(s.Connections))
	m.gauge("hookbeam_open_connections_limit", "Limit of open connections.", float64(s.ConnectionLimit))
	for _, r := range s.Readers {
		m.gauge("hookbeam_live_readers", "Readers of live updates: open sockets, and requests that wait.",
			float64(r.Open), label("transport", r.Transport))
	}
	for _, f := range s.Followers {
		m.gauge("hookbeam_follower_lag_deliveries", "Deliveries by which a follower is behind the log.",
			float64(f.Behind), label("follower", f.Name))
	}
	named := map[string]bool{}
	for _, c := range s.Certificates {
		if named[c.Name] { // a series must not occur twice
			continue
		}
		named[c.Name] = true
		m.gauge("hookbeam_certificate_expiry_timestamp_seconds",
			"When a certificate that the server presents expires, in Unix time.", float64(c.NotAfter.Unix()),
			label("domain", c.Name))
	}
}

// storage emits what is stored, and the space for it.
func (m *emitter) storage(s *State) {
	m.gauge("hookbeam_storage_available", "1 if the last write succeeded; 0 while deliveries cannot be stored.",
		truth(s.Storable))
	m.gauge("hookbeam_database_gone", "1 if the database was removed, renamed or replaced while it was open.",
		truth(s.Gone))
	m.gauge("hookbeam_retention_paused_seconds",
		"Time for which nothing is removed by age, because the clock jumped ahead.", s.Paused.Seconds())
	m.gauge("hookbeam_damaged_deliveries", "Deliveries that were found damaged on disk since the start.",
		float64(s.Usage.Damaged))
	m.gauge("hookbeam_stored_deliveries", "Deliveries that are stored.", float64(s.Usage.Deliveries))
	m.gauge("hookbeam_stored_delivery_bytes", "Disk space that stored deliveries take.", float64(s.Usage.Bytes))
	m.gauge("hookbeam_stored_delivery_limit_bytes", "Limit of that space (--keep-bytes); 0 is unlimited.",
		float64(s.Usage.KeepBytes))
	m.gauge("hookbeam_remembered_events", "Event ids that are remembered to detect redeliveries.",
		float64(s.Usage.Events))
	m.gauge("hookbeam_remembered_event_bytes", "Disk space that remembered event ids take.",
		float64(s.Usage.EventBytes))
	m.counter("hookbeam_events_forgotten_total",
		"Event ids that were removed to stay within --keep-events, since the database was made.",
		float64(s.Usage.EventsForgotten))
	if !s.Oldest.IsZero() {
		m.gauge("hookbeam_oldest_delivery_timestamp_seconds",
			"When the oldest stored delivery was received, in Unix time.", float64(s.Oldest.UnixMilli())/1000)
	}
	if s.Usage.FileBytes > 0 {
		m.gauge("hookbeam_database_free_bytes",
			"The part of a database file that holds nothing, and is used before the file grows.",
			float64(s.Usage.FreeBytes), label("database", "log"))
	}
	for _, f := range s.Files {
		m.gauge("hookbeam_database_file_bytes", "Size of a database file.", float64(f.Bytes),
			label("database", f.Database))
		m.gauge("hookbeam_database_wal_bytes", "Size of a database's write-ahead log.", float64(f.WAL),
			label("database", f.Database))
	}
	if s.Disk.Total > 0 {
		m.gauge("hookbeam_disk_free_bytes", "Free space on the file system of the data folder.", float64(s.Disk.Free))
		m.gauge("hookbeam_disk_size_bytes", "Size of the file system of the data folder.", float64(s.Disk.Total))
	}
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// counters emits what the parts of the program count.
func (m *emitter) counters(r *meter.Registry) {
	for _, f := range r.Snapshot() {
		for _, s := range f.Series {
			labels := make([]pair, len(s.Labels))
			for i, l := range s.Labels {
				labels[i] = label(l.Key, l.Value)
			}
			switch f.Kind {
			case meter.KindCounter:
				m.counter(f.Name, f.Help, s.Value, labels...)
			case meter.KindGauge:
				m.gauge(f.Name, f.Help, s.Value, labels...)
			case meter.KindHistogram:
				m.histogram(f.Name, f.Help, &s, labels...)
			}
		}
	}
}
