// Hookbeam receives webhooks, keeps them, and shows them live in the browser.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"hookbeam/server"
	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/web"
)

// version is set when a release is built.
var version = "dev"

// Exit codes.
const (
	done    = 0
	failed  = 1
	misused = 2
)

// stdio is where a command reads and writes: results on Out, everything else on Err.
type stdio struct{ Out, Err io.Writer }

func main() {
	ctx, forget := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, forget) // the second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, stdio{os.Stdout, os.Stderr}))
}

// cli is the command line.
type cli struct {
	Serve    serveCmd    `cmd:"" help:"Receive webhooks, keep them, and show them."`
	Login    loginCmd    `cmd:"" help:"Print a new one-time link to the dashboard."`
	Trigger  triggerCmd  `cmd:"" help:"Send a webhook such as a provider sends, rightly signed."`
	Verify   verifyCmd   `cmd:"" help:"Check one request offline, and say why where it fails."`
	Statuses statusesCmd `cmd:"" help:"Work on where payments, orders and runs stand."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	OpenAPI  openAPICmd  `cmd:"" name:"openapi" help:"Print the API's contract." hidden:""`
}

// run parses the command line, runs the command, and returns the process's exit code.
func run(ctx context.Context, args []string, env func(string) string, io stdio) int {
	exited := -1
	c := &cli{}
	if len(args) > 0 && args[0] == "serve" { // reading the command line takes milliseconds, too
		c.Serve.calls = api.BeginDescribing(version)
	}
	parser, err := kong.New(c, kong.Name("hookbeam"),
		kong.Description("Hookbeam receives webhooks, keeps them, and shows them live in the browser."),
		kong.Writers(io.Out, io.Err), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Exit(func(code int) { exited = max(exited, code) }))
	if err != nil {
		panic(err) // the tags above are wrong: a broken build
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help was asked for, and answered
		return exited
	}
	if err == nil {
		parsed.BindTo(ctx, (*context.Context)(nil))
		err = parsed.Run(io, environment(env))
	}
	if err == nil {
		return done
	}
	fmt.Fprintln(io.Err, "hookbeam:", err)
	var parse *kong.ParseError
	var usage *server.UsageError
	if errors.As(err, &parse) || errors.As(err, &usage) {
		fmt.Fprintln(io.Err, "Run hookbeam --help to see what there is.")
		return misused
	}
	return failed
}

// environment reads one variable.
type environment func(string) string

// logging is what commands that log have in common.
type logging struct {
	LogLevel  slog.Level `help:"What is logged, on stderr: debug, info, warn or error." default:"info" env:"HOOKBEAM_LOG_LEVEL"`
	LogFormat string     `help:"How it is logged: text or json." enum:"text,json" default:"text" env:"HOOKBEAM_LOG_FORMAT"`
}

func (l logging) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.LogLevel}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

type serveCmd struct {
	server.Config
	logging
	JSON bool `help:"Print the dashboard's address as JSON." env:"HOOKBEAM_JSON"`

	calls func() *api.Calls
}

// Run serves until a signal.
func (c *serveCmd) Run(ctx context.Context, io stdio, env environment) error {
	if c.calls == nil {
		c.calls = api.BeginDescribing(version)
	}
	c.AdminToken, c.Config.Version = env("HOOKBEAM_ADMIN_TOKEN"), version
	return server.Run(ctx, c.Config, server.Outside{
		Calls: c.calls,
		Pages: func(site access.Site) server.Pages {
			return web.New(web.Options{Site: site, Version: version, UI: dashboard()})
		},
		Stdout: io.Out, JSON: c.JSON, Log: c.logger(io.Err),
	})
}
