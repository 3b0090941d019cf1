package client

import (
	"errors"
	"time"

	"hookbeam/server/hook"
)

// ErrNoLog says that a folder holds no database yet.
var ErrNoLog = errors.New("there is no database here yet; start hookbeam serve first, or name its folder with --data")

// LocalServer is what a command finds in a data folder: the server that runs on it, and its endpoints.
type LocalServer struct {
	URL       string          // of the server; "" if none is running
	Endpoints []hook.Endpoint // living ones, with their secrets
}

// Address returns the address that deliveries for an endpoint are sent to, "" if no server is running.
func (s LocalServer) Address(e hook.Endpoint) string {
	if s.URL == "" {
		return ""
	}
	return s.URL + "/in/" + e.Slug
}

// Rebuilt is the result of asking for all statuses to be rebuilt.
type Rebuilt struct {
	Running    bool          // the server that runs on the folder does it, and shows the old statuses until it is done
	Deliveries int           // from how many deliveries they were rebuilt, if no server runs
	Took       time.Duration // how long that took
}
