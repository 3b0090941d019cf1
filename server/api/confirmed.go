package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"hookbeam/server/hook"
)

// notConfirmed refuses who comes from elsewhere to the endpoint that the first start made: nobody has said yet that it is
// for everybody.
var notConfirmed = &hook.Problem{Kind: hook.ErrForbidden, Code: "endpoint_not_confirmed",
	Detail: "This endpoint was made at the first start and checks nothing, so it takes requests from its own machine and network only. " +
		"Confirm it in the dashboard, or with POST /api/v1/endpoints/{id}/confirm, or give it a secret: then it takes them from everywhere."}

// isNear reports whether a request comes from this machine or its private network, straight: by the address of the
// connection, which nobody can forge, without a sign of a proxy, and to a private address or localhost as the host. A
// tunnel or a proxy on this machine hands on what strangers send; it shows in one of the last two.
func isNear(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && isPrivate(peer.Addr()) && !isForwarded(r.Header) && isNearHost(r.Host)
}

func isPrivate(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// isForwarded reports whether a header names a client behind the connection, or a proxy between.
func isForwarded(h http.Header) bool {
	for name := range h {
		switch {
		case strings.HasPrefix(name, "X-Forwarded"), strings.HasPrefix(name, "Cf-"), strings.HasPrefix(name, "X-Original-"),
			strings.HasPrefix(name, "Ngrok-"), strings.HasPrefix(name, "Fly-"):
			return true
		}
		switch name {
		case "Forwarded", "Via", "X-Real-Ip", "True-Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "Fastly-Client-Ip", "Cdn-Loop":
			return true
		}
	}
	return false
}

// isNearHost reports whether the host that was asked is localhost or a private address. A name is what a tunnel or a
// proxy has; a public address comes in through a router that shows its own.
func isNearHost(host string) bool {
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (isPrivate(addr) || addr.IsUnspecified())
}
