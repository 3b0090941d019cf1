package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hookbeam/tools/minisign"
)

// checksumsName is the file that lists the SHA-256 of all files of a release, in the format of sha256sum.
const checksumsName = "checksums.txt"

// writeChecksums lists the files of o.dir, in the order of their names. Folders, such as the image's layout, are not
// listed, because they are published as archives too.
func writeChecksums(o options) error {
	files, err := os.ReadDir(o.dir) // sorted by name
	if err != nil {
		return err
	}
	var list strings.Builder
	for _, file := range files {
		if file.IsDir() || strings.HasPrefix(file.Name(), checksumsName) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(o.dir, file.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(content), file.Name())
	}
	if list.Len() == 0 {
		return fmt.Errorf("there are no files in %q", o.dir)
	}
	return os.WriteFile(filepath.Join(o.dir, checksumsName), []byte(list.String()), 0o644)
}

// sign signs the file of o.args with a minisign key, and writes the signature beside it, with the ending .minisig. The
// password of the key, if it has one, is in MINISIGN_PASSWORD, or in the file that MINISIGN_PASSWORD_FILE names.
func sign(o options) error {
	if len(o.args) != 1 || o.key == "" {
		return errors.New("usage: release sign -key FILE -time SECONDS FILE")
	}
	file, err := os.ReadFile(o.key)
	if err != nil {
		return err
	}
	password := os.Getenv("MINISIGN_PASSWORD")
	if name := os.Getenv("MINISIGN_PASSWORD_FILE"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		password = cmp.Or(password, strings.TrimRight(string(text), "\r\n"))
	}
	key, err := minisign.ParseSecretKey(file, password)
	if err != nil {
		return fmt.Errorf("%s: %w", o.key, err)
	}
	content, err := os.ReadFile(o.args[0])
	if err != nil {
		return err
	}
	signature, err := key.Sign(content,
		fmt.Sprintf("timestamp:%d\tfile:%s\thashed", o.seconds, filepath.Base(o.args[0])))
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "signed with the key %s\n", key.PublicKey())
	return os.WriteFile(o.args[0]+".minisig", signature, 0o644)
}
