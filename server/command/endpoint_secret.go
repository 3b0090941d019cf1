package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/signature"
	"hookbeam/server/wire"
)

// secretSource declares where a command reads a secret from. There is no flag for the secret itself, because process
// lists are public.
type secretSource struct {
	SecretFile string `help:"File with the secret; - for standard input." xor:"with" env:"HOOKBEAM_SECRET_FILE" placeholder:"FILE"`
	SecretEnv  string `help:"Environment variable with the secret." xor:"with" env:"HOOKBEAM_SECRET_ENV" placeholder:"VARIABLE"`
}

// given reports whether the flags name a secret.
func (s secretSource) given() bool { return s.SecretFile != "" || s.SecretEnv != "" }

// read returns the secret. Line breaks at its end are not part of it.
func (s secretSource) read(env func(string) string) (string, error) {
	if s.SecretFile != "-" {
		return readSecret(s.SecretFile, s.SecretEnv, env)
	}
	text, err := io.ReadAll(io.LimitReader(os.Stdin, 64<<10))
	if err != nil {
		return "", fmt.Errorf("read the secret from standard input: %w", err)
	}
	secret := datafile.SecretText(text)
	if signature.Blank(secret) {
		return "", usageErrorf("the secret on standard input is empty")
	}
	return secret, nil
}

// secretCmd groups the commands below hookbeam endpoint secret.
type secretCmd struct {
	Add    secretAddCmd    `cmd:"" help:"Add a secret. Without --secret-file and --secret-env it is read from standard input."`
	Remove secretRemoveCmd `cmd:"" help:"Remove a secret."`
	List   secretListCmd   `cmd:"" help:"List the labels of an endpoint's secrets. Their values are never shown."`
}

// secretAddCmd is the command hookbeam endpoint secret add. An endpoint can have several secrets: deliveries verify
// with any of them, so that a secret can be rotated without rejecting deliveries.
type secretAddCmd struct {
	Endpoint string `arg:"" help:"Name or id of the endpoint." placeholder:"ENDPOINT"`
	Label    string `arg:"" help:"Label of the secret, such as live." placeholder:"LABEL"`
	Replace  bool   `help:"Replace the secret with this label, if there is one." env:"HOOKBEAM_REPLACE"`
	secretSource
	onServer
}

// Run adds the secret.
func (c *secretAddCmd) Run(ctx context.Context, d Deps) error {
	if !c.given() {
		if isTerminal(os.Stdin) {
			return usageErrorf("pass the secret with --secret-file or --secret-env, or on standard input")
		}
		c.SecretFile = "-"
	}
	secret, err := c.read(d.Env)
	if err != nil {
		return err
	}
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := changeSecrets(ctx, server, c.Endpoint, "", func(e *wire.Endpoint, list []map[string]string) (
			[]map[string]string, error) {
			i := slices.IndexFunc(list, func(s map[string]string) bool { return s["label"] == c.Label })
			if i >= 0 && !c.Replace {
				return nil, fmt.Errorf("the endpoint %s already has a secret %q. "+
					"Choose another label, or pass --replace", e.Name, c.Label)
			}
			if i >= 0 {
				list[i]["value"] = secret
				return list, nil
			}
			return append(list, map[string]string{"label": c.Label, "value": secret}), nil
		})
		if err != nil {
			return err
		}
		warnOfSecrets(d.Stdio.Err, &e)
		return printSecrets(d, &e, c.JSON)
	})
}

// secretRemoveCmd is the command hookbeam endpoint secret remove.
type secretRemoveCmd struct {
	Endpoint string `arg:"" help:"Name or id of the endpoint." placeholder:"ENDPOINT"`
	Label    string `arg:"" help:"Label of the secret." placeholder:"LABEL"`
	Verify   string `help:"Set verify as well, to off if the endpoint has no other secret: then it accepts every request." env:"HOOKBEAM_VERIFY" placeholder:"MODE"`
	onServer
}

// Run removes the secret.
func (c *secretRemoveCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := changeSecrets(ctx, server, c.Endpoint, c.Verify, func(e *wire.Endpoint, list []map[string]string) (
			[]map[string]string, error) {
			i := slices.IndexFunc(list, func(s map[string]string) bool { return s["label"] == c.Label })
			if i < 0 {
				return nil, fmt.Errorf("the endpoint %s has no secret %q; it has %s",
					e.Name, c.Label, labelsOf(e.Secrets))
			}
			return slices.Delete(list, i, i+1), nil
		})
		if err != nil {
			return err
		}
		return printSecrets(d, &e, c.JSON)
	})
}

// changeSecrets changes the list of an endpoint's secrets, which the API replaces as a whole. If somebody else changes
// the endpoint at the same time, it tries again. A secret without a value stays as it is stored.
func changeSecrets(ctx context.Context, server *client.Server, name, verify string,
	change func(*wire.Endpoint, []map[string]string) ([]map[string]string, error),
) (wire.Endpoint, error) {
	for attempt := 1; ; attempt++ {
		e, err := findEndpoint(ctx, server, name)
		if err != nil {
			return e, err
		}
		list := []map[string]string{}
		for _, s := range e.Secrets {
			list = append(list, map[string]string{"label": s.Label})
		}
		if list, err = change(&e, list); err != nil {
			return e, err
		}
		body := map[string]any{"revision": e.Revision, "secrets": list}
		if verify != "" {
			body["verify"] = verify
		}
		changed, err := server.UpdateEndpoint(ctx, e.ID, body)
		problem := (*client.ProblemError)(nil)
		if errors.As(err, &problem) && problem.Code == "endpoint_changed" && attempt < 3 {
			continue
		}
		return changed, err
	}
}

// printSecrets prints the secrets that an endpoint has now.
func printSecrets(d Deps, e *wire.Endpoint, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{
			"endpoint": e.Name, "verify": e.Verify, "secrets": e.Secrets})
	}
	for _, s := range e.Secrets {
		if _, err := fmt.Fprintln(d.Stdio.Out, printable(s.Label)); err != nil {
			return err
		}
	}
	return nil
}

// warnOfSecrets prints what is unusual about an endpoint's secrets.
func warnOfSecrets(out io.Writer, e *wire.Endpoint) {
	for _, s := range e.Secrets {
		for _, doubt := range s.Doubts {
			fmt.Fprintf(out, "The secret %q: %s\n", s.Label, doubt.Detail)
		}
	}
}

// secretListCmd is the command hookbeam endpoint secret list.
type secretListCmd struct {
	Endpoint string `arg:"" help:"Name or id of the endpoint." placeholder:"ENDPOINT"`
	onServer
}

// Run prints one label on each line.
func (c *secretListCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		e, err := findEndpoint(ctx, server, c.Endpoint)
		if err != nil {
			return err
		}
		warnOfSecrets(d.Stdio.Err, &e)
		return printSecrets(d, &e, c.JSON)
	})
}

// sortedKeys returns the keys of a map, sorted.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
