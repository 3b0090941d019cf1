package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"hookbeam/server/client"
	"hookbeam/server/datafile"
	"hookbeam/server/seal"
	"hookbeam/server/sqlite"
)

// sealKey is the key that seals the secrets in a database, and where it was found.
type sealKey struct {
	*seal.Key
	source string // for messages: a flag, a variable or a path
	inData string // the key's path in the data folder; "" if it is kept elsewhere
}

// givenKey returns the key that a flag or the environment names, nil if neither does. Its errors are usage errors, and
// nothing is changed.
func givenKey(at client.SealKey) (*sealKey, error) {
	const flag, variable = "--seal-key-file", "HOOKBEAM_SEAL_KEY"
	switch {
	case at.SealKeyFile != "" && at.SealKeyText != "":
		return nil, usage(flag, errors.New("HOOKBEAM_SEAL_KEY is set, too. Set only one of them"))
	case at.SealKeyText != "":
		key, err := seal.Parse(at.SealKeyText, rand.Reader)
		if err != nil {
			return nil, usage(variable, err)
		}
		return &sealKey{Key: key, source: variable}, nil
	case at.SealKeyFile != "":
		key, err := readKey(at.SealKeyFile)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s does not exist. Put the key there; to make a new one for a new data folder: "+
				"openssl rand -base64 32 >%[1]s && chmod 600 %[1]s", at.SealKeyFile)
		}
		if err != nil {
			return nil, usage(flag, err)
		}
		return &sealKey{Key: key, source: flag + " " + at.SealKeyFile}, nil
	}
	return nil, nil
}

// findSealKey finds the key of the database, whose folder is locked, or makes one for a new database.
func (s *server) findSealKey(checked sqlite.Checked) error {
	need, err := checked.SealedWith()
	if err != nil {
		return err
	}
	if s.key, err = findKey(s.config.Data, s.key, need); err != nil {
		return err
	}
	s.key.warn(s.deps.Log, s.config.SealKeyFile)
	return nil
}

// readKey reads a key file. The file may be a link, as Kubernetes mounts secrets.
func readKey(path string) (*seal.Key, error) {
	text, err := datafile.ReadSecret(path)
	if err != nil {
		return nil, err
	}
	key, err := seal.Parse(text, rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// findKey returns the key for the database in a data folder, whose lock the caller holds. need is the id of the key
// that sealed the database, "" if it is not sealed yet: then a key is made if there is none. given is the result of
// givenKey. An error says which key is needed and where it was looked for; nothing is changed then.
func findKey(folder string, given *sealKey, need string) (*sealKey, error) {
	key, err := lookForKey(folder, given, need)
	switch {
	case err != nil:
		return nil, err
	case key != nil && (need == "" || key.ID() == need):
		return key, nil
	case key == nil && need == "":
		return makeKey(filepath.Join(folder, datafile.SealKeyName))
	case key == nil:
		return nil, fmt.Errorf("the secrets in %s are sealed with key %s, which was not found: --seal-key-file and "+
			"HOOKBEAM_SEAL_KEY are not set, and %s does not exist. Nothing was changed. Put the key back, or pass it "+
			"with --seal-key-file (HOOKBEAM_SEAL_KEY_FILE). Without it the secrets cannot be read",
			folder, need, filepath.Join(folder, datafile.SealKeyName))
	}
	hint := "Use the right key. Without it the secrets cannot be read"
	if given != nil {
		if beside, err := lookForKey(folder, nil, need); err == nil && beside != nil && beside.ID() == need {
			hint = fmt.Sprintf("The right key is in %s. To go on with it, leave out the other key; to change to the "+
				"other key, stop the server and run hookbeam rekey --new-key-file FILE", beside.inData)
		}
	}
	return nil, fmt.Errorf("the secrets in %s are sealed with key %s, but %s is key %s. Nothing was changed. %s",
		folder, need, key.source, key.ID(), hint)
}

// lookForKey returns given, or without it the key in a data folder: the one in seal.key, or if that is another than
// need, the one that a rekey keeps under its id. It returns nil if there is none.
func lookForKey(folder string, given *sealKey, need string) (*sealKey, error) {
	if given != nil {
		return given, nil
	}
	var first *sealKey
	names := []string{datafile.SealKeyName}
	if need != "" {
		names = append(names, datafile.SealKeyNameOf(need))
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		key, err := readKey(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the key of the stored secrets: %w", err)
		}
		found := &sealKey{Key: key, source: path, inData: path}
		if need == "" || key.ID() == need {
			return found, nil
		}
		if first == nil {
			first = found
		}
	}
	return first, nil
}

// makeKey makes a key and stores it in a new file with mode 0600. It is on the disk before it is used.
func makeKey(path string) (*sealKey, error) {
	key, text, err := seal.New(rand.Reader)
	if err == nil {
		err = datafile.Replace(path, []byte(text+"\n"))
	}
	if err != nil {
		return nil, fmt.Errorf("make the key of the stored secrets: %w", err)
	}
	return &sealKey{Key: key, source: path, inData: path}, nil
}

// warn logs what is unsafe about where the key is kept.
func (k *sealKey) warn(log *slog.Logger, file string) {
	if k.inData != "" {
		log.Warn("the key that seals the stored secrets is in the data folder, so a copy of the folder contains both. "+
			"Keep it elsewhere: stop the server, run hookbeam rekey --new-key-file FILE, and start with "+
			"--seal-key-file FILE", "file", k.inData, "key_id", k.ID())
		return
	}
	if file == "" {
		return
	}
	if info, err := os.Stat(file); err == nil && datafile.ReadableByAll(info) {
		log.Warn("every user of this machine can read the key that seals the stored secrets. Run chmod 600 on it",
			"file", file, "key_id", k.ID())
	}
}
