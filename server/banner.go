package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/https"
)

// banner is what a server prints on standard output when it has started: the dashboard's URL with a one-time login, and
// a command that sends a first webhook. Its JSON form is for scripts.
type banner struct {
	Version string `json:"version"`
	URL     string `json:"url"`
	Login   string `json:"login"`
	Metrics string `json:"metrics,omitempty"` // of --metrics-listen
	Try     string `json:"try,omitempty"`     // a curl command for the first endpoint; "" if there is no endpoint

	Certificates []https.Certificate `json:"certificates,omitempty"` // of a server that speaks TLS itself

	localOnly    bool   // the endpoint in Try accepts requests from private networks only
	loginCommand string // prints another login
}

// printBanner creates a one-time login and prints the banner. The login is stored even if ctx has ended meanwhile, so
// that a stop right after the start does not look like an error.
func (s *server) printBanner(ctx context.Context) error {
	code, err := s.logins.New(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	b := banner{
		Version:      s.config.Version,
		URL:          s.site.URL(""),
		Login:        s.site.URL("login/" + code),
		loginCommand: "hookbeam login",
		Metrics:      s.metricsAt.url(),
	}
	if s.certificates != nil {
		b.Certificates = s.certificates.List()
	}
	if endpoints := s.endpoints.List(); len(endpoints) > 0 {
		b.Try = `curl -d '{"hello":"world"}' ` + s.site.URL("in/"+endpoints[0].Slug)
		b.localOnly = endpoints[0].Awaiting
	}
	if s.config.Data != defaultData {
		b.loginCommand += " --data " + s.config.Data
	}
	if s.deps.JSON {
		return json.NewEncoder(s.deps.Stdout).Encode(b)
	}
	return b.print(s.deps.Stdout)
}

// defaultData is the default of --data. A command needs the flag only for another folder.
const defaultData = "./data"

// print writes the banner for people, in one call, so that other output cannot get between its lines.
func (b banner) print(w io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "\n  Hookbeam %s\n\n", b.Version)
	fmt.Fprintf(&text, "  Dashboard   %s\n", b.Login)
	fmt.Fprintf(&text, "              one-time login, valid for %d minutes; for a new one: %s\n",
		access.LoginLife/time.Minute, b.loginCommand)
	if b.Try != "" {
		fmt.Fprintf(&text, "  Try it      %s\n", b.Try)
		if b.localOnly {
			text.WriteString("              accepts requests from this machine and its network only, " +
				"until you confirm it in the dashboard\n")
		}
	}
	if b.Metrics != "" {
		fmt.Fprintf(&text, "  Metrics     %s\n", b.Metrics)
	}
	for _, c := range b.Certificates {
		state := "valid until " + c.NotAfter.UTC().Format("2006-01-02 15:04 UTC")
		if c.NotAfter.IsZero() {
			state = "is being obtained; HTTPS does not answer before it is there, see the log"
		}
		fmt.Fprintf(&text, "  Certificate %s: %s\n", c.Name, state)
	}
	text.WriteByte('\n')
	_, err := io.WriteString(w, text.String())
	return err
}
