package provider

import "testing"

func TestTheOtherWayToWriteAPort(t *testing.T) {
	for address, want := range map[string]string{
		"https://a.example/in?x=:1":  "https://a.example:443/in?x=:1",
		"https://a.example:443/in":   "https://a.example/in",
		"http://a.example:80":        "http://a.example",
		"https://a.example:8443/in":  "",
		"https://[::1]/in":           "https://[::1]:443/in",
		"https://[::1]:443/in":       "https://[::1]/in",
		"ftp://a.example/in":         "",
		"no address":                 "",
		"https://a.example#fragment": "https://a.example:443#fragment",
	} {
		if got := otherPort(address); got != want {
			t.Errorf("%s gave %q, want %q", address, got, want)
		}
	}
}
