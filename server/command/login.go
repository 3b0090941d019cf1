package command

import (
	"context"
	"encoding/json"
	"fmt"

	"hookbeam/server/client"
)

// loginCmd is hookbeam login.
type loginCmd struct {
	client.Location
	logging
	JSON bool `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints a link that logs in once.
func (c *loginCmd) Run(ctx context.Context, d Deps) error {
	link, running, err := d.NewLogin(ctx, c.Location, c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	if !running {
		fmt.Fprintln(d.Stdio.Err, "The server is not running on this folder; the link works for 15 minutes, once it does.")
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{"login": link, "running": running})
	}
	_, err = fmt.Fprintln(d.Stdio.Out, link)
	return err
}
