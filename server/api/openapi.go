package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/wire"
)

// OpenAPI returns the description of the API as JSON (OpenAPI 3.1). It depends on nothing but the program, and
// is what `hookbeam openapi` prints and docs/api/openapi.json contains.
func OpenAPI() ([]byte, error) {
	a := &API{}
	a.routes = newRoutes(a)
	return openAPI(a.describedCalls("1"))
}

// openAPI returns the description of the calls in h and of the routes that huma does not serve, indented.
func openAPI(h huma.API) ([]byte, error) {
	o := h.OpenAPI()
	describeFrames(o)
	describeSchemas(o)
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write openapi.json: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("write openapi.json: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// apiDescription introduces the API in openapi.json.
const apiDescription = `Read deliveries, statuses and endpoints, and change endpoints. Authenticate with
"Authorization: Bearer TOKEN", where TOKEN is an API token (POST /tokens) or HOOKBEAM_ADMIN_TOKEN, or with the
dashboard's session cookie. An API token has scopes, and may be limited to some endpoints: a call for which it lacks a
scope answers 403 scope_missing, and what concerns other endpoints is not found.

Errors are problem details (RFC 9457) with a stable code. Times are RFC 3339 in UTC with milliseconds. Amounts of
money are integers in the currency's minor unit. Ids have a prefix (ep_, dlv_, sub_) and are otherwise opaque, as are
cursors.

Fields and routes marked as deprecated are old names, which are available beside the new ones until the first tagged
release. New fields, update kinds and reasons may be added at any time; ignore those that you do not know.`

// The tags of operations, in the order in which documentation shows them.
const (
	tagDeliveries   = "Deliveries"
	tagLive         = "Live"
	tagEndpoints    = "Endpoints"
	tagStatuses     = "Statuses"
	tagStatusLinks  = "Status links"
	tagPublicStatus = "Public status"
	tagProviders    = "Providers"
	tagTokens       = "Tokens"
	tagServer       = "Server"
)

var apiTags = []*huma.Tag{
	{Name: tagDeliveries, Description: "The requests that were received, byte for byte, and how they were verified."},
	{Name: tagLive,
		Description: "Updates in real time, from a cursor. A WebSocket and polling return the same frames."},
	{Name: tagEndpoints, Description: "The webhook URLs that senders are given, with their secrets and settings."},
	{Name: tagStatuses, Description: "The current state of payments, orders, pipeline runs and other subjects."},
	{Name: tagStatusLinks,
		Description: "Links that show one status to a person without a login, and the keys that sign them."},
	{Name: tagPublicStatus,
		Description: "What the holder of a status link can see. Open to any origin, without a login."},
	{Name: tagProviders, Description: "The senders that Hookbeam supports."},
	{Name: tagTokens, Description: "API tokens for programs. Only administrators manage them."},
	{Name: tagServer, Description: "The server itself and the caller's session."},
}

// tagOf returns the tag of a call by its path, which starts with a slash and has no prefix.
func tagOf(path string) string {
	switch first := strings.Split(path, "/")[1]; {
	case first == "deliveries":
		return tagDeliveries
	case first == "status-links", strings.Contains(path, "/link-keys"):
		return tagStatusLinks
	case first == "endpoints", first == "refusals", first == "apply":
		return tagEndpoints
	case first == "statuses":
		return tagStatuses
	case first == "tokens":
		return tagTokens
	case first == "providers":
		return tagProviders
	default:
		return tagServer
	}
}

// describeFrames adds the live connection, in both its forms, and the public status. These routes have handlers of
// their own instead of huma's, because they wait or upgrade the connection.
func describeFrames(o *huma.OpenAPI) {
	schemas := o.Components.Schemas
	problem := &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
		problemType[0]: {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	frame := schemas.Schema(reflect.TypeFor[wire.Frame](), true, "")
	text := &huma.Schema{Type: huma.TypeString}
	after := &huma.Param{Name: "after", In: "query", Schema: text,
		Description: "The reader's cursor. Default: the head of the log. 0: the oldest delivery that is kept."}
	endpoint := &huma.Param{Name: "endpoint", In: "query", Schema: text,
		Description: "Only updates about this endpoint."}
	wait := &huma.Param{Name: "wait", In: "query", Schema: text, Example: "25s",
		Description: "How long to wait for an update: a duration, or seconds."}

	describePublic(o, problem, wait)
	o.AddOperation(&huma.Operation{OperationID: "poll-updates", Method: http.MethodGet, Path: "/updates",
		Tags:    []string{tagLive},
		Summary: "Poll for the next frame",
		Description: "Returns the next frame after a cursor. With wait, the response is held until there is an " +
			"update (long polling).",
		Parameters: []*huma.Param{after, endpoint, wait},
		Responses: map[string]*huma.Response{"default": problem, "200": {Description: "A frame.",
			Content: map[string]*huma.MediaType{jsonType[0]: {Schema: frame}}}}})
	o.AddOperation(&huma.Operation{OperationID: "watch-live", Method: http.MethodGet, Path: "/live",
		Tags:    []string{tagLive},
		Summary: "Open a WebSocket of frames",
		Description: "Each text message is a frame. The first is sent at once, even if it is empty. The server pings " +
			"every 20 s; a client that receives nothing for 45 s should reconnect with its cursor.",
		Parameters: []*huma.Param{after, endpoint},
		Responses: map[string]*huma.Response{"default": problem,
			"101": {Description: "The WebSocket is open. Its messages are frames.",
				Content: map[string]*huma.MediaType{jsonType[0]: {Schema: frame}}}}})
}

// describePublic adds the routes of a status link, which need no login.
func describePublic(o *huma.OpenAPI, problem *huma.Response, wait *huma.Param) {
	const path = "/status/{token}"
	text := &huma.Schema{Type: huma.TypeString}
	token := &huma.Param{Name: "token", In: "path", Required: true, Schema: text,
		Description: "The token of a status link."}
	lang := &huma.Param{Name: "lang", In: "query", Schema: text,
		Description: "The language of title and note: en, de, fr, es or hi. By default that of Accept-Language."}
	version := &huma.Param{Name: "v", In: "query", Schema: text,
		Description: "2: the status as it is. Without it, a failed payment whose payer may have been charged is " +
			"reported as processing, for clients that say that nothing was charged."}
	public := o.Components.Schemas.Schema(reflect.TypeFor[wire.PublicStatus](), true, "")
	open, tags := []map[string][]string{}, []string{tagPublicStatus}
	o.AddOperation(&huma.Operation{OperationID: "get-public-status", Method: http.MethodGet, Path: path,
		Security: open, Tags: tags,
		Summary:     "Get the status behind a link",
		Description: "With wait and If-None-Match, the response is held until the status has changed.",
		Parameters: []*huma.Param{token, lang, version, wait,
			{Name: "shown", In: "query", Schema: text, Description: "A state that the page has shown to a person."},
			{Name: "If-None-Match", In: "header", Schema: text, Description: "The ETag of the last response."}},
		Responses: map[string]*huma.Response{"default": problem, "304": {Description: "The status has not changed."},
			"200": {Description: "The status.", Content: map[string]*huma.MediaType{jsonType[0]: {Schema: public}}}}})
	o.AddOperation(&huma.Operation{OperationID: "preflight-public-status", Method: http.MethodOptions, Path: path,
		Security: open, Tags: tags,
		Summary:     "Answer a CORS preflight",
		Description: "Pages of any origin may read a public status.",
		Parameters:  []*huma.Param{token},
		Responses:   map[string]*huma.Response{"204": {Description: "The page may read it."}}})
	o.AddOperation(&huma.Operation{OperationID: "watch-public-status", Method: http.MethodGet, Path: path + "/live",
		Security: open, Tags: tags,
		Summary:     "Open a WebSocket of the status behind a link",
		Description: "Sends the same object at once, on each change, and regularly as a heartbeat.",
		Parameters:  []*huma.Param{token, lang, version},
		Responses:   map[string]*huma.Response{"default": problem, "101": {Description: "The WebSocket is open."}}})
}
