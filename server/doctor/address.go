package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/wire"
)

// checkAddress visits the public URL as a sender would, and checks everything on the way.
func (e *examination) checkAddress(ctx context.Context) {
	public := e.publicURL()
	if public == "" {
		e.warn("public url", "Set --public-url (HOOKBEAM_PUBLIC_URL) to the URL that senders use.",
			"None is configured, so only this machine can reach the server.")
		return
	}
	u, err := url.Parse(public)
	if err != nil || u.Host == "" { // reported by checkConfiguration
		return
	}
	if e.server == nil {
		e.checkWithoutServer(ctx, u)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	proof, err := e.server.NewProof(ctx)
	cancel()
	if err != nil {
		e.fail("public url", "Look at the server's log.", "The server cannot be asked for a proof: %s.", sentence(err))
		return
	}
	visit := e.visit(ctx, u, proof, false)
	if visit.TLS != nil {
		e.checkCertificate(visit.TLS, u.Hostname())
	}
	if answer, ok := answerOf(visit, proof); ok {
		e.reportReached(u)
		e.checkDate(visit)
		if !answer.OwnHost {
			e.fail("host header", "Have the proxy pass the header on. nginx: proxy_set_header Host $http_host.",
				"Requests arrive for the host %s, so the dashboard refuses its own requests.", answer.Host)
		}
		e.checkUpgrade(ctx, u, proof)
		e.checkProxy(ctx, u, proof, visit, answer)
		return
	}
	e.reportNotReached(ctx, u, proof, visit)
}

// visit asks a URL of the server for the answer to a proof.
func (e *examination) visit(
	ctx context.Context, base *url.URL, proof client.Proof, upgrade bool, header ...string,
) client.Visit {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Timeout)
	defer cancel()
	at := *base
	at.Path, at.RawPath = strings.TrimSuffix(base.Path, "/")+"/"+client.ProofPath, ""
	at.RawQuery = url.Values{"ask": {proof.Ask}}.Encode()
	return client.VisitURL(ctx, at.String(), upgrade, header...)
}

// answerOf returns what the server said about a visit. ok is false if it was not this server that answered.
func answerOf(v client.Visit, proof client.Proof) (answer wire.AddressCheck, ok bool) {
	err := json.Unmarshal(v.Body, &answer)
	return answer, v.Err == nil && err == nil && answer.Answer == proof.Answer &&
		(v.Status == http.StatusOK || v.Upgraded)
}

// reportReached reports that the public URL leads to this server.
func (e *examination) reportReached(u *url.URL) {
	if !e.about.Public || isLocal(u.Hostname()) {
		e.warn("public url", "For senders on the internet set --public-url (HOOKBEAM_PUBLIC_URL) to an https:// "+
			"URL that "+
			"leads here. For trying it out on this machine, nothing is to do.",
			"%s reaches this server, but only from this machine.", u)
	} else {
		e.ok("public url", "%s reaches this server from here.", u)
	}
	if path := strings.TrimSuffix(u.Path, "/"); path != "" {
		e.ok("base path", "Requests below %s/ arrive.", path)
	}
}

// reportNotReached finds out why the public URL does not lead to this server.
func (e *examination) reportNotReached(ctx context.Context, u *url.URL, proof client.Proof, v client.Visit) {
	const check = "public url"
	if v.Err != nil {
		action, why := explain(v.Err, u)
		e.fail(check, action, "%s cannot be reached from here: %s.", u, why)
		return
	}
	var problem struct{ Code string }
	if json.Unmarshal(v.Body, &problem) == nil && problem.Code == "check_unknown" {
		e.fail(check, "Point the proxy or the name to "+e.about.Listen+" on this machine, or pass the data folder "+
			"of the "+
			"server that is meant with --data.", "Another Hookbeam answers at %s, not the one on %s.", u, e.Data)
		return
	}
	if u.Path != "" && u.Path != "/" {
		root := *u
		root.Path = "/"
		if _, ok := answerOf(e.visit(ctx, &root, proof, false), proof); ok {
			e.fail("base path", fmt.Sprintf("Set --public-url %s, or have the proxy serve the path %s/.",
				strings.TrimSuffix(root.String(), "/"), strings.TrimSuffix(u.Path, "/")),
				"The server answers at %s, and not at %s.", &root, u)
			return
		}
	}
	e.reportAnswer(u, v)
}

