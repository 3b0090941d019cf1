package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// block is a block of code in a document, with its language.
var block = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

// document runs the commands of a document as a reader does, one block after another, in one shell. A block of YAML
// that begins with a comment is the file that the comment names. hookbeam serve is started as the script's server; the
// address that it would have by default becomes the one that it has.
func (s *script) document(ts *testscript.TestScript, args []string) {
	text, err := os.ReadFile(args[0])
	ts.Check(err)
	commands := "set -euo pipefail\n"
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		language, code := found[1], found[2]
		name, _, _ := strings.Cut(strings.TrimPrefix(code, "# "), "\n")
		switch {
		case language == "yaml" && strings.HasPrefix(code, "# "):
			ts.Check(os.WriteFile(ts.MkAbs(name), []byte(code), 0o600))
		case language == "sh" && strings.HasPrefix(code, "hookbeam serve "):
			s.serve(ts, strings.Fields(code)[2:])
		case language == "sh":
			commands += code
		}
	}
	commands = strings.ReplaceAll(commands, "http://127.0.0.1:8080", ts.Getenv("URL"))
	var out bytes.Buffer
	shell := exec.Command("bash", "-x", "-c", commands)
	shell.Dir, shell.Env = ts.MkAbs("."), []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.MkAbs(".")}
	shell.Stdout, shell.Stderr = &out, &out
	if err := shell.Run(); err != nil {
		ts.Fatalf("%s: %v\n%s", args[0], err, out.String())
	}
	keep(ts, "out", out.String())
}

// guide runs the blocks of shell lines in a document, line by line. hookbeam serve becomes the script's server. Where
// no server may run, the reader has stopped it. Further arguments are pairs of texts: the first is what the document
// says, the second what stands for it here. Blocks that use a release are run in package deploy.
func (s *script) guide(ts *testscript.TestScript, args []string) {
	text, err := os.ReadFile(args[0])
	ts.Check(err)
	replace := strings.NewReplacer(append(args[1:], "\\\n", " ")...)
	running, ran := s.server != nil && s.server.ProcessState == nil, 0
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		if found[1] != "sh" || strings.Contains(found[2], "HOOKBEAM_RELEASES") {
			continue
		}
		for line := range strings.Lines(replace.Replace(found[2])) {
			ran++
			starts := strings.HasPrefix(line, "hookbeam serve ")
			alone := strings.HasPrefix(line, "hookbeam restore ") || strings.HasPrefix(line, "hookbeam rekey ")
			if (starts || alone) && running {
				s.shutdown(ts, nil)
				running = false
			}
			if starts {
				s.serve(ts, strings.Fields(line)[2:])
				running = true
				continue
			}
			line = strings.ReplaceAll(line, "http://127.0.0.1:8080", ts.Getenv("URL"))
			shell := exec.Command("bash", "-euo", "pipefail", "-c", line)
			shell.Dir, shell.Env = ts.MkAbs("."), []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.MkAbs("."),
				"HOOKBEAM_ADMIN_TOKEN=" + ts.Getenv("HOOKBEAM_ADMIN_TOKEN")}
			if out, err := shell.CombinedOutput(); err != nil {
				ts.Fatalf("%s: %s: %v\n%s", args[0], line, err, out)
			} else {
				keep(ts, "out", string(out))
			}
		}
	}
	if ran == 0 {
		ts.Fatalf("%s has no lines that can be run", args[0])
	}
}

// runs says which documents have blocks of shell lines, and by what those are run: a script, or package deploy.
var runs = map[string][]string{
	"README.md":             {"testdata/script/readme.txtar", "deploy/start_linux_test.go"},
	"docs/install.md":       {"deploy/start_linux_test.go"},
	"docs/backup.md":        {"testdata/script/backup_guide.txtar"},
	"docs/configuration.md": {"testdata/script/configuration.txtar"},
	"docs/retention.md":     {"testdata/script/retention.txtar"},
}

// TestEveryShellBlockIsRun: a block that is called sh is run by a test. What needs another machine, such as an engine
// or a cluster, is called console, and the commands of hookbeam in it are compared with the program (server/command).
func TestEveryShellBlockIsRun(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "README.md", "CONTRIBUTING.md", "SECURITY.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		has := regexp.MustCompile("(?m)^ *```(sh|bash|shell)$").Match(text)
		if has != (runs[filepath.ToSlash(file)] != nil) {
			t.Errorf("%s has blocks of shell lines: %v. List it in runs with the test that runs them, "+
				"or call them console", file, has)
		}
		for _, by := range runs[filepath.ToSlash(file)] {
			test, err := os.ReadFile(by)
			if err != nil || !strings.Contains(string(test), file) {
				t.Errorf("%s does not run %s (%v)", by, file, err)
			}
		}
	}
}
