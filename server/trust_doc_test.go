package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The promises that there are: R1 to R22 and S1 to S28.
const (
	reliabilityPromises = 22
	securityPromises    = 28
)

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

// missing says why a named test is not in the tree at root; empty: it is there.
func (n namedTest) missing(root string) string {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(n.file)))
	switch {
	case err != nil:
		return fmt.Sprintf("%s cannot be read: %v", n.file, err)
	case strings.HasSuffix(n.file, ".go") && n.name == "":
		return n.file + " is named without a test in it"
	case strings.HasSuffix(n.file, "_test.go") && !strings.Contains(string(text), "\nfunc "+n.name+"("):
		return fmt.Sprintf("%s has no %s", n.file, n.name)
	case !strings.HasSuffix(n.file, ".go") && n.name != "" && !hasTitle(string(text), n.name):
		return fmt.Sprintf("%s has no test with %q in its title", n.file, n.name)
	}
	return ""
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
		if p.made && len(p.tests) == 0 {
			t.Errorf("%s is promised and names no test", p.id)
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
	for id := range times {
		t.Errorf("%s is no promise that is known here", id)
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
	broken := "### R1. A\n- `ui/e2e/a.spec.ts`: \"one\", \"two and\n  more\"\n\n## Not promised yet\n"
	if _, err := readPromises(broken); err == nil {
		t.Error("a title that is broken over two lines was passed over")
	}
}
