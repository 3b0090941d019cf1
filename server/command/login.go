package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hookbeam/server/client"
)

// loginCmd is the command hookbeam login. It prints a one-time link to the dashboard. No password is asked for, because
// only the owner of the data folder and root can run it. With --json it prints
//
//	{"login":"http://127.0.0.1:8080/login/…","running":true}
type loginCmd struct {
	client.Location
	logging
	JSON bool `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints the link. On standard error it says so if no server is running that could accept it.
func (c *loginCmd) Run(ctx context.Context, d Deps) error {
	link, running, err := c.newLogin(ctx, d)
	if err != nil {
		return err
	}
	if !running {
		fmt.Fprintln(d.Stdio.Err, "No server is running on this data folder. The link works once a server is running, "+
			"and expires in 15 minutes.")
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{"login": link, "running": running})
	}
	_, err = fmt.Fprintln(d.Stdio.Out, link)
	return err
}

// newLogin asks the server that runs on the data folder for a link. If none runs, it creates the login in the folder
// itself, and running is false.
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
