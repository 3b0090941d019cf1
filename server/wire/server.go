package wire

import "hookbeam/server/hook"

// Session is the caller's login: the response to GET /session.
type Session struct {
	Login     string        `json:"login" example:"admin" doc:"Who is logged in."`
	ExpiresAt *hook.Time    `json:"expires_at,omitempty" format:"date-time" doc:"When the session or the token ends at the latest. Absent if it does not."`
	Version   string        `json:"version" doc:"The server's version."`
	Token     *SessionToken `json:"token,omitempty" doc:"The API token of the request, with what it may do. Absent for administrators."`
}

// ServerInfo is the state of the server: the response to GET /server.
type ServerInfo struct {
	Version  string           `json:"version" doc:"The server's version."`
	Storage  StorageUsage     `json:"storage" doc:"What is stored, and the limits."`
	InFlight int64            `json:"in_flight" doc:"Bytes of request bodies that are being received; --max-in-flight is the limit."`
	TooMuch  int64            `json:"too_much" doc:"Deliveries since the start that exceeded the limit for reading one delivery. They do not affect statuses."`
	Refused  map[string]int64 `json:"refused" doc:"Requests refused since the start, by code."`
	Warnings []Warning        `json:"warnings" nullable:"false" doc:"What the operator should fix."`
}

// Warning is something that the operator should fix.
type Warning struct {
	Code   string `json:"code" example:"proxy_not_trusted" doc:"Stable code."`
	Detail string `json:"detail" doc:"What it is and what to do."`
}

// StorageUsage is the size of the log and its limits. Bytes are those of all database pages that the rows use. 0 in a
// keep field means unlimited.
type StorageUsage struct {
	Deliveries int64 `json:"deliveries" doc:"Deliveries stored."`
	Bytes      int64 `json:"bytes" doc:"Bytes they take in the database."`
	KeepBytes  int64 `json:"keep_bytes" doc:"Limit of bytes (--keep-bytes); 0 = unlimited."`

	Events         int64 `json:"events" doc:"Event ids remembered to detect duplicates."`
	EventBytes     int64 `json:"event_bytes" doc:"Bytes they take in the database."`
	KeepEventBytes int64 `json:"keep_event_bytes" doc:"Limit of event_bytes (--keep-events); 0 = unlimited."`

	EventsForgotten      int64 `json:"events_forgotten" doc:"Event ids removed to stay within the limit."`
	EventsForgottenEarly int64 `json:"events_forgotten_early" doc:"Those of them that were younger than 90 days."`

	Damaged int64 `json:"damaged" doc:"Deliveries found damaged on disk since the start."`

	RejectedBytes int64 `json:"rejected_bytes" doc:"The part of bytes that rejected deliveries take."`
	UnsignedBytes int64 `json:"unsigned_bytes" doc:"The part of bytes that unsigned deliveries take."`

	FileBytes    int64 `json:"file_bytes" doc:"Size of the database file; 0 if it is not known."`
	FreeBytes    int64 `json:"free_bytes" doc:"The part of it that holds nothing, and is used before the file grows."`
	ReturnsSpace bool  `json:"returns_space" doc:"Free space beyond a reserve is returned to the file system. Otherwise hookbeam compact does that."`
}

// Problem is an error: problem details (RFC 9457), with media type application/problem+json. Clients decide by
// code, which is stable; detail is for people and may change. There is no type member, so the type is
// about:blank, and title is that of the status.
type Problem struct {
	Status int             `json:"status" example:"404" doc:"HTTP status."`
	Title  string          `json:"title" example:"Not Found" doc:"The HTTP status in words."`
	Code   string          `json:"code" example:"endpoint_not_found" doc:"Stable code."`
	Detail string          `json:"detail" doc:"What happened and what to do."`
	Errors []ProblemDetail `json:"errors,omitempty" doc:"What is wrong with each part of the request."`
}

// ProblemDetail is what is wrong with one part of a request. It never contains the value that was sent, which
// may be a secret.
type ProblemDetail struct {
	Message  string `json:"message" doc:"What is wrong."`
	Location string `json:"location,omitempty" example:"body.name" doc:"Where it is."`
}

// Readiness is the response to GET /readyz?verbose, which is public. It is not part of openapi.json.
type Readiness struct {
	Status string           `json:"status" enum:"ready,not_ready" doc:"Whether the server can receive."`
	Checks []ReadinessCheck `json:"checks" nullable:"false" doc:"Each check with its result."`
}

// ReadinessCheck is the result of one check.
type ReadinessCheck struct {
	Name   string `json:"name" doc:"What was checked."`
	OK     bool   `json:"ok" doc:"Whether it passed."`
	Code   string `json:"code,omitempty" doc:"Stable code of what is wrong, or of a warning."`
	Detail string `json:"detail,omitempty" doc:"What is wrong and what to do."`
}

// AddressCheck says how a request of hookbeam doctor has arrived: the response to GET /live/check, which answers only
// to the question of a proof. It is not part of openapi.json.
type AddressCheck struct {
	Answer       string `json:"answer" doc:"The answer of the proof."`
	Peer         string `json:"peer" doc:"Address and port of the connection: the client's or a proxy's."`
	Client       string `json:"client" doc:"Address that counts as the client's."`
	Host         string `json:"host" doc:"The Host header."`
	OwnHost      bool   `json:"own_host" doc:"It names this server, so that the dashboard works."`
	Forwarded    bool   `json:"forwarded" doc:"The request has headers that proxies add."`
	ForwardedFor string `json:"forwarded_for" doc:"X-Forwarded-For as it has arrived."`
	Trusted      bool   `json:"trusted" doc:"The peer is a trusted proxy."`
}
