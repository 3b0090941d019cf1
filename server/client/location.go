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
	Listen    string `help:"Address to listen on." default:"127.0.0.1:8080" env:"HOOKBEAM_LISTEN" placeholder:"HOST:PORT"`
	Data      string `help:"Folder that holds the database." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	PublicURL string `help:"Address that people and senders use, with the path behind a proxy: https://example.com/hooks/." env:"HOOKBEAM_PUBLIC_URL" placeholder:"URL"`
}

// UsageError is a mistake in a flag or an argument. The operator has to correct it: running the command again does
// not help. The process exits with code 2.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error.
func (e *UsageError) Unwrap() error { return e.Err }
