// Package client connects commands to a Hookbeam server: to the one that holds a data folder, over its control
// channel (Local), or to any other over HTTPS with a token (Remote).
//
// It promises that a command never opens a database while a server has it open, and that a token is never sent over
// plain HTTP to another machine. It also declares what the two sides of the control channel share: paths, headers and
// JSON objects. Start reading at Server.
package client

// Location says where a server listens and where its data folder is. It is part of the configuration of serve;
// commands use it to find the server, or to build its URL. The tags define command-line flags, each with an
// environment variable.
type Location struct {
	Listen    string `help:"Address to listen on; default: 127.0.0.1:8080, and :443 with --tls-domain." env:"HOOKBEAM_LISTEN" placeholder:"HOST:PORT"`
	Data      string `help:"Folder that holds the database." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	PublicURL string `help:"Address that people and senders use, with the path behind a proxy: https://example.com/hooks/." env:"HOOKBEAM_PUBLIC_URL" placeholder:"URL"`

	TLSDomain []string `name:"tls-domain" help:"Serve HTTPS for this host name, with a certificate from a certificate authority (ACME). By using it you agree to the authority's terms of service." env:"HOOKBEAM_TLS_DOMAIN" placeholder:"NAME,…"`
}

// The defaults of Listen.
const (
	defaultListen = "127.0.0.1:8080"
	httpsListen   = ":443"
)

// Address returns the address to listen on: Listen, or its default.
func (l Location) Address() string {
	switch {
	case l.Listen != "":
		return l.Listen
	case len(l.TLSDomain) > 0:
		return httpsListen
	}
	return defaultListen
}

// URL returns the public URL that is configured, or that follows from the names of certificates; "" if there is none.
func (l Location) URL() string {
	if l.PublicURL == "" && len(l.TLSDomain) > 0 {
		return "https://" + l.TLSDomain[0] + "/"
	}
	return l.PublicURL
}

// UsageError is a mistake in a flag or an argument. The operator has to correct it: running the command again does
// not help. The process exits with code 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *UsageError) Unwrap() error { return e.Err }
