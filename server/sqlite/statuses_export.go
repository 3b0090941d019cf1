package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// ExportStatuses writes a copy of the statuses' database of a data folder to a new file, as one consistent snapshot and
// in the form of the release that wrote it: it migrates nothing. The caller holds the folder. It fails if the file
// exists, or if the folder has no statuses.
func ExportStatuses(ctx context.Context, dir, file string) (err error) {
	source := filepath.Join(dir, StatusesFile)
	if _, err := os.Stat(source); err != nil {
		return fmt.Errorf("export the statuses: %w", err)
	}
	switch _, err := os.Stat(file); {
	case err == nil:
		return fmt.Errorf("export the statuses: %s exists. Name a file that does not exist", file)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("export the statuses: %w", err)
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: source}).EscapedPath(), RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return fmt.Errorf("export the statuses: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// VACUUM INTO takes no parameter in this position.
	if _, err := db.ExecContext(ctx, `VACUUM INTO '`+strings.ReplaceAll(file, `'`, `''`)+`'`); err != nil {
		return fmt.Errorf("export the statuses: %w", err)
	}
	return os.Chmod(file, 0o600)
}
