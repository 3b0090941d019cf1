package server

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/hook"
)

// Config is the configuration of a server. main passes it to package command as the flags of serve, and then to Run.
// The tags declare command-line flags, each with an environment variable. Numbers of bytes, durations and rates have
// types that parse what people write.
type Config struct {
	client.Location
	client.SealKey
	HTTPS
	InsecureHTTP  bool     `help:"Serve other machines over plain HTTP. Anyone on the network path can read and change the traffic." env:"HOOKBEAM_INSECURE_HTTP"`
	MetricsListen string   `help:"Serve /metrics without a token on this address, and the health checks; without a host on this machine only." env:"HOOKBEAM_METRICS_LISTEN" placeholder:"HOST:PORT"`
	TrustedProxy  []string `help:"Proxies whose X-Forwarded-For header is trusted, as addresses or CIDRs." env:"HOOKBEAM_TRUSTED_PROXY" placeholder:"CIDR,…"`

	KeepFor   Span  `help:"How long deliveries are kept; 0 = forever." default:"30d" env:"HOOKBEAM_KEEP_FOR"`
	KeepBytes Bytes `help:"Maximum size of deliveries on disk, and of the statuses beside them; 0 = unlimited." default:"1GiB" env:"HOOKBEAM_KEEP_BYTES"`

	KeepEvents *Bytes `help:"Maximum size of the event ids that are remembered to detect duplicates; default: a fifth of --keep-bytes; 0 = unlimited." env:"HOOKBEAM_KEEP_EVENTS" placeholder:"BYTES"`

	KeepStatuses Span `help:"How long a status is kept after its last update; 0 = forever." default:"400d" env:"HOOKBEAM_KEEP_STATUSES"`

	RateEndpoint Rate  `help:"Deliveries per endpoint, for example 500/s or 1000/m, with bursts of twice as many; 0 = unlimited." default:"5000/s" env:"HOOKBEAM_RATE_ENDPOINT"`
	RateAddress  Rate  `help:"Deliveries per IP address, with bursts of twice as many; 0 = unlimited." default:"5000/s" env:"HOOKBEAM_RATE_ADDRESS"`
	MaxInFlight  Bytes `help:"Maximum memory of request bodies in progress, half of it for one IP address." default:"256MiB" env:"HOOKBEAM_MAX_IN_FLIGHT"`

	AllowNetworkFS bool `name:"allow-network-fs" help:"Use a data folder on a network file system, where SQLite can lose or damage data." env:"HOOKBEAM_ALLOW_NETWORK_FS"`

	WaitForLock *Span `help:"How long to wait at the start while another server still has the data folder and the address; default: 0s, and 30s with socket activation." env:"HOOKBEAM_WAIT_FOR_LOCK" placeholder:"SPAN"`

	StopAfter Span `help:"How long to continue to receive after a stop signal, so that load balancers can react." default:"0s" env:"HOOKBEAM_STOP_AFTER"`

	AdminTokenFile string `help:"File with an administrator's token, instead of HOOKBEAM_ADMIN_TOKEN." env:"HOOKBEAM_ADMIN_TOKEN_FILE" placeholder:"FILE"`

	AdminToken string `kong:"-"` // HOOKBEAM_ADMIN_TOKEN; not a flag, because process lists are public
	Version    string `kong:"-"`
}

// keepEvents returns the disk space for event ids in bytes; 0 means unlimited.
func (c Config) keepEvents() int64 {
	if c.KeepEvents != nil {
		return int64(*c.KeepEvents)
	}
	return int64(c.KeepBytes) / 5
}

// usage returns a *client.UsageError that starts with the name of the flag.
func usage(flag string, err error) error {
	return &client.UsageError{Err: fmt.Errorf("%s: %w", flag, err)}
}

// Bytes is a number of bytes, written as 1GiB, 500MB or 4096.
type Bytes int64

// UnmarshalText parses a number, which may have a fraction, and an optional unit.
func (b *Bytes) UnmarshalText(text []byte) error {
	n, err := hook.ParseBytes(string(text))
	if err == nil {
		*b = Bytes(n)
	}
	return err
}

// Span is a duration, written as 30d, 12h or 1h30m. Unlike time.ParseDuration it accepts days.
type Span time.Duration

// UnmarshalText parses a duration that is not negative.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := hook.ParseSpan(string(text))
	if err == nil {
		*s = Span(d)
	}
	return err
}

// Rate is a number of events per second, written as 500, 500/s, 1000/m or 5000/h. 0 means unlimited.
type Rate float64

// UnmarshalText parses a number and an optional unit of time.
func (r *Rate) UnmarshalText(text []byte) error {
	number, per, _ := strings.Cut(string(text), "/")
	n, err := strconv.ParseFloat(number, 64)
	seconds, known := map[string]float64{"": 1, "s": 1, "m": 60, "h": 3600}[per]
	if err != nil || !known || n < 0 || n > 1e9 || math.IsNaN(n) {
		return fmt.Errorf("%q is not a rate; write it as 500/s, 1000/m, or 0 for unlimited", text)
	}
	*r = Rate(n / seconds)
	return nil
}

// burst returns the number of events that are accepted at once: two seconds' worth, and at least one. After an outage
// senders repeat all their failed deliveries together.
func (r Rate) burst() int { return max(int(2*r), 1) }
