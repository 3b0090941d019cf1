package server_test

import (
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// The promises that there are: R1 to R22 and S1 to S28.
const (
	reliabilityPromises = 22
	securityPromises    = 28
)

// notPromised are those that are not made yet. A promise that was made cannot be withdrawn by moving its line alone:
// this list has to change with it.
var notPromised = []string{"R13", "S18", "S25", "S27"}

// promise is one section of docs/trust.md, or one line of its last part.
type promise struct {
	id    string
	made  bool // it stands above what is not promised yet
	tests []namedTest
}

// namedTest is a test as docs/trust.md names it.
type namedTest struct {
	file string
	name string // a Go function, or part of a browser test's title; empty: the file itself is the test
}

var (
	promiseHeading = regexp.MustCompile(`^### ([RS][0-9]+)\. `)
	promiseLine    = regexp.MustCompile(`^- ([RS][0-9]+)\. `)
	testLine       = regexp.MustCompile("^- `([^`]+\\.(?:go|ts|tsx|txtar))`(?::(.*))?$")
	testName       = regexp.MustCompile("`([^`]+)`|\"([^\"]+)\"")
)

// readPromises parses docs/trust.md. A line that goes on is indented by two spaces.
func readPromises(text string) (promises []promise, err error) {
	text = strings.ReplaceAll(text, ",\n  ", ", ")
	promised, later, found := strings.Cut(text, "\n## Not promised yet\n")
	if !found {
		return nil, fmt.Errorf("there is no part about what is not promised yet")
	}
	for line := range strings.Lines(promised) {
		line = strings.TrimSuffix(line, "\n")
		if heading := promiseHeading.FindStringSubmatch(line); heading != nil {
			promises = append(promises, promise{id: heading[1], made: true})
			continue
		}
		if strings.HasPrefix(line, "### ") { // a promise beside those with an id; its tests are its own
			promises = append(promises, promise{id: strings.TrimPrefix(line, "### "), made: true})
			continue
		}
		if !strings.HasPrefix(line, "- ") {
			continue
		}
		named := testLine.FindStringSubmatch(line)
		if named == nil || len(promises) == 0 {
			return nil, fmt.Errorf("this line names no test as it should: %s", line)
		}
		if strings.Count(line, `"`)%2 != 0 || strings.Count(line, "`")%2 != 0 {
			return nil, fmt.Errorf("a name goes on in the next line, where it is not read: %s", line)
		}
		last := &promises[len(promises)-1]
		names := testName.FindAllStringSubmatch(named[2], -1)
		for _, name := range names {
			last.tests = append(last.tests, namedTest{file: named[1], name: name[1] + name[2]})
		}
		if len(names) == 0 {
			last.tests = append(last.tests, namedTest{file: named[1]})
		}
	}
	for line := range strings.Lines(later) {
		if id := promiseLine.FindStringSubmatch(line); id != nil {
			promises = append(promises, promise{id: id[1]})
		}
	}
	return promises, nil
}

// missing says why a named test is not in the tree at root, or cannot fail there; empty: it is there and can.
func (n namedTest) missing(root string) string {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(n.file)))
	switch {
	case err != nil:
		return fmt.Sprintf("%s cannot be read: %v", n.file, err)
	case strings.HasSuffix(n.file, ".txtar") && (!strings.HasPrefix(n.file, "testdata/script/") || n.name != ""):
		return n.file + " is no script that TestScripts runs as a whole"
	case strings.HasSuffix(n.file, ".go") && n.name == "":
		return n.file + " is named without a test in it"
	case strings.HasSuffix(n.file, ".go"):
		return n.missingIn(text)
	case n.name != "" && !hasTitle(string(text), n.name):
		return fmt.Sprintf("%s has no test with %q in its title", n.file, n.name)
	}
	return ""
}

// missingIn is missing for a Go test, with the text of its file. The file is parsed: a name in a comment or in a text
// is no test, and neither is a function that go test does not call.
func (n namedTest) missingIn(text []byte) string {
	if !strings.HasSuffix(n.file, "_test.go") {
		return n.file + " holds no tests"
	}
	file, err := parser.ParseFile(token.NewFileSet(), n.file, text, parser.ParseComments)
	if err != nil {
		return err.Error()
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != n.name || f.Recv != nil {
			continue
		}
		switch kind := testKind(f); {
		case kind == "":
			return fmt.Sprintf("%s: %s is no function that go test runs", n.file, n.name)
		case neverFails(f.Body):
			return fmt.Sprintf("%s: %s does nothing, or skips before anything else", n.file, n.name)
		}
		return ""
	}
	return fmt.Sprintf("%s has no %s", n.file, n.name)
}

