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
	"strings"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/signature"
)

// target is where samples go, and what they are signed with. resolveTarget makes it once for a run.
type target struct {
	url      *url.URL
	endpoint hook.Endpoint
	address  string   // that is signed, where the address is
	secrets  []string // the first that the provider signs with is used
	key      crypto.Signer
	public   string // what the endpoint lacks to check them, where the key was made for this run
	note     string // for the person who waits
}

// resolveTarget finds out where to send to and how to sign, and looks into the data folder only if it must.
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
		return t, misuse("--to must be an http or https address")
	}
	settings, err := parsePairs("--setting", c.Setting, "=")
	if err != nil {
		return t, err
	}
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

// findEndpoint asks the server for the endpoint that the sample is for, and takes its address and its secrets. A server
// elsewhere does not give secrets away.
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

// loadKey reads the secret or key that was named, to use it in place of the endpoint's own.
func (c *triggerCmd) loadKey(t *target, env func(string) string) error {
	switch {
	case c.SecretFile != "":
		text, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return fmt.Errorf("read the secret: %w", err)
		}
		t.secrets = []string{strings.TrimSpace(string(text))}
	case c.SecretEnv != "":
		t.secrets = []string{env(c.SecretEnv)}
	case c.Key != "":
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return fmt.Errorf("read the key: %w", err)
		}
		t.secrets = nil
		if t.key, err = parseKey(text); err != nil {
			return misuse("%s holds no private key: %w", c.Key, err)
		}
	default:
		return nil
	}
	if len(t.secrets) == 1 && t.secrets[0] == "" {
		return misuse("the secret to sign with is empty")
	}
	return nil
}

// parseKey reads the first private key of a PEM file.
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
		return nil, errors.New("it is of a kind that is not known")
	}
	return nil, errors.New("there is none in PEM")
}

// dryRun signs a sample that is never sent, so that a wrong secret or a missing setting is reported before anything is
// sent. If no secret signs, it makes a key, or leaves the samples unsigned, and sets the note.
func (t *target) dryRun(p *provider.Provider) error {
	at := time.Now()
	r, err := sample.NewSampler().Make(p, "", nil, at)
	if err != nil {
		return err
	}
	given := len(t.secrets) > 0 || t.key != nil
	err = signature.ErrWrongKey
	if given {
		err = t.sign(p, r, at)
	}
	switch {
	case !errors.Is(err, signature.ErrWrongKey):
		return err
	case t.key != nil:
		return misuse("%s does not sign with a key of this kind", p.Name)
	case !given && !p.Signature.OnlyByKey():
		t.note = "Sent unsigned: there is no secret to sign with. Name one with --secret-file or --secret-env."
		return nil
	}
	t.secrets = nil
	if t.key, t.public, err = p.Signature.NewKey(at); errors.Is(err, signature.ErrWrongKey) {
		return misuse("%s does not sign with a secret of this form", p.Name)
	}
	if err != nil {
		return err
	}
	t.note = "Signed with a key made for this run: it is rejected until the endpoint has its public half as a secret:\n" + t.public
	return t.sign(p, r, at)
}

// sign signs r with the first that fits.
func (t *target) sign(p *provider.Provider, r *hook.Record, at time.Time) error {
	with := signature.Signing{Endpoint: &t.endpoint, URL: t.address, At: at, Key: t.key}
	if t.key != nil {
		return p.Sign(r, with)
	}
	for _, with.Secret = range t.secrets {
		if err := p.Sign(r, with); !errors.Is(err, signature.ErrWrongKey) {
			return err
		}
	}
	return signature.ErrWrongKey
}
