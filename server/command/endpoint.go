package command

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// endpointCmd groups the commands below hookbeam endpoint. They do what the dashboard does, by the same API.
type endpointCmd struct {
	List   endpointListCmd   `cmd:"" help:"List endpoints."`
	Create endpointCreateCmd `cmd:"" help:"Create an endpoint, and print its webhook URL."`
	Show   endpointShowCmd   `cmd:"" help:"Show an endpoint's settings."`
	Delete endpointDeleteCmd `cmd:"" help:"Delete an endpoint. Its webhook URL answers 404 from then on."`
	Secret secretCmd         `cmd:"" help:"Add, remove and list an endpoint's secrets."`
}

// endpointListCmd is the command hookbeam endpoint list. With --json it prints the response of GET /endpoints.
type endpointListCmd struct{ onServer }

// Run prints one line for each endpoint.
func (c *endpointListCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		all, err := server.ListEndpoints(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(wire.EndpointList{Endpoints: all})
		}
		if len(all) == 0 {
			fmt.Fprintln(d.Stdio.Err, "There are no endpoints. Create one: hookbeam endpoint create NAME")
			return nil
		}
		rows := [][]string{{"NAME", "PROVIDER", "VERIFY", "SECRETS", "URL"}}
		for _, e := range all {
			rows = append(rows, []string{e.Name, e.Provider, string(e.Verify), labelsOf(e.Secrets), e.URL})
		}
		return printTable(d.Stdio.Out, rows)
	})
}

// labelsOf returns the labels of secrets, "-" if there are none.
func labelsOf(secrets []wire.SecretLabel) string {
	if len(secrets) == 0 {
		return "-"
	}
	labels := make([]string, len(secrets))
	for i, s := range secrets {
		labels[i] = printable(s.Label)
	}
	return strings.Join(labels, ",")
}

// printTable prints rows in columns.
func printTable(out io.Writer, rows [][]string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// endpointNamed returns the endpoint with an id or a name.
func endpointNamed(all []wire.Endpoint, name string) (wire.Endpoint, error) {
	for _, e := range all {
		if string(e.ID) == name || e.Name == name {
			return e, nil
		}
	}
	return wire.Endpoint{}, fmt.Errorf("there is no endpoint %q; hookbeam endpoint list shows all", name)
}

// findEndpoint asks the server for the endpoint with an id or a name.
func findEndpoint(ctx context.Context, server *client.Server, name string) (wire.Endpoint, error) {
	all, err := server.ListEndpoints(ctx)
	if err != nil {
		return wire.Endpoint{}, err
	}
	return endpointNamed(all, name)
}

// endpointCreateCmd is the command hookbeam endpoint create. It prints the webhook URL alone on standard output, and
// what should be looked at on standard error. With --json it prints the response of POST /endpoints.
type endpointCreateCmd struct {
	Name        string   `arg:"" help:"Name of the endpoint, also the beginning of its URL." placeholder:"NAME"`
	Provider    string   `help:"The sender, for example stripe; hookbeam trigger --list shows all." default:"generic" env:"HOOKBEAM_PROVIDER" placeholder:"NAME"`
	Verify      string   `help:"What happens to a delivery that fails verification: enforce, observe or off. Default: enforce if there is a secret, otherwise off." env:"HOOKBEAM_VERIFY" placeholder:"MODE"`
	Tolerance   string   `help:"Timestamp tolerance, such as 5m; 0s = any age. Default: that of the provider." env:"HOOKBEAM_TOLERANCE" placeholder:"TIME"`
	MaxBody     int64    `help:"Maximum body size in bytes; default: 1 MiB." env:"HOOKBEAM_MAX_BODY" placeholder:"BYTES"`
	MaxAge      string   `help:"How long its deliveries are kept, such as 7d; default: --keep-for of the server." env:"HOOKBEAM_MAX_AGE" placeholder:"TIME"`
	MaxCount    int64    `name:"max-deliveries" help:"How many verified deliveries are kept of it; default: no limit of its own." env:"HOOKBEAM_MAX_DELIVERIES" placeholder:"NUMBER"`
	MaxBytes    string   `help:"How much disk space its deliveries may take, such as 100MiB; default: no limit of its own." env:"HOOKBEAM_MAX_BYTES" placeholder:"BYTES"`
	SignedURL   string   `help:"The URL as registered at the provider, if it differs." env:"HOOKBEAM_SIGNED_URL" placeholder:"URL"`
	Setting     []string `help:"One of the provider's settings, such as webhook_id=WH-1 for PayPal." sep:"none" env:"HOOKBEAM_SETTING" placeholder:"NAME=VALUE"`
	Allow       []string `help:"Addresses that may send, as IP addresses or CIDRs; default: any." env:"HOOKBEAM_ALLOW" placeholder:"CIDR,…"`
	SecretLabel string   `help:"Label of the secret." default:"live" env:"HOOKBEAM_SECRET_LABEL" placeholder:"LABEL"`
	secretSource
	onServer
}

// Run creates the endpoint.
func (c *endpointCreateCmd) Run(ctx context.Context, d Deps) error {
	settings, err := parsePairs("--setting", c.Setting, "=")
	if err != nil {
		return err
	}
	body := map[string]any{"name": c.Name, "provider": c.Provider}
	texts := map[string]string{"verify": c.Verify, "tolerance": c.Tolerance, "signed_url": c.SignedURL}
	for name, value := range texts {
		if value != "" {
			body[name] = value
		}
	}
	if c.MaxBody != 0 {
		body["max_body"] = c.MaxBody
	}
	retention, err := c.retention()
	if err != nil {
		return err
	}
	if retention != (wire.Retention{}) {
		body["retention"] = retention
	}
	if len(settings) > 0 {
		body["settings"] = settings
	}
	if len(c.Allow) > 0 {
		body["allow"] = c.Allow
	}
	if c.given() {
		secret, err := c.read(d.Env)
		if err != nil {
			return err
		}
		body["secrets"] = []map[string]string{{"label": c.SecretLabel, "value": secret}}
	}
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := server.CreateEndpoint(ctx, body)
		if err != nil {
			return err
		}
		warnOfSecrets(d.Stdio.Err, &e)
		if e.Open {
			fmt.Fprintf(d.Stdio.Err, "The endpoint has no secret and verifies nothing. "+
				"Add one: hookbeam endpoint secret add %s LABEL --secret-file FILE\n", e.Name)
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(e)
		}
		_, err = fmt.Fprintln(d.Stdio.Out, e.URL)
		return err
	})
}

