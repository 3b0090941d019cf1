package command

import "context"

// serveCmd is hookbeam serve. Most of its flags belong to the server, which is why main hands them in.
type serveCmd struct {
	Flags any `embed:""`
	logging
	JSON bool `help:"Print the dashboard's address as JSON." env:"HOOKBEAM_JSON"`
}

// Run serves until a signal.
func (c *serveCmd) Run(ctx context.Context, d Deps) error {
	return d.Serve(ctx, ServeOutput{Stdout: d.Stdio.Out, JSON: c.JSON, Log: c.logger(d.Stdio.Err)})
}
