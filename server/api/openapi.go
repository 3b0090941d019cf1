package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
)

// OpenAPI returns the contract by machine (OpenAPI 3.1), the same for every server of this version.
func OpenAPI() ([]byte, error) {
	a := &API{}
	a.routes = newRoutes(a)
	return openAPI(a.describedCalls("1"))
}

func openAPI(h huma.API) ([]byte, error) {
	describeFrames(h.OpenAPI())
	raw, err := json.Marshal(h.OpenAPI())
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

// Frame describes what readers are told; package live writes it.
type Frame struct {
	From    string   `json:"from" doc:"The reader's own cursor; where it is not, the reader connects again with its own."`
	To      string   `json:"to" doc:"The reader's next cursor: everything in (from, to] that the filter lets through is in here."`
	Head    string   `json:"head" doc:"The log's newest cursor; equal to to where the reader has caught up."`
	Reset   bool     `json:"reset,omitempty" doc:"The cursor was of another log, or older than what is kept: load the first page again."`
	Updates []Update `json:"updates" nullable:"false"`
}

// Update is one thing in a frame. It has a field of the name that kind says.
type Update struct {
	Kind     string         `json:"kind" enum:"delivery,endpoint" doc:"Kinds with a seq are covered by the range; those without are notices."`
	Seq      hook.Seq       `json:"seq,omitempty"`
	Delivery *hook.Delivery `json:"delivery,omitempty"`
	Endpoint *Endpoint      `json:"endpoint,omitempty"`
}

// describeFrames adds the calls that huma does not serve.
func describeFrames(o *huma.OpenAPI) {
	schemas := o.Components.Schemas
	problem := &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{
		problemType[0]: {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	frame := schemas.Schema(reflect.TypeFor[Frame](), true, "")
	text := &huma.Schema{Type: huma.TypeString}
	after := &huma.Param{Name: "after", In: "query", Schema: text,
		Description: "The reader's cursor. Left out: from the head. 0: from the oldest that is kept."}
	endpoint := &huma.Param{Name: "endpoint", In: "query", Schema: text, Description: "Only what concerns this endpoint."}
	wait := &huma.Param{Name: "wait", In: "query", Schema: text, Example: "25s", Description: "How long to wait for something to tell."}

	describePublic(o, problem, wait)
	o.AddOperation(&huma.Operation{OperationID: "poll-updates", Method: http.MethodGet, Path: "/updates",
		Summary: "The next frame, by (long) polling", Parameters: []*huma.Param{after, endpoint, wait},
		Responses: map[string]*huma.Response{"default": problem, "200": {Description: "A frame.",
			Content: map[string]*huma.MediaType{jsonType[0]: {Schema: frame}}}}})
	o.AddOperation(&huma.Operation{OperationID: "watch-live", Method: http.MethodGet, Path: "/live",
		Summary: "A WebSocket of frames, one to a text message", Parameters: []*huma.Param{after, endpoint},
		Responses: map[string]*huma.Response{"default": problem, "101": {Description: "The socket is open."}}})
}

// describePublic adds what a status link shows.
func describePublic(o *huma.OpenAPI, problem *huma.Response, wait *huma.Param) {
	const path = "/status/{token}"
	text := &huma.Schema{Type: huma.TypeString}
	token := &huma.Param{Name: "token", In: "path", Required: true, Schema: text, Description: "Of a status link."}
	public := o.Components.Schemas.Schema(reflect.TypeFor[hook.Public](), true, "")
	open := []map[string][]string{}
	o.AddOperation(&huma.Operation{OperationID: "get-public-status", Method: http.MethodGet, Path: path, Security: open,
		Summary: "What a status link shows; with wait and If-None-Match, when that has changed",
		Parameters: []*huma.Param{token, wait,
			{Name: "shown", In: "query", Schema: text, Description: "A state that a page has shown."},
			{Name: "If-None-Match", In: "header", Schema: text, Description: "ETag of what is known."}},
		Responses: map[string]*huma.Response{"default": problem, "304": {Description: "It is as it was."},
			"200": {Description: "Where it stands.", Content: map[string]*huma.MediaType{jsonType[0]: {Schema: public}}}}})
	o.AddOperation(&huma.Operation{OperationID: "ask-public-status", Method: http.MethodOptions, Path: path, Security: open,
		Summary: "Whether another site's page may ask: any may", Parameters: []*huma.Param{token},
		Responses: map[string]*huma.Response{"204": {Description: "It may."}}})
	o.AddOperation(&huma.Operation{OperationID: "watch-public-status", Method: http.MethodGet, Path: path + "/live", Security: open,
		Summary: "A WebSocket that tells the same object at once, on each change, and as a sign of life", Parameters: []*huma.Param{token},
		Responses: map[string]*huma.Response{"default": problem, "101": {Description: "The socket is open."}}})
}
