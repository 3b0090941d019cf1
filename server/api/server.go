package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/wire"
)

// The warning about a proxy that should be configured. It is shown in the dashboard, in /readyz?verbose and in
// the log.
const (
	proxyNotTrusted = "proxy_not_trusted"
	proxyAdvice     = "Requests come through a proxy that is not configured as trusted. All clients behind it share " +
		"its IP address, so limits per address do not apply to it. Start the server with --trusted-proxy and the " +
		"proxy's address."
)

type serverOut struct{ Body wire.ServerInfo }

// mountServer mounts the call that reports the state of the server. It needs a session or a token.
func (a *API) mountServer(h huma.API) {
	register(a, h, a.call("GET /server", "get-server", "Get the server's state",
		"Returns what is stored, what was refused, and what the operator should fix."), a.getServer)
}

func (a *API) getServer(context.Context, *struct{}) (*serverOut, error) {
	out := &serverOut{}
	out.Body.Version, out.Body.Refused, out.Body.Warnings = a.version, a.Refused(), a.warnings()
	out.Body.Storage, out.Body.TooMuch = wire.StorageUsage(a.Usage()), a.Effects.TooMuch()
	if a.InFlight != nil {
		out.Body.InFlight = a.InFlight()
	}
	return out, nil
}

// Refused returns the number of refused requests by code: those in the log's summaries, and those that are only
// counted, such as requests to URLs that no endpoint has.
func (a *API) Refused() map[string]int64 {
	counts := a.Refusals.Counts()
	for code, n := range a.RefusalList.Counts() {
		counts[code] = max(counts[code], n) // most refusals at the door are counted by both
	}
	return counts
}

// warnings returns what the operator should fix.
func (a *API) warnings() []wire.Warning {
	warnings := []wire.Warning{}
	if proxies := a.Addresses.UntrustedProxies(a.Now()); len(proxies) > 0 {
		warnings = append(warnings, wire.Warning{Code: proxyNotTrusted,
			Detail: proxyAdvice + " Seen: --trusted-proxy " + strings.Join(proxies, ",")})
	}
	if weak := a.Endpoints.WeakSecrets(); len(weak) > 0 {
		const most = 20 // named
		detail := "These secrets are short enough to be guessed: " + strings.Join(weak[:min(len(weak), most)], ", ")
		if len(weak) > most {
			detail += fmt.Sprintf(" and %d more", len(weak)-most)
		}
		warnings = append(warnings, wire.Warning{Code: "weak_secret",
			Detail: detail + ". Replace each by one of 16 bytes or more, at the sender and here."})
	}
	if a.Notices != nil {
		warnings = append(warnings, a.Notices()...)
	}
	return warnings
}

// noticeProxy logs a warning if r came through a proxy that is not configured as trusted.
func (a *API) noticeProxy(r *http.Request) {
	if proxy, found := a.Addresses.Notice(r, a.Now()); found {
		a.Refusals.Warn(proxyNotTrusted, proxyAdvice, "proxy", proxy)
	}
}
