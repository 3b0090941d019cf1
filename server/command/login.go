package command

import (
	"context"
	"encoding/json"
	"errors"
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
	link, running, err := c.newLogin(ctx, d)
	if err != nil {
		return err
	}
	if !running {
		fmt.Fprintln(d.Stdio.Err,
			"No server is running on this data folder. The link works once a server is running, and expires in 15 minutes.")
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{"login": link, "running": running})
	}
	_, err = fmt.Fprintln(d.Stdio.Out, link)
	return err
}

// newLogin has the server that runs on the data folder make a login. If none does, it is made in the folder itself.
func (c *loginCmd) newLogin(ctx context.Context, d Deps) (link string, running bool, err error) {
	server, err := client.Local(ctx, c.Data, d.Version)
	if errors.Is(err, client.ErrNotRunning) {
		link, err = d.Offline.NewLogin(ctx, c.Location, c.logger(d.Stdio.Err))
		return link, false, err
	}
	if err != nil {
		return "", false, err
	}
	defer server.Close()
	link, err = server.NewLogin(ctx)
	return link, true, err
}
