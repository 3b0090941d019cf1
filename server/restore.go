package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hookbeam/server/archive"
	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// Names in the data folder that a restore uses.
const (
	stagingFolder = "hookbeam.restore"   // the files of the backup, until they are put in place
	restoreMarker = "hookbeam.restoring" // says that a restore has begun and not ended
	asidePrefix   = "hookbeam.replaced-" // folders of the data that a restore has replaced
)

// restoring is the content of the marker. While it is there, no server starts on the folder: a restore that was killed
// must not look like an empty or a whole folder.
type restoring struct {
	Backup    string    `json:"backup"`
	Began     time.Time `json:"began"`
	Replacing bool      `json:"replacing"`          // files may have been moved; before that, nothing was
	Replaced  string    `json:"replaced,omitempty"` // folder to which the previous data is moved
	Placing   bool      `json:"placing,omitempty"`  // all of it was moved: the rest is what a restore has put in place
}

// readMarker returns the marker in a folder, and whether there is one.
func readMarker(folder string) (m restoring, found bool, err error) {
	path := filepath.Join(folder, restoreMarker)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return m, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, true, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return m, true, nil
}

// refuseHalfRestored returns an error that says what to do if a restore into the folder was interrupted.
func refuseHalfRestored(folder string) error {
	m, found, err := readMarker(folder)
	if !found && err == nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a restore into %s was interrupted: run hookbeam restore again (%w)", folder, err)
	}
	began := m.Began.UTC().Format(time.RFC3339)
	if !m.Replacing {
		return fmt.Errorf("a restore of %s into %s, begun at %s, was interrupted before it changed anything. Run "+
			"hookbeam restore again, or remove %s to go on with what is in the folder", m.Backup, folder, began,
			filepath.Join(folder, restoreMarker))
	}
	before := ""
	if m.Replaced != "" {
		before = ". The previous data is in " + m.Replaced
	}
	return fmt.Errorf("a restore of %s into %s, begun at %s, was interrupted while it put the files in place, so the "+
		"folder is incomplete. Run hookbeam restore again with --replace%s", m.Backup, folder, began, before)
}

// restore is one restore of a backup into a data folder whose lock this process holds.
type restore struct {
	request client.RestoreRequest
	given   *sealKey
	marker  restoring
	newest  map[string]int64 // migrations that this release knows, by the name of the database
	now     time.Time
	space   func(path string) (total, free int64, err error)
}

// Restore puts a backup in place of a data folder's content. It verifies the backup and looks for its key before it
// changes anything. The log gets a new epoch, so that readers with a cursor load their first page again.
//
// It unpacks into a folder of its own, moves the previous data aside, and then the new files in. A marker in the
// folder says that it has begun, so a restore that is killed leaves a folder that no server takes for a whole one.
func (o Offline) Restore(
	ctx context.Context, request client.RestoreRequest, log *slog.Logger,
) (done client.Restored, err error) {
	r := &restore{request: request, now: time.Now(), space: datafile.Space}
	if r.given, err = givenKey(request.Key); err != nil {
		return done, err
	}
	if r.newest, err = sqlite.Newest(); err != nil {
		return done, err
	}
	if !request.Replace && datafile.HasDatabase(request.Folder) {
		return done, fmt.Errorf(
			"%s has data already. Choose another folder with --data, or pass --replace, which moves "+
				"that data aside",
			request.Folder,
		)
	}
	if !request.Once {
		if err := r.read(archive.Visitor{Manifest: r.check}); err != nil {
			return done, err
		}
	}
	who := datafile.RunningServer{Version: o.Version, Command: "restore"}
	lock, err := lockDataFolder(request.Folder, who, log)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	return r.run(ctx)
}

// read reads the backup to its end.
func (r *restore) read(v archive.Visitor) error {
	from, err := r.request.Open()
	if err != nil {
		return err
	}
	_, err = archive.Read(from, v)
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("%s: %w. Nothing was changed", r.request.Name, err)
	}
	return nil
}

// check returns an error if this release cannot use a backup, or if its key is not there.
func (r *restore) check(m archive.Manifest) error {
	for name, version := range m.Schema {
		if version > r.newest[name] {
			return fmt.Errorf("it was made by a newer Hookbeam (%s). Restore it with that release", m.Release)
		}
	}
	if err := r.checkFiles(m.Files); err != nil {
		return err
	}
	key, err := lookForKey(r.request.Folder, r.given, m.KeyID)
	if err != nil {
		return err
	}
	if key != nil && key.ID() == m.KeyID {
		return nil
	}
	from := ""
	if m.KeyFrom != "" {
		from = fmt.Sprintf(", which was kept in %s when the backup was made,", m.KeyFrom)
	}
	found := "is not here: --seal-key-file and HOOKBEAM_SEAL_KEY are not set, and " +
		filepath.Join(r.request.Folder, datafile.SealKeyName) + " does not exist"
	if key != nil {
		found = fmt.Sprintf("is not here: %s is key %s", key.source, key.ID())
	}
	return fmt.Errorf("its secrets are sealed with key %s%s and that key %s. Put it into %s, or pass it with "+
		"--seal-key-file, and run the command again", m.KeyID, from, found,
		filepath.Join(r.request.Folder, datafile.SealKeyNameOf(m.KeyID)))
}

