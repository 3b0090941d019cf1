// Hookbeam receives webhooks, stores them, and shows them live in the browser.
//
// This package only connects the packages that may not import each other: the command line (server/command), the server
// (server), the pages that it renders (web) and the embedded dashboard. Start reading at run.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hookbeam/server"
	"hookbeam/server/access"
	"hookbeam/server/api"
	"hookbeam/server/command"
	"hookbeam/server/doctor"
	"hookbeam/web"
)

// version is the version of this build. A release sets it with -ldflags.
var version = "dev"

func main() {
	os.Exit(run(untilSignal(), os.Args[1:]))
}

// untilSignal returns a context that ends with the first signal to stop. A second signal ends the process at once: the
// default is restored before the context ends, so that who sees the end of the first can rely on it.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}

// run runs the command that args name, and returns the exit code. ctx ends with the first signal.
func run(ctx context.Context, args []string) int {
	// Describing the API takes a while, so it begins before the command line is parsed.
	var calls func() *api.Calls
	if len(args) > 0 && args[0] == "serve" {
		calls = api.BeginDescribing(version)
	}
	var config server.Config
	serve := func(ctx context.Context, o command.ServeOutput) error {
		if calls == nil { // the check above did not recognize the command
			calls = api.BeginDescribing(version)
		}
		config.AdminToken, config.Version = os.Getenv("HOOKBEAM_ADMIN_TOKEN"), version
		config.SealKeyText = os.Getenv("HOOKBEAM_SEAL_KEY")
		return server.Run(ctx, config, server.Deps{
			Calls: calls,
			Pages: func(site access.Site) server.Pages {
				return web.New(web.Options{Site: site, Version: version, UI: dashboard()})
			},
			Stdout: o.Stdout, JSON: o.JSON, Log: o.Log,
		})
	}
	examine := func(ctx context.Context, timeout time.Duration) []doctor.Finding {
		config.AdminToken, config.Version = os.Getenv("HOOKBEAM_ADMIN_TOKEN"), version
		config.SealKeyText = os.Getenv("HOOKBEAM_SEAL_KEY")
		return server.Doctor(ctx, config, timeout)
	}
	return command.Run(ctx, args, command.Deps{
		Version: version, Env: os.Getenv, Stdio: command.Stdio{Out: os.Stdout, Err: os.Stderr},
		ServeFlags: &config, Serve: serve, Doctor: examine,
		Offline: server.Offline{Version: version},
	})
}
