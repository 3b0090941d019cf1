package command

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"hookbeam/server"
)

// documents are the texts that tell people which commands to run, relative to the project's folder.
var documents = []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "deploy/*.yaml", "deploy/*/*"}

// shown is a command of hookbeam in a document.
type shown struct {
	where string
	args  []string
	whole bool // a reader copies it, so it must be complete; otherwise it is only named
}

var (
	fence     = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")
	inlineRun = regexp.MustCompile("`([^`]+)`")
	comment   = regexp.MustCompile(`(?m)^#( .*)$`)
	variable  = regexp.MustCompile(`HOOKBEAM_[A-Z][A-Z_]*[A-Z]`)
)

// readDocuments calls do for each document with its name and text.
func readDocuments(t *testing.T, do func(name, text string)) {
	t.Helper()
	for _, pattern := range documents {
		files, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			do(strings.TrimPrefix(filepath.ToSlash(file), "../../"), string(text))
		}
	}
}

// shownIn returns the commands of hookbeam in a document: those in its blocks, or in the comments of a file that is not
// Markdown, and those that are named in a sentence.
func shownIn(name, text string) (all []shown) {
	add := func(code string, whole bool) {
		for _, words := range simpleCommands(code) {
			file := strings.HasPrefix(words[0], "/") && !whole // a file that is named, not run
			if args := argumentsOf(words); len(args) > 0 && !file {
				all = append(all, shown{name + ": " + strings.Join(words, " "), args, whole})
			}
		}
	}
	if !strings.HasSuffix(name, ".md") {
		for _, found := range comment.FindAllStringSubmatch(text, -1) {
			add(found[1], false)
		}
		return all
	}
	for _, found := range fence.FindAllStringSubmatch(text, -1) {
		if slices.Contains([]string{"", "sh", "console"}, found[1]) {
			add(strings.ReplaceAll(found[2], "\\\n", " "), true)
		}
	}
	for _, found := range inlineRun.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		for _, one := range alternatives(strings.Join(strings.Fields(found[1]), " ")) {
			add(one, false)
		}
	}
	return all
}

// alternatives writes "token create|list" as two commands. In a sentence this is no pipe, because that has spaces.
func alternatives(code string) []string {
	words := strings.Split(code, " ")
	for i, word := range words {
		if choices := strings.Split(word, "|"); len(choices) > 1 && !slices.Contains(choices, "") {
			var all []string
			for _, choice := range choices {
				all = append(all, strings.Join(append(slices.Clone(words[:i]), choice), " "))
			}
			return all
		}
	}
	return []string{code}
}

// simpleCommands splits shell lines into commands without pipes, lists, redirections and comments, and each into words
// without quotes. It understands what the documents use.
func simpleCommands(code string) (all [][]string) {
	var words []string
	var word strings.Builder
	in, quote, redirected := false, byte(0), false
	endWord := func() {
		if in && !redirected {
			words = append(words, word.String())
		}
		if in {
			redirected = false
		}
		word.Reset()
		in = false
	}
	endCommand := func() {
		endWord()
		if len(words) > 0 {
			all = append(all, words)
		}
		words, redirected = nil, false
	}
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ' || c == '\t':
			endWord()
		case c == '#' && !in:
			for i+1 < len(code) && code[i+1] != '\n' {
				i++
			}
		case c == '>' || c == '<':
			endWord()
			redirected = true
		case strings.IndexByte("\n;|&()", c) >= 0:
			endCommand()
		default:
			word.WriteByte(c)
			in = true
		}
	}
	endCommand()
	return all
}

// wrappers are words in front of a command.
var wrappers = []string{"until", "while", "do", "then", "if", "!", "exec", "time", "nohup"}

// argumentsOf returns the arguments of hookbeam, if words run it: by itself, with variables in front, as another user,
// or in a container. nil: they do not.
func argumentsOf(words []string) []string {
	for len(words) > 0 {
		first := path.Base(words[0])
		switch {
		case first == "hookbeam" || first == "hookbeam-new":
			return words[1:]
		case slices.Contains(wrappers, first), strings.Contains(words[0], "=") && words[0][0] != '-':
			words = words[1:]
		case first == "sudo" && len(words) > 3 && words[1] == "-u":
			words = words[3:]
		case (first == "docker" || first == "podman") && len(words) > 3 && words[1] == "exec":
			words = words[2:]
			for len(words) > 0 && strings.HasPrefix(words[0], "-") {
				words = words[1:]
			}
			if len(words) == 0 {
				return nil
			}
			words = words[1:] // the container
		case first == "kubectl" && slices.Contains(words, "--"):
			words = words[slices.Index(words, "--")+1:]
		default:
			return nil
		}
	}
	return nil
}

