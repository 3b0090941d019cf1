package command

import (
	"encoding/json"
	"fmt"
	"runtime"

	"hookbeam/server/api"
)

// versionCmd is the command hookbeam version.
type versionCmd struct {
	JSON bool `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints the version of the program, and with --json that of Go as well.
func (c *versionCmd) Run(d Deps) error {
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]string{"version": d.Version, "go": runtime.Version()})
	}
	_, err := fmt.Fprintln(d.Stdio.Out, "hookbeam", d.Version)
	return err
}

// openAPICmd is the hidden command hookbeam openapi. make generate runs it to write docs/api/openapi.json.
type openAPICmd struct{}

// Run prints the API description in OpenAPI format.
func (openAPICmd) Run(d Deps) error {
	text, err := api.OpenAPI()
	if err != nil {
		return err
	}
	_, err = d.Stdio.Out.Write(text)
	return err
}
