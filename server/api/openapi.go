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

// describeFrames adds the two calls that huma does not serve.
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

	o.AddOperation(&huma.Operation{OperationID: "poll-updates", Method: http.MethodGet, Path: "/updates",
		Summary: "The next frame, by (long) polling", Parameters: []*huma.Param{after, endpoint, wait},
		Responses: map[string]*huma.Response{"default": problem, "200": {Description: "A frame.",
			Content: map[string]*huma.MediaType{jsonType[0]: {Schema: frame}}}}})
	o.AddOperation(&huma.Operation{OperationID: "watch-live", Method: http.MethodGet, Path: "/live",
		Summary: "A WebSocket of frames, one to a text message", Parameters: []*huma.Param{after, endpoint},
		Responses: map[string]*huma.Response{"default": problem, "101": {Description: "The socket is open."}}})
}
