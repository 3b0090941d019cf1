package diagnose

import (
	"fmt"
	"iter"
	"net/url"
	"strings"
)

// address tries the addresses that the endpoint may be registered under, where the sender signs one.
func (d *diagnosis) address() { d.addresses(d.own()) }

// addresses tries other addresses with some secrets.
func (d *diagnosis) addresses(secrets []owned) {
	for address := range d.otherAddresses() {
		for _, s := range secrets {
			if _, ok := d.try(trial{&d.provider.Signature, d.Endpoint, address, s.Secret, d.Record}); ok {
				d.tell(Cause{Cause: "other_address", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
					Summary: fmt.Sprintf("Valid%s if the endpoint's address is %s: that one is registered at %s.",
						d.by(s), address, d.provider.Name),
					Fix: "Put that address into signed_url, or register this server's own address at the " +
						"sender; behind a proxy, set --public-url."})
				return
			}
		}
	}
}

// otherAddresses are this endpoint's address as others may see it: by another scheme, host, port, with
// and without a slash at its end, and with the query that came.
func (d *diagnosis) otherAddresses() iter.Seq[string] {
	return func(yield func(string) bool) {
		known, err := url.Parse(d.Context.URL)
		if !d.provider.Signature.SignsAddress() || d.Context.URL == "" || err != nil {
			return
		}
		hosts := []string{known.Host}
		for _, h := range d.Record.Headers {
			if h.Name == "X-Forwarded-Host" || h.Name == "X-Original-Host" {
				hosts = append(hosts, strings.TrimSpace(h.Value))
			}
		}
		hosts = append(hosts, d.Record.Host)
		told := map[string]bool{d.registered(): true}
		for _, host := range hosts {
			bare := strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
			for _, scheme := range []string{"https", "http"} {
				for _, h := range []string{host, bare, bare + ":443", bare + ":80"} {
					for _, path := range []string{known.EscapedPath(),
						strings.TrimSuffix(known.EscapedPath(), "/"),
						strings.TrimSuffix(known.EscapedPath(), "/") + "/"} {
						address := scheme + "://" + h + path
						if h == "" || len(address) > 2000 || told[address] {
							continue
						}
						if told[address] = true; !yield(address) {
							return
						}
					}
				}
			}
		}
	}
}
