package command

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"hookbeam/server"
)

// secretFlags are the flags whose value is a secret. Each has a second flag that names a file with it.
var secretFlags = map[string]string{"token": "token-file"}

// TestEveryFlagHasAVariable walks the flags of all commands.
func TestEveryFlagHasAVariable(t *testing.T) {
	c := &commandLine{}
	c.Serve.Flags = &server.Config{}
	parser := newParser(c, Stdio{io.Discard, io.Discard})
	seen := 0
	eachFlag(parser.Model.Node, func(node *kong.Node, flag *kong.Flag) {
		if flag.Name == "help" {
			return
		}
		seen++
		where := node.FullPath() + " --" + flag.Name
		if len(flag.Envs) != 1 || !strings.HasPrefix(flag.Envs[0], "HOOKBEAM_") {
			t.Errorf("%s has the variables %q", where, flag.Envs)
		}
		named := func(name string) bool {
			return slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool {
				return f.Name == name && f.Envs[0] == "HOOKBEAM_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
			})
		}
		isSecret := strings.HasSuffix(flag.Name, "token") || strings.HasSuffix(flag.Name, "secret") ||
			strings.HasSuffix(flag.Name, "password")
		file, known := secretFlags[flag.Name]
		if _, isFile := strings.CutSuffix(flag.Name, "-file"); isSecret && !isFile && (!known || !named(file)) {
			t.Errorf("%s is a secret and has no flag for a file", where)
		}
	})
	if seen < 80 {
		t.Errorf("saw only %d flags", seen)
	}
	if !slices.ContainsFunc(parser.Model.Children, func(n *kong.Node) bool {
		return n.Name == "serve" && slices.ContainsFunc(n.Flags, func(f *kong.Flag) bool {
			return f.Name == "admin-token-file" && f.Envs[0] == "HOOKBEAM_ADMIN_TOKEN_FILE"
		})
	}) {
		t.Error("serve reads no administrator's token from a file")
	}
}

// TestVariablesStandForFlags has one that was declared, one that was not, and one that is empty. The help shows them.
func TestVariablesStandForFlags(t *testing.T) {
	t.Setenv("HOOKBEAM_KEEP_FOR", "7d")
	t.Setenv("HOOKBEAM_KEEP_BYTES", "")
	t.Setenv("HOOKBEAM_COUNT", "5")
	var config server.Config
	d := Deps{Env: func(string) string { return "" }, ServeFlags: &config, Stdio: Stdio{io.Discard, io.Discard},
		Serve: func(context.Context, ServeOutput) error { return nil }}
	if code := Run(t.Context(), []string{"serve"}, d); code != exitDone {
		t.Fatalf("code %d", code)
	}
	if time.Duration(config.KeepFor) != 7*24*time.Hour || config.KeepBytes != 1<<30 {
		t.Errorf("%v %v", config.KeepFor, config.KeepBytes)
	}
	if Run(t.Context(), []string{"serve", "--keep-for", "1d"}, d); time.Duration(config.KeepFor) != 24*time.Hour {
		t.Errorf("a flag does not win over its variable: %v", config.KeepFor)
	}
	c := &commandLine{}
	c.Serve.Flags = &server.Config{}
	if _, err := newParser(c, d.Stdio).Parse([]string{"trigger", "stripe"}); err != nil || c.Trigger.Count != 5 {
		t.Errorf("--count is %d (%v)", c.Trigger.Count, err)
	}
	var help bytes.Buffer
	d.Stdio.Out = &help
	if code := Run(t.Context(), []string{"trigger", "--help"}, d); code != 0 ||
		!strings.Contains(help.String(), "HOOKBEAM_COUNT") || !strings.Contains(help.String(), "HOOKBEAM_SECRET_FILE") {
		t.Errorf("code %d: %s", code, help.String())
	}
}
