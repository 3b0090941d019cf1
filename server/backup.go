package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"hookbeam/server/archive"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// Names in the data folder that backup and restore use.
const (
	copiesFolder      = "hookbeam.backup" // copies of the databases, while a backup is being made
	certificateFolder = "certificates"    // certificates of --tls-domain, with their keys and the account
)

// backups makes backups of a data folder. A server has one, and a command makes one for a folder without a server.
type backups struct {
	folder  string
	release string
	keyFrom string // where the key of the secrets is kept, for the manifest
	log     *slog.Logger
	now     func() time.Time
	space   func(path string) (total, free int64, err error)
	ready   func() error // nil, or why the databases must not be copied
	one     sync.Mutex   // held while a backup is made: its copies need disk space
}

// newBackups returns what makes the backups of a running server.
func (s *server) newBackups() *backups {
	return &backups{folder: s.config.Data, release: s.config.Version, keyFrom: s.key.source, log: s.deps.Log,
		now: time.Now, space: datafile.Space, ready: s.db.Healthy}
}

// errBackupRuns is the problem for a second backup at the same time.
var errBackupRuns = &hook.Problem{Code: "backup_running",
	Detail: "Another backup of this server is being made. Try again when it has finished."}

// write writes a backup to w. It copies the databases beside the server, which goes on receiving, then writes the
// copies to w and removes them. Without withCertificates, it leaves out the folder of certificates, because that
// contains private keys that are not sealed.
func (b *backups) write(ctx context.Context, w io.Writer, withCertificates bool) (err error) {
	if !b.one.TryLock() {
		return errBackupRuns
	}
	defer b.one.Unlock()
	if b.ready != nil {
		if err := b.ready(); err != nil {
			return err
		}
	}
	copies := filepath.Join(b.folder, copiesFolder)
	if err := os.RemoveAll(copies); err != nil { // an interrupted backup left them
		return err
	}
	if err := b.checkSpace(); err != nil {
		return err
	}
	if err := os.Mkdir(copies, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(copies)) }()
	began := b.now()
	copied, err := sqlite.Copy(ctx, b.folder, copies, func(name string, err error) {
		b.log.Warn(
			"a database is damaged and is left out of the backup; it can be rebuilt from the log",
			"file",
			name,
			"error",
			err,
		)
	})
	if err != nil {
		return err
	}
	m := archive.Manifest{Release: b.release, Created: began.UTC(), Epoch: copied.Epoch, Head: int64(copied.Head),
		Schema: copied.Schema, KeyID: copied.KeyID, KeyFrom: b.keyFrom}
	sources := map[string]string{} // paths of the files, by their names in the backup
	for _, name := range copied.Files {
		sources[name] = filepath.Join(copies, name)
	}
	names := copied.Files
	if withCertificates {
		certificates, err := certificateFiles(b.folder)
		if err != nil {
			return err
		}
		for _, name := range certificates {
			sources[name] = filepath.Join(b.folder, filepath.FromSlash(name))
		}
		names = append(names, certificates...)
	}
	if m.Files, err = digests(names, sources); err != nil {
		return err
	}
	err = archive.Write(w, m, func(f archive.File) (io.ReadCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return os.Open(sources[f.Name])
	})
	if err == nil {
		b.log.Info("backup made", "head", m.Head, "duration", b.now().Sub(began).Round(time.Millisecond))
	}
	return err
}

// backupReserve is how much space must be left beside the copies: the server goes on storing while they are made.
const backupReserve = 64 << 20

// checkSpace returns an error if the disk may be too full for the copies. A disk that they filled could not store
// deliveries any more.
func (b *backups) checkSpace() error {
	_, free, err := b.space(b.folder)
	if err != nil { // it is not known on every system
		return nil
	}
	need := int64(backupReserve)
	for _, name := range append(sqlite.Files(sqlite.FileName), sqlite.ProjectionFiles()...) {
		if info, err := os.Stat(filepath.Join(b.folder, name)); err == nil {
			need += info.Size()
		}
	}
	if free >= need {
		return nil
	}
	return fmt.Errorf("%s has %d MiB of free space, and a backup needs %d MiB there, for copies that are deleted "+
		"again. Free some space and try again", b.folder, free>>20, need>>20)
}

// digests returns the manifest's entries of files.
func digests(names []string, paths map[string]string) (files []archive.File, err error) {
	for _, name := range names {
		f, err := os.Open(paths[name])
		if err != nil {
			return nil, err
		}
		entry, err := archive.Digest(name, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		files = append(files, entry)
	}
	return files, nil
}

// certificateFiles returns the files below the folder of certificates, as names of a backup.
func certificateFiles(folder string) (names []string, err error) {
	err = fs.WalkDir(os.DirFS(folder), certificateFolder, func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == certificateFolder {
			return nil
		}
		if err == nil && entry.Type().IsRegular() && !strings.HasSuffix(name, ".lock") {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// backup streams a backup to a command.
func (c controlCalls) backup(w http.ResponseWriter, r *http.Request) {
	c.stream(w, r, "application/gzip", func(out io.Writer) error {
		return c.Backups.write(r.Context(), out, r.URL.Query().Get("certificates") == "true")
	})
}

// stream responds with what write writes. That may begin late and take long, so the response begins before it; what
// fails then is told by a trailer, and the response is incomplete.
func (c controlCalls) stream(
	w http.ResponseWriter,
	r *http.Request,
	contentType string,
	write func(io.Writer) error,
) {
	control := http.NewResponseController(w)
	out := &deadlineWriter{to: w, control: control}
	// The limits of other calls do not hold here: the time depends on the size of the data.
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{}))
	if err != nil {
		writeControlProblem(w, http.StatusInternalServerError, &hook.Problem{Code: "internal",
			Detail: "The connection cannot carry a long response: " + err.Error()})
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Trailer", client.ErrorTrailer)
	w.WriteHeader(http.StatusOK)
	_ = control.Flush() // fails only if the client has left
	if err = write(out); err == nil {
		return
	}
	if problem := (*hook.Problem)(nil); errors.As(err, &problem) {
		err = errors.New(problem.Detail)
	} else if r.Context().Err() == nil {
		c.Backups.log.Error("control request failed", "route", r.URL.Path, "error", err)
	}
	w.Header().Set(client.ErrorTrailer, strings.Join(strings.Fields(err.Error()), " "))
}

// deadlineWriter writes a response of any length: the time limit is for each write, not for all of them.
type deadlineWriter struct {
	to      io.Writer
	control *http.ResponseController
}

func (p *deadlineWriter) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(controlWriteTime)); err != nil {
		return 0, err
	}
	return p.to.Write(b)
}

// Backup writes a backup of a data folder that no server holds. It needs no key, and does not change the databases.
func (o Offline) Backup(
	ctx context.Context, folder string, at client.SealKey, w io.Writer, withCertificates bool, log *slog.Logger,
) (err error) {
	lock, err := lockOffline(folder, "backup", o.Version, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	b := backups{folder: folder, release: o.Version, log: log, now: time.Now, space: datafile.Space}
	if key, err := givenKey(at); err == nil && key != nil {
		b.keyFrom = key.source
	} else if keys := datafile.SealKeys(folder); len(keys) > 0 {
		b.keyFrom = filepath.Join(folder, keys[0])
	}
	if err := b.write(ctx, w, withCertificates); err != nil {
		return fmt.Errorf("back up %s: %w", folder, err)
	}
	return nil
}
