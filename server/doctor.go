package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/doctor"
	"hookbeam/server/sqlite"
)

// Doctor examines the installation that a configuration describes, and changes nothing. timeout bounds each request.
func Doctor(ctx context.Context, c Config, timeout time.Duration) []doctor.Finding {
	return doctor.Examine(ctx, doctor.Options{
		Version: c.Version, Data: c.Data, PublicURL: c.URL(), KeepBytes: int64(c.KeepBytes),
		NetworkFS: c.AllowNetworkFS, OpenFiles: descriptors(),
		Configuration: c.check,
		Database:      func(ctx context.Context) (bool, error) { return inspectDatabase(ctx, c.Data) },
		Timeout:       timeout,
		Now:           time.Now,
	})
}

// check returns what serve would refuse of the configuration. Unlike serve it does not listen.
func (c Config) check() error {
	if _, err := c.adminToken(); err != nil {
		return err
	}
	if _, err := givenKey(c.SealKey); err != nil {
		return err
	}
	if err := c.checkTLS(); err != nil {
		return err
	}
	if c.TLSCert != "" {
		if _, err := openPair(c, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
	}
	if c.MetricsListen != "" {
		if _, err := metricsAddress(c.MetricsListen); err != nil {
			return err
		}
	}
	if _, err := access.NewAddresses(c.TrustedProxy); err != nil {
		return usage("--trusted-proxy", err)
	}
	if c.PublicURL != "" {
		if _, err := access.ParseSite(c.PublicURL); err != nil {
			return usage("--public-url", err)
		}
	}
	at, err := net.ResolveTCPAddr("tcp", c.Listen)
	if err != nil {
		return usage("--listen", err)
	}
	return c.checkExposure(at)
}

// inspectDatabase returns whether an older release wrote the database in a folder, or why this one cannot open it. A
// database that was not closed is not looked into, because reading it would create a file.
func inspectDatabase(ctx context.Context, folder string) (older bool, err error) {
	if open, err := filepath.Glob(filepath.Join(folder, "*-wal")); err != nil || len(open) > 0 {
		return false, errors.Join(doctor.ErrNotClosed, err)
	}
	checked, err := sqlite.CheckRelease(ctx, folder)
	return checked.Older(), err
}
