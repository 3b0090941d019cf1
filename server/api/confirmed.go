package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// notConfirmed refuses who comes from elsewhere to the endpoint that the first start made: nobody has said yet that
// it is
// for everybody.
var notConfirmed = &hook.Problem{Kind: hook.ErrForbidden, Code: "endpoint_not_confirmed",
	Detail: "This endpoint was created at the first start and does not verify requests, so it accepts them only from this machine and its network. " +
		"To accept requests from everywhere, add a secret, or confirm the endpoint in the dashboard or with POST /api/v1/endpoints/{id}/confirm."}

// isNear reports whether a request comes from this machine or its private network, straight: by the address of the
// connection, which nobody can forge, without a sign of a proxy, and to an address or localhost as the host. A tunnel
// or
// a proxy on this machine hands on what strangers send; it shows in one of the last two.
func isNear(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && access.IsPrivate(peer.Addr()) && !access.IsForwarded(r.Header) && isAddressOrLocalhost(r.Host)
}

// isAddressOrLocalhost reports whether a host, with or without a port, is an IP address or localhost. A tunnel or a
// proxy
// has a name.
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
