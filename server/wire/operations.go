package wire

import "hookbeam/server/hook"

// Operations has the recent rates, latencies and limits of the server: the response to GET /operations. The arrays of
// steps all have the same length, oldest first. What happened before the start is not known.
type Operations struct {
	Range    string    `json:"range" enum:"1h,24h,7d" doc:"The time that is covered, up to now."`
	Since    hook.Time `json:"since" format:"date-time" doc:"When the server started. Nothing is known of the time before."`
	Step     int64     `json:"step_seconds" example:"10" doc:"Length of one step in seconds."`
	Times    []int64   `json:"times" nullable:"false" doc:"When each step begins, in Unix seconds."`
	Seconds  []float64 `json:"seconds" nullable:"false" doc:"How much of each step is covered. The newest one may still go on; divide by this for a rate."`
	Received []int64   `json:"received" nullable:"false" doc:"Deliveries that were stored, in each step."`
	Rejected []int64   `json:"rejected" nullable:"false" doc:"Those of them that failed verification."`

	Redelivered []int64 `json:"redelivered" nullable:"false" doc:"Those of them whose event was received before."`
	Refused     []int64 `json:"refused" nullable:"false" doc:"Requests to webhook URLs that were refused and not stored."`

	CommitP50 []float64 `json:"commit_p50" nullable:"false" doc:"Median time of a commit to disk in seconds; 0 if there was none."`
	CommitP99 []float64 `json:"commit_p99" nullable:"false" doc:"Time in seconds that 99 % of the commits stayed below; 0 if there was none."`
	Queue     []int64   `json:"queue" nullable:"false" doc:"The most requests that waited for the writer."`
	Readers   []int64   `json:"readers" nullable:"false" doc:"The most readers of live updates."`

	Totals    OperationsTotals     `json:"totals" doc:"The sums over all steps."`
	Reasons   []OperationsReason   `json:"reasons" nullable:"false" doc:"Why deliveries were rejected, the most frequent first, of all endpoints."`
	Endpoints []OperationsEndpoint `json:"endpoints" nullable:"false" doc:"What each endpoint received, the most active first. Only the 50 most active ones of each step are counted one by one."`
	Followers []OperationsFollower `json:"followers" nullable:"false" doc:"How far each follower is behind the log."`
	Transport []OperationsReaders  `json:"transports" nullable:"false" doc:"Readers of live updates now."`
	Storage   OperationsStorage    `json:"storage" doc:"What is stored, and the space for it, now."`
	Load      OperationsLoad       `json:"load" doc:"Limits, and how much of them is used now."`
	Limits    []TurnedAway         `json:"turned_away" nullable:"false" doc:"Requests and connections that were refused since the start, by endpoint and code, the most recent first: at most 256."`
}

// OperationsTotals are the sums over a range.
type OperationsTotals struct {
	Seconds     float64 `json:"seconds" doc:"The time that is covered, in seconds."`
	Received    int64   `json:"received" doc:"Deliveries that were stored."`
	Rejected    int64   `json:"rejected" doc:"Those of them that failed verification."`
	Redelivered int64   `json:"redelivered" doc:"Those of them whose event was received before."`
	Refused     int64   `json:"refused" doc:"Requests to webhook URLs that were refused and not stored."`
	Bytes       int64   `json:"bytes" doc:"Bytes of the bodies, of all endpoints."`
	CommitP50   float64 `json:"commit_p50" doc:"Median time of a commit to disk in seconds; 0 if there was none."`
	CommitP99   float64 `json:"commit_p99" doc:"Time in seconds that 99 % of the commits stayed below; 0 if there was none."`
}

// OperationsReason is how many deliveries were rejected for one reason.
type OperationsReason struct {
	Reason hook.Reason `json:"reason" example:"signature_mismatch" doc:"Stable code."`
	Label  string      `json:"label" example:"wrong signature" doc:"The reason in a few words."`
	Count  int64       `json:"count" doc:"Deliveries."`
}

// OperationsEndpoint is what one endpoint received.
type OperationsEndpoint struct {
	Endpoint    hook.EndpointID `json:"endpoint" doc:"The endpoint."`
	Name        string          `json:"name" doc:"Its name."`
	Provider    string          `json:"provider" doc:"Its provider."`
	Received    int64           `json:"received" doc:"Deliveries that were stored."`
	Rejected    int64           `json:"rejected" doc:"Those of them that failed verification."`
	Redelivered int64           `json:"redelivered" doc:"Those of them whose event was received before."`
	Refused     int64           `json:"refused" doc:"Requests that were refused and not stored."`
}

