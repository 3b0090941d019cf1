package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// file is a file or, if its name ends in a slash, a folder of the image.
type file struct {
	name    string // without a leading slash
	mode    int64
	owner   int // user and group
	content []byte
}

// baseFiles returns everything in the image but the program. zones is Go's archive of time zones.
func baseFiles(zones []byte, documents []string) ([]file, error) {
	authorities, err := certificateAuthorities()
	if err != nil {
		return nil, err
	}
	files := []file{
		{name: strings.TrimPrefix(dataFolder, "/") + "/", mode: 0o700, owner: userID},
		{name: "tmp/", mode: 0o1777},
		{name: "etc/passwd", mode: 0o644, content: fmt.Appendf(nil,
			"root:x:0:0:root:/:/nologin\nhookbeam:x:%d:%d:hookbeam:%s:/nologin\n", userID, userID, dataFolder)},
		{name: "etc/group", mode: 0o644, content: fmt.Appendf(nil, "root:x:0:\nhookbeam:x:%d:\n", userID)},
		// Files first, then DNS, as everywhere. Without this file, Go asks DNS first.
		{name: "etc/nsswitch.conf", mode: 0o644, content: []byte("hosts: files dns\n")},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: authorities},
	}
	for _, document := range documents {
		content, err := os.ReadFile(document)
		if err != nil {
			return nil, err
		}
		name := "usr/share/doc/hookbeam/" + filepath.Base(document)
		files = append(files, file{name: name, mode: 0o644, content: content})
	}
	zoneFiles, err := timeZones(zones)
	return append(files, zoneFiles...), err
}

// certificateAuthorities returns the roots that Mozilla trusts for web servers, as PEM. Roots that it trusts only for
// some certificates are left out, because PEM cannot express that.
func certificateAuthorities() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("# Root certificates that Mozilla trusts for web servers (Mozilla Public License 2.0),\n" +
		"# from golang.org/x/crypto/x509roots/fallback\n")
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		parsed, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\n# %s\n", parsed.Subject)
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// timeZones unpacks Go's archive of time zones to where programs look for them.
func timeZones(archive []byte) ([]file, error) {
	zones, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("the time zones: %w", err)
	}
	var files []file
	for _, zone := range zones.File {
		if strings.HasSuffix(zone.Name, "/") {
			continue
		}
		content, err := readZipped(zone)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name: path.Join("usr/share/zoneinfo", zone.Name), mode: 0o644, content: content})
	}
	return files, nil
}

func readZipped(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// readFolder reads all files below a folder.
func readFolder(root string) (files []file, err error) {
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		files = append(files, file{name: name, mode: 0o644, content: content})
		return err
	})
	return files, err
}

// writeFolder creates files below root. Their owners are left to the Dockerfile.
func writeFolder(root string, files []file) error {
	for _, f := range withFolders(files) {
		path := filepath.Join(root, filepath.FromSlash(f.name))
		var err error
		if strings.HasSuffix(f.name, "/") {
			err = os.MkdirAll(path, 0o755)
		} else {
			err = os.WriteFile(path, f.content, 0o644)
		}
		mode := os.FileMode(f.mode & 0o777)
		if f.mode&0o1000 != 0 {
			mode |= os.ModeSticky
		}
		if err := errors.Join(err, os.Chmod(path, mode)); err != nil {
			return err
		}
	}
	return nil
}

// sortedArchive reads an archive of the library, and sorts the tags in its manifest: the library writes them in random
// order.
func sortedArchive(r io.Reader) ([]file, error) {
	var files []file
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		f := file{name: h.Name, mode: 0o644}
		if f.content, err = io.ReadAll(archive); err != nil {
			return nil, err
		}
		if h.Name == "manifest.json" {
			var manifest tarball.Manifest
			if err := json.Unmarshal(f.content, &manifest); err != nil {
				return nil, err
			}
			for _, image := range manifest {
				slices.Sort(image.RepoTags)
			}
			if f.content, err = json.Marshal(manifest); err != nil {
				return nil, err
			}
		}
		files = append(files, f)
	}
}

// pack returns a tar archive of files, sorted by name, with the folders that they are in. All have the same time.
func pack(files []file, at time.Time) ([]byte, error) {
	files = withFolders(files)
	var b bytes.Buffer
	archive := tar.NewWriter(&b)
	for _, f := range files {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Mode: f.mode, Size: int64(len(f.content)),
			Uid: f.owner, Gid: f.owner, ModTime: at, Format: tar.FormatUSTAR}
		if strings.HasSuffix(f.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := archive.Write(f.content); err != nil {
			return nil, err
		}
	}
	err := archive.Close()
	return b.Bytes(), err
}

// withFolders returns files and the folders above them that are not listed, sorted so that a folder comes before what
// is in it.
func withFolders(files []file) []file {
	all := map[string]file{}
	for _, f := range files {
		all[f.name] = f
	}
	for _, f := range files {
		for folder := path.Dir(path.Clean(f.name)); folder != "."; folder = path.Dir(folder) {
			if _, listed := all[folder+"/"]; !listed {
				all[folder+"/"] = file{name: folder + "/", mode: 0o755}
			}
		}
	}
	var sorted []file
	for _, f := range all {
		sorted = append(sorted, f)
	}
	slices.SortFunc(sorted, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return sorted
}

// newLayer returns a compressed layer of a tar archive.
func newLayer(packed []byte) (v1.Layer, error) {
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(packed)), nil
	}, tarball.WithMediaType(types.OCILayer), tarball.WithCompressionLevel(gzip.BestCompression),
		tarball.WithCompressedCaching)
}
