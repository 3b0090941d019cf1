package server

import (
	"context"
	"errors"
	"log/slog"

	"hookbeam/server/client"
	"hookbeam/server/sqlite"
)

// Compact rewrites the databases of a data folder without their free space. The folder must have no server. Databases
// of an older release are compacted as they are, those of a newer one are refused.
func (o Offline) Compact(ctx context.Context, folder string, log *slog.Logger) (done client.Compacted, err error) {
	done.Files = []client.CompactedFile{}
	lock, err := lockOffline(folder, "compact", o.Version, log)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if _, err := sqlite.CheckRelease(ctx, folder); err != nil {
		return done, err
	}
	files, err := sqlite.Compact(ctx, folder)
	for _, f := range files {
		done.Files = append(done.Files, client.CompactedFile(f))
	}
	return done, err
}
