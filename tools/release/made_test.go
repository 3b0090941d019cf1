package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"hookbeam/tools/minisign"
)

// madeRelease returns the folder of a release that was made before the test, by scripts/try-release.
func madeRelease(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HOOKBEAM_RELEASES")
	if dir == "" {
		t.Skip("HOOKBEAM_RELEASES names no release; make test-release makes one and tests it")
	}
	return dir
}

// unpack unpacks the archive for this machine, and returns the folder.
func unpack(t *testing.T, releases string) string {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the release that is tested is for linux/amd64")
	}
	file, err := os.Open(filepath.Join(releases, "hookbeam-linux-amd64.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for archive := tar.NewReader(plain); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return folder
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, h.Name), content, os.FileMode(h.Mode)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMadeTwiceIsTheSame compares two releases of one commit. The second was made in another folder, and its binary was
// compiled without Go's cache.
func TestMadeTwiceIsTheSame(t *testing.T) {
	one, two := madeRelease(t), os.Getenv("HOOKBEAM_RELEASES_AGAIN")
	if two == "" {
		t.Skip("HOOKBEAM_RELEASES_AGAIN names no second release; make test-release makes one")
	}
	sums := func(root string) map[string]string {
		found := map[string]string{}
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			sum := sha256.Sum256(content)
			found[strings.TrimPrefix(path, root)] = hex.EncodeToString(sum[:])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first, second := sums(one), sums(two)
	for name, sum := range first {
		if second[name] != sum {
			t.Errorf("%s is different when it is made again", name)
		}
		delete(second, name)
	}
	if len(second) != 0 || len(first) < 8 {
		t.Errorf("%d files the first time; only the second time: %v", len(first), second)
	}
}

func TestMadeChecksumsAreThoseOfAllFiles(t *testing.T) {
	releases := madeRelease(t)
	text, err := os.ReadFile(filepath.Join(releases, checksumsName))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = sum
	}
	files, err := os.ReadDir(releases)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if file.IsDir() || strings.HasPrefix(file.Name(), checksumsName) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(releases, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if listed[file.Name()] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s has another checksum than is listed: %q", file.Name(), listed[file.Name()])
		}
		delete(listed, file.Name())
	}
	if len(listed) != 0 || len(files) < 3 {
		t.Errorf("listed, and not there: %v", listed)
	}
}

func TestMadeSignatureIsVerifiedByMinisign(t *testing.T) {
	releases := madeRelease(t)
	secret := os.Getenv("MINISIGN_KEY_FILE")
	program, err := exec.LookPath("minisign")
	if secret == "" || err != nil {
		t.Skip("minisign is not installed, or MINISIGN_KEY_FILE names no key")
	}
	file, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	key, err := minisign.ParseSecretKey(file, "")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-V", "-m", filepath.Join(releases, checksumsName), "-P", key.PublicKey())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v %s", err, out)
	}
}

func TestMadeBinaryIsStaticAndStripped(t *testing.T) {
	folder := unpack(t, madeRelease(t))
	binary, err := elf.Open(filepath.Join(folder, "hookbeam"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = binary.Close() }()
	for _, section := range []string{".symtab", ".debug_info", ".zdebug_info", ".interp"} {
		if binary.Section(section) != nil {
			t.Errorf("it has a section %s", section)
		}
	}
	info, err := os.Stat(filepath.Join(folder, "hookbeam"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info, err)
	}
	out, err := exec.Command(filepath.Join(folder, "hookbeam"), "version", "--json").Output()
	var version struct{ Version, Go string }
	if err != nil || json.Unmarshal(out, &version) != nil || version.Version == "dev" || version.Version == "" {
		t.Errorf("%v: %s", err, out)
	}
	for _, name := range []string{"LICENSE", "README.md", "THIRD-PARTY-LICENSES.txt"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

// Every module in the binary must be a component, and must be named with its licence.
func TestMadeListsAreComplete(t *testing.T) {
	releases := madeRelease(t)
	folder := unpack(t, releases)
	built, err := buildinfo.ReadFile(filepath.Join(folder, "hookbeam"))
	if err != nil {
		t.Fatal(err)
	}
	licenses, err := os.ReadFile(filepath.Join(folder, "THIRD-PARTY-LICENSES.txt"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(releases, "hookbeam-linux-amd64.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat  string
		Components []struct {
			Name, Version string
			Licenses      []any
		}
	}
	if err := json.Unmarshal(text, &bom); err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatal(bom.BOMFormat, err)
	}
	var listed []string
	for _, c := range bom.Components {
		listed = append(listed, c.Name+" "+c.Version)
		if len(c.Licenses) == 0 {
			t.Errorf("%s has no licence", c.Name)
		}
	}
	for _, m := range built.Deps {
		if m.Replace != nil {
			continue // a folder of this repository
		}
		name := m.Path + " " + m.Version
		if !slices.Contains(listed, name) {
			t.Errorf("the list of components lacks %s", name)
		}
		if !strings.Contains(string(licenses), "\n"+name+": ") {
			t.Errorf("the licences lack %s", name)
		}
	}
	if !slices.ContainsFunc(listed, func(s string) bool { return strings.HasPrefix(s, "react 19.") }) {
		t.Error("the list of components lacks react")
	}
	if len(built.Deps) < 10 {
		t.Errorf("read only %d modules from the binary", len(built.Deps))
	}
}
