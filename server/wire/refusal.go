package wire

import "hookbeam/server/hook"

// Refusal is a request to a webhook URL that was refused before anything of it was stored. It has neither body nor
// headers, and of the address only the form, because each may contain a secret.
type Refusal struct {
	At        hook.Time       `json:"at" format:"date-time" doc:"When it was refused."`
	Endpoint  hook.EndpointID `json:"endpoint,omitempty" doc:"The endpoint. Absent if no endpoint has the URL."`
	Code      string          `json:"code" example:"body_too_large" doc:"Why it was refused: the code of the answer, or a more specific one."`
	Status    int             `json:"status" example:"413" doc:"The HTTP status of the answer."`
	Method    string          `json:"method" example:"POST" doc:"HTTP method as received, at most 20 bytes."`
	Path      string          `json:"path" example:"/…/…?…" doc:"The form of what followed the endpoint's URL, with … for each segment and for the query. Empty if nothing followed, or if no endpoint has the URL."`
	TailHash  string          `json:"tail_hash,omitempty" doc:"Only without an endpoint: a hash of what followed /in/. Equal URLs have equal hashes until the server restarts; the URL itself is not kept."`
	Size      int64           `json:"size" doc:"The announced size of the body in bytes; -1 if none was announced."`
	Remote    string          `json:"remote" doc:"The sender's IP address."`
	UserAgent string          `json:"user_agent,omitempty" doc:"User-Agent as received, at most 200 bytes."`
}

// RefusalList is the response to GET /refusals.
type RefusalList struct {
	Refusals []Refusal        `json:"refusals" nullable:"false" doc:"Newest first: at most 200 of one endpoint and 1,000 in all. Of a flood, only some are kept."`
	Since    hook.Time        `json:"since" format:"date-time" doc:"When the server started. What was refused before is not known: refusals are kept in memory, by each server on its own."`
	Counts   map[string]int64 `json:"counts" doc:"Requests to webhook URLs that were refused since then, by code, of all endpoints and of none. request_unreadable and headers_too_large are counted for the whole server, because the URL was not read. Empty for a token that is limited to some endpoints."`
}
