package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
)

const (
	// returnPages is how many free pages one transaction returns. For each, it may have to move another page.
	returnPages = 32
	// sparePages and spareShare are what is not returned: so many pages, and this part of the file. Deliveries that
	// come soon take them, and extending a file is slower than writing within it.
	sparePages = (8 << 20) / pageSize
	spareShare = 32
)

// incrementalVacuum returns returnPages free pages.
var incrementalVacuum = fmt.Sprintf(`PRAGMA incremental_vacuum(%d)`, returnPages)

// Space is how the file of a database is used, in bytes.
type Space struct {
	Bytes   int64 // size of the file, with what the WAL adds to it
	Free    int64 // the part of it that holds nothing, and is used before the file grows
	Returns bool  // free space is returned to the file system; see returnSpace
}

// space reads the numbers from the first page.
func space(ctx context.Context, db *sql.DB) (s Space, err error) {
	var size, pages, free, vacuum int64
	err = db.QueryRowContext(ctx, `SELECT page_size, page_count, freelist_count, auto_vacuum
		FROM pragma_page_size, pragma_page_count, pragma_freelist_count, pragma_auto_vacuum`).
		Scan(&size, &pages, &free, &vacuum)
	return Space{Bytes: pages * size, Free: free * size, Returns: vacuum == 2}, err
}

// Space returns how the database file of the log is used.
func (s *Log) Space(ctx context.Context) (Space, error) {
	found, err := space(ctx, s.read)
	if err != nil {
		return found, s.failed("read how the file is used", err)
	}
	return found, nil
}

// returnSpace returns free pages to the file system, while nobody waits for the writer and more are free than are
// spared. It takes short steps: each moves the last pages of the file into free ones and cuts the end off. The file
// becomes shorter at the next checkpoint. Databases of older releases do not know where their pages are: they only use
// free pages again, until Compact makes them new.
func (s *Log) returnSpace(ctx context.Context) error {
	found, err := s.Space(ctx)
	if err != nil || !found.Returns {
		return err
	}
	for pages := (found.Free - max(sparePages*pageSize, found.Bytes/spareShare)) / pageSize; pages > 0; {
		if len(s.queue) > 0 {
			return nil // the next pass goes on
		}
		if err := s.do(ctx, func(c *writerConn) error {
			// Each row of the result is one page.
			if err := c.each(incrementalVacuum, func([]driver.Value) {}); err != nil {
				return fmt.Errorf("return free space: %w", err)
			}
			return nil
		}); err != nil {
			return err
		}
		pages -= returnPages
	}
	return nil
}
