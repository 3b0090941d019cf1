package command

import (
	"context"

	"hookbeam/server/client"
)

// remote is the flags by which a command reaches a server other than the one that runs on its data folder.
type remote struct {
	Server string `help:"Address of the server to ask, instead of the one that runs on the data folder." env:"HOOKBEAM_SERVER" placeholder:"URL"`
	Token  string `help:"Token for --server. Prefer the variable: process lists are public." env:"HOOKBEAM_TOKEN" placeholder:"TOKEN"`
}

// connect returns the server that the flags name, or the one that holds the data folder. The errors of client.Local say
// whether there is none.
func (r remote) connect(ctx context.Context, folder, version string) (*client.Server, error) {
	if r.Server != "" {
		return client.Remote(r.Server, r.Token, version)
	}
	return client.Local(ctx, folder, version)
}
