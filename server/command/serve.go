package command

import "context"

// serveCmd is the command hookbeam serve. Most of its flags are declared by package server, and passed in by main as
// Deps.ServeFlags: this package cannot import it. The log goes to standard error, the banner to standard output.
type serveCmd struct {
	Flags any `embed:""`
	logging
	JSON bool `help:"Print the dashboard's address as JSON." env:"HOOKBEAM_JSON"`
}

// Run runs the server until ctx ends, which is when the process gets a signal to stop.
func (c *serveCmd) Run(ctx context.Context, d Deps) error {
	return d.Serve(ctx, ServeOutput{Stdout: d.Stdio.Out, JSON: c.JSON, Log: c.logger(d.Stdio.Err)})
}
