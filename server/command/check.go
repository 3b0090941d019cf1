package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"hookbeam/server/client"
)

// checkCmd is the command hookbeam check. It changes nothing.
type checkCmd struct {
	Data string `help:"Data folder." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	client.SealKey
	logging
}

// errDamage is the error of a check that found damage, which was printed. The exit code is 1.
var errDamage = errors.New("damage was found")

// Run has the running server check its databases, or checks them itself if none runs. It prints what was checked, and
// for each damage what to do.
func (c *checkCmd) Run(ctx context.Context, d Deps) error {
	checked, err := c.check(ctx, d)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(d.Stdio.Out).Encode(checked); err != nil {
			return err
		}
	} else {
		c.print(d, &checked)
	}
	if !checked.OK {
		return errDamage
	}
	return nil
}

// check has the check done.
func (c *checkCmd) check(ctx context.Context, d Deps) (client.Checked, error) {
	server, err := client.Local(ctx, c.Data, d.Version)
	if errors.Is(err, client.ErrNotRunning) {
		return d.Offline.Check(ctx, c.Data, sealKey(c.SealKey, d), c.logger(d.Stdio.Err))
	}
	if err != nil {
		return client.Checked{}, err
	}
	defer server.Close()
	return server.Check(ctx)
}

// print prints the result for people.
func (c *checkCmd) print(d Deps, checked *client.Checked) {
	for _, name := range slices.Sorted(maps.Keys(checked.Bytes)) {
		fmt.Fprintf(d.Stdio.Out, "%s: %d bytes\n", name, checked.Bytes[name])
	}
	fmt.Fprintf(d.Stdio.Out, "%d deliveries match their checksums.\n", checked.Deliveries)
	if checked.Unchecked > 0 {
		fmt.Fprintf(d.Stdio.Out, "%d deliveries of older releases have no checksum.\n", checked.Unchecked)
	}
	if !checked.Secrets {
		fmt.Fprintln(d.Stdio.Out, "The secrets were not checked.")
	}
	for _, f := range checked.Findings {
		fmt.Fprintf(d.Stdio.Out, "DAMAGE in %s: %s. %s\n", f.File, f.What, f.Do)
	}
	if checked.OK {
		fmt.Fprintln(d.Stdio.Out, "No damage found.")
	}
}
