package command

import "context"

// serveCmd is the command hookbeam serve. Most of its flags are declared by package server, and passed in by main as
// Deps.ServeFlags: this package cannot import it. The log goes to standard error, the banner to standard output.
type serveCmd struct {
	Flags any `embed:""`
	logging
	JSON bool `help:"Print the dashboard's address as JSON." env:"HOOKBEAM_JSON"`

	config loadedConfig // Run sets it
}

// Run runs the server until ctx ends, which is when the process gets a signal to stop.
func (c *serveCmd) Run(ctx context.Context, d Deps) error {
	log := c.logger(d.Stdio.Err)
	if file := c.config.file; file != nil {
		log.Info("read the configuration file", "file", file.Name, "settings", sortedKeys(c.config.settings))
		if file.HasEndpoints() {
			log.Info("the configuration file also describes endpoints; hookbeam apply makes them", "file", file.Name)
		}
	}
	return d.Serve(ctx, ServeOutput{Stdout: d.Stdio.Out, JSON: c.JSON, Log: log})
}
