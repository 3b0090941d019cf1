package command

import (
	"context"
	"encoding/json"
	"fmt"

	"hookbeam/server/client"
)

// rekeyCmd is the command hookbeam rekey. It needs a stopped server: the key of a running one is in its memory.
type rekeyCmd struct {
	Data       string `help:"Data folder. No server may be running on it." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	NewKeyFile string `help:"File with the new key; it is made if it does not exist. Default: a new key in the data folder." env:"HOOKBEAM_NEW_KEY_FILE" placeholder:"FILE"`
	JSON       bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	client.SealKey
	logging
}

// sealKey completes the flags of a command with HOOKBEAM_SEAL_KEY.
func sealKey(flags client.SealKey, d Deps) client.SealKey {
	flags.SealKeyText = d.Env("HOOKBEAM_SEAL_KEY")
	return flags
}

// Run changes the key and says what to do with both.
func (c *rekeyCmd) Run(ctx context.Context, d Deps) error {
	done, err := d.Offline.Rekey(ctx, c.Data, sealKey(c.SealKey, d), c.NewKeyFile, c.logger(d.Stdio.Err))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(done)
	}
	fmt.Fprintf(d.Stdio.Out, "The secrets are sealed with key %s, which is in %s.\n", done.KeyID, done.File)
	if c.NewKeyFile != "" {
		fmt.Fprintf(d.Stdio.Out, "Start the server with --seal-key-file %s (HOOKBEAM_SEAL_KEY_FILE).\n", done.File)
	}
	if done.OldKeyID == "" {
		return nil
	}
	old := done.OldKeyID
	if done.OldFile != "" {
		old += " (" + done.OldFile + ")"
	}
	_, err = fmt.Fprintf(d.Stdio.Out, "Backups that were made before need the old key, %s: "+
		"move it to where they are kept, and delete it together with them.\n", old)
	return err
}
