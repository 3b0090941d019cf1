package doctor

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"hookbeam/server/client"
)

// checkHealth asks the server itself, without any proxy, whether it can receive, and whether its data are whole.
func (e *examination) checkHealth(ctx context.Context) {
	const check = "health"
	target, err := client.ListenTarget(e.about.Listen, e.about.PublicURL)
	if err != nil {
		e.fail(check, "Look at the server's log.", "%s.", sentence(err))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	switch health := target.Check(ctx, false); {
	case !health.OK():
		e.fail(check, "See /readyz?verbose and the server's log.", "%s: %s", health.URL, health.Detail)
	case e.info.Storage.Damaged > 0:
		e.fail(check, "Check the disk (smartctl, the kernel's log), and restore these deliveries from a backup, or "+
			"ask "+
			"their senders to deliver them again.", "Ready, but %d of the stored deliveries were found damaged on "+
			"disk.",
			e.info.Storage.Damaged)
	default:
		e.ok(check, "Ready to receive, and no damage was found since the start.")
	}
}

// farBehind is how many deliveries a follower may be behind the log before it is worth a line. It catches up with
// thousands in a second.
const farBehind = 10_000

// checkLag checks that what follows the log keeps up with it.
func (e *examination) checkLag() {
	statuses, live := int64(e.about.Head-e.about.Statuses), int64(e.about.Head-e.about.Live)
	if lag := max(statuses, live); lag > farBehind {
		e.warn("followers", "Run hookbeam doctor again in a minute. If the number grows, the machine is too slow "+
			"for what "+
			"it receives: see docs/control.md, Inspecting a running server.",
			"The statuses are %d deliveries behind the log, and live readers %d.", statuses, live)
		return
	}
	e.ok("followers", "Statuses and live readers keep up with the log.")
}

// mostNamed is how many endpoints a line names.
const mostNamed = 5

// checkEndpoints reports endpoints that verify nothing, and what else the server warns of.
func (e *examination) checkEndpoints(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	all, err := e.server.EndpointViews(ctx)
	if err != nil {
		e.fail("endpoints", "Look at the server's log.", "They cannot be listed: %s.", sentence(err))
		return
	}
	var open []string
	for _, one := range all {
		if one.Open && one.Confirmed { // one that is not confirmed accepts this machine's network only
			open = append(open, one.Name)
		}
	}
	if len(open) > 0 {
		named := strings.Join(open[:min(len(open), mostNamed)], ", ")
		if len(open) > mostNamed {
			named += fmt.Sprintf(" and %d more", len(open)-mostNamed)
		}
		e.warn("endpoints", "Give each a secret in the dashboard, or leave it if that is intended.",
			"%s nothing: anyone who knows the URL can send to %s.", verifies(len(open)), named)
	} else {
		e.ok("endpoints", "%s, and none accepts everything from everybody.", many(len(all), "endpoint"))
	}
	for _, w := range e.info.Warnings {
		action := map[string]string{
			"proxy_not_trusted": "Set HOOKBEAM_TRUSTED_PROXY, and restart the server.",
			"weak_secret": "Make a longer one with openssl rand -hex 24. Add it with hookbeam endpoint secret add, " +
				"give it to the sender, and then remove the weak one with hookbeam endpoint secret remove.",
		}[w.Code]
		if action == "" { // of a later release; what to do is in the detail
			action = "Do as it says."
		}
		e.warn(strings.ReplaceAll(w.Code, "_", " "), action, "%s.", strings.TrimSuffix(w.Detail, "."))
	}
}

// verifies begins a sentence about n endpoints.
func verifies(n int) string {
	if n == 1 {
		return "1 endpoint verifies"
	}
	return fmt.Sprintf("%d endpoints verify", n)
}

// checkExposure reports plain HTTP where others can read it.
func (e *examination) checkExposure() {
	const check = "plain http"
	public := e.publicURL()
	if u, err := url.Parse(public); err == nil && u.Scheme == "http" && !isLocal(u.Hostname()) {
		e.fail(check, "Put a proxy with TLS in front, and set its https:// URL with --public-url.",
			"%s is plain HTTP: anyone on the network path can read logins and secrets, and change deliveries.", public)
		return
	}
	if e.server == nil || e.about.TLS {
		return
	}
	if host, _, err := net.SplitHostPort(e.about.Listen); err == nil && !isLocal(host) {
		e.warn(check, "If the proxy is on this machine, listen there only: --listen 127.0.0.1:8080. Otherwise let a "+
			"firewall, or the container's network, admit the proxy alone.",
			"The server listens on %s by plain HTTP, so other machines may go around the proxy.", e.about.Listen)
		return
	}
	e.ok(check, "Other machines cannot reach the server by plain HTTP.")
}

// isLocal reports whether a host means this machine only.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// publicURL returns the URL under which others reach the server, or "" if it is not known.
func (e *examination) publicURL() string {
	if e.server != nil {
		return e.about.PublicURL
	}
	return e.PublicURL
}
