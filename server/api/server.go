package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
)

const (
	proxyNotTrusted = "proxy_not_trusted"
	proxyAdvice     = "Requests come through a proxy that is not named as trusted: everybody behind it has its address, so " +
		"limits by address do not apply to it. Start the server with --trusted-proxy and the proxy's address."
)

// Warning is something that the operator should mend.
type Warning struct {
	Code   string `json:"code" example:"proxy_not_trusted" doc:"Stable, for programs."`
	Detail string `json:"detail" doc:"What it is, and what to do."`
}

type serverOut struct {
	Body struct {
		Version  string           `json:"version"`
		Storage  hook.Usage       `json:"storage" doc:"What is kept, and what may be."`
		InFlight int64            `json:"in_flight" doc:"Bytes that bodies take which are being received; --max-in-flight bounds them."`
		TooMuch  int64            `json:"too_much" doc:"Deliveries since the start that cost too much to read: nothing of them counts."`
		Refused  map[string]int64 `json:"refused" doc:"How many were refused since the start, by code."`
		Warnings []Warning        `json:"warnings" nullable:"false"`
	}
}

func (a *API) mountServer(h huma.API) {
	register(a, h, a.call("GET /server", "get-server", "How the server is doing"), a.getServer)
}

func (a *API) getServer(context.Context, *struct{}) (*serverOut, error) {
	out := &serverOut{}
	out.Body.Version, out.Body.Refused, out.Body.Warnings = a.version, a.Refusals.Counts(), a.warnings()
	out.Body.Storage, out.Body.TooMuch = a.Store.Usage(), a.Board.TooMuch()
	if a.InFlight != nil {
		out.Body.InFlight = a.InFlight()
	}
	return out, nil
}

func (a *API) warnings() []Warning {
	warnings := []Warning{}
	if proxies := a.Addresses.StrangeProxies(a.Now()); len(proxies) > 0 {
		warnings = append(warnings, Warning{Code: proxyNotTrusted,
			Detail: proxyAdvice + " Seen: --trusted-proxy " + strings.Join(proxies, ",")})
	}
	return warnings
}

// noticeProxy tells the operator of a proxy that is not named as trusted.
func (a *API) noticeProxy(r *http.Request) {
	if proxy, found := a.Addresses.Notice(r, a.Now()); found {
		a.Refusals.Warn(proxyNotTrusted, proxyAdvice, "proxy", proxy)
	}
}
