package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/client"
	"hookbeam/server/sqlite"
)

// greeting is what a starting server tells its operator.
type greeting struct {
	Version string `json:"version"`
	URL     string `json:"url"`
	Login   string `json:"login"`
	Try     string `json:"try,omitempty"`
	near    bool   // that line works from this machine and its network only
	another string
}

// greet prints where the dashboard is, with a fresh one-time login, and a line to try.
func (s *server) greet(ctx context.Context) error {
	code, err := s.logins.New(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	g := greeting{Version: s.config.Version, URL: s.site.URL(""), Login: s.site.URL("login/" + code), another: "hookbeam login"}
	if endpoints := s.endpoints.List(); len(endpoints) > 0 {
		g.Try = `curl -d '{"hello":"world"}' ` + s.site.URL("in/"+endpoints[0].Slug)
		g.near = endpoints[0].Awaiting
	}
	if s.config.Data != defaultData {
		g.another += " --data " + s.config.Data
	}
	if s.deps.JSON {
		return json.NewEncoder(s.deps.Stdout).Encode(g)
	}
	return g.print(s.deps.Stdout)
}

const defaultData = "./data"

func (g greeting) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Hookbeam %s\n\n", g.Version)
	fmt.Fprintf(&b, "  Dashboard   %s\n", g.Login)
	fmt.Fprintf(&b, "              logs you in once, within %d minutes; for another link: %s\n", access.LoginLife/time.Minute, g.another)
	if g.Try != "" {
		fmt.Fprintf(&b, "  Try it      %s\n", g.Try)
		if g.near {
			b.WriteString("              takes requests from this machine and its network only, until you confirm it in the dashboard\n")
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// NewLogin makes a one-time login on the database of p, whose server may be running, and returns its link. running says
// whether it is: the link works as soon as it does.
func NewLogin(ctx context.Context, p client.Location, log *slog.Logger) (link string, running bool, err error) {
	if !hasLog(p.Data) {
		return "", false, fmt.Errorf("%s: %w", p.Data, client.ErrNoLog)
	}
	at, running, err := findRunningServer(p.Data)
	if err != nil {
		return "", false, err
	}
	if !running || at.URL == "" {
		site, err := siteOf(p, p.Listen)
		if err != nil {
			return "", running, usage("--public-url or --listen", err)
		}
		at.URL = site.URL("")
	}
	store, err := sqlite.OpenBeside(ctx, p.Data, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log})
	if err != nil {
		return "", running, err
	}
	writing := newGroup(ctx)
	part := writing.start(store.Run)
	logins := &access.Logins{Store: store, Random: rand.Reader, Now: time.Now}
	code, err := logins.New(ctx)
	writing.stop(part)
	return at.URL + "/login/" + code, running, errors.Join(err, store.Close())
}
