package main

import (
	"time"

	"github.com/google/go-containerregistry/pkg/v1"
)

const (
	programPath = "/usr/local/bin/hookbeam"
	dataFolder  = "/data"
	// userID is the user that the program runs as, and its group. It is a number, so that Kubernetes can tell that it
	// is not root. 65532 is what other images without a distribution use.
	userID = 65532
	user   = "65532:65532"
)

// configFile completes the configuration of the image, which has its layers already.
//
// HOOKBEAM_LISTEN is all addresses, because nothing outside the container reaches its loopback. HOOKBEAM_INSECURE_HTTP
// is not set: a published port is reachable from other machines, so the server starts only with TLS, with a public URL
// that is https, or when the operator allows plain HTTP.
//
// The working folder is that of the data: it is the only one that can be written if the image is mounted read-only, and
// SQLite falls back to it for temporary files.
func configFile(c *v1.ConfigFile, o options, architecture string) *v1.ConfigFile {
	c.OS, c.Architecture, c.Variant = "linux", architecture, platform(architecture).Variant
	c.Created = v1.Time{Time: o.at}
	c.Config = v1.Config{
		User:       user,
		Entrypoint: []string{programPath},
		Cmd:        []string{"serve"},
		WorkingDir: dataFolder,
		Env: []string{
			"PATH=/usr/local/bin",
			"HOOKBEAM_DATA=" + dataFolder,
			"HOOKBEAM_LISTEN=0.0.0.0:8080",
		},
		Volumes:      map[string]struct{}{dataFolder: {}},
		ExposedPorts: map[string]struct{}{"8080/tcp": {}},
		StopSignal:   "SIGTERM",
		Healthcheck: &v1.HealthConfig{
			Test:     []string{"CMD", programPath, "health"},
			Interval: 30 * time.Second, Timeout: 5 * time.Second, StartPeriod: 30 * time.Second, Retries: 3,
		},
		Labels: map[string]string{
			"org.opencontainers.image.title":       "Hookbeam",
			"org.opencontainers.image.description": "Receives webhooks, keeps them, and shows them live in the browser",
			"org.opencontainers.image.version":     o.version,
			"org.opencontainers.image.created":     o.at.Format(time.RFC3339),
			"org.opencontainers.image.licenses":    "Apache-2.0",
		},
	}
	return c
}