// reportAnswer reports an answer that is not this server's by its status.
func (e *examination) reportAnswer(u *url.URL, v client.Visit) {
	const check = "public url"
	to := strings.TrimSuffix(v.Header.Get("Location"), "/")
	switch status := v.Status; {
	case status >= 300 && status <= 399:
		action := "Set --public-url to the URL at the end of the redirect: senders do not follow redirects."
		if at, _, found := strings.Cut(to, "/"+client.ProofPath); found {
			action = "Set --public-url " + at + ": senders do not follow redirects."
		}
		e.fail(check, action, "%s redirects to %s.", u, to)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		e.fail(check, "Switch that off for Hookbeam's paths, at least for /in/: senders have no login. Hookbeam "+
			"has its own.",
			"A proxy at %s asks for a login or refuses this machine (%d).", u, status)
	case status == http.StatusBadGateway || status == http.StatusServiceUnavailable ||
		status == http.StatusGatewayTimeout:
		e.fail(check, "Point the proxy to "+e.about.Listen+". In a container, 127.0.0.1 is the container itself: "+
			"the server "+
			"must listen on 0.0.0.0 there.", "A proxy answers at %s and cannot reach the server (%d).", u, status)
	case status == http.StatusNotFound && u.Path != "" && u.Path != "/":
		e.fail("base path", "Have the proxy pass the path "+strings.TrimSuffix(u.Path, "/")+"/ on to "+e.about.Listen+
			", with or without the path itself.", "What answers at %s does not know the path (404).", u)
	default:
		e.fail(check, "Point the name, or the proxy behind it, to "+e.about.Listen+" on this machine.",
			"Something else answers at %s (%d, %s).", u, status, orNone(v.Header.Get("Content-Type")))
	}
}

// orNone returns a content type, or a word for none.
func orNone(contentType string) string {
	if contentType == "" {
		return "no content type"
	}
	return contentType
}

// explain returns what to do about a connection that failed, and why it failed.
func explain(err error, u *url.URL) (action, why string) {
	var name *net.DNSError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "Create a DNS record (A or AAAA) for " + u.Hostname() + ", or correct --public-url.",
			"the name does not exist"
	case errors.As(err, &name):
		return "Check the name servers of this machine.", sentence(name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Start the proxy, and have it listen on the port of the URL.", "nothing listens there"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return "Open the port in the firewall and at the provider. Many routers do not lead from the inside to " +
			"their own " +
			"public address: then open " + u.String() + "/healthz from outside.", "there was no answer in time"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") ||
		strings.Contains(err.Error(), "first record does not look like a TLS handshake"):
		return "Let the proxy speak TLS on that port, or correct --public-url.", "plain HTTP is spoken there, not HTTPS"
	}
	return "Check the name, the proxy and the firewall.", sentence(err)
}

// isTimeout reports whether an error of a connection is a time-out.
func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// wrongClock and doubtfulClock are differences between two clocks. Signatures are refused from five minutes on.
const (
	wrongClock    = 4 * time.Minute
	doubtfulClock = 30 * time.Second
)

// checkDate compares this machine's clock with that of whoever answered at the public URL: a proxy on another machine,
// or this server itself.
func (e *examination) checkDate(v client.Visit) {
	theirs, err := http.ParseTime(v.Header.Get("Date"))
	if err != nil {
		return
	}
	off := v.At.Sub(theirs)
	const action = "Synchronize the clocks of both: signatures with a timestamp are refused if a clock is five " +
		"minutes off."
	switch {
	case off.Abs() >= wrongClock:
		e.fail("clock", action, "It differs by %s from the clock of what answers at the public "+
			"URL.", off.Round(time.Second))
	case off.Abs() >= doubtfulClock:
		e.warn("clock", action, "It differs by %s from the clock of what answers at the public "+
			"URL.", off.Round(time.Second))
	}
}

// checkUpgrade checks that a WebSocket gets through.
func (e *examination) checkUpgrade(ctx context.Context, u *url.URL, proof client.Proof) {
	const check = "websocket"
	const action = `Have the proxy pass upgrades on, as the recipes in deploy/proxies do. nginx: ` +
		`proxy_http_version 1.1; proxy_set_header Upgrade ` +
		`$http_upgrade; ` +
		`proxy_set_header Connection "upgrade". Until then, the dashboard polls.`
	visit := e.visit(ctx, u, proof, true)
	_, ok := answerOf(visit, proof)
	switch {
	case ok && visit.Upgraded:
		e.ok(check, "WebSockets get through.")
	case ok:
		e.fail(check, action, "The request for a WebSocket arrives as a plain one: a proxy drops the header Upgrade.")
	case visit.Err != nil:
		e.fail(check, action, "A WebSocket does not get through: %s.", sentence(visit.Err))
	default:
		e.fail(check, action, "A WebSocket does not get through: a proxy answers %d.", visit.Status)
	}
}

