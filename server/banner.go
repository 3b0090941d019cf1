package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"hookbeam/server/access"
)

// banner is what a starting server tells its operator on standard output: where the dashboard is and what to try.
type banner struct {
	Version string `json:"version"`
	URL     string `json:"url"`
	Login   string `json:"login"`
	Try     string `json:"try,omitempty"`
	near    bool   // that line works from this machine and its network only
	another string
}

// printBanner prints where the dashboard is, with a fresh one-time login, and a line to try.
func (s *server) printBanner(ctx context.Context) error {
	code, err := s.logins.New(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	b := banner{
		Version: s.config.Version,
		URL:     s.site.URL(""),
		Login:   s.site.URL("login/" + code),
		another: "hookbeam login",
	}
	if endpoints := s.endpoints.List(); len(endpoints) > 0 {
		b.Try = `curl -d '{"hello":"world"}' ` + s.site.URL("in/"+endpoints[0].Slug)
		b.near = endpoints[0].Awaiting
	}
	if s.config.Data != defaultData {
		b.another += " --data " + s.config.Data
	}
	if s.deps.JSON {
		return json.NewEncoder(s.deps.Stdout).Encode(b)
	}
	return b.print(s.deps.Stdout)
}

const defaultData = "./data"

func (n banner) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Hookbeam %s\n\n", n.Version)
	fmt.Fprintf(&b, "  Dashboard   %s\n", n.Login)
	fmt.Fprintf(
		&b,
		"              logs you in once, within %d minutes; for another link: %s\n",
		access.LoginLife/time.Minute,
		n.another,
	)
	if n.Try != "" {
		fmt.Fprintf(&b, "  Try it      %s\n", n.Try)
		if n.near {
			b.WriteString(
				"              takes requests from this machine and its network only, until you confirm it in the dashboard\n",
			)
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}
