package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1"
)

// madeImage is an image as docker load reads it: an archive that was made before the test, by scripts/try-release. It
// is read here without the library that wrote it.
type madeImage struct {
	config v1.ConfigFile
	tags   []string
	layers [][]byte
}

// readImage reads the image for linux/amd64, or skips the test.
func readImage(t *testing.T) madeImage {
	t.Helper()
	releases := os.Getenv("HOOKBEAM_RELEASES")
	if releases == "" || runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("HOOKBEAM_RELEASES names no release for this machine; make test-release makes one and tests it")
	}
	made := readArchive(t, filepath.Join(releases, "hookbeam-image-linux-amd64.tar"))
	if tags := strings.Join(made.tags, " "); !strings.Contains(tags, "hookbeam:latest") {
		t.Errorf("the image has the tags %s", tags)
	}
	return made
}

// readArchive reads an image from an archive.
func readArchive(t *testing.T, name string) madeImage {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	parts := map[string][]byte{}
	walk(t, file, func(h *tar.Header, content []byte) { parts[h.Name] = content })
	var manifest []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(parts["manifest.json"], &manifest); err != nil || len(manifest) != 1 {
		t.Fatalf("manifest.json has %d images: %v", len(manifest), err)
	}
	made := madeImage{tags: manifest[0].RepoTags}
	if err := json.Unmarshal(parts[manifest[0].Config], &made.config); err != nil {
		t.Fatal(err)
	}
	for _, name := range manifest[0].Layers {
		made.layers = append(made.layers, parts[name])
	}
	return made
}

// walk calls each for everything in a tar archive.
func walk(t *testing.T, r io.Reader, each func(*tar.Header, []byte)) {
	t.Helper()
	for archive := tar.NewReader(r); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		each(h, content)
	}
}

// each calls do for all files of the image, layer by layer.
func (m madeImage) each(t *testing.T, do func(*tar.Header, []byte)) {
	t.Helper()
	for _, layer := range m.layers {
		plain := io.Reader(bytes.NewReader(layer))
		if compressed, err := gzip.NewReader(bytes.NewReader(layer)); err == nil {
			plain = compressed
		}
		walk(t, plain, do)
	}
}

// unpackTo creates the files of the image below root, with their modes and, if this process may, their owners.
func (m madeImage) unpackTo(t *testing.T, root string) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.each(t, func(h *tar.Header, content []byte) {
		path := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			check(os.MkdirAll(path, 0o755))
		} else {
			check(os.WriteFile(path, content, 0o644))
		}
		check(os.Chmod(path, os.FileMode(h.Mode).Perm()))
		if os.Geteuid() == 0 {
			check(os.Chown(path, h.Uid, h.Gid))
		}
	})
}

func TestTheImageTellsTheEngineWhatItNeeds(t *testing.T) {
	c := readImage(t).config
	got, err := json.Marshal(map[string]any{
		"os": c.OS, "architecture": c.Architecture, "user": c.Config.User, "entrypoint": c.Config.Entrypoint,
		"cmd": c.Config.Cmd, "volumes": c.Config.Volumes, "ports": c.Config.ExposedPorts, "env": c.Config.Env,
		"folder": c.Config.WorkingDir, "signal": c.Config.StopSignal, "health": c.Config.Healthcheck.Test,
	})
	const want = `{"architecture":"amd64","cmd":["serve"],"entrypoint":["/usr/local/bin/hookbeam"],` +
		`"env":["PATH=/usr/local/bin","HOOKBEAM_DATA=/data","HOOKBEAM_LISTEN=0.0.0.0:8080"],"folder":"/data",` +
		`"health":["CMD","/usr/local/bin/hookbeam","health"],"os":"linux","ports":{"8080/tcp":{}},` +
		`"signal":"SIGTERM","user":"65532:65532","volumes":{"/data":{}}}`
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
	for _, label := range []string{"title", "version", "created", "licenses", "description"} {
		if c.Config.Labels["org.opencontainers.image."+label] == "" {
			t.Errorf("the label %s is missing", label)
		}
	}
	if c.Created.Time != c.Created.Truncate(time.Second) || len(c.History) != 2 {
		t.Errorf("created %s, history %v", c.Created, c.History)
	}
}

func TestTheImageContainsNothingElse(t *testing.T) {
	var created time.Time
	kinds := map[string]int{}
	readImage(t).each(t, func(h *tar.Header, _ []byte) {
		if created.IsZero() {
			created = h.ModTime
		}
		private := h.Name == "data/" && h.Mode == 0o700 && h.Uid == userID && h.Gid == userID
		shared := h.Name == "tmp/" && h.Mode == 0o1777 && h.Uid == 0
		if usual := h.Mode&^0o755 == 0 && h.Uid == 0 && h.Gid == 0; !usual && !private && !shared {
			t.Errorf("%s has mode %o and owner %d:%d", h.Name, h.Mode, h.Uid, h.Gid)
		}
		if !h.ModTime.Equal(created) || h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeDir {
			t.Errorf("%s is of %s and type %c", h.Name, h.ModTime, h.Typeflag)
		}
		switch name := strings.TrimSuffix(h.Name, "/"); {
		case strings.HasPrefix(name, "usr/share/zoneinfo"):
			kinds["zones"]++
		case strings.HasPrefix(name, "usr/share/doc/hookbeam"):
			kinds["documents"]++
		default:
			kinds[name]++
		}
	})
	if kinds["usr"] != 2 { // both layers have it
		t.Errorf("usr is there %d times", kinds["usr"])
	}
	delete(kinds, "usr")
	for _, name := range []string{"data", "tmp", "etc", "etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/ssl",
		"etc/ssl/certs", "etc/ssl/certs/ca-certificates.crt", "usr/share", "usr/share/doc", "usr/local",
		"usr/local/bin", "usr/local/bin/hookbeam"} {
		if kinds[name] != 1 {
			t.Errorf("%s is there %d times", name, kinds[name])
		}
		delete(kinds, name)
	}
	if kinds["zones"] < 400 || kinds["documents"] != 3 || len(kinds) != 2 {
		t.Errorf("beside that it has %v", kinds)
	}
}
