package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// statusesCmd is hookbeam statuses.
type statusesCmd struct {
	Rebuild rebuildCmd `cmd:"" help:"Draw all statuses again from the log. What is shown stays until that is done."`
}

// rebuildCmd is hookbeam statuses rebuild.
type rebuildCmd struct {
	Data string `help:"Folder that holds the database." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	logging
}

// Run rebuilds the statuses, or has the running server do it.
func (c *rebuildCmd) Run(ctx context.Context, d Deps) error {
	done, err := d.RebuildStatuses(ctx, c.Data, d.Version, c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{
			"running": done.Running, "deliveries": done.Deliveries, "ms": done.Took.Milliseconds()})
	}
	if done.Running {
		_, err = fmt.Fprintln(d.Stdio.Out,
			"The running server draws its statuses again. Pages go on meanwhile, and its log says when it is done.")
		return err
	}
	_, err = fmt.Fprintf(d.Stdio.Out, "Drew the statuses again from %d deliveries in %s.\n",
		done.Deliveries, done.Took.Round(time.Millisecond))
	return err
}
