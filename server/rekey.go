package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/seal"
	"hookbeam/server/sqlite"
)

// Rekey seals the secrets of a data folder with another key. Without newFile it makes a new key in the data folder;
// otherwise it uses the key in that file, or makes one there.
//
// The new key is on the disk before the database changes, and the old one stays after it. The database says which of
// them it needs, and both are found by their ids. So whenever the process is killed, the folder opens.
func (o Offline) Rekey(
	ctx context.Context, folder string, at client.SealKey, newFile string, log *slog.Logger,
) (done client.Rekeyed, err error) {
	given, err := givenKey(at)
	if err != nil {
		return done, err
	}
	if given != nil && newFile == "" {
		return done, usage("--new-key-file", fmt.Errorf("the current key comes from %s, so the command cannot put a "+
			"new key in its place. Name a file for the new key; afterwards let the server read that file",
			given.source))
	}
	lock, err := lockOffline(folder, "rekey", o.Version, log)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if _, err := sqlite.CheckRelease(ctx, folder); err != nil {
		return done, err
	}
	need, err := sqlite.SealedWith(ctx, folder)
	if err != nil {
		return done, err
	}
	to, err := readNewKey(newFile)
	var from *sealKey
	if err == nil && (to == nil || to.ID() != need) { // otherwise an interrupted call has done it
		from, err = findKey(folder, given, need)
	}
	if err == nil && to == nil { // only now, because without the old key nothing is to be changed
		to, err = makeNewKey(folder, newFile)
	}
	if err != nil {
		return done, err
	}
	done = client.Rekeyed{KeyID: to.ID(), File: newFile}
	if from != nil {
		done.OldKeyID = from.ID()
		if done.Residue, err = reseal(ctx, folder, from.Key, to.Key, log); err != nil {
			return done, err
		}
	}
	if newFile == "" {
		done.File = filepath.Join(folder, datafile.SealKeyName)
	}
	err = settleKeys(folder, to, &done)
	return done, err
}

// readNewKey returns the key in the file that --new-key-file names. It returns nil if the key is yet to be made.
func readNewKey(newFile string) (*sealKey, error) {
	if newFile == "" {
		return nil, nil
	}
	key, err := readKey(newFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, usage("--new-key-file", err)
	}
	return &sealKey{Key: key, source: newFile}, nil
}

// makeNewKey makes the key with which a rekey seals. In the data folder it is made under its id; see settleKeys.
func makeNewKey(folder, newFile string) (*sealKey, error) {
	if newFile != "" {
		made, err := makeKey(newFile)
		if err != nil {
			return nil, err
		}
		return &sealKey{Key: made.Key, source: newFile}, nil
	}
	key, text, err := seal.New(rand.Reader)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, datafile.SealKeyNameOf(key.ID()))
	if err := datafile.Replace(path, []byte(text+"\n")); err != nil {
		return nil, fmt.Errorf("make the new key: %w", err)
	}
	return &sealKey{Key: key, source: path, inData: path}, nil
}

// reseal changes the key of the database in one transaction. residue reports whether values of the old key may be left
// in the free space of the file.
func reseal(ctx context.Context, folder string, from, to *seal.Key, log *slog.Logger) (residue bool, err error) {
	db, err := sqlite.Open(ctx, folder, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: log, Seal: from})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Rekey(to)
}

// settleKeys gives the key files in the data folder their lasting names: that of an old key contains its id, and a new
// key that was made in the folder becomes seal.key. It notes in done which old key is there.
func settleKeys(folder string, to *sealKey, done *client.Rekeyed) error {
	current := filepath.Join(folder, datafile.SealKeyName)
	key, err := readKey(current)
	if err == nil && key.ID() != to.ID() {
		done.OldKeyID = cmp.Or(done.OldKeyID, key.ID())
		err = datafile.Rename(current, filepath.Join(folder, datafile.SealKeyNameOf(key.ID())))
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil && to.inData != "" {
		err = datafile.Rename(to.inData, current)
	}
	if err != nil {
		return fmt.Errorf("the secrets are sealed with the new key, but the key files could not be renamed: %w", err)
	}
	old := filepath.Join(folder, datafile.SealKeyNameOf(done.OldKeyID))
	if _, err := os.Lstat(old); err == nil {
		done.OldFile = old
	}
	return nil
}
