// Hookbeam receives webhooks, keeps them, and shows them live in the browser.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"hookbeam/server"
	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/server/command"
	"hookbeam/web"
)

// version is set when a release is built.
var version = "dev"

func main() {
	ctx, forget := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, forget) // the second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:]))
}

// run joins the command line, the server, its pages and the dashboard. It returns the exit code.
func run(ctx context.Context, args []string) int {
	var calls func() *api.Calls
	if len(args) > 0 && args[0] == "serve" { // reading the command line takes milliseconds, too
		calls = api.BeginDescribing(version)
	}
	var config server.Config
	serve := func(ctx context.Context, o command.ServeOutput) error {
		if calls == nil {
			calls = api.BeginDescribing(version)
		}
		config.AdminToken, config.Version = os.Getenv("HOOKBEAM_ADMIN_TOKEN"), version
		return server.Run(ctx, config, server.Deps{
			Calls: calls,
			Pages: func(site access.Site) server.Pages {
				return web.New(web.Options{Site: site, Version: version, UI: dashboard()})
			},
			Stdout: o.Stdout, JSON: o.JSON, Log: o.Log,
		})
	}
	return command.Run(ctx, args, command.Deps{
		Version: version, Env: os.Getenv, Stdio: command.Stdio{Out: os.Stdout, Err: os.Stderr},
		ServeFlags: &config, Serve: serve,
		Offline: server.Offline{Version: version},
	})
}
