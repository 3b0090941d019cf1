package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// writeLicenses writes the licences of everything that the binary contains to the file o.out. A text that several
// components share is written once.
func writeLicenses(ctx context.Context, o options) error {
	components, err := goModules(ctx, o.root)
	if err != nil {
		return err
	}
	packages, err := npmPackages(o.root)
	if err != nil {
		return err
	}
	return os.WriteFile(o.out, []byte(licensesText(append(components, packages...))), 0o644)
}

// licensesText returns a list of all components, and then each text with the components that it belongs to.
func licensesText(components []component) string {
	var list, texts strings.Builder
	owners := map[string][]string{}
	var order []string
	for _, c := range components {
		fmt.Fprintf(&list, "%s %s: %s\n", c.name, c.version, c.license)
		for _, text := range c.texts {
			if owners[text] == nil {
				order = append(order, text)
			}
			owners[text] = append(owners[text], c.name)
		}
	}
	for _, text := range order {
		fmt.Fprintf(&texts, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(owners[text], "\n"), text)
	}
	return "Hookbeam contains the following software of others. Its licences are below.\n" +
		"Packages without a text of their own have the licence that is named here.\n\n" + list.String() + texts.String()
}
