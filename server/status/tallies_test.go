package status

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hookbeam/server/sqlite"
)

// demandTallies requires that the stored numbers of subjects are those that counting gives, whatever the test did.
func (h *harness) demandTallies() {
	h.Helper()
	file := filepath.Join(h.dir, sqlite.StatusesFile)
	if _, err := os.Stat(file); err != nil {
		return // the test removed it
	}
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		h.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{"%[1]s EXCEPT %[2]s", "%[2]s EXCEPT %[1]s"} {
		var wrong int
		query = fmt.Sprintf("SELECT count(*) FROM ("+query+")", "SELECT * FROM tallies", `SELECT endpoint, world, kind,
			state, parent <> '', review, count(*) FROM subjects GROUP BY 1, 2, 3, 4, 5, 6`)
		err := db.QueryRowContext(context.Background(), query).Scan(&wrong)
		if err != nil && strings.Contains(err.Error(), "disk I/O error") {
			h.Logf("NOT TESTED: the numbers of subjects, because the disk is full")
		} else if err != nil || wrong != 0 {
			h.Errorf("%d stored numbers of subjects are wrong (%v)", wrong, err)
		}
	}
}
