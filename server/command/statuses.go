package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hookbeam/server/client"
)

// statusesCmd groups the commands below hookbeam statuses.
type statusesCmd struct {
	Rebuild rebuildCmd `cmd:"" help:"Rebuild all statuses from the log. The current ones are shown until it is done."`
	Export  exportCmd  `cmd:"" help:"Copy the statuses to a file, before an update that changes how they are computed."`
}

// exportCmd is the command hookbeam statuses export. Most of the statuses' database can be rebuilt from the log; what
// the log no longer holds, and when pages displayed what, is only there.
type exportCmd struct {
	File string `arg:"" help:"File to create."`
	Data string `help:"Data folder. No server may be running on it." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	logging
}

// Run writes the file and says how to go back to it.
func (c *exportCmd) Run(ctx context.Context, d Deps) error {
	if err := d.Offline.ExportStatuses(ctx, c.Data, c.File, c.logger(d.Stdio.Err)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(d.Stdio.Out, "Exported the statuses to %s.\n"+
		"To go back to the release that wrote them, stop the server and "+
		"replace statuses.db in the data folder with it.\n",
		c.File)
	return err
}

// rebuildCmd is the command hookbeam statuses rebuild. It computes all statuses again from the stored
// deliveries.
type rebuildCmd struct {
	Data string `help:"Data folder of the server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	remote
	client.SealKey
	logging
}

// Run asks the server to rebuild its statuses, and returns before it is done. If no server runs on the data folder, the
// statuses are rebuilt in this process, and Run returns when that is complete.
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
		"The running server is rebuilding its statuses. Pages show the current ones until its log reports the end.")
	return err
}

// rebuildOffline rebuilds the statuses of a data folder that no server holds.
func (c *rebuildCmd) rebuildOffline(ctx context.Context, d Deps) error {
	began := time.Now()
	deliveries, err := d.Offline.RebuildStatuses(ctx, c.Data, sealKey(c.SealKey, d), c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	took := time.Since(began)
	if c.JSON {
		return c.printJSON(d, false, deliveries, took)
	}
	_, err = fmt.Fprintf(d.Stdio.Out, "Rebuilt the statuses from %d deliveries in %s.\n",
		deliveries, took.Round(time.Millisecond))
	return err
}

// printJSON prints the result for machines. If a running server does the work, deliveries and took are 0:
//
//	{"deliveries":1042,"ms":310,"running":false}
func (c *rebuildCmd) printJSON(d Deps, running bool, deliveries int, took time.Duration) error {
	return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{
		"running": running, "deliveries": deliveries, "ms": took.Milliseconds()})
}
