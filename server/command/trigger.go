package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"hookbeam/server/client"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
)

// triggerCmd is hookbeam trigger: it sends samples of a provider's webhooks, signed as the provider signs.
type triggerCmd struct {
	Provider string   `arg:"" optional:"" help:"The provider, for example stripe."`
	Type     string   `arg:"" optional:"" help:"Event type; default: the provider's most common one."`
	Set      []string `help:"Change a value in the body: data.object.amount=1200 in JSON (valid JSON is set as such), or a form field." sep:"none" placeholder:"PATH=VALUE"`
	Header   []string `help:"Add a header, or replace the sample's own." sep:"none" placeholder:"'NAME: VALUE'"`

	To       string `help:"URL to send to; default: an endpoint of the server that runs on the data folder." placeholder:"URL"`
	Endpoint string `help:"Endpoint to send to and to sign for, if several have this provider." env:"HOOKBEAM_ENDPOINT" placeholder:"NAME"`
	Data     string `help:"Data folder of the running server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`

	SecretFile string   `help:"File with the secret to sign with. There is no flag for the secret itself, because process lists are public." xor:"with" placeholder:"FILE"`
	SecretEnv  string   `help:"Environment variable with the secret to sign with." xor:"with" placeholder:"VARIABLE"`
	Key        string   `help:"PEM file with the private key to sign with, for providers that use one." xor:"with" placeholder:"FILE"`
	Setting    []string `help:"One of the provider's settings, such as webhook_id=WH-1 for PayPal." sep:"none" placeholder:"NAME=VALUE"`

	Count int  `help:"Number of events to send, up to 1000, all about the same object." default:"1" placeholder:"N"`
	List  bool `help:"List providers and event types instead of sending."`
	JSON  bool `help:"Print JSON, one line for each request." env:"HOOKBEAM_JSON"`
	remote
	logging
}

// maxCount is how many samples one run may send.
const maxCount = 1000

// Run sends samples, and fails unless all were taken.
func (c *triggerCmd) Run(ctx context.Context, d Deps) error {
	if c.List && c.Provider == "" {
		return c.list(d.Stdio, provider.All())
	}
	p, known := provider.For(c.Provider)
	switch {
	case !known:
		return misuse("%q is no provider; hookbeam trigger --list shows them", c.Provider)
	case c.List:
		return c.list(d.Stdio, []provider.Provider{*p})
	case c.Count < 1 || c.Count > maxCount:
		return misuse("--count is 1 to %d", maxCount)
	}
	set, err := parsePairs("--set", c.Set, "=")
	if err != nil {
		return err
	}
	headers, err := parsePairs("--header", c.Header, ":")
	if err != nil {
		return err
	}
	t, err := c.resolveTarget(ctx, p, d)
	if err != nil {
		return err
	}
	s := sender{
		target:   t,
		provider: p,
		sampler:  sample.NewSampler(),
		client:   newHTTPClient(),
		stdio:    d.Stdio,
		json:     c.JSON,
	}
	defer s.client.CloseIdleConnections()
	missed := 0
	for range c.Count {
		taken, err := s.sendSample(ctx, c.Type, set, headers)
		if err != nil {
			return err
		}
		if !taken {
			missed++
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d not taken: the answer was no 2xx", missed, c.Count)
	}
	return nil
}

// list prints every type of event that there is a sample of.
func (c *triggerCmd) list(stdio Stdio, all []provider.Provider) error {
	for _, p := range all {
		if c.JSON {
			if err := json.NewEncoder(stdio.Out).Encode(map[string]any{"provider": p.ID, "types": sample.Types(&p)}); err != nil {
				return err
			}
			continue
		}
		for _, name := range sample.Types(&p) {
			if strings.Contains(name, " ") {
				name = "'" + name + "'"
			}
			if _, err := fmt.Fprintln(stdio.Out, p.ID, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// parsePairs reads a flag that may be given several times, each time with a name, a separator and a value.
func parsePairs(flag string, given []string, separator string) (map[string]string, error) {
	pairs := map[string]string{}
	for _, one := range given {
		name, value, ok := strings.Cut(one, separator)
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, misuse("%s takes a name, %q and a value", flag, separator)
		}
		pairs[name] = value
		if separator == ":" {
			pairs[name] = strings.TrimSpace(value)
		}
	}
	return pairs, nil
}

// chooseEndpoint returns the index of the endpoint that a sample is for.
func chooseEndpoint(all []client.Endpoint, p *provider.Provider, name string) (i int, err error) {
	var fit []string
	for at, e := range all {
		if name == e.Name && e.Provider != p.ID {
			return 0, misuse("the endpoint %s takes what %s sends, not %s", name, e.Provider, p.ID)
		}
		if e.Provider == p.ID && e.Name == cmp.Or(name, e.Name) {
			i, fit = at, append(fit, e.Name)
		}
	}
	switch {
	case len(fit) == 0 && name != "":
		return 0, misuse("there is no endpoint named %s in this data folder", name)
	case len(fit) == 0:
		return 0, fmt.Errorf(
			"no endpoint in this data folder is for %s; make one in the dashboard, or name an address with --to",
			p.Name,
		)
	case len(fit) > 1:
		return 0, misuse(
			"%d endpoints are for %s: %s. Say which with --endpoint",
			len(fit),
			p.Name,
			strings.Join(fit, ", "),
		)
	}
	return i, nil
}
