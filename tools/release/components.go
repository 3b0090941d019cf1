package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// component is a library that a release contains: a Go module, Go's standard library, or an npm package.
type component struct {
	name, version string
	license       string // SPDX
	texts         []string
	npm           bool
	integrity     string // of an npm package, as in the lock file
}

// platforms are the systems whose modules are listed. The modules do not depend on the architecture.
var platforms = [...]string{"linux", "darwin", "windows"}

// goModules returns the modules of the program on any platform, sorted by path. The first is the standard library.
func goModules(ctx context.Context, root string) ([]component, error) {
	type module struct {
		Path, Version, Dir string
		Replace            *struct{ Version string }
	}
	found := map[string]module{}
	for _, system := range platforms {
		cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Module", ".")
		cmd.Dir, cmd.Stderr = root, os.Stderr
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=")
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
			var p struct{ Module *module }
			if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			m := p.Module
			if m == nil || m.Version == "" || m.Replace != nil && m.Replace.Version == "" {
				continue // the program itself, and what it has in the place of a library, have no version
			}
			found[m.Path] = *m
		}
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	words := strings.Fields(string(goroot))
	standard, err := withLicense(component{name: "std", version: words[1]}, words[0])
	if err != nil {
		return nil, err
	}
	modules := []component{standard}
	for _, m := range found {
		c, err := withLicense(component{name: m.Path, version: m.Version}, m.Dir)
		if err != nil {
			return nil, err
		}
		modules = append(modules, c)
	}
	slices.SortFunc(modules[1:], func(a, b component) int { return cmp.Compare(a.name, b.name) })
	return modules, nil
}

// npmPackages returns the packages that the dashboard is built from, sorted by name. Those that only build or test it
// are left out.
func npmPackages(root string) ([]component, error) {
	text, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License, Integrity string
			Dev, DevOptional            bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return nil, err
	}
	var packages []component
	for folder, p := range lock.Packages {
		if folder == "" || p.Dev || p.DevOptional { // the empty one is the project itself
			continue
		}
		_, name, _ := cutLast(folder, "node_modules/")
		c, err := withTexts(component{name: name, version: p.Version, license: p.License, npm: true,
			integrity: p.Integrity}, filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		packages = append(packages, c)
	}
	slices.SortFunc(packages, func(a, b component) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
	})
	return packages, nil
}

// cutLast is strings.Cut at the last separator.
func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+len(separator):], true
}

// licenseFile matches the names of files with licences and notices.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense|patents)([.-].*)?$`)

// withTexts adds the licences and notices in folder to c.
func withTexts(c component, folder string) (component, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return c, fmt.Errorf("%s is not installed: %w", c.name, err)
	}
	for _, file := range files {
		if file.IsDir() || !licenseFile.MatchString(file.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return c, err
		}
		c.texts = append(c.texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	return c, nil
}

// withLicense adds the texts in folder to c, and recognizes the licence by the first text.
func withLicense(c component, folder string) (component, error) {
	c, err := withTexts(c, folder)
	if err != nil {
		return c, err
	}
	for _, text := range c.texts {
		if c.license = recognize(text); c.license != "" {
			return c, nil
		}
	}
	return c, fmt.Errorf("the licence of %s is not recognized: add it to recognize, if its terms allow to ship it",
		c.name)
}

// recognize returns the SPDX identifier of a licence, or "" for one that is not known here.
func recognize(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(s string) bool { return strings.Contains(text, s) }
	switch {
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License, version 2.0"), has("Mozilla Public License Version 2.0"):
		return "MPL-2.0"
	case has("Permission is hereby granted, free of charge, to any person obtaining a copy"):
		return "MIT"
	case has("Redistribution and use in source and binary forms"):
		if has("Neither the name") || has("may be used to endorse or promote") {
			return "BSD-3-Clause"
		}
		return "BSD-2-Clause"
	case has("Permission to use, copy, modify, and/or distribute this software for any purpose"),
		has("Permission to use, copy, modify, and distribute this software for any purpose"):
		if has("provided that the above copyright notice") {
			return "ISC"
		}
		return "0BSD"
	case has("This is free and unencumbered software released into the public domain"):
		return "Unlicense"
	case has("CC0 1.0 Universal"), has("Creative Commons Legal Code CC0"):
		return "CC0-1.0"
	}
	return ""
}
