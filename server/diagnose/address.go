package diagnose

import (
	"fmt"
	"iter"
	"net/url"
	"strings"
)

// address tries other URLs with the endpoint's own secrets, if the sender signs the URL.
func (d *diagnosis) address() { d.addresses(d.own()) }

// addresses tries other URLs with the given secrets. One that matches is enough.
func (d *diagnosis) addresses(secrets []ownedSecret) {
	for address := range d.otherAddresses() {
		for _, s := range secrets {
			if _, ok := d.try(trial{&d.provider.Signature, d.Endpoint, address, s.Secret, d.Record}); ok {
				d.addFinding(Cause{Cause: "other_address", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
					Summary: fmt.Sprintf("%s is valid for the URL %s. That is the URL registered at %s.",
						d.signature(s), address, d.provider.Name),
					Fix: d.advice("Set signed_url to that URL, or register this server's own URL at the sender. "+
						"If this server is behind a proxy, set --public-url.", "Pass that URL with --url.")})
				return
			}
		}
	}
}

// otherAddresses yields the endpoint's URL as it may look from outside, because a proxy may change all of its
// parts: with http or https, with the hosts that the headers of proxies name, with and without the default port,
// and with and without a slash at its end. It yields nothing if the sender does not sign URLs.
func (d *diagnosis) otherAddresses() iter.Seq[string] {
	return func(yield func(string) bool) {
		known, err := url.Parse(d.Context.URL)
		if !d.provider.Signature.SignsAddress() || d.Context.URL == "" || err != nil {
			return
		}
		// The hosts of proxies' headers, and the host that the request was sent to, may be the public ones.
		hosts := []string{known.Host}
		for _, h := range d.Record.Headers {
			if h.Name == "X-Forwarded-Host" || h.Name == "X-Original-Host" {
				hosts = append(hosts, strings.TrimSpace(h.Value))
			}
		}
		hosts = append(hosts, d.Record.Host)
		tried := map[string]bool{d.registered(): true}
		for _, host := range hosts {
			bare := strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
			for _, scheme := range []string{"https", "http"} {
				for _, h := range []string{host, bare, bare + ":443", bare + ":80"} {
					for _, path := range []string{known.EscapedPath(),
						strings.TrimSuffix(known.EscapedPath(), "/"),
						strings.TrimSuffix(known.EscapedPath(), "/") + "/"} {
						address := scheme + "://" + h + path
						if h == "" || len(address) > 2000 || tried[address] {
							continue
						}
						if tried[address] = true; !yield(address) {
							return
						}
					}
				}
			}
		}
	}
}
