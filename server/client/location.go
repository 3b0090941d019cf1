// Package client is how a command reaches a Hookbeam server. Location says where a server is, and UsageError is what
// a mistake on the command line is reported as.
//
// It promises that a command never opens a database that a running server has open. Start reading at Location.
package client

// Location is where a server is and where its data folder lies: what serve needs to start, and what a command needs
// to find the server or to name its address. The tags are the command line's: each flag has an environment variable.
type Location struct {
	Listen    string `help:"Address to listen on." default:"127.0.0.1:8080" env:"HOOKBEAM_LISTEN" placeholder:"HOST:PORT"`
	Data      string `help:"Folder that holds the database." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	PublicURL string `help:"Address that people and senders use, with the path behind a proxy: https://example.com/hooks/." env:"HOOKBEAM_PUBLIC_URL" placeholder:"URL"`
}

// UsageError is a mistake in a flag or an argument: the operator can correct it, and trying again does not help. The
// process then ends with exit code 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the mistake.
func (e *UsageError) Unwrap() error { return e.Err }
