package server_test

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestEveryDependencyIsListedWithItsVersion holds docs/dependencies.md against what is really used, in both directions.
func TestEveryDependencyIsListedWithItsVersion(t *testing.T) {
	used := map[string]string{}
	addGoModules(t, used, "../go.mod")
	addGoModules(t, used, "provider/sdks/go.mod")
	addPackages(t, used)

	listed := map[string]string{}
	for _, line := range lines(t, "../docs/dependencies.md") {
		cells := strings.Split(line, " | ")
		if len(cells) == 4 && cells[1] != "version" {
			listed[strings.TrimPrefix(cells[0], "| ")] = cells[1]
		}
	}
	for name, version := range used {
		if listed[name] != version {
			t.Errorf("%s %s is used, docs/dependencies.md lists %q", name, version, listed[name])
		}
	}
	for name := range listed {
		if used[name] == "" {
			t.Errorf("docs/dependencies.md lists %s, which is not used", name)
		}
	}
}

// addGoModules adds what a go.mod requires directly.
func addGoModules(t *testing.T, used map[string]string, path string) {
	t.Helper()
	for _, line := range lines(t, path) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) == 2 && strings.HasPrefix(words[1], "v") && words[0] != "hookbeam" {
			used[words[0]] = words[1]
		}
	}
}

// addPackages adds what package.json names, which must be exact.
func addPackages(t *testing.T, used map[string]string) {
	t.Helper()
	content, err := os.ReadFile("../package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Dependencies, DevDependencies map[string]string }
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
		for name, version := range kind {
			if strings.Trim(version, "0123456789.") != "" {
				t.Errorf("%s %s in package.json is a range: pin it", name, version)
			}
			used[name] = version
		}
	}
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []string
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		all = append(all, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
