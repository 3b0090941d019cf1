// Package archive is the format of Hookbeam's backups.
//
// A backup is one file: a tar archive, compressed by gzip. Its first entry, manifest.json, says what it contains, and
// the files follow in the order in which the manifest lists them. So tar alone can list it
// and, if necessary, unpack it.
//
// The package promises that Read accepts nothing but what Write wrote, to the last byte: it compares the size and the
// SHA-256 digest of each file with the manifest, and fails for a backup that was cut off, changed, or made by a later
// format. Start reading at Manifest.
package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"time"
)

// Format is the version of the format. A release reads all versions up to its own.
const Format = 1

const (
	manifestName = "manifest.json"
	maxManifest  = 4 << 20 // bytes
	maxFiles     = 10_000
)

// Manifest describes a backup.
type Manifest struct {
	Format  int              `json:"format"`
	Release string           `json:"release"` // that made it
	Created time.Time        `json:"created"`
	Epoch   string           `json:"epoch"`  // of the log
	Head    int64            `json:"head"`   // seq of the newest delivery; 0: there is none
	Schema  map[string]int64 `json:"schema"` // newest migration of each database
	// Of the key that sealed the secrets; the key is not in the backup
	KeyID   string `json:"key_id"`
	KeyFrom string `json:"key_from,omitempty"` // where the key was kept on that machine
	Files   []File `json:"files"`
}

// File is one file in a backup.
type File struct {
	Name   string `json:"name"` // a relative path with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// The errors of Read.
var (
	ErrForeign = errors.New("this is not a Hookbeam backup")
	ErrCut     = errors.New("the backup is incomplete: it was cut off")
	ErrDamaged = errors.New("the backup is damaged")
	ErrNewer   = errors.New("the backup was made by a newer Hookbeam")
)

// Digest returns the entry of a manifest for a file with this content.
func Digest(name string, content io.Reader) (File, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, content)
	return File{Name: name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// Write writes a backup. open returns the content of a file of the manifest; it must be as the manifest says.
func Write(w io.Writer, m Manifest, open func(File) (io.ReadCloser, error)) error {
	m.Format = Format
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	// The fastest level: databases become half as large by it, and little smaller by any other.
	zipped, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	out := tar.NewWriter(zipped)
	text = append(text, '\n')
	if err := writeFile(out, m.Created, manifestName, int64(len(text)), bytes.NewReader(text)); err != nil {
		return err
	}
	for _, f := range m.Files {
		content, err := open(f)
		if err != nil {
			return err
		}
		err = writeFile(out, m.Created, f.Name, f.Size, content)
		if err = errors.Join(err, content.Close()); err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return zipped.Close()
}

// writeFile writes one entry.
func writeFile(out *tar.Writer, at time.Time, name string, size int64, content io.Reader) error {
	err := out.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Typeflag: tar.TypeReg})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, content)
	return err
}

// Visitor gets what Read finds, in the order of the backup. A nil function ignores what it would get.
type Visitor struct {
	Manifest func(Manifest) error        // before any file; its error ends Read
	File     func(File, io.Reader) error // must read the content to its end, or fail
}

// Read reads a backup to its end and verifies it. A visitor's file is verified only after it was read, so what came of
// it must not be used before Read has returned nil. Errors of the backup are ErrForeign, ErrCut, ErrDamaged and
// ErrNewer.
func Read(r io.Reader, v Visitor) (Manifest, error) {
	whole := bufio.NewReader(r)
	zipped, err := gzip.NewReader(whole)
	if err != nil {
		return Manifest{}, explain(err, ErrForeign)
	}
	zipped.Multistream(false)
	in := tar.NewReader(zipped)
	m, err := readManifest(in)
	if err != nil {
		return m, err
	}
	if v.Manifest != nil {
		if err := v.Manifest(m); err != nil {
			return m, err
		}
	}
	for _, f := range m.Files {
		if err := readFile(in, f, v.File); err != nil {
			return m, err
		}
	}
	if header, err := in.Next(); err == nil {
		return m, fmt.Errorf("%w: it contains %q, which its manifest does not list", ErrDamaged, header.Name)
	} else if !errors.Is(err, io.EOF) {
		return m, explain(err, ErrDamaged)
	}
	return m, atEnd(zipped, whole)
}

