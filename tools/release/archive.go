package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// entry is one file of an archive.
type entry struct {
	name    string
	mode    os.FileMode
	content []byte
}

// writeArchive writes the files of o.args to the archive o.out, whose name ends in .tar.gz or .zip. An argument is a
// file, or NAME=FILE for a file that has another name in the archive. The archive has no folders. A file is executable
// if its name is hookbeam or hookbeam.exe, whatever its mode is on disk.
func writeArchive(o options) error {
	entries := make([]entry, 0, len(o.args))
	for _, arg := range o.args {
		name, file, renamed := strings.Cut(arg, "=")
		if !renamed {
			name, file = filepath.Base(arg), arg
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if strings.TrimSuffix(name, ".exe") == "hookbeam" {
			mode = 0o755
		}
		entries = append(entries, entry{name: name, mode: mode, content: content})
	}
	if len(entries) == 0 {
		return errors.New("no files are named")
	}
	var b bytes.Buffer
	var err error
	switch {
	case strings.HasSuffix(o.out, ".tar.gz"):
		err = tarGzip(&b, entries, o.time())
	case strings.HasSuffix(o.out, ".zip"):
		err = zipped(&b, entries, o.time())
	default:
		err = fmt.Errorf("%q must end in .tar.gz or .zip", o.out)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(o.out, b.Bytes(), 0o644)
}

// tarGzip writes a compressed tar archive. All entries belong to root and have the same time.
func tarGzip(w io.Writer, entries []entry, at time.Time) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: e.name, Mode: int64(e.mode), Size: int64(len(e.content)),
			ModTime: at, Uname: "root", Gname: "root", Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close())
}

// zipped writes a zip archive.
func zipped(w io.Writer, entries []entry, at time.Time) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		header.SetMode(e.mode)
		file, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := file.Write(e.content); err != nil {
			return err
		}
	}
	return archive.Close()
}
