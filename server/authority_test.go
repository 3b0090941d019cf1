package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"hookbeam/server/https/httpstest"
	"hookbeam/server/outbound"
)

// names resolves every name to one address.
type names string

func (n names) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr(string(n))}, nil
}

// TestOnlyTheNamedAuthorityMayBePrivate calls hosts in a private network as an authority would have it.
func TestOnlyTheNamedAuthorityMayBePrivate(t *testing.T) {
	for name, c := range map[string]struct {
		authority, url, address string
		refused                 bool
	}{
		"the authority":              {"https://ca.internal:90/dir", "https://ca.internal:90/order", "10.0.0.1", false},
		"in other letters":           {"https://CA.internal/dir", "https://ca.INTERNAL/order", "127.0.0.1", false},
		"by address":                 {"https://10.0.0.1/dir", "https://10.0.0.1/order", "10.0.0.1", false},
		"another host":               {"https://ca.internal/dir", "https://db.internal/order", "10.0.0.1", true},
		"another port":               {"https://ca.internal/dir", "https://ca.internal:8443/order", "10.0.0.1", true},
		"a public host":              {"https://ca.internal/dir", "https://ocsp.example.com/", "1.1.1.1", false},
		"a metadata service":         {"https://ca.internal/dir", "https://ca.internal/order", "169.254.169.254", true},
		"the default authority":      {"", "https://acme-v02.api.letsencrypt.org/directory", "1.1.1.1", false},
		"the default one, rebound":   {"", "https://acme-v02.api.letsencrypt.org/directory", "10.0.0.1", true},
		"what the default one names": {"", "https://db.internal/order", "10.0.0.1", true},
	} {
		dialled := errors.New("dialled")
		config := Config{HTTPS: HTTPS{TLSCA: c.authority}}
		client, err := config.authorityClient(outbound.Options{Resolver: names(c.address),
			Dial: func(context.Context, string, string) (net.Conn, error) { return nil, dialled }})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Get(c.url) //nolint:bodyclose // no connection is made
		if errors.Is(err, outbound.ErrRefused) != c.refused || errors.Is(err, dialled) == c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnAuthoritysOwnRootIsTrusted calls a real one.
func TestAnAuthoritysOwnRootIsTrusted(t *testing.T) {
	far := httptest.NewTLSServer(http.NotFoundHandler())
	defer far.Close()
	dir := t.TempDir()
	root := dir + "/root.pem"
	httpstest.WriteCertificate(t, far.Certificate(), root)
	config := Config{HTTPS: HTTPS{TLSCA: far.URL + "/dir", TLSCARoot: root}}
	client, err := config.authorityClient(outbound.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	res, err := client.Get(far.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	for file, want := range map[string]string{
		dir + "/none": "no such file", "authority_test.go": "no certificate in PEM",
	} {
		config.TLSCARoot = file
		if _, err := config.authorityClient(outbound.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", file, err)
		}
	}
}
