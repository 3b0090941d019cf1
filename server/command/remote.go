package command

import (
	"context"

	"hookbeam/server/client"
)

// remote declares the flags of commands that can use a server on another machine in place of the one that runs on the
// data folder. The flags have environment variables, so that a shell can be set up once for a server.
type remote struct {
	Server string `help:"Address of the server to ask, instead of the one that runs on the data folder." env:"HOOKBEAM_SERVER" placeholder:"URL"`
	Token  string `help:"Token for --server. Prefer the variable: process lists are public." env:"HOOKBEAM_TOKEN" placeholder:"TOKEN"`

	TokenFile string `help:"File with the token for --server." env:"HOOKBEAM_TOKEN_FILE" placeholder:"FILE"`
}

// connect returns the server at --server, or without that flag the one that runs on the data folder. It fails with
// client.ErrNotRunning if none runs there. version is the version of this program. The caller closes the server.
func (r remote) connect(ctx context.Context, folder, version string) (*client.Server, error) {
	if r.Server != "" {
		token, err := client.ReadSecret("HOOKBEAM_TOKEN (--token)", r.Token,
			"HOOKBEAM_TOKEN_FILE (--token-file)", r.TokenFile)
		if err != nil {
			return nil, err
		}
		return client.Remote(r.Server, token, version)
	}
	return client.Local(ctx, folder, version)
}
