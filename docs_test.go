package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"

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
