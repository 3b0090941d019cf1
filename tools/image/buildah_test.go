//go:build services

package main

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1"
)

// buildah runs buildah with a store of its own, without privileges that a container engine needs.
type buildah struct{ store string }

func newBuildah(t *testing.T) buildah {
	t.Helper()
	if _, err := exec.LookPath("buildah"); err != nil || os.Geteuid() != 0 {
		t.Skip("buildah is not installed, or this is not root")
	}
	return buildah{t.TempDir()}
}

func (b buildah) run(t *testing.T, args ...string) string {
	t.Helper()
	settings := []string{"--root", b.store + "/root", "--runroot", b.store + "/run", "--storage-driver", "vfs"}
	cmd := exec.Command("buildah", append(settings, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("buildah %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// config returns the part of an image's configuration that engines act on.
func (b buildah) config(t *testing.T, image string) v1.Config {
	t.Helper()
	var found struct{ Docker struct{ Config v1.Config } }
	if err := json.Unmarshal([]byte(b.run(t, "inspect", "--type", "image", image)), &found); err != nil {
		t.Fatal(err)
	}
	return found.Docker.Config
}

// TestBuildahReadsWhatWasMade reads both forms of the image with a program that is not the one that wrote them.
func TestBuildahReadsWhatWasMade(t *testing.T) {
	want := readImage(t).config.Config
	b := newBuildah(t)
	releases := os.Getenv("HOOKBEAM_RELEASES")
	for _, from := range []string{
		"docker-archive:" + filepath.Join(releases, "hookbeam-image-linux-amd64.tar"),
		"oci:" + filepath.Join(releases, "oci"),
	} {
		id := b.run(t, "pull", "--quiet", from)
		got := b.config(t, strings.TrimSpace(id))
		if got.User != want.User || strings.Join(got.Env, " ") != strings.Join(want.Env, " ") {
			t.Errorf("%s: %+v", from, got)
		}
	}
}

// TestTheDockerfileMakesTheSameImage builds the last stage of the Dockerfile. The stages before it compile the program
// in base images from a registry; their result is replaced by the files of make image.
func TestTheDockerfileMakesTheSameImage(t *testing.T) {
	made := readImage(t)
	b := newBuildah(t)
	folder := t.TempDir()
	made.unpackTo(t, filepath.Join(folder, "out"))
	text, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	_, last, found := strings.Cut(string(text), "\nFROM scratch\n")
	if !found {
		t.Fatal("the Dockerfile has no last stage")
	}
	if err := os.WriteFile(filepath.Join(folder, "Dockerfile"), []byte("FROM scratch\n"+last), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run(t, "bud", "--isolation", "chroot", "--format", "docker", "--build-context", "build="+folder,
		"--file", filepath.Join(folder, "Dockerfile"), "--tag", "hookbeam", folder)

	got, want := b.config(t, "hookbeam"), made.config.Config
	got.Labels, want.Labels, got.Hostname = nil, nil, "" // buildah adds its own
	if show(t, got) != show(t, want) {
		t.Errorf("the Dockerfile's configuration is\n%s, and that of make image is\n%s", show(t, got), show(t, want))
	}
	archive := filepath.Join(folder, "made.tar")
	b.run(t, "push", "--quiet", "hookbeam", "docker-archive:"+archive)
	built := listing(t, readArchive(t, archive))
	for name, what := range listing(t, made) {
		if built[name] != what {
			t.Errorf("%s is %s, and in the image of make image %s", name, built[name], what)
		}
		delete(built, name)
	}
	if len(built) != 0 {
		t.Errorf("it also has %v", built)
	}
}

func show(t *testing.T, c v1.Config) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// listing describes mode, owner and size of all files of an image.
func listing(t *testing.T, m madeImage) map[string]string {
	t.Helper()
	files := map[string]string{}
	m.each(t, func(h *tar.Header, content []byte) {
		name := strings.Trim(h.Name, "/")
		files[name] = fmt.Sprintf("%o %d:%d %d bytes", h.Mode&0o777, h.Uid, h.Gid, len(content))
	})
	return files
}
