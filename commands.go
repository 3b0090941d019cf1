package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"

	"hookbeam/server"
	"hookbeam/server/api"
)

type loginCmd struct {
	server.Place
	logging
	JSON bool `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints a link that logs in once. The server may be running: it is the same database.
func (c *loginCmd) Run(ctx context.Context, io stdio) error {
	link, running, err := server.NewLogin(ctx, c.Place, c.logger(io.Err))
	if err != nil {
		return err
	}
	if !running {
		fmt.Fprintln(io.Err, "The server is not running on this folder; the link works for 15 minutes, once it does.")
	}
	if c.JSON {
		return json.NewEncoder(io.Out).Encode(map[string]any{"login": link, "running": running})
	}
	_, err = fmt.Fprintln(io.Out, link)
	return err
}

type versionCmd struct {
	JSON bool `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints the version.
func (c *versionCmd) Run(io stdio) error {
	if c.JSON {
		return json.NewEncoder(io.Out).Encode(map[string]string{"version": version, "go": runtime.Version()})
	}
	_, err := fmt.Fprintln(io.Out, "hookbeam", version)
	return err
}

type openAPICmd struct{}

// Run prints openapi.json.
func (openAPICmd) Run(io stdio) error {
	text, err := api.OpenAPI()
	if err != nil {
		return err
	}
	_, err = io.Out.Write(text)
	return err
}
