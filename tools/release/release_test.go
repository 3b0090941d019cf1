package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// write writes a file into a new folder.
func write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnArchiveDependsOnContentsAndTimeOnly(t *testing.T) {
	for _, ending := range []string{".tar.gz", ".zip"} {
		made := func(mode os.FileMode, changed time.Time) []byte {
			binary, license := write(t, "built", "ELF", mode), write(t, "LICENSE", "free", 0o600)
			if err := os.Chtimes(binary, changed, changed); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "made"+ending)
			err := run(context.Background(),
				[]string{"archive", "-time", "1700000000", "-out", out, "hookbeam=" + binary, license})
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			return content
		}
		one, two := made(0o600, time.Unix(1, 0)), made(0o755, time.Unix(2e9, 0))
		if !bytes.Equal(one, two) {
			t.Errorf("two archives %s differ", ending)
		}
		checkFiles(t, ending, one)
	}
}

// checkFiles fails unless the archive contains hookbeam, which is executable, and LICENSE, both of the given time.
func checkFiles(t *testing.T, ending string, archive []byte) {
	t.Helper()
	want := map[string]os.FileMode{"hookbeam": 0o755, "LICENSE": 0o644}
	check := func(name string, mode os.FileMode, at time.Time) {
		if mode.Perm() != want[name] || at.Unix() != 1700000000 {
			t.Errorf("%s: %s has mode %o and time %s", ending, name, mode, at)
		}
		delete(want, name)
	}
	if ending == ".zip" {
		files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files.File {
			check(f.Name, f.Mode(), f.Modified)
		}
	} else {
		plain, err := gzip.NewReader(bytes.NewReader(archive))
		if err != nil {
			t.Fatal(err)
		}
		for files := tar.NewReader(plain); ; {
			h, err := files.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if h.Uid != 0 || h.Uname != "root" {
				t.Errorf("%s belongs to %d, %s", h.Name, h.Uid, h.Uname)
			}
			check(h.Name, os.FileMode(h.Mode), h.ModTime)
		}
	}
	if len(want) != 0 {
		t.Errorf("%s lacks %v", ending, want)
	}
}

func TestMistakesAreReported(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for name, args := range map[string][]string{
		"no command":       nil,
		"unknown command":  {"publish"},
		"no files":         {"archive", "-out", "x.zip"},
		"unknown ending":   {"archive", "-out", "x.rar", write(t, "a", "a", 0o600)},
		"a missing file":   {"archive", "-out", "x.zip", missing},
		"an empty folder":  {"checksums", "-dir", t.TempDir()},
		"no key":           {"sign", missing},
		"a missing key":    {"sign", "-key", missing, missing},
		"what is no key":   {"sign", "-key", write(t, "key", "secret", 0o600), missing},
		"a missing list":   {"sbom", "-in", missing},
		"an unknown flag":  {"archive", "-quick"},
		"an unknown place": {"licenses", "-root", missing},
	} {
		if err := run(context.Background(), args); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestChecksumsListTheFilesOfARelease(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.zip", "a.tar.gz", "checksums.txt", "checksums.txt.minisig"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "oci"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := run(context.Background(), []string{"checksums", "-dir", dir}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "checksums.txt"))
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if want := empty + "  a.tar.gz\n" + empty + "  b.zip\n"; err != nil || string(got) != want {
		t.Errorf("%v, %s", err, got)
	}
}

// What is recognized must be what docs/dependencies.md says of the libraries that it lists.
func TestLicensesAreThoseOfTheList(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs go list")
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	part, _, _ := strings.Cut(string(page), "\n## In the dashboard")
	rows := regexp.MustCompile(`(?m)^\| (\S+\.\S+) \| v\S+ \| (\S+) \|`).FindAllStringSubmatch(part, -1)
	modules, err := goModules(context.Background(), "../..")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, m := range modules {
		found[m.name] = m.license
	}
	for _, row := range rows {
		if found[row[1]] != row[2] {
			t.Errorf("%s: %s is recognized, docs/dependencies.md says %s", row[1], found[row[1]], row[2])
		}
	}
	if len(rows) < 10 {
		t.Errorf("read only %d rows", len(rows))
	}
}

func TestALicenseThatIsUnknownStopsTheRelease(t *testing.T) {
	folder := filepath.Dir(write(t, "LICENSE", "All rights reserved.", 0o600))
	if _, err := withLicense(component{name: "left-pad"}, folder); err == nil {
		t.Error("no error")
	}
}

func TestTheListOfComponents(t *testing.T) {
	const from = `{"metadata":{"tools":[{"name":"cyclonedx-gomod","hashes":[1]}],"component":{"bom-ref":"hookbeam"}},
		"components":[{"name":"example.com/a","version":"v1"},
			{"name":"./tools/own","version":"(devel)","bom-ref":"pkg:golang/./tools/own@(devel)?type=module"}],
		"dependencies":[{"ref":"hookbeam","dependsOn":["a","pkg:golang/./tools/own@(devel)?type=module"]},
			{"ref":"pkg:golang/./tools/own@(devel)?type=module"}]}`
	modules := []component{{name: "example.com/a", license: "MIT"}}
	packages := []component{{name: "@x/y", version: "1.0.0", license: "ISC", npm: true, integrity: "sha512-AAEC"}}
	made, err := completeSBOM([]byte(from), modules, packages, time.Unix(0, 0).UTC())
	if err != nil {
		t.Fatal(err)
	}
	again, _ := completeSBOM([]byte(from), modules, packages, time.Unix(0, 0).UTC())
	if !bytes.Equal(made, again) {
		t.Error("two lists of the same components differ")
	}
	var bom struct {
		SerialNumber string
		Metadata     struct {
			Timestamp string
			Tools     []map[string]any
		}
		Components []struct {
			Name, Purl string
			Licenses   []struct{ License struct{ ID string } }
			Hashes     []struct{ Content string }
		}
		Dependencies []struct{ DependsOn []string }
	}
	if err := json.Unmarshal(made, &bom); err != nil {
		t.Fatal(err)
	}
	uuid := regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if !uuid.MatchString(bom.SerialNumber) || bom.Metadata.Timestamp != "1970-01-01T00:00:00Z" {
		t.Errorf("serial number %s, time %s", bom.SerialNumber, bom.Metadata.Timestamp)
	}
	if bom.Metadata.Tools[0]["hashes"] != nil {
		t.Error("it has the hash of a tool, which differs between machines")
	}
	if len(bom.Components) != 2 || bom.Components[0].Licenses[0].License.ID != "MIT" ||
		bom.Components[1].Purl != "pkg:npm/%40x/y@1.0.0" || bom.Components[1].Hashes[0].Content != "000102" {
		t.Errorf("%+v", bom.Components)
	}
	if len(bom.Dependencies) != 1 {
		t.Errorf("a folder of this repository is a library: %+v", bom.Dependencies)
	}
	if got := strings.Join(bom.Dependencies[0].DependsOn, " "); got != "a pkg:npm/%40x/y@1.0.0" {
		t.Errorf("the program depends on %s", got)
	}
	if _, err := completeSBOM([]byte(from), nil, packages, time.Unix(0, 0)); err == nil {
		t.Error("a module whose licence is not known is accepted")
	}
}
