// Package command is the command line of Hookbeam: it parses flags, runs one command and returns the exit code of the
// process. Each file holds one command; its struct declares arguments and flags as kong tags, and its method Run does
// the work.
//
// It promises that results go to Stdio.Out and everything else to Stdio.Err, that no command prompts for input, and
// that the exit code is 0 only if the command succeeded: 1 means that it failed, 2 that it was used incorrectly, 3 that
// the server refused it.
//
// A command talks to the running server through package client. It neither starts a server nor opens a database itself,
// because this package may not import package server: main passes in those functions as Deps. Start reading at Run.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/alecthomas/kong"

	"hookbeam/server/client"
	"hookbeam/server/doctor"
)

// The exit codes of the process.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // a mistake in a flag, an argument or an environment variable
	exitRefuse = 3 // the server does not accept the token, or does not allow this with it
)

// Stdio is where a command writes: results to Out, so that they can be piped, and errors, hints and logs to Err. Tests
// pass buffers.
type Stdio struct{ Out, Err io.Writer }

// Deps are the functions and values that main passes to the command line. All of them must be set, except that a test
// may leave out what its command does not use.
type Deps struct {
	Version string              // of this program
	Env     func(string) string // reads one environment variable
	Stdio   Stdio

	// ServeFlags points to a struct whose kong tags declare the flags of serve. Run fills it before it calls Serve.
	ServeFlags any
	// Serve runs the server until ctx ends.
	Serve func(ctx context.Context, o ServeOutput) error

	// Doctor examines the installation that ServeFlags describe. timeout bounds each request of it.
	Doctor func(ctx context.Context, timeout time.Duration) []doctor.Finding

	// Offline does the work of commands on a data folder while no server runs on it.
	Offline Offline
}

// Offline works on a data folder that no server holds. Package server implements it. Each method locks the folder
// first, and fails if a server or another command holds it.
type Offline interface {
	// NewLogin returns a one-time login link. It can be used as soon as a server runs on the folder.
	NewLogin(ctx context.Context, l client.Location, log *slog.Logger) (link string, err error)
	// RebuildStatuses rebuilds all statuses from the log, and returns the number of deliveries in the log.
	RebuildStatuses(
		ctx context.Context,
		folder string,
		key client.SealKey,
		log *slog.Logger,
	) (deliveries int, err error)
	// ExportStatuses writes a copy of the statuses' database to a new file. It changes nothing in the folder.
	ExportStatuses(ctx context.Context, folder, file string, log *slog.Logger) error
	// Backup writes a backup of the folder to w.
	Backup(
		ctx context.Context,
		folder string,
		key client.SealKey,
		w io.Writer,
		withCertificates bool,
		log *slog.Logger,
	) error
	// Check looks for damage in the databases of the folder.
	Check(ctx context.Context, folder string, key client.SealKey, log *slog.Logger) (client.Checked, error)
	// Restore puts a backup in place of the folder's content.
	Restore(ctx context.Context, r client.RestoreRequest, log *slog.Logger) (client.Restored, error)
	// Renew makes a folder that another tool has restored a new log.
	Renew(ctx context.Context, folder string, key client.SealKey, log *slog.Logger) (client.Restored, error)
	// Compact rewrites the databases without their free space.
	Compact(ctx context.Context, folder string, log *slog.Logger) (client.Compacted, error)
	// Rekey seals the secrets with another key: the one in newFile, or a new one.
	Rekey(
		ctx context.Context,
		folder string,
		key client.SealKey,
		newFile string,
		log *slog.Logger,
	) (client.Rekeyed, error)
}

// ServeOutput says where a server writes, according to the flags of serve.
type ServeOutput struct {
	Stdout io.Writer // for the start-up banner
	JSON   bool      // print the banner as JSON
	Log    *slog.Logger
}

