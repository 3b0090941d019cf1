package metrics

import (
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/meter"
)

// Sources are what the exporter and the history read. Package server makes them. All fields are required unless their
// comment says otherwise. The functions are called for each scrape and for each sample, so they are cheap, and none of
// them waits for the writer of the log.
type Sources struct {
	Version   string
	Counters  *meter.Registry  // of the parts of the program; nil: there are none
	Commits   *meter.Histogram // how long commits take, one of Counters; nil: the history has none
	Traffic   *Traffic
	Endpoints func() []Endpoint       // those that exist
	Refused   func() map[string]int64 // refused requests and connections since the start, by code
	State     func() State
}

// Endpoint names one endpoint.
type Endpoint struct {
	ID       hook.EndpointID
	Name     string
	Provider string
}

// State is what can be read of the server at one moment, and is not a counter.
type State struct {
	Queued          int   // requests that wait for the writer
	BodyBytes       int64 // of bodies that are being received
	BodyLimit       int64 // --max-in-flight; 0: unlimited
	Connections     int64 // to the listening address, sockets included
	ConnectionLimit int64
	Readers         []Readers
	Followers       []Follower

	Usage    hook.Usage // of the log
	Oldest   time.Time  // when the oldest delivery that is kept was received; zero: there is none
	Files    []File
	Disk     Disk
	Storable bool          // the last write succeeded, and the database is neither gone nor damaged
	Gone     bool          // the database's files were removed or replaced
	Paused   time.Duration // in which nothing is removed by age, because the clock jumped ahead
	KeepFor  time.Duration // --keep-for; 0: unlimited

	Certificates []Certificate
}

// Readers is how many readers of one transport are connected now.
type Readers struct {
	Transport string // "websocket", "polling", "status_websocket" or "status_polling"
	Open      int
}

// Follower is how far a follower of the log is behind.
type Follower struct {
	Name   string // a constant of the program
	Behind int64  // deliveries
}

// File is a database file.
type File struct {
	Database   string // "log" or "statuses"
	Bytes, WAL int64
}

// Disk is the file system of the data folder. Total is 0 if it is not known.
type Disk struct{ Total, Free int64 }

// Certificate is a certificate that the server presents to clients. Name is the domain from the configuration.
type Certificate struct {
	Name     string
	NotAfter time.Time
}
