package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
)

// healthCmd is the command hookbeam health, for containers without a shell and for scripts. It sends one request to a
// server's health check and exits with code 0 only if the server is healthy. It opens no database, and starts within
// milliseconds.
type healthCmd struct {
	Listen    string        `help:"Address that the server listens on; default: that of the server on the data folder, else 127.0.0.1:8080." env:"HOOKBEAM_LISTEN" placeholder:"HOST:PORT"`
	Data      string        `help:"Data folder of the server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	PublicURL string        `help:"Public URL of the server: its path is used, and its host to choose a certificate." env:"HOOKBEAM_PUBLIC_URL" placeholder:"URL"`
	Server    string        `help:"URL of the server to ask, instead of the one that listens on this machine." env:"HOOKBEAM_SERVER" placeholder:"URL"`
	Live      bool          `help:"Ask whether the process answers (/healthz), not whether it can receive (/readyz)." env:"HOOKBEAM_HEALTH_LIVE"`
	Timeout   time.Duration `help:"How long to wait for the answer." default:"5s" env:"HOOKBEAM_HEALTH_TIMEOUT"`
	JSON      bool          `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// defaultListen is the default of serve's --listen.
const defaultListen = "127.0.0.1:8080"

// Run sends the request and prints one line. The error of a server that is not healthy makes the process exit with code
// 1. With --json the line is a client.Health in either case.
func (c *healthCmd) Run(ctx context.Context, d Deps) error {
	if c.Timeout <= 0 {
		return usageErrorf("--timeout: must be more than 0, such as 5s")
	}
	target, err := c.target()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	health := target.Check(ctx, c.Live)
	if c.JSON {
		if err := json.NewEncoder(d.Stdio.Out).Encode(health); err != nil {
			return err
		}
	}
	if !health.OK() {
		return unhealthy(health)
	}
	if !c.JSON {
		_, err = fmt.Fprintf(d.Stdio.Out, "%s: %s (%d ms)\n", health.Status, health.URL, health.Took)
	}
	return err
}

// target returns the server to ask. Without --listen, or if that leaves the port to the system, the lock file of the
// data folder says where its server listens. It also says for which name a server has a certificate, unless
// --public-url does.
func (c *healthCmd) target() (client.HealthTarget, error) {
	if c.Server != "" {
		return client.URLTarget(c.Server)
	}
	listen, public := c.Listen, c.PublicURL
	_, port, err := net.SplitHostPort(listen)
	who := datafile.ReadRunningServer(c.Data)
	_, its, _ := net.SplitHostPort(who.Listen)
	if listen == "" || err == nil && port == "0" {
		listen, public = cmp.Or(who.Listen, listen, defaultListen), cmp.Or(public, who.URL)
	} else if err == nil && port == its { // as in a container, where a variable has the address
		public = cmp.Or(public, who.URL)
	}
	return client.ListenTarget(listen, public)
}

// unhealthy returns the error of a server that is not healthy.
func unhealthy(h client.Health) error {
	what := "not ready"
	if h.Status == client.HealthUnreachable {
		what = "not reachable"
	}
	text := fmt.Sprintf("%s: %s: %s", what, h.URL, h.Detail)
	if h.Code != "" {
		text += " (" + h.Code + ")"
	}
	return errors.New(text)
}
