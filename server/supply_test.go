package server_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// npmInstall is a command that installs packages of npm, in a recipe, a script or a Dockerfile.
var npmInstall = regexp.MustCompile(`\bnpm +(ci|i|install|add|exec|update)\b|\bnpx\b|\b(yarn|pnpm) `)

// TestNoPackageRunsItsScripts: a package of npm that is taken over must not run anything where it is installed (S19).
// Every command that installs some is npm ci, which installs what the lock file names, without scripts. npx runs only
// what is installed.
func TestNoPackageRunsItsScripts(t *testing.T) {
	files := []string{"../Makefile", "../Dockerfile", "../.ci/run"}
	scripts, err := filepath.Glob("../scripts/*")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("../ui/scripts/*")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range append(append(files, scripts...), more...) {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		for _, line := range lines(t, path) {
			code, _, _ := strings.Cut(strings.TrimSpace(line), "# ")
			if !npmInstall.MatchString(code) {
				continue
			}
			if strings.Contains(strings.NewReplacer(`"`, "", ",", "").Replace(code), "npx --no-install ") {
				continue
			}
			if found++; !strings.Contains(code, "npm ci --ignore-scripts") {
				t.Errorf("%s: this may run scripts of packages, or install others than the lock file names: %s",
					path, line)
			}
		}
	}
	if found < 2 {
		t.Errorf("found %d commands that install packages; the Makefile and the Dockerfile have one each", found)
	}
}

// TestEveryPackageOfNPMHasAChecksum reads the lock file: each package must have one version, and the digest of what is
// downloaded.
func TestEveryPackageOfNPMHasAChecksum(t *testing.T) {
	text, err := os.ReadFile("../package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct {
			Version, Integrity, Resolved string
			Link                         bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil || len(lock.Packages) < 50 {
		t.Fatalf("%d packages (%v)", len(lock.Packages), err)
	}
	for name, p := range lock.Packages {
		if name == "" { // this project
			continue
		}
		if p.Link || strings.Trim(p.Version, "0123456789.") == p.Version ||
			!strings.HasPrefix(p.Integrity, "sha512-") || strings.HasPrefix(p.Resolved, "git") {
			t.Errorf("%s: version %q, digest %q, from %q", name, p.Version, p.Integrity, p.Resolved)
		}
	}
}

// TestCIChecksTheSupplyChain: CI runs make test, and that looks for known vulnerabilities, lints, and makes the release
// twice.
func TestCIChecksTheSupplyChain(t *testing.T) {
	ci, recipe := strings.Join(lines(t, "../.ci/run"), "\n")+"\n", ""
	if !strings.Contains(ci, "\nmake test\n") {
		t.Error("CI does not run make test")
	}
	makefile := strings.Join(lines(t, "../Makefile"), "\n")
	if _, after, found := strings.Cut(makefile, "\ntest: "); found {
		recipe, _, _ = strings.Cut(after, "\n\n")
	}
	for _, stage := range []string{"vulnerabilities", "test-release", "lint", "test-go", "test-trust"} {
		if !regexp.MustCompile(`[" ]` + stage + `[" ]`).MatchString(recipe) {
			t.Errorf("make test has no stage %s:\n%s", stage, recipe)
		}
	}
	for file, part := range map[string]string{"../scripts/vulnerabilities": "govulncheck ",
		"../scripts/try-release": "HOOKBEAM_RELEASES_AGAIN="} {
		if !strings.Contains(strings.Join(lines(t, file), "\n"), part) {
			t.Errorf("%s has no %s", file, part)
		}
	}
}