// checkFiles returns an error if a backup has no log, has a file that would become another part of the data folder,
// such as the key or the lock, or does not fit on the disk. Few compressed bytes can stand for many.
func (r *restore) checkFiles(files []archive.File) error {
	hasLog, need := false, int64(0)
	for _, f := range files {
		_, database := r.newest[f.Name]
		if !database && !strings.HasPrefix(f.Name, certificateFolder+"/") {
			return fmt.Errorf("%w: it contains %q, which does not belong in a backup", archive.ErrDamaged, f.Name)
		}
		if f.Size > math.MaxInt64-need {
			return fmt.Errorf("%w: the sizes in its manifest are impossible", archive.ErrDamaged)
		}
		hasLog, need = hasLog || f.Name == sqlite.FileName, need+f.Size
	}
	if !hasLog {
		return fmt.Errorf("%w: it has no log", archive.ErrDamaged)
	}
	if _, free, err := r.space(r.request.Folder); err == nil && free < need { // it is not known on every system
		return fmt.Errorf("%s has %d MiB of free space, and the backup needs %d MiB there. Free some space and try "+
			"again", r.request.Folder, free>>20, need>>20+1)
	}
	return nil
}

// run unpacks the backup and puts it in place. After an error before that, the folder is as it was.
func (r *restore) run(ctx context.Context) (done client.Restored, err error) {
	staging := filepath.Join(r.request.Folder, stagingFolder)
	before, _, err := readMarker(r.request.Folder)
	if err != nil { // the marker is unreadable, but it says that files may have been moved
		before = restoring{Replacing: true}
	}
	r.marker = restoring{Backup: r.request.Name, Began: r.now,
		Replacing: before.Replacing, Replaced: before.Replaced, Placing: before.Placing}
	if err := r.mark(); err != nil {
		return done, err
	}
	done, err = r.unpack(ctx, staging)
	if err != nil {
		err = errors.Join(err, os.RemoveAll(staging))
		if before.Replacing { // an earlier restore left the folder incomplete, and it still is
			return done, err
		}
		return done, errors.Join(err, os.Remove(filepath.Join(r.request.Folder, restoreMarker)))
	}
	if done.Replaced, err = r.replace(staging); err != nil {
		return done, fmt.Errorf("the backup is unpacked, but could not be put in place: %w", err)
	}
	if err := os.RemoveAll(staging); err != nil {
		return done, err
	}
	if err := os.Remove(filepath.Join(r.request.Folder, restoreMarker)); err != nil {
		return done, err
	}
	return done, datafile.SyncFolder(r.request.Folder)
}

// mark writes the marker.
func (r *restore) mark() error {
	text, err := json.Marshal(r.marker)
	if err != nil {
		return err
	}
	return datafile.Replace(filepath.Join(r.request.Folder, restoreMarker), append(text, '\n'))
}

// unpack unpacks the backup into a new folder and makes its databases a new log.
func (r *restore) unpack(ctx context.Context, staging string) (done client.Restored, err error) {
	if err := os.RemoveAll(staging); err != nil { // an interrupted restore left it
		return done, err
	}
	if err := os.Mkdir(staging, 0o700); err != nil {
		return done, err
	}
	err = r.read(archive.Visitor{
		Manifest: func(m archive.Manifest) error {
			done = client.Restored{Head: hook.Seq(m.Head), Created: m.Created, Release: m.Release, KeyID: m.KeyID}
			return r.check(m)
		},
		File: func(f archive.File, content io.Reader) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return unpackFile(filepath.Join(staging, filepath.FromSlash(f.Name)), content)
		},
	})
	if err != nil {
		return done, err
	}
	// The manifest is not authenticated. A log without sealed secrets would be taken for one of an older release.
	sealedWith, err := sqlite.SealedWith(ctx, staging)
	if err == nil && sealedWith != done.KeyID {
		err = fmt.Errorf("%s: %w: its log is sealed with key %q, and its manifest says %q. Nothing was changed",
			r.request.Name, archive.ErrDamaged, sealedWith, done.KeyID)
	}
	if err != nil {
		return done, err
	}
	done.Epoch, err = sqlite.Renew(ctx, staging, sqlite.Options{Random: rand.Reader})
	return done, err
}

// unpackFile writes a new file with mode 0600 to the disk, and the folders to it.
func unpackFile(path string, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := datafile.OpenNew(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// Renew makes a data folder that another tool has restored, such as Litestream, a new log: its readers load their first
// page again, and sessions and one-time logins end.
func (o Offline) Renew(
	ctx context.Context, folder string, at client.SealKey, log *slog.Logger,
) (done client.Restored, err error) {
	given, err := givenKey(at)
	if err != nil {
		return done, err
	}
	lock, err := lockOffline(folder, "restore", o.Version, log)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	need, err := sqlite.SealedWith(ctx, folder)
	if err != nil {
		return done, err
	}
	if need != "" {
		if _, err := findKey(folder, given, need); err != nil {
			return done, err
		}
	}
	done.KeyID = need
	done.Epoch, err = sqlite.Renew(ctx, folder, sqlite.Options{Random: rand.Reader})
	return done, err
}
