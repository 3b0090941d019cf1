//go:build !unix

package server

// inheritListeners returns nothing: this system has no such service manager.
func inheritListeners() ([]inherited, error) { return nil, nil }