// retention returns the endpoint's own limits as the API takes them.
func (c *endpointCreateCmd) retention() (r wire.Retention, err error) {
	r = wire.Retention{MaxAge: c.MaxAge, MaxDeliveries: c.MaxCount}
	if c.MaxBytes != "" {
		if r.MaxBytes, err = hook.ParseBytes(c.MaxBytes); err != nil {
			return r, usageErrorf("--max-bytes: %v", err)
		}
	}
	return r, nil
}

// endpointShowCmd is the command hookbeam endpoint show. With --json it prints the response of GET /endpoints/{id}.
type endpointShowCmd struct {
	Endpoint string `arg:"" help:"Name or id of the endpoint." placeholder:"ENDPOINT"`
	onServer
}

// Run prints the endpoint.
func (c *endpointShowCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := findEndpoint(ctx, server, c.Endpoint)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(e)
		}
		rows := [][]string{
			{"name", e.Name}, {"id", string(e.ID)}, {"url", e.URL}, {"provider", e.Provider},
			{"verify", string(e.Verify)}, {"tolerance", e.Tolerance}, {"secrets", labelsOf(e.Secrets)},
			{"max_body", fmt.Sprint(e.MaxBody)}, {"retention.max_age", e.Retention.MaxAge},
			{"retention.max_deliveries", numberOrNone(e.Retention.MaxDeliveries)},
			{"retention.max_bytes", numberOrNone(e.Retention.MaxBytes)}, {"allow", strings.Join(e.Allow, ",")},
			{"signed_url", e.SignedURL},
		}
		for _, name := range sortedKeys(e.Settings) {
			rows = append(rows, []string{"settings." + name, printable(e.Settings[name])})
		}
		for _, name := range e.SecretSettings {
			rows = append(rows, []string{"settings." + name, "set (its value is not shown)"})
		}
		if e.Response != nil {
			rows = append(rows, []string{"response.status", fmt.Sprint(e.Response.Status)})
		}
		if !e.Confirmed {
			rows = append(rows, []string{"confirmed", "no: accepts requests from this machine and its network only"})
		}
		if e.WouldVerify > 0 {
			rows = append(rows, []string{"would_verify", fmt.Sprint(e.WouldVerify, " rejected deliveries")})
		}
		var shown [][]string
		for _, row := range append(rows, []string{"created", e.CreatedAt.UTC().Format(timeForm)}) {
			if row[1] != "" {
				shown = append(shown, row)
			}
		}
		return printTable(d.Stdio.Out, shown)
	})
}

// numberOrNone returns a number as text, "" for 0.
func numberOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// endpointDeleteCmd is the command hookbeam endpoint delete.
type endpointDeleteCmd struct {
	Endpoint string `arg:"" help:"Name or id of the endpoint." placeholder:"ENDPOINT"`
	Yes      bool   `help:"Delete without asking." short:"y" env:"HOOKBEAM_YES"`
	onServer
}

// Run deletes the endpoint. On a terminal it asks first.
func (c *endpointDeleteCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := findEndpoint(ctx, server, c.Endpoint)
		if err != nil {
			return err
		}
		if !c.Yes {
			if !isTerminal(os.Stdin) {
				return usageErrorf("pass --yes to delete the endpoint %s: its webhook URL will answer 404", e.Name)
			}
			fmt.Fprintf(d.Stdio.Err, "Delete the endpoint %s? Its webhook URL will answer 404. [y/N] ", e.Name)
			answer, _ := bufio.NewReader(os.Stdin).ReadString('\n') // an error is no consent
			if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
				return fmt.Errorf("the endpoint %s was not deleted", e.Name)
			}
		}
		if err := server.DeleteEndpoint(ctx, e.ID); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{"deleted": e})
		}
		_, err = fmt.Fprintf(d.Stdio.Out, "Deleted %s (%s)\n", e.Name, e.ID)
		return err
	})
}

// isTerminal reports whether a stream is a terminal, at which somebody reads and can answer.
func isTerminal(stream any) bool {
	f, isFile := stream.(*os.File)
	if !isFile {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull) // also a character device
	return err != nil || !os.SameFile(info, null)
}