// documentParser is a parser of the command line.
func documentParser() *kong.Kong {
	c := &commandLine{}
	c.Serve.Flags = &server.Config{}
	c.Doctor.Flags = c.Serve.Flags
	return newParser(c, Stdio{io.Discard, io.Discard}, kong.Exit(func(int) {}))
}

// wrong says why a command cannot be run as it is shown; empty: it can. One parser can judge all commands.
func (s shown) wrong(parser *kong.Kong) string {
	args := slices.DeleteFunc(slices.Clone(s.args), func(word string) bool { return word == "…" || word == "..." })
	if i := slices.IndexFunc(args, func(word string) bool { return word == "--help" || word == "-h" }); i >= 0 {
		args = args[:i]
		if len(args) == 0 {
			return ""
		}
	}
	ctx, err := kong.Trace(parser, args)
	if err == nil {
		err = ctx.Error
	}
	if err == nil && s.whole {
		err = ctx.Reset() // to the defaults
	}
	if err == nil && s.whole {
		_, err = ctx.Apply()
	}
	if err == nil && s.whole {
		err = ctx.Validate()
	}
	switch {
	case err != nil:
		return err.Error()
	case s.whole && ctx.Selected() == nil:
		return "it is no command"
	}
	return ""
}

// TestEveryCommandInTheDocumentsExists parses every command of hookbeam in the documents as the program does: a command
// or a flag that does not exist, and one that a reader is to copy and that is not complete, fails. What the commands do
// is tested where they are run: see TestScripts, and the tests in deploy.
func TestEveryCommandInTheDocumentsExists(t *testing.T) {
	count, parser := map[bool]int{}, documentParser()
	readDocuments(t, func(name, text string) {
		for _, s := range shownIn(name, text) {
			count[s.whole]++
			if why := s.wrong(parser); why != "" {
				t.Errorf("%s\n\t%s", s.where, why)
			}
		}
	})
	if count[true] < 40 || count[false] < 60 {
		t.Errorf("found only %d commands to copy and %d that are named", count[true], count[false])
	}
}

// TestEveryVariableInTheDocumentsExists compares the variables with those of all flags.
func TestEveryVariableInTheDocumentsExists(t *testing.T) {
	// Secrets are no flags, because process lists are public. The others are those of the release, of the compose file,
	// of the examples for a shop, and of the tests.
	known := []string{"HOOKBEAM_ADMIN_TOKEN", "HOOKBEAM_SEAL_KEY", "HOOKBEAM_RELEASES", "HOOKBEAM_IMAGE",
		"HOOKBEAM_LINK_KEY", "HOOKBEAM_PICTURE", "HOOKBEAM_SHARED"}
	eachFlag(documentParser().Model.Node, func(_ *kong.Node, flag *kong.Flag) { known = append(known, flag.Envs...) })
	found := 0
	readDocuments(t, func(name, text string) {
		for _, one := range variable.FindAllString(text, -1) {
			if found++; !slices.Contains(known, one) {
				t.Errorf("%s: there is no variable %s", name, one)
			}
		}
	})
	if found < 100 {
		t.Errorf("found only %d variables", found)
	}
}

func TestCommandsInDocumentsAreFoundAndJudged(t *testing.T) {
	const text = "Run `hookbeam bakup FILE`, `hookbeam token create|forget`, or `hookbeam.yaml`.\n\n```sh\n" +
		"A=b sudo -u x ./hookbeam serve --liste :1 & until docker exec -i box hookbeam health; do sleep 1; done\n" +
		"openssl rand | hookbeam endpoint create shop --provider \"generic\" --secret-file - >out.txt # hookbeam x\n" +
		"hookbeam backup --data ./data\nhookbeam restore \\\n  a.hb --data new\n" +
		"install hookbeam /usr/local/bin/hookbeam\n```\n" +
		"```yaml\nhookbeam: nothing\n```\n"
	var got []string
	parser := documentParser()
	for _, s := range shownIn("x.md", text) {
		verdict := "ok"
		if s.wrong(parser) != "" {
			verdict = "wrong"
		}
		got = append(got, strings.Join(s.args, " ")+": "+verdict)
	}
	want := []string{"serve --liste :1: wrong", "health: ok",
		"endpoint create shop --provider generic --secret-file -: ok",
		"backup --data ./data: wrong", "restore a.hb --data new: ok",
		"bakup FILE: wrong", "token create: ok", "token forget: wrong"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
