package command

import (
	"context"
	"encoding/json"
	"fmt"
)

// compactCmd is the command hookbeam compact. It needs a stopped server.
type compactCmd struct {
	Data string `help:"Data folder. No server may be running on it." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	logging
}

// Run rewrites the databases and prints their sizes before and after.
func (c *compactCmd) Run(ctx context.Context, d Deps) error {
	done, err := d.Offline.Compact(ctx, c.Data, c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(done)
	}
	for _, f := range done.Files {
		if _, err := fmt.Fprintf(d.Stdio.Out, "%s: %s before, %s now\n", f.File, mebibytes(f.Before),
			mebibytes(f.After)); err != nil {
			return err
		}
	}
	return nil
}

// mebibytes returns a number of bytes for people: 0.3 MiB, 41 MiB.
func mebibytes(n int64) string {
	if n < 10<<20 {
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d MiB", n>>20)
}
