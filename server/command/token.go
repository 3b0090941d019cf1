package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// tokenCmd groups the commands below hookbeam token. They need an administrator: the owner of the data folder, or
// --server with HOOKBEAM_ADMIN_TOKEN.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create an API token, and print it. It is shown only this once."`
	List   tokenListCmd   `cmd:"" help:"List API tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke API tokens, and close what they have open."`
}

// onServer declares the flags of commands that need a running server.
type onServer struct {
	Data string `help:"Data folder of the running server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	remote
}

// connected calls do with the server of the flags, and closes the connection afterwards.
func (c *onServer) connected(ctx context.Context, d Deps, do func(*client.Server) error) error {
	server, err := c.connect(ctx, c.Data, d.Version)
	if err != nil {
		return err
	}
	defer server.Close()
	return do(server)
}

// tokenCreateCmd is the command hookbeam token create. It prints the token alone on standard output, so that a script
// can store it, and what it may do on standard error. With --json it prints the response of POST /tokens.
type tokenCreateCmd struct {
	Name     string   `help:"What it is for, for people." default:"cli" env:"HOOKBEAM_TOKEN_NAME" placeholder:"TEXT"`
	Scope    []string `help:"What its holder may do: read, write, listen, sign, status:mint. None includes another one." default:"read" env:"HOOKBEAM_TOKEN_SCOPE" placeholder:"SCOPE,…"`
	Endpoint []string `help:"Limit it to these endpoints, by name or id; default: all, also later ones." env:"HOOKBEAM_TOKEN_ENDPOINT" placeholder:"NAME,…"`
	Expires  string   `help:"How long it works, such as 90d or 12h; default: until it is revoked." env:"HOOKBEAM_TOKEN_EXPIRES" placeholder:"TIME"`
	onServer
}

// Run creates the token.
func (c *tokenCreateCmd) Run(ctx context.Context, d Deps) error {
	if c.Expires != "" {
		if _, err := hook.ParseSpan(c.Expires); err != nil {
			return usageErrorf("--expires: %w", err)
		}
	}
	for i, s := range c.Scope {
		c.Scope[i] = strings.TrimSpace(s)
		if err := checkScope(c.Scope[i]); err != nil {
			return err
		}
	}
	return c.connected(ctx, d, func(server *client.Server) error {
		body := map[string]any{"name": c.Name, "scopes": c.Scope}
		if c.Expires != "" {
			body["expires_in"] = c.Expires
		}
		if len(c.Endpoint) > 0 {
			all, err := server.ListEndpoints(ctx)
			if err != nil {
				return err
			}
			ids := make([]hook.EndpointID, len(c.Endpoint))
			for i, name := range c.Endpoint {
				e, err := endpointNamed(all, strings.TrimSpace(name))
				if err != nil {
					return err
				}
				ids[i] = e.ID
			}
			body["endpoints"] = ids
		}
		created, err := server.CreateToken(ctx, body)
		if err != nil {
			return err
		}
		return c.print(d, &created)
	})
}

// checkScope returns an error for a scope that does not exist.
func checkScope(s string) error {
	var names []string
	for _, known := range hook.Scopes() {
		if string(known) == s {
			return nil
		}
		names = append(names, string(known))
	}
	return usageErrorf("--scope: there is no scope %q; use %s", s, strings.Join(names, ", "))
}

func (c *tokenCreateCmd) print(d Deps, created *wire.Token) error {
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(created)
	}
	limit := "all endpoints"
	if len(c.Endpoint) > 0 {
		limit = strings.Join(c.Endpoint, ", ")
	}
	until := "until it is revoked"
	if created.ExpiresAt != nil {
		until = "until " + created.ExpiresAt.Format(timeForm)
	}
	fmt.Fprintf(d.Stdio.Err, "Created the token %q (%s) for %s: %s, %s. Store it now: it is shown only this once.\n",
		created.Name, created.ID, limit, joinScopes(created.Scopes), until)
	_, err := fmt.Fprintln(d.Stdio.Out, created.Token)
	return err
}

// timeForm is how commands print times to people, in UTC.
const timeForm = "2006-01-02 15:04 UTC"

func joinScopes(scopes []hook.Scope) string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, ",")
}

// tokenListCmd is the command hookbeam token list. With --json it prints the response of GET /tokens.
type tokenListCmd struct{ onServer }

// Run prints one line for each token.
func (c *tokenListCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		all, err := server.Tokens(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(all)
		}
		if len(all.Tokens) == 0 {
			fmt.Fprintln(d.Stdio.Err, "There are no API tokens. Create one: hookbeam token create")
			return nil
		}
		endpoints, err := server.ListEndpoints(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"ID", "NAME", "SCOPES", "ENDPOINTS", "EXPIRES", "LAST USED"}}
		for _, t := range all.Tokens {
			rows = append(rows, []string{string(t.ID), printable(t.Name), joinScopes(t.Scopes),
				namesOf(endpoints, t.Endpoints), timeOr(t.ExpiresAt, "never"), timeOr(t.LastUsedAt, "never")})
		}
		return printTable(d.Stdio.Out, rows)
	})
}

// timeOr returns a time for people, or another text if there is none.
func timeOr(t *hook.Time, none string) string {
	if t == nil {
		return none
	}
	return t.UTC().Format(timeForm)
}

// namesOf returns the names of the endpoints that a token is limited to; of a deleted one the id.
func namesOf(all []wire.Endpoint, ids []hook.EndpointID) string {
	if ids == nil {
		return "all"
	}
	var names []string
	for _, id := range ids {
		name := string(id)
		for _, e := range all {
			if e.ID == id {
				name = e.Name
			}
		}
		names = append(names, name)
	}
	return cmp.Or(strings.Join(names, ","), "none")
}

// tokenRevokeCmd is the command hookbeam token revoke.
type tokenRevokeCmd struct {
	Token []string `arg:"" help:"The tokens, by id or by name." placeholder:"TOKEN"`
	onServer
}

// Run revokes the tokens. Nothing is revoked if one of them does not exist.
func (c *tokenRevokeCmd) Run(ctx context.Context, d Deps) error {
	return c.connected(ctx, d, func(server *client.Server) error {
		all, err := server.Tokens(ctx)
		if err != nil {
			return err
		}
		var found []wire.Token
		for _, name := range c.Token {
			t, err := tokenNamed(all.Tokens, name)
			if err != nil {
				return err
			}
			found = append(found, t)
		}
		for _, t := range found {
			if err := server.RevokeToken(ctx, t.ID); err != nil {
				return err
			}
			if !c.JSON {
				fmt.Fprintf(d.Stdio.Out, "Revoked %s (%s)\n", t.ID, printable(t.Name))
			}
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(map[string]any{"revoked": found})
		}
		return nil
	})
}

// tokenNamed returns the token with an id, or the only one with a name.
func tokenNamed(all []wire.Token, name string) (found wire.Token, err error) {
	matches := 0
	for _, t := range all {
		if string(t.ID) == name {
			return t, nil
		}
		if t.Name == name {
			found, matches = t, matches+1
		}
	}
	switch matches {
	case 0:
		return found, fmt.Errorf("there is no token %q; hookbeam token list shows all", name)
	case 1:
		return found, nil
	}
	return found, usageErrorf("%d tokens are named %q. Revoke them by id; hookbeam token list shows all", matches, name)
}
