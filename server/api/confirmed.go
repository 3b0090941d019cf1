package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// notConfirmed is the error of a delivery from the internet to the endpoint that the first start created. It has no
// secret, and nobody has confirmed yet that it may be public.
var notConfirmed = &hook.Problem{Kind: hook.ErrForbidden, Code: "endpoint_not_confirmed",
	Detail: "This endpoint was created at the first start and does not verify requests, so it accepts them only from " +
		"this machine and its network. To accept requests from everywhere, add a secret, or confirm the endpoint in " +
		"the dashboard or with POST /api/v1/endpoints/{id}/confirm."}

// isFromLocalNetwork reports whether a request comes directly from this machine or its private network. Three
// conditions must hold: the address of the connection is private, no header shows a proxy, and the Host is an
// IP address or localhost. The address alone is not enough, because a tunnel or a proxy on this machine
// forwards requests from the internet; it adds a header, or is reached by a name.
func isFromLocalNetwork(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && access.IsPrivate(peer.Addr()) && !access.IsForwarded(r.Header) && isAddressOrLocalhost(r.Host)
}

// isAddressOrLocalhost reports whether a host, with or without a port, is an IP address or localhost.
func isAddressOrLocalhost(host string) bool {
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	if strings.EqualFold(name, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	return err == nil
}
