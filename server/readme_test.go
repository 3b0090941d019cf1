package server_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"hookbeam/server"
)

// TestTheReadmeNamesEveryFlag holds the README's table against the configuration: each flag with its variable and its
// default.
func TestTheReadmeNamesEveryFlag(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for row := range strings.Lines(string(readme)) {
		if flag := regexp.MustCompile("^\\| `(--[a-z-]+)` ").FindStringSubmatch(row); flag != nil {
			rows[flag[1]] = row
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[server.Config]()) {
		variable, ok := field.Tag.Lookup("env")
		if !ok {
			continue
		}
		flag := "--" + strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "HOOKBEAM_")), "_", "-")
		row := rows[flag]
		delete(rows, flag)
		for _, want := range []string{"`" + variable + "`", field.Tag.Get("default")} {
			if !strings.Contains(row, want) {
				t.Errorf("the README's row for %s lacks %s: %q", flag, want, row)
			}
		}
	}
	for flag := range rows {
		t.Errorf("the README has a row for %s, which does not exist", flag)
	}
}
