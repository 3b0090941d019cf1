package status

import "hookbeam/server/sqlite"

// Files are the names of all files that a board makes in the data folder.
func Files() []string {
	names := []string{AskFile}
	for _, database := range []string{sqlite.StatusesFile, sqlite.StatusesFile + sqlite.DamagedEnding, shadowFile} {
		names = append(names, sqlite.Files(database)...)
	}
	return names
}