// OperationsFollower is how far a follower is behind the log.
type OperationsFollower struct {
	Name   string  `json:"name" enum:"statuses,live" doc:"statuses computes statuses; live sends updates to readers."`
	Behind int64   `json:"behind" doc:"Deliveries that it has not processed, now."`
	Most   int64   `json:"most" doc:"The most in this range."`
	Steps  []int64 `json:"steps" nullable:"false" doc:"The most in each step."`
}

// OperationsReaders is how many readers use one transport.
type OperationsReaders struct {
	Transport string `json:"transport" enum:"websocket,polling,status_websocket,status_polling" doc:"How they read. status_… are pages of status links."`
	Open      int64  `json:"open" doc:"Open sockets, or requests that wait."`
}

// OperationsStorage is what is stored, and the space for it.
type OperationsStorage struct {
	Usage     StorageUsage     `json:"usage" doc:"What the log holds, and its limits."`
	Files     []OperationsFile `json:"files" nullable:"false" doc:"The database files."`
	DiskTotal int64            `json:"disk_total" doc:"Size of the file system in bytes; 0 if it is not known."`
	DiskFree  int64            `json:"disk_free" doc:"Free space in bytes."`
	Oldest    *hook.Time       `json:"oldest,omitempty" format:"date-time" doc:"When the oldest delivery that is kept was received."`
	KeepFor   int64            `json:"keep_for" doc:"Seconds for which deliveries are kept (--keep-for); 0 = unlimited."`
	KeepsFor  int64            `json:"keeps_for" doc:"Seconds for which deliveries are kept at the rate of this range, by --keep-bytes and --keep-for; 0 if that is not known or unlimited."`
	Paused    int64            `json:"paused" doc:"Seconds for which nothing is removed by age, because the clock jumped ahead."`
	Available bool             `json:"available" doc:"Whether the last write succeeded."`
}

// OperationsFile is the size of a database.
type OperationsFile struct {
	Database string `json:"database" enum:"log,statuses" doc:"What it holds."`
	Bytes    int64  `json:"bytes" doc:"Size of the file."`
	WAL      int64  `json:"wal_bytes" doc:"Size of its write-ahead log."`
}

// OperationsLoad is how much of the limits is used.
type OperationsLoad struct {
	InFlight        int64 `json:"in_flight" doc:"Bytes of request bodies that are being received."`
	MaxInFlight     int64 `json:"max_in_flight" doc:"Limit of these bytes (--max-in-flight); 0 = unlimited."`
	Connections     int64 `json:"connections" doc:"Open connections."`
	ConnectionLimit int64 `json:"connection_limit" doc:"Limit of open connections."`
	Queued          int64 `json:"queued" doc:"Requests that wait for the writer."`
}

// TurnedAway is what one limit, or another reason, refused at one endpoint. All numbers are true lower bounds: of a
// flood from many addresses, some are not counted.
type TurnedAway struct {
	Endpoint hook.EndpointID     `json:"endpoint,omitempty" doc:"The endpoint. Absent if no endpoint has the URL, or if a connection was refused."`
	Name     string              `json:"name,omitempty" doc:"Its name."`
	Code     string              `json:"code" example:"body_too_large" doc:"Why: the code of the answer, or a more specific one."`
	Status   int                 `json:"status" example:"413" doc:"The HTTP status of the answer; 0 if the connection was closed without one."`
	Requests int64               `json:"requests" doc:"At least so many requests or connections."`
	First    hook.Time           `json:"first" format:"date-time" doc:"The first of them."`
	Last     hook.Time           `json:"last" format:"date-time" doc:"The last of them."`
	Largest  int64               `json:"largest" doc:"Announced bytes of the largest body; -1 if none was announced."`
	From     []TurnedAwayAddress `json:"from" nullable:"false" doc:"Where most of them came from: at most 8 addresses."`
}

// TurnedAwayAddress is an address whose requests were refused.
type TurnedAwayAddress struct {
	Address  string `json:"address" example:"203.0.113.24" doc:"The IP address; of IPv6, its /64 network."`
	Requests int64  `json:"requests" doc:"At least so many."`
}
