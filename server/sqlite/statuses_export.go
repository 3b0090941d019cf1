package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ExportStatuses writes a copy of the statuses' database of a data folder to a new file, as one consistent snapshot and
// in the form of the release that wrote it: it migrates nothing. The caller holds the folder. It fails if the file
// exists, or if the folder has no statuses.
func ExportStatuses(ctx context.Context, dir, file string) error {
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
	if err := copyDatabase(ctx, source, file); err != nil {
		return fmt.Errorf("export the statuses: %w", err)
	}
	return nil
}