// commandLine lists all commands. kong reads their names, flags and help texts from the tags, and calls the method Run
// of the command that was named with the context and Deps. To add a command, add a field here and a file for its type.
type commandLine struct {
	Serve    serveCmd    `cmd:"" help:"Receive webhooks, store them, and show them in the dashboard."`
	Login    loginCmd    `cmd:"" help:"Print a new one-time link to the dashboard."`
	Trigger  triggerCmd  `cmd:"" help:"Send a signed sample of a provider's webhook."`
	Verify   verifyCmd   `cmd:"" help:"Verify the signature of a request offline, and explain a failure."`
	Identify identifyCmd `cmd:"" help:"Name the sender of a request offline, from its headers and body."`
	Health   healthCmd   `cmd:"" help:"Ask whether a server is ready; for containers and scripts."`
	Endpoint endpointCmd `cmd:"" help:"Manage endpoints: the webhook URLs that senders are given."`
	Token    tokenCmd    `cmd:"" help:"Manage API tokens for programs."`
	Doctor   doctorCmd   `cmd:"" help:"Examine this installation, and say what to do about each problem."`
	Statuses statusesCmd `cmd:"" help:"Manage the statuses of payments, orders and pipeline runs."`
	Backup   backupCmd   `cmd:"" help:"Write a backup of a data folder to a file, also while its server runs."`
	Restore  restoreCmd  `cmd:"" help:"Restore a backup into a data folder on which no server runs."`
	Check    checkCmd    `cmd:"" help:"Look for damage in the databases, also while the server runs."`
	Compact  compactCmd  `cmd:"" help:"Return the free space of the databases to the file system, while the server is stopped."`
	Rekey    rekeyCmd    `cmd:"" help:"Seal the secrets in the database with another key."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	OpenAPI  openAPICmd  `cmd:"" name:"openapi" help:"Print the API description (OpenAPI)." hidden:""`
	configFlag
	Apply  applyCmd        `cmd:"" help:"Make the endpoints as a file describes them."`
	Export exportConfigCmd `cmd:"" help:"Write the endpoints to a file that apply reads."`
}

// Run parses args, runs the command that they name, and returns the exit code of the process. Without arguments it
// prints the help. ctx ends when the process gets a signal to stop.
//
// It is the only place that prints errors: commands return them. A *client.UsageError, or an error of the parser, is
// followed by a hint at the help.
func Run(ctx context.Context, args []string, d Deps) int {
	exited := -1 // the exit code that kong asked for; -1 if it did not
	c := &commandLine{}
	c.Serve.Flags, c.Doctor.Flags = d.ServeFlags, d.ServeFlags
	exit := kong.Exit(func(code int) { exited = max(exited, code) })
	parser := newParser(c, d.Stdio, exit)
	c.Apply.settings = sortedKeys(serveFlags(parser))
	if len(args) == 0 {
		args = []string{"--help"}
	}
	var err error
	if name := configName(args, d.Env); name != "" {
		if c.Serve.config, err = loadConfig(name, parser, d.Env); err == nil {
			parser = newParser(c, d.Stdio, exit, kong.Resolvers(c.Serve.config.resolver()))
		}
	}
	var parsed *kong.Context
	if err == nil {
		parsed, err = parser.Parse(args)
	}
	if exited >= 0 { // kong has printed the help
		return exited
	}
	if err == nil { // BindTo makes ctx a possible argument of the commands' Run methods
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
		fmt.Fprintln(d.Stdio.Err, "Run hookbeam --help for usage.")
		return exitUsage
	}
	if problem := (*client.ProblemError)(nil); errors.As(err, &problem) && problem.Refused() {
		return exitRefuse
	}
	return exitFailed
}

// usageErrorf returns a *client.UsageError, which makes the process exit with exitUsage.
func usageErrorf(format string, args ...any) error {
	return &client.UsageError{Err: fmt.Errorf(format, args...)}
}

// logging declares the flags of all commands that write a log. The log goes to standard error, so that it does not mix
// with results.
type logging struct {
	LogLevel  slog.Level `help:"Log level (stderr): debug, info, warn or error." default:"info" env:"HOOKBEAM_LOG_LEVEL"`
	LogFormat string     `help:"Log format: text or json." enum:"text,json" default:"text" env:"HOOKBEAM_LOG_FORMAT"`
}

// logger returns a logger that writes to w as the flags say.
func (l logging) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: l.LogLevel}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