// testKind returns Test or Fuzz if go test runs a function as such, else "".
func testKind(f *ast.FuncDecl) string {
	params := f.Type.Params.List
	if f.Type.Results != nil || f.Type.TypeParams != nil || len(params) != 1 || len(params[0].Names) > 1 {
		return ""
	}
	for kind, param := range map[string]string{"Test": "testing.T", "Fuzz": "testing.F"} {
		rest, ok := strings.CutPrefix(f.Name.Name, kind)
		star, pointer := params[0].Type.(*ast.StarExpr)
		if first, _ := utf8.DecodeRuneInString(rest); !ok || !pointer || unicode.IsLower(first) {
			continue
		}
		if selector, ok := star.X.(*ast.SelectorExpr); ok && fmt.Sprint(selector.X, ".", selector.Sel) == param {
			return kind
		}
	}
	return ""
}

// neverFails reports whether a test is empty, or begins with a skip that depends on nothing.
func neverFails(body *ast.BlockStmt) bool {
	for _, statement := range body.List {
		expression, ok := statement.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := expression.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		switch method.Sel.Name {
		case "Parallel", "Helper", "Log", "Logf": // do nothing that can fail
		default:
			return strings.HasPrefix(method.Sel.Name, "Skip")
		}
	}
	return true
}

// everyRun reports whether make test runs a test on Linux, and not only make test-services or another system.
func (n namedTest) everyRun(root string) bool {
	if !strings.HasSuffix(n.file, ".go") {
		return true
	}
	base := strings.TrimSuffix(filepath.Base(n.file), "_test.go")
	for _, system := range []string{"_windows", "_darwin", "_other"} {
		if strings.HasSuffix(base, system) {
			return false
		}
	}
	for _, line := range strings.Split(readText(filepath.Join(root, filepath.FromSlash(n.file))), "\n") {
		if strings.HasPrefix(line, "package ") {
			break
		}
		if build, err := constraint.Parse(line); err == nil {
			return build.Eval(func(tag string) bool {
				return slices.Contains([]string{"linux", "unix", runtime.GOARCH}, tag) || strings.HasPrefix(tag, "go1.")
			})
		}
	}
	return true
}

// readText returns the text of a file, or "" if it cannot be read, which missing reports.
func readText(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

// hasTitle reports whether a browser test's title holds name: it stands behind test( on the same line.
func hasTitle(text, name string) bool {
	return slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool {
		line = strings.TrimSpace(line)
		return (strings.HasPrefix(line, "test(") || strings.HasPrefix(line, "it(")) && strings.Contains(line, name)
	})
}

// TestEveryPromiseNamesTestsThatAreThere holds docs/trust.md against the tree: a promise without a test is not made.
func TestEveryPromiseNamesTestsThatAreThere(t *testing.T) {
	const root = ".."
	text, err := os.ReadFile(filepath.Join(root, "docs", "trust.md"))
	if err != nil {
		t.Fatal(err)
	}
	promises, err := readPromises(string(text))
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, p := range promises {
		times[p.id]++
		if p.made && !slices.ContainsFunc(p.tests, func(n namedTest) bool { return n.everyRun(root) }) {
			t.Errorf("%s is promised and names no test that make test runs", p.id)
		}
		if p.made == slices.Contains(notPromised, p.id) {
			t.Errorf("%s: that it is promised is %v in docs/trust.md, and not here", p.id, p.made)
		}
		for _, named := range p.tests {
			if why := named.missing(root); why != "" {
				t.Errorf("%s: %s", p.id, why)
			}
		}
	}
	for kind, count := range map[string]int{"R": reliabilityPromises, "S": securityPromises} {
		for n := range count {
			id := fmt.Sprint(kind, n+1)
			if times[id] != 1 {
				t.Errorf("%s stands in docs/trust.md %d times, not once", id, times[id])
			}
			delete(times, id)
		}
	}
	delete(times, "HTTPS by itself")
	for id := range times {
		t.Errorf("%s is no promise that is known here", id)
	}
}

