// Compress replaces the texts of the built dashboard by their gzip form, FILE by FILE.gz, so that the binary has them
// only once and small. The server sends them as they are. The Makefile calls it after Vite:
//
//	compress ui/dist
//
// It promises that the result depends only on the files, and that a second run changes nothing. Vite's manifest stays
// as it is, because the server and scripts read it; fonts and pictures are compressed already.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// texts are the extensions of files that gzip makes smaller. Package web in the server expects the same.
var texts = []string{".js", ".mjs", ".css", ".svg", ".json", ".map"}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: compress FOLDER")
		os.Exit(2)
	}
	if err := compressAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "compress:", err)
		os.Exit(1)
	}
}

// compressAll compresses the texts in a folder and in those below it, except in hidden folders.
func compressAll(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && entry.Name()[0] == '.' {
			return filepath.SkipDir
		}
		if entry.IsDir() || !slices.Contains(texts, filepath.Ext(path)) {
			return nil
		}
		return compressFile(path)
	})
}

// compressFile replaces one file. The plain file is removed last, so an interrupted run can be repeated.
func compressFile(path string) error {
	plain, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var small bytes.Buffer
	z, err := gzip.NewWriterLevel(&small, gzip.BestCompression) // its header has neither name nor time
	if err != nil {
		return err
	}
	if _, err := z.Write(plain); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(path+".gz", small.Bytes(), 0o644); err != nil { //nolint:gosec // files of a build
		return err
	}
	return os.Remove(path)
}
