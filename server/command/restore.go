package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"hookbeam/server/client"
)

// restoreCmd is the command hookbeam restore. It needs a data folder on which no server runs.
type restoreCmd struct {
	File    string `arg:"" optional:"" help:"Backup to restore; - for standard input."`
	Data    string `help:"Data folder to restore into." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	Replace bool   `help:"Replace the data in the folder. It is moved to a folder beside it, and not deleted." env:"HOOKBEAM_REPLACE"`
	InPlace bool   `help:"Without FILE: the folder was restored by another tool, such as Litestream. Give its log a new epoch, so that readers notice, and end all sessions." env:"HOOKBEAM_IN_PLACE"`
	JSON    bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	client.SealKey
	logging
}

// Run restores, and says what to know before the server is started.
func (c *restoreCmd) Run(ctx context.Context, d Deps) error {
	done, err := c.restore(ctx, d)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(done)
	}
	if c.InPlace {
		_, err = fmt.Fprintf(d.Stdio.Out, "The log in %s has the new epoch %s: readers load their first page again. "+
			"All sessions have ended.\n", c.Data, done.Epoch)
		return err
	}
	fmt.Fprintf(d.Stdio.Out, "Restored everything up to delivery %d into %s, as it was at %s.\n",
		done.Head, c.Data, done.Created.UTC().Format("2006-01-02 15:04:05 UTC"))
	if done.Replaced != "" {
		fmt.Fprintf(
			d.Stdio.Out,
			"The previous data is in %s. Delete it when it is no longer needed.\n",
			done.Replaced,
		)
	}
	_, err = fmt.Fprintln(d.Stdio.Out, "Sessions and one-time logins are not restored: "+
		"start the server, which prints a new login. Readers load their first page again.")
	return err
}

// restore does the work of Run.
func (c *restoreCmd) restore(ctx context.Context, d Deps) (client.Restored, error) {
	log, key := c.logger(d.Stdio.Err), sealKey(c.SealKey, d)
	switch {
	case c.InPlace && (c.File != "" || c.Replace):
		return client.Restored{}, usageErrorf("--in-place takes neither a backup nor --replace")
	case c.InPlace:
		return d.Offline.Renew(ctx, c.Data, key, log)
	case c.File == "":
		return client.Restored{}, usageErrorf("name the backup to restore, or - for standard input")
	}
	r := client.RestoreRequest{Folder: c.Data, Name: c.File, Replace: c.Replace, Key: key,
		Open: func() (io.ReadCloser, error) { return os.Open(c.File) }}
	if c.File == "-" {
		r.Name, r.Open = "the backup on standard input", func() (io.ReadCloser, error) { return os.Stdin, nil }
	}
	info, err := os.Stat(c.File)
	r.Once = c.File == "-" || err == nil && !info.Mode().IsRegular()
	return d.Offline.Restore(ctx, r, log)
}