// madeUp are tests that go test does not run, or that cannot fail. Here they are a text, and so no tests of this file.
const madeUp = `package x
// func TestInAComment(t *testing.T) { t.Error() }
const text = ""
func TestRuns(t *testing.T) { t.Parallel(); t.Error() }
func TestDoesNothing(t *testing.T) {}
func TestOnlyLogs(t *testing.T) { t.Parallel(); t.Log("done") }
func TestSkips(t *testing.T) { t.Parallel(); t.Skip("later"); t.Error() }
func TestMaySkip(t *testing.T) { if here() { t.Skip() }; t.Error() }
func TestTakesMore(t *testing.T, n int) { t.Error() }
func Testing(t *testing.T) { t.Error() }
func (s suite) TestOfASuite(t *testing.T) { t.Error() }
func helper(t *testing.T) { t.Error() }
func FuzzRuns(f *testing.F) { f.Fuzz(nil) }
func FuzzOfATest(t *testing.T) { t.Error() }
`

func TestThePromisesTestNoticesWhatCannotFail(t *testing.T) {
	for name, want := range map[string]string{ // part of the complaint; empty: none
		"TestRuns": "", "TestMaySkip": "", "FuzzRuns": "",
		"TestInAComment": "has no", "TestOfASuite": "has no", "TestRun": "has no", "text": "has no",
		"TestTakesMore": "no function", "Testing": "no function", "helper": "no function", "FuzzOfATest": "no function",
		"TestDoesNothing": "does nothing", "TestOnlyLogs": "does nothing", "TestSkips": "skips",
	} {
		got := namedTest{"x_test.go", name}.missingIn([]byte(madeUp))
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", name, got, want)
		}
	}
}

func TestThePromisesTestKnowsWhatMakeTestRuns(t *testing.T) {
	root := t.TempDir()
	for name, c := range map[string]struct {
		first string // of the file
		want  bool
	}{
		"a_test.go": {"", true}, "b_linux_test.go": {"", true}, "c_windows_test.go": {"", false},
		"d_test.go": {"//go:build linux\n", true}, "e_test.go": {"//go:build services\n", false},
		"f_test.go": {"// A comment.\n\n//go:build unix && !services\n", true},
		"g_test.go": {"//go:build ignore\n", false},
	} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(c.first+"\npackage x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := (namedTest{name, "TestX"}).everyRun(root); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestThePromisesTestNoticesWhatIsMissing(t *testing.T) {
	const this, pages = "server/trust_doc_test.go", "ui/e2e/pages.spec.ts"
	for name, c := range map[string]struct {
		named namedTest
		want  string // part of the complaint; empty: none
	}{
		"a test":                    {namedTest{this, "TestThePromisesTestNoticesWhatIsMissing"}, ""},
		"a test that is gone":       {namedTest{this, "TestThePromisesTestNotices"}, "has no"},
		"a file that is gone":       {namedTest{"server/gone_test.go", "TestX"}, "cannot be read"},
		"a file without a name":     {namedTest{this, ""}, "without a test"},
		"a file that has no tests":  {namedTest{"server/server.go", "Run"}, "holds no tests"},
		"a script elsewhere":        {namedTest{"testdata/start.txtar", ""}, "cannot be read"},
		"a script":                  {namedTest{"testdata/script/start.txtar", ""}, ""},
		"a script that is gone":     {namedTest{"testdata/script/gone.txtar", ""}, "cannot be read"},
		"a title":                   {namedTest{pages, "every page leads a stranger to the login"}, ""},
		"a title that is gone":      {namedTest{pages, "every page leads nowhere"}, "in its title"},
		"a title that is no test's": {namedTest{pages, "import"}, "in its title"},
	} {
		t.Run(name, func(t *testing.T) {
			got := c.named.missing("..")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
	if _, err := readPromises("### R1. A\n- some test\n\n## Not promised yet\n"); err == nil {
		t.Error("a line that names no test was passed over")
	}
	beside := "### R1. A\n\n### B\n- `server/trust_doc_test.go`: `TestX`\n\n## Not promised yet\n"
	if got, err := readPromises(beside); err != nil || len(got) != 2 || len(got[0].tests) != 0 {
		t.Errorf("the tests of a promise count for the one before it: %v, %v", got, err)
	}
	broken := "### R1. A\n- `ui/e2e/a.spec.ts`: \"one\", \"two and\n  more\"\n\n## Not promised yet\n"
	if _, err := readPromises(broken); err == nil {
		t.Error("a title that is broken over two lines was passed over")
	}
}
