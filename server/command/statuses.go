package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hookbeam/server/client"
)

// statusesCmd is hookbeam statuses.
type statusesCmd struct {
	Rebuild rebuildCmd `cmd:"" help:"Rebuild all statuses from the log. The current ones are shown until it is done."`
}

// rebuildCmd is hookbeam statuses rebuild.
type rebuildCmd struct {
	Data string `help:"Data folder of the server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	remote
	logging
}

// Run has the server rebuild its statuses. If none runs on the data folder, they are rebuilt here.
func (c *rebuildCmd) Run(ctx context.Context, d Deps) error {
	server, err := c.connect(ctx, c.Data, d.Version)
	if errors.Is(err, client.ErrNotRunning) {
		return c.rebuildOffline(ctx, d)
	}
	if err != nil {
		return err
	}
	defer server.Close()
	if err := server.RebuildStatuses(ctx); err != nil {
		return err
	}
	if c.JSON {
		return c.printJSON(d, true, 0, 0)
	}
	_, err = fmt.Fprintln(d.Stdio.Out,
		"The running server draws its statuses again. Pages go on meanwhile, and its log says when it is done.")
	return err
}

func (c *rebuildCmd) rebuildOffline(ctx context.Context, d Deps) error {
	began := time.Now()
	deliveries, err := d.Offline.RebuildStatuses(ctx, c.Data, c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	took := time.Since(began)
	if c.JSON {
		return c.printJSON(d, false, deliveries, took)
	}
	_, err = fmt.Fprintf(
		d.Stdio.Out,
		"Drew the statuses again from %d deliveries in %s.\n",
		deliveries,
		took.Round(time.Millisecond),
	)
	return err
}

func (c *rebuildCmd) printJSON(d Deps, running bool, deliveries int, took time.Duration) error {
	return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{
		"running": running, "deliveries": deliveries, "ms": took.Milliseconds()})
}