// forgedClient is an address for documentation (RFC 5737), which no client has.
const forgedClient = "203.0.113.7"

// checkProxy checks that clients keep their addresses on the way through a proxy, and cannot choose them.
func (e *examination) checkProxy(
	ctx context.Context, u *url.URL, proof client.Proof, v client.Visit, answer wire.AddressCheck,
) {
	const check = "proxy"
	peer, _, err := net.SplitHostPort(answer.Peer)
	if err != nil {
		peer = answer.Peer
	}
	const effect = "so all clients share its address, and limits per address do not apply"
	switch {
	case answer.Peer == v.Local:
		e.ok(check, "There is none between the public URL and this server.")
	case answer.Trusted && answer.ForwardedFor == "":
		e.fail(check, "Have it send the header. nginx: proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for.",
			"The trusted proxy %s sends no X-Forwarded-For, %s.", peer, effect)
	case answer.Trusted:
		e.checkForgery(ctx, u, proof, peer, answer.Client)
	case answer.Forwarded:
		if e.hasWarning("proxy_not_trusted") {
			return
		}
		e.warn(check, "Start the server with --trusted-proxy "+peer+" (HOOKBEAM_TRUSTED_PROXY).",
			"Requests come through %s, which is not a trusted proxy, %s.", peer, effect)
	default:
		e.warn(check, "If that is a proxy, have it send X-Forwarded-For, and start the server with --trusted-proxy "+
			""+peer+
			". If it is the network of a container or a tunnel, look whether it can keep clients' addresses.",
			"Requests from here arrive from %s without X-Forwarded-For. If other clients arrive so too, they all "+
				"share "+
				"that address, and limits per address do not apply.", peer)
	}
}

// hasWarning reports whether the server itself warns of something, which then has its line already.
func (e *examination) hasWarning(code string) bool {
	for _, w := range e.info.Warnings {
		if w.Code == code {
			return true
		}
	}
	return false
}

// checkForgery sends a forged address through a trusted proxy, which must add the real one after it or replace it. What
// the forged one counts as says nothing: this command may itself be at an address that is trusted.
func (e *examination) checkForgery(ctx context.Context, u *url.URL, proof client.Proof, peer, client string) {
	const check = "proxy"
	forged, ok := answerOf(e.visit(ctx, u, proof, false, "X-Forwarded-For", forgedClient), proof)
	last := forged.ForwardedFor[strings.LastIndexByte(forged.ForwardedFor, ',')+1:]
	if ok && strings.TrimSpace(last) == forgedClient {
		e.fail(check, "Have it append the client's address, or replace the header. nginx: proxy_set_header "+
			"X-Forwarded-For "+
			"$proxy_add_x_forwarded_for.", "The trusted proxy %s passes X-Forwarded-For on as a client sent it, so "+
			"every "+
			"client can choose its address.", peer)
		return
	}
	e.ok(check, "%s is trusted, and tells where clients come from: this command counts as %s.", peer, client)
}

// checkWithoutServer visits the public URL while no server runs: a proxy may answer, and its certificate can be
// checked.
func (e *examination) checkWithoutServer(ctx context.Context, u *url.URL) {
	const check = "public url"
	visit := e.visit(ctx, u, client.Proof{Ask: "none"}, false)
	if visit.TLS != nil {
		e.checkCertificate(visit.TLS, u.Hostname())
	}
	if visit.Err != nil {
		action, why := explain(visit.Err, u)
		e.warn(check, "If a proxy is to be there: "+action, "Nothing answers at %s: %s.", u, why)
		return
	}
	var problem struct{ Code string }
	if json.Unmarshal(visit.Body, &problem) == nil && problem.Code == "check_unknown" {
		e.warn(check, "Pass the data folder of that server with --data, or run hookbeam doctor where it runs.",
			"A Hookbeam answers at %s, and not from this data folder.", u)
		return
	}
	e.ok(check, "Something answers at %s (%d). Whether it leads to the server can be told while one "+
		"runs.", u, visit.Status)
}
