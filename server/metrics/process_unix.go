//go:build unix

package metrics

import "os"

// countFiles returns how many files the process has open, by a folder that has one entry for each. The one that is
// opened to read it does not count.
func countFiles(folder string) (float64, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return -1, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return -1, err
	}
	return float64(len(names) - 1), nil
}