// atEnd returns an error if anything follows the last entry. Reading to the end verifies the checksum of gzip, and that
// nothing was cut off.
func atEnd(readers ...io.Reader) error {
	for _, r := range readers {
		n, err := io.ReadFull(r, make([]byte, 1))
		if n > 0 {
			return fmt.Errorf("%w: something follows its end", ErrDamaged)
		}
		if !errors.Is(err, io.EOF) {
			return explain(err, ErrDamaged)
		}
	}
	return nil
}

// readManifest reads the first entry.
func readManifest(in *tar.Reader) (m Manifest, err error) {
	header, err := in.Next()
	if err != nil {
		return m, explain(err, ErrForeign)
	}
	if header.Name != manifestName || header.Size > maxManifest {
		return m, ErrForeign
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return m, explain(err, ErrDamaged)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%w: its manifest is not JSON", ErrDamaged)
	}
	switch {
	case m.Format > Format:
		return m, fmt.Errorf("%w (%s; its format is %d, and this release reads up to %d). Use that release",
			ErrNewer, m.Release, m.Format, Format)
	case m.Format < 1 || len(m.Files) == 0 || len(m.Files) > maxFiles:
		return m, ErrForeign
	}
	seen := map[string]bool{manifestName: true}
	for _, f := range m.Files {
		if f.Size < 0 || !validName(f.Name) || seen[f.Name] {
			return m, fmt.Errorf("%w: its manifest lists %q", ErrDamaged, f.Name)
		}
		seen[f.Name] = true
	}
	return m, nil
}

// validName reports whether a name is a relative path that stays below the folder to which it is relative.
func validName(name string) bool {
	if name == "" || path.Clean(name) != name || path.IsAbs(name) || strings.ContainsAny(name, "\\:\x00") {
		return false
	}
	return name != "." && name != ".." && !strings.HasPrefix(name, "../")
}

// readFile reads the next entry, which must be f, and verifies it.
func readFile(in *tar.Reader, f File, visit func(File, io.Reader) error) error {
	header, err := in.Next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s is missing", ErrDamaged, f.Name)
	}
	if err != nil {
		return explain(err, ErrDamaged)
	}
	if header.Name != f.Name || header.Size != f.Size || header.Typeflag != tar.TypeReg {
		return fmt.Errorf("%w: it contains %q in place of %s", ErrDamaged, header.Name, f.Name)
	}
	content := &verified{from: in, sum: sha256.New()}
	if visit != nil {
		if err := visit(f, content); err != nil {
			if content.err != nil { // of the backup, not of the visitor
				err = explain(content.err, ErrDamaged)
			}
			return err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return explain(err, ErrDamaged)
	}
	if got := hex.EncodeToString(content.sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%w: %s does not match its digest", ErrDamaged, f.Name)
	}
	return nil
}

// verified computes the digest of what is read from it, and remembers an error.
type verified struct {
	from io.Reader
	sum  hash.Hash
	err  error
}

func (v *verified) Read(b []byte) (int, error) {
	n, err := v.from.Read(b)
	v.sum.Write(b[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		v.err = err
	}
	return n, err
}

// explain returns the error of this package for one of gzip or tar. An error of the reader below is returned as it is.
func explain(err, otherwise error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, io.EOF) && errors.Is(otherwise, ErrForeign):
		return fmt.Errorf("%w: it is empty", ErrForeign)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return ErrCut
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, tar.ErrHeader),
		errors.As(err, &corrupt):
		return otherwise
	}
	return err
}
