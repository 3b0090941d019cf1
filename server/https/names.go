package https

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// maxDomains limits the names of one server, because each has a certificate of its own.
const maxDomains = 100

// Domains returns host names as certificates have them: in lower case, in ASCII, without a final dot, and each once. An
// error is worded for the operator who set --tls-domain. publicCA says that the certificates come from a public
// authority, which issues none for names of a private network.
func Domains(names []string, publicCA bool) ([]string, error) {
	var domains []string
	for _, given := range names {
		name, err := domain(given)
		if err != nil {
			return nil, err
		}
		if publicCA && private(name) {
			return nil, fmt.Errorf("no public certificate authority issues a certificate for %s. "+
				"Name your own authority with --tls-ca, or bring a certificate with --tls-cert and --tls-key", name)
		}
		if !slices.Contains(domains, name) {
			domains = append(domains, name)
		}
	}
	if len(domains) > maxDomains {
		return nil, fmt.Errorf("%d names are too many: one server can have %d", len(domains), maxDomains)
	}
	return domains, nil
}

// domain checks one name.
func domain(given string) (string, error) {
	name := strings.TrimSuffix(strings.TrimSpace(given), ".")
	_, noAddress := netip.ParseAddr(strings.Trim(name, "[]"))
	switch {
	case name == "":
		return "", fmt.Errorf("%q is empty; name the host, such as hooks.example.com", given)
	case strings.ContainsAny(name, "/:@") && noAddress != nil:
		return "", fmt.Errorf(
			"%q must be a host name only, such as hooks.example.com, without scheme, port or path",
			given,
		)
	case noAddress == nil:
		return "", fmt.Errorf("%q is an IP address, but it must be a host name; "+
			"for an address bring a certificate with --tls-cert and --tls-key", given)
	case strings.Contains(name, "*"):
		return "", fmt.Errorf("%q is a wildcard, which only a challenge by DNS can prove; list each name, "+
			"or bring a certificate with --tls-cert and --tls-key", given)
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || len(ascii) > 253 || slices.ContainsFunc(strings.Split(ascii, "."), badLabel) {
		return "", fmt.Errorf("%q is not a host name; write it as hooks.example.com", given)
	}
	return ascii, nil
}

// badLabel reports whether a part of a name between dots is empty, too long, or has other characters than a host name.
func badLabel(label string) bool {
	return label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
		strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != ""
}

// private reports whether a name can exist in a private network only.
func private(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last == name ||
		slices.Contains([]string{"localhost", "local", "internal", "lan", "home", "test", "invalid",
			"example", "localdomain"}, last) ||
		strings.HasSuffix(name, ".home.arpa")
}

// serverName returns the name of a client's SNI as Domains has it.
func serverName(sni string) string { return strings.ToLower(strings.TrimSuffix(sni, ".")) }
