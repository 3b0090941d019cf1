package server

import (
	"testing"
	"time"

	"hookbeam/server/client"
)

func TestSizes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"1GiB": 1 << 30, "1.5 MiB": 3 << 19, "500MB": 5e8, "10kB": 1e4, "4096": 4096, "12B": 12, "0": 0,
	} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "-1", "1XB", "1e30TiB", "NaN", "Inf", "lots"} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"30d":   720 * time.Hour,
		"0.5d":  12 * time.Hour,
		"90s":   90 * time.Second,
		"1h30m": 90 * time.Minute,
		"0":     0,
		"0s":    0,
	} {
		var got Span
		if err := got.UnmarshalText([]byte(text)); err != nil || time.Duration(got) != want {
			t.Errorf("%s: %v, %v; want %v", text, time.Duration(got), err, want)
		}
	}
	for _, text := range []string{"", "d", "-1d", "-5s", "30", "forever", "NaNd", "1e300d"} {
		var got Span
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, time.Duration(got))
		}
	}
}

func TestRates(t *testing.T) {
	for text, want := range map[string]struct {
		rate  Rate
		burst int
	}{
		"500":    {500, 1000},
		"500/s":  {500, 1000},
		"60/m":   {1, 2},
		"1800/h": {0.5, 1},
		"1/h":    {1.0 / 3600, 1},
		"0":      {0, 1},
	} {
		var got Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want.rate || got.burst() != want.burst {
			t.Errorf("%s: %v with a burst of %d, %v", text, got, got.burst(), err)
		}
	}
	for _, text := range []string{"", "/s", "5/y", "-1", "1e99", "fast"} {
		var got Rate
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestWhereItIsReachedWithoutAPublicURL(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080",
		"0.0.0.0:80":     "http://localhost",
		"[::]:9000":      "http://localhost:9000",
		":8080":          "http://localhost:8080",
		"[::1]:8080":     "http://[::1]:8080",
		"192.0.2.7:8080": "http://192.0.2.7:8080",
	} {
		site, err := siteOf(client.Location{}, address)
		if err != nil || site.URL("") != want {
			t.Errorf("%s: %s, %v; want %s", address, site.URL(""), err, want)
		}
	}
}
