package command

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// target is the URL that samples are sent to, and what they are signed with. resolveTarget makes it once for a run.
// Samples are signed with key if it is set, else with the first of secrets that the provider can use.
type target struct {
	url      *url.URL
	endpoint hook.Endpoint // the settings that some signatures depend on
	address  string        // the URL to sign, for providers that sign the URL
	secrets  []string
	key      crypto.Signer
	public   string // the public half of a key that was created for this run, in the form of an endpoint's secret
	note     string // a hint for the user, printed before the first sample
}

// resolveTarget determines the URL to send to and what to sign with:
//
//   - Without --to, it asks the server for the endpoint that --endpoint names, or for the provider's only one, and uses
//     its URL and its secrets.
//   - With --to alone, it asks no server. Samples are signed with the secret or the key of the other flags. Without one
//     they stay unsigned, or are signed with a new key if the provider signs with keys only.
//   - With both, samples are sent to the URL of --to and signed for the endpoint, including its own URL.
//
// Before it returns it signs a sample as a test, so that a mistake is reported before anything is sent.
func (c *triggerCmd) resolveTarget(ctx context.Context, p *provider.Provider, d Deps) (t target, err error) {
	t.endpoint.Provider = p.ID
	if c.To == "" || c.Endpoint != "" {
		if err := c.findEndpoint(ctx, p, d, &t); err != nil {
			return t, err
		}
	}
	if c.To == "" {
		c.To = t.address
	} else if t.address == "" {
		t.address = c.To
	}
	if t.url, err = url.Parse(c.To); err != nil || t.url.Host == "" ||
		t.url.Scheme != "http" && t.url.Scheme != "https" {
		return t, usageErrorf("--to must be an http or https URL")
	}
	settings, err := parsePairs("--setting", c.Setting, "=")
	if err != nil {
		return t, err
	}
	if problem := provider.CheckSettings(p.ID, settings, nil); problem != "" {
		return t, usageErrorf("%s", problem)
	}
	// Cloned, because --setting must not change the endpoint that the client returned.
	t.endpoint.Settings = maps.Clone(t.endpoint.Settings)
	if t.endpoint.Settings == nil {
		t.endpoint.Settings = map[string]string{}
	}
	maps.Copy(t.endpoint.Settings, settings)
	if err := c.loadKey(&t, d.Env); err != nil {
		return t, err
	}
	err = t.dryRun(p)
	return t, err
}

// findEndpoint asks the server for the endpoint that the samples are for, and copies its URL, settings and secrets into
// t. A server that is reached with --server does not return the values of secrets.
func (c *triggerCmd) findEndpoint(ctx context.Context, p *provider.Provider, d Deps, t *target) error {
	server, err := c.connect(ctx, c.Data, d.Version)
	if errors.Is(err, client.ErrNotRunning) {
		return fmt.Errorf("%w, or pass a URL with --to", err)
	}
	if err != nil {
		return err
	}
	defer server.Close()
	all, err := server.Endpoints(ctx)
	if err != nil {
		return err
	}
	i, err := chooseEndpoint(all, p, c.Endpoint)
	if err != nil {
		return err
	}
	e := all[i]
	t.address = e.URL
	t.endpoint = hook.Endpoint{
		ID:        e.ID,
		Name:      e.Name,
		Provider:  e.Provider,
		SignedURL: e.SignedURL,
		Settings:  e.Settings,
	}
	for _, s := range e.Secrets {
		if s.Value != "" {
			t.secrets = append(t.secrets, s.Value)
		}
		t.endpoint.Secrets = append(t.endpoint.Secrets, hook.Secret(s))
	}
	return nil
}

// loadKey reads the secret or the key of --secret-file, --secret-env or --key. It replaces the secrets of the endpoint.
func (c *triggerCmd) loadKey(t *target, env func(string) string) error {
	switch {
	case c.SecretFile != "" || c.SecretEnv != "":
		secret, err := readSecret(c.SecretFile, c.SecretEnv, env)
		if err != nil {
			return err
		}
		t.secrets = []string{secret}
		if signature.Clean(secret) != secret {
			t.note = "The secret has white space, quotes or something else around it. " +
				"Samples are signed with it as it is."
		}
	case c.Key != "":
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return fmt.Errorf("read the key: %w", err)
		}
		t.secrets = nil
		if t.key, err = parseKey(text); err != nil {
			return usageErrorf("%s contains no usable private key: %w", c.Key, err)
		}
	default:
		return nil
	}
	return nil
}

// parseKey parses the first private key of a PEM file: PKCS #8, or the older forms for EC and RSA keys.
func parseKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		default:
			continue
		}
		if signer, ok := key.(crypto.Signer); ok && err == nil {
			return signer, nil
		}
		return nil, errors.New("its type is not supported")
	}
	return nil, errors.New("there is none in PEM format")
}

// dryRun signs a sample that is not sent, so that a wrong secret or a missing setting is reported before anything is
// sent. If there is nothing to sign with, it sets the note, and creates a key for a provider that signs with keys only;
// for any other provider the samples stay unsigned.
func (t *target) dryRun(p *provider.Provider) error {
	at := time.Now()
	r, err := sample.NewSampler().Make(p, "", nil, at)
	if err != nil {
		return err
	}
	given := len(t.secrets) > 0 || t.key != nil
	err = signature.ErrWrongKey // nothing to sign with is treated like a key that does not fit
	if given {
		err = t.sign(p, r, at)
	}
	switch {
	case !errors.Is(err, signature.ErrWrongKey):
		return err
	case t.key != nil:
		return usageErrorf("%s does not use signing keys of this type", p.Name)
	case !given && !p.Signature.OnlyByKey():
		t.note = "Sent unsigned: there is no signing secret. Pass one with --secret-file or --secret-env."
		return nil
	}
	t.secrets = nil
	if t.key, t.public, err = p.Signature.NewKey(at); errors.Is(err, signature.ErrWrongKey) {
		return usageErrorf("%s does not use signing secrets of this format", p.Name)
	}
	if err != nil {
		return err
	}
	t.note = "Signed with a new key. Samples are rejected until you add this as a secret to the endpoint:\n" + t.public
	return t.sign(p, r, at)
}

// sign signs r with the key, or with the first secret that the provider can use. It fails with signature.ErrWrongKey if
// there is none.
func (t *target) sign(p *provider.Provider, r *hook.Record, at time.Time) error {
	with := signature.Signing{Endpoint: &t.endpoint, URL: t.address, At: at, Key: t.key}
	if t.key != nil {
		return p.Sign(r, with)
	}
	for _, with.Secret = range t.secrets { // an endpoint may also hold secrets that verify only, such as public keys
		if err := p.Sign(r, with); !errors.Is(err, signature.ErrWrongKey) {
			return err
		}
	}
	return signature.ErrWrongKey
}
