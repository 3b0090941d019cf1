// Package command is the command line of Hookbeam: it parses flags, runs one command and returns the exit code of the
// process. Results go to Stdio.Out, everything else to Stdio.Err.
//
// It promises honest exit codes: 0 done, 1 failed, 2 misused. A command
// talks to the running server through package client. It neither starts a server nor opens a database itself: it stands
// beside package server, so main hands in what commands need of that, as Deps. Start reading at Run.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/alecthomas/kong"

	"hookbeam/server/client"
)

// Exit codes.
const (
	exitDone    = 0
	exitFailed  = 1
	exitMisused = 2
)

// Stdio is where a command writes: results on Out, everything else on Err.
type Stdio struct{ Out, Err io.Writer }

// Deps is what the program gives to its command line. Everything must be set.
type Deps struct {
	Version string              // of this program
	Env     func(string) string // reads one environment variable
	Stdio   Stdio

	// ServeFlags points to a struct whose kong tags are the flags of serve. It is filled before Serve is called.
	ServeFlags any
	// Serve serves until ctx ends.
	Serve func(ctx context.Context, o ServeOutput) error

	// Offline is the work on a data folder that no server holds.
	Offline Offline
}

// Offline works on a data folder that no server holds. Each method takes the folder's lock first, and fails if a server
// or another command has it by then.
type Offline interface {
	// NewLogin returns a one-time login link, which works once a server runs on the folder.
	NewLogin(ctx context.Context, l client.Location, log *slog.Logger) (link string, err error)
	// RebuildStatuses rebuilds all statuses from the log, and returns from how many deliveries.
	RebuildStatuses(ctx context.Context, folder string, log *slog.Logger) (deliveries int, err error)
}

// ServeOutput is where a server writes, as its flags say.
type ServeOutput struct {
	Stdout io.Writer
	JSON   bool // print the banner for machines
	Log    *slog.Logger
}

// commandLine is every command with its flags, as kong reads them from the tags.
type commandLine struct {
	Serve    serveCmd    `cmd:"" help:"Receive webhooks, store them, and show them in the dashboard."`
	Login    loginCmd    `cmd:"" help:"Print a new one-time link to the dashboard."`
	Trigger  triggerCmd  `cmd:"" help:"Send a signed sample of a provider's webhook."`
	Verify   verifyCmd   `cmd:"" help:"Verify the signature of a request offline, and explain a failure."`
	Statuses statusesCmd `cmd:"" help:"Manage the statuses of payments, orders and pipeline runs."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	OpenAPI  openAPICmd  `cmd:"" name:"openapi" help:"Print the API description (OpenAPI)." hidden:""`
}

// Run parses the command line, runs the command, and returns the exit code of the process.
func Run(ctx context.Context, args []string, d Deps) int {
	exited := -1
	c := &commandLine{}
	c.Serve.Flags = d.ServeFlags
	parser, err := kong.New(c, kong.Name("hookbeam"),
		kong.Description("Hookbeam receives webhooks, keeps them, and shows them live in the browser."),
		kong.Writers(d.Stdio.Out, d.Stdio.Err), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
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
		err = parsed.Run(d)
	}
	if err == nil {
		return exitDone
	}
	fmt.Fprintln(d.Stdio.Err, "hookbeam:", err)
	var parse *kong.ParseError
	var usage *client.UsageError
	if errors.As(err, &parse) || errors.As(err, &usage) {
		fmt.Fprintln(d.Stdio.Err, "Run hookbeam --help to see what there is.")
		return exitMisused
	}
	return exitFailed
}

// misuse returns a *client.UsageError.
func misuse(format string, args ...any) error {
	return &client.UsageError{Err: fmt.Errorf(format, args...)}
}

// logging is the flags that all commands with a log share.
type logging struct {
	LogLevel  slog.Level `help:"Log level (stderr): debug, info, warn or error." default:"info" env:"HOOKBEAM_LOG_LEVEL"`
	LogFormat string     `help:"Log format: text or json." enum:"text,json" default:"text" env:"HOOKBEAM_LOG_FORMAT"`
}

func (l logging) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.LogLevel}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
