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

// triggerCmd is the command hookbeam trigger. Without --flow, it sends samples of a provider's webhooks, signed as
// the provider signs them, to an endpoint of a server or to any URL. It exits with code 0 only if every response was
// 2xx. It prints one line for each request and one for its response:
//
//	POST http://127.0.0.1:8080/in/shop-7hd2k9 payment_intent.succeeded evt_1 1.2 kB
//	200 {"id":"dlv_1","seq":7} in 3 ms
//
// With --flow, it sends the life of one payment; see flowRun.
type triggerCmd struct {
	// What to send.
	Provider string   `arg:"" optional:"" help:"The provider, for example stripe."`
	Type     string   `arg:"" optional:"" help:"Event type; default: the provider's most common one. With --flow: the endpoint, as --endpoint."`
	Set      []string `help:"Change a value in the body: data.object.amount=1200 in JSON (valid JSON is set as such), or a form field." sep:"none" placeholder:"PATH=VALUE"`
	Header   []string `help:"Add a header, or replace the sample's own." sep:"none" placeholder:"'NAME: VALUE'"`

	// Where to send it.
	To       string `help:"URL to send to; default: an endpoint of the server that runs on the data folder." placeholder:"URL"`
	Endpoint string `help:"Endpoint to send to and to sign for, if several have this provider." env:"HOOKBEAM_ENDPOINT" placeholder:"NAME"`
	Data     string `help:"Data folder of the running server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`

	// What to sign it with; without any of these, the endpoint's own secrets.
	SecretFile string   `help:"File with the secret to sign with. There is no flag for the secret itself, because process lists are public." xor:"with" placeholder:"FILE"`
	SecretEnv  string   `help:"Environment variable with the secret to sign with." xor:"with" placeholder:"VARIABLE"`
	Key        string   `help:"PEM file with the private key to sign with, for providers that use one." xor:"with" placeholder:"FILE"`
	Setting    []string `help:"One of the provider's settings, such as webhook_id=WH-1 for PayPal." sep:"none" placeholder:"NAME=VALUE"`

	// How often to send it, or what to do instead.
	Count int  `help:"Number of events to send, up to 1000, all about the same object." default:"1" placeholder:"N"`
	List  bool `help:"List providers, event types and flows instead of sending."`
	JSON  bool `help:"Print JSON, one line for each request." env:"HOOKBEAM_JSON"`
	flowFlags
	remote
	logging
}

// maxCount is the number of samples that one run may send.
const maxCount = 1000

// Run sends the samples one after another, or lists them with --list. It fails at once if a request gets no response,
// and at the end if a response was not 2xx.
func (c *triggerCmd) Run(ctx context.Context, d Deps) error {
	if c.List && c.Provider == "" {
		return c.list(d.Stdio, provider.All())
	}
	p, known := provider.For(c.Provider)
	switch {
	case !known:
		return usageErrorf("unknown provider %q; hookbeam trigger --list shows all", c.Provider)
	case c.List:
		return c.list(d.Stdio, []provider.Provider{*p})
	case c.Count < 1 || c.Count > maxCount:
		return usageErrorf("--count must be between 1 and %d", maxCount)
	}
	if err := c.checkFlow(); err != nil {
		return err
	}
	if c.Flow != "" {
		return c.runFlow(ctx, p, d)
	}
	return c.runSamples(ctx, p, d)
}

// runSamples sends samples of one event type.
func (c *triggerCmd) runSamples(ctx context.Context, p *provider.Provider, d Deps) error {
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
	refused := 0
	for range c.Count {
		accepted, err := s.sendSample(ctx, c.Type, set, headers)
		if err != nil {
			return err
		}
		if !accepted {
			refused++
		}
	}
	if refused > 0 {
		return fmt.Errorf("%d of %d samples were refused: the response was not 2xx", refused, c.Count)
	}
	return nil
}

// list prints the event types of each provider for which there is a sample, and then its flows. Types that contain a
// space are quoted, so that a line can be copied into a shell.
func (c *triggerCmd) list(stdio Stdio, all []provider.Provider) error {
	for _, p := range all {
		line := struct {
			Provider string   `json:"provider"`
			Types    []string `json:"types"`
			Flows    []string `json:"flows"`
		}{p.ID, sample.Types(&p), []string{}}
		for _, f := range sample.Flows(&p) {
			line.Flows = append(line.Flows, f.Name)
		}
		if c.JSON {
			if err := json.NewEncoder(stdio.Out).Encode(line); err != nil {
				return err
			}
			continue
		}
		for _, name := range line.Types {
			if strings.Contains(name, " ") {
				name = "'" + name + "'"
			}
			if _, err := fmt.Fprintln(stdio.Out, p.ID, name); err != nil {
				return err
			}
		}
		for _, name := range line.Flows {
			if _, err := fmt.Fprintln(stdio.Out, p.ID, "--flow", name); err != nil {
				return err
			}
		}
	}
	return nil
}

// parsePairs parses the values of a flag that may be repeated, each a name, a separator and a value. flag is used in
// errors only. Of two values with the same name the last counts.
func parsePairs(flag string, given []string, separator string) (map[string]string, error) {
	pairs := map[string]string{}
	for _, one := range given {
		name, value, ok := strings.Cut(one, separator)
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usageErrorf("%s must have the form NAME%sVALUE", flag, separator)
		}
		pairs[name] = value
		if separator == ":" { // of a header, where spaces around the value have no meaning
			pairs[name] = strings.TrimSpace(value)
		}
	}
	return pairs, nil
}

// chooseEndpoint returns the index of the endpoint that samples of a provider are for: the one with this name, or
// without a name the only one of the provider. Any other number of endpoints is an error.
func chooseEndpoint(all []client.Endpoint, p *provider.Provider, name string) (i int, err error) {
	var matches []string // names of the endpoints that fit; i is the index of the last
	for at, e := range all {
		if name == e.Name && e.Provider != p.ID {
			return 0, usageErrorf("the endpoint %s is for the provider %s, not %s", name, e.Provider, p.ID)
		}
		if e.Provider == p.ID && e.Name == cmp.Or(name, e.Name) {
			i, matches = at, append(matches, e.Name)
		}
	}
	switch {
	case len(matches) == 0 && name != "":
		return 0, usageErrorf("there is no endpoint named %s", name)
	case len(matches) == 0:
		return 0, fmt.Errorf("there is no endpoint for %s; create one in the dashboard, or pass a URL with --to",
			p.Name)
	case len(matches) > 1:
		return 0, usageErrorf("%d endpoints are for %s: %s. Choose one with --endpoint",
			len(matches), p.Name, strings.Join(matches, ", "))
	}
	return i, nil
}
