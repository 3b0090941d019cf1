package server

import (
	"errors"
	"net"
	"testing"

	"hookbeam/server/client"
)

// TestWhatOthersCanReachByPlainHTTPIsRefused is the matrix of starts: S21 of what is promised.
func TestWhatOthersCanReachByPlainHTTPIsRefused(t *testing.T) {
	for address, near := range map[string]bool{
		"127.0.0.1": true, "127.255.255.254": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "::": false, "10.0.0.1": false, "192.168.1.2": false, "169.254.1.1": false,
		"fd00::1": false, "fe80::1": false, "203.0.113.1": false, "2001:db8::1": false, "::ffff:10.0.0.1": false,
	} {
		for public, secure := range map[string]bool{
			"": false, "http://hooks.example.com": false, "http://127.0.0.1:8080": false,
			"https://hooks.example.com": true, "https://example.com/hooks/": true,
		} {
			for _, told := range []bool{false, true} {
				c := Config{Location: client.Location{Listen: address + ":8080", PublicURL: public}, InsecureHTTP: told}
				err := c.checkExposure(&net.TCPAddr{IP: net.ParseIP(address), Port: 8080})
				if mistake := (*client.UsageError)(nil); (err == nil) != (near || secure || told) ||
					err != nil && !errors.As(err, &mistake) {
					t.Errorf("listening on %q as %q, told %v: %v", address, public, told, err)
				}
			}
		}
	}
	if err := (&Config{}).checkExposure(&net.UnixAddr{}); err == nil {
		t.Error("an address of another kind passed")
	}
}
