package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"hookbeam/server/archive"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
)

// backupCmd is the command hookbeam backup. It asks the server that runs on the data folder, or opens the folder itself
// if none does. The file is written by this process, with its rights, and replaces an older one only when it is
// complete and was verified.
type backupCmd struct {
	File             string `arg:"" help:"File to write; - for standard output."`
	Data             string `help:"Data folder." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	WithCertificates bool   `help:"Include the certificates of --tls-domain with their private keys, which are not encrypted." env:"HOOKBEAM_WITH_CERTIFICATES"`
	JSON             bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
	client.SealKey
	logging
}

// Run makes the backup, and says what is not in it: the key.
func (c *backupCmd) Run(ctx context.Context, d Deps) error {
	if inside(c.Data, c.File) {
		return usageErrorf("%s is in the data folder. Name a file elsewhere, best on another disk", c.File)
	}
	var made archive.Manifest
	size := int64(0)
	err := writeBackup(c.File, d.Stdio.Out, func(w io.Writer) (err error) {
		made, size, err = verifyWhile(w, func(w io.Writer) error { return c.write(ctx, d, w) })
		return err
	})
	if err != nil {
		return err
	}
	report := d.Stdio.Out
	if c.File == "-" {
		report = d.Stdio.Err
	}
	if c.JSON {
		return json.NewEncoder(report).Encode(map[string]any{"file": c.File, "bytes": size, "head": made.Head,
			"created": made.Created, "epoch": made.Epoch, "release": made.Release, "key_id": made.KeyID,
			"key_from": made.KeyFrom})
	}
	fmt.Fprintf(
		report,
		"Backed up everything up to delivery %d to %s (%d bytes, verified).\n",
		made.Head,
		c.File,
		size,
	)
	where := made.KeyFrom
	if where == "" {
		where = "a file that the server reads"
	}
	_, err = fmt.Fprintf(report, "The secrets in it are sealed with key %s (%s). The key is not in the backup: "+
		"keep a copy of it at another place. Without it, the secrets cannot be restored.\n", made.KeyID, where)
	return err
}

// write writes the backup to w.
func (c *backupCmd) write(ctx context.Context, d Deps, w io.Writer) error {
	server, err := client.Local(ctx, c.Data, d.Version)
	if errors.Is(err, client.ErrNotRunning) {
		return d.Offline.Backup(ctx, c.Data, sealKey(c.SealKey, d), w, c.WithCertificates, c.logger(d.Stdio.Err))
	}
	if err != nil {
		return err
	}
	defer server.Close()
	return server.Backup(ctx, w, c.WithCertificates)
}

// verifyWhile verifies a backup while write writes it to w, and returns its manifest and its size.
func verifyWhile(w io.Writer, write func(io.Writer) error) (m archive.Manifest, size int64, err error) {
	r, pipe := io.Pipe()
	verified := make(chan error, 1)
	go func() { // ends when the pipe is closed
		var err error
		m, err = archive.Read(r, archive.Visitor{})
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		r.CloseWithError(errStopped)
		verified <- err
	}()
	counted := &counter{to: io.MultiWriter(w, pipe)}
	err = write(counted)
	pipe.CloseWithError(err)
	bad := <-verified
	switch {
	case errors.Is(err, errStopped): // the reader has found the reason
		err = fmt.Errorf("verify the backup: %w", bad)
	case err == nil && bad != nil:
		err = fmt.Errorf("verify the backup: %w", bad)
	}
	return m, counted.n, err
}

// errStopped means that the reader of a pipe has stopped.
var errStopped = errors.New("the backup is not valid")

// counter counts what is written.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.n += int64(n)
	return n, err
}

// writeBackup has write write the file at path, or stdout if it is "-". A regular file is written beside its place
// with mode 0600 and renamed when it is complete and on the disk: if that fails, what was there is still there. A
// device or a pipe is written as it is.
func writeBackup(path string, stdout io.Writer, write func(io.Writer) error) (err error) {
	if path == "-" {
		return write(stdout)
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return usageErrorf("%s is a folder. Name a file", path)
	case err == nil && !info.Mode().IsRegular():
		return writeInto(path, write)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved // a link stays, and its target is replaced
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part") // its mode is 0600
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return datafile.SyncFolder(filepath.Dir(path))
}

// writeInto has write write an existing device or pipe.
func writeInto(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// inside reports whether a path is in a folder, links resolved as far as they exist.
func inside(folder, path string) bool {
	if path == "-" {
		return false
	}
	resolve := func(p string) string {
		if absolute, err := filepath.Abs(p); err == nil {
			p = absolute
		}
		if resolved, err := filepath.EvalSymlinks(p); err == nil {
			return resolved
		}
		if dir, err := filepath.EvalSymlinks(filepath.Dir(p)); err == nil {
			return filepath.Join(dir, filepath.Base(p))
		}
		return p
	}
	below, err := filepath.Rel(resolve(folder), resolve(path))
	return err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator))
}
